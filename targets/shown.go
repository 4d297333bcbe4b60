package targets

import (
	"regexp"
	"strings"
)

// shellWord is the rest of a word of the shell, quotes and escapes included; of
// quotes that do not end, up to the next space.
const shellWord = `((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+|\S+)`

// What promises a secret in a command. Too much hidden is a setting that nobody
// can read; too little is a secret in a report.
var (
	// secretAssignment is a variable, quoted as a whole or not: PGPASSWORD=x,
	// "DB_PASSWORD=a b".
	secretAssignment = regexp.MustCompile(`(?i)("[\w.-]*` + secretPart + `[\w.-]*=)((?:\\.|[^"\\])*)` +
		`|('[\w.-]*` + secretPart + `[\w.-]*=)([^']*)` +
		`|((?:^|[\s"'=:?&;,({])\w*` + secretPart + `[\w.]*=)` + shellWord)
	// secretFlag is one with its value behind "=" or a space. Its words decide:
	// --tokenizer and --hockey hold no secrets.
	secretFlag = regexp.MustCompile(`(?i)((?:^|[\s"'=:])-*(?:[a-z0-9]+[_-])*(?:[a-z0-9]*(?:token|secret|password|passwd|passphrase|credentials?)|(?:api|access|private|secret|auth)?key|pass|pwd|auth)(?:=|\s+))` + shellWord)
	// secretField is one of a header or of JSON: Authorization: Bearer x.
	secretField = regexp.MustCompile(`(?i)([\w-]*(?:authorization|cookie|` + secretPart + `)[\w-]*["']?\s*:\s*["']?(?:(?:bearer|basic)\s+)?)[^\s"']+`)
	// addressPassword is that of URLs, and a token that stands for a user name.
	addressPassword = regexp.MustCompile(`(://[^\s/:@"']*:)[^\s/@"']+@|(://)[^\s/:@"']{20,}@`)
)

// secretPart, anywhere in the name of a variable, promises a secret.
const secretPart = `(?:pass|pwd|secret|token|key|credential)`

// ShownCommand is a command for people and files: of several lines the first, and
// without what promises to be a secret.
func ShownCommand(command string) string {
	if first, _, more := strings.Cut(command, "\n"); more {
		command = first + " …"
	}
	command = addressPassword.ReplaceAllString(command, "$1$2"+redacted+"@")
	command = secretField.ReplaceAllString(command, "${1}"+redacted)
	command = secretFlag.ReplaceAllString(command, "${1}"+redacted)
	return secretAssignment.ReplaceAllString(command, "$1$3$5"+redacted)
}
