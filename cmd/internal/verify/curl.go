package verify

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/targets"
)

// curlLine is the request as one line for a POSIX shell. Secrets of headers are
// variables in it, $TOKEN is the bearer token; those elsewhere are hidden. $URL is
// where a target that was started for the check can be reached when it is started
// again.
func curlLine(k *asker, of *cases.Case, hide func(string) string) string {
	var b strings.Builder
	shown := *of
	if shown.Body != nil {
		shown.Body = []byte(hide(string(of.Body)))
	}
	c := &shown
	data := ""
	if c.Body != nil {
		data = " --data-raw " + shellQuote(string(c.Body))
		if !printable(string(c.Body)) {
			fmt.Fprintf(&b, "printf '%s' | ", octal(string(c.Body)))
			data = " --data-binary @-"
		}
	}
	b.WriteString("curl -sS -i")
	switch {
	case c.Method == http.MethodHead:
		b.WriteString(" -I")
	case c.Method == http.MethodGet && c.Body == nil, c.Method == http.MethodPost && c.Body != nil:
	default:
		b.WriteString(" -X " + shellQuote(c.Method))
	}
	if k.target.Insecure {
		b.WriteString(" -k")
	}
	for _, f := range []struct{ flag, value string }{
		{"--cacert", k.target.CAFile}, {"--cert", k.target.CertFile}, {"--key", k.target.KeyFile}, {"--unix-socket", k.target.Socket},
	} {
		if f.value != "" {
			b.WriteString(" " + f.flag + " " + shellText(f.value))
		}
	}
	labelled := false
	for _, h := range k.headers(c) {
		name := strings.ToLower(h.Name)
		labelled = labelled || name == "content-type"
		switch {
		case name == "user-agent" && strings.HasPrefix(h.Value, "mlbench/"), name == "accept" && h.Value == "*/*":
		case h.Shown() == h.Value, name == "authorization" && c.Kind == cases.BadToken: // made up, no secret
			b.WriteString(" -H " + shellText(h.Name+": "+h.Value))
		case name == "authorization" && (c.Auth == scenarios.Bearer || strings.HasPrefix(h.Value, "Bearer ")):
			b.WriteString(` -H "Authorization: Bearer $TOKEN"`)
		default:
			// A document or a scenario chose the name: ` and $ are among its characters.
			b.WriteString(" -H " + shellQuote(h.Name+": ") + `"$` + variableName(h.Name) + `"`)
		}
	}
	if c.Body != nil && !labelled {
		b.WriteString(" -H 'Content-Type:'") // else curl calls it a form
	}
	b.WriteString(data)
	u, err := k.target.Resolve(c.Path)
	if err != nil {
		u = k.target.URL
	}
	url, base := hide(targets.ShownURL(u)), ""
	if k.target.Managed != nil { // it has ended, and its port with it
		root := k.target.URL.Scheme + "://" + k.target.URL.Host
		url, base = strings.TrimPrefix(url, root), `"$URL"`
	}
	if strings.ContainsAny(url, "[]{}") {
		b.WriteString(" -g")
	}
	b.WriteString(" " + base + shellQuote(url))
	return b.String()
}

// shellSafe has no leading = and ~, which zsh and others expand.
var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_./:@%+,-][A-Za-z0-9_./:=@%+,-]*$`)

func shellQuote(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// shellText is shellQuote for what a terminal or a page might change.
func shellText(s string) string {
	if printable(s) {
		return shellQuote(s)
	}
	return `"$(printf '` + octal(s) + `')"`
}

// printable says whether a shell, a terminal and a page keep every byte.
func printable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if r != ' ' && (unicode.IsSpace(r) || !unicode.IsGraphic(r)) {
			return false
		}
	}
	return strings.TrimSpace(s) == s && !strings.Contains(s, "  ")
}

// octal is the text for printf, in which %, \ and ' are special as well, and a
// first - begins an option.
func octal(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; c > ' ' && c < 0x7f && (i > 0 || c != '-') && !strings.ContainsRune(`%\'`, rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String()
}

// variableName of a secret header: $X_API_KEY. Whatever is no letter or digit
// would end it, or begin something else.
func variableName(header string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z', r >= '0' && r <= '9':
			return r
		}
		return '_'
	}, header)
	if name == "" || name[0] <= '9' {
		name = "_" + name
	}
	return name
}
