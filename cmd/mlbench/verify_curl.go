package main

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios"
)

// curlLine is the request as one line for a POSIX shell. Secrets of headers are
// variables in it, $TOKEN is the bearer token; those elsewhere are hidden.
func curlLine(k *asker, of *scenarios.Case, hide func(string) string) string {
	var b strings.Builder
	shown := *of
	if shown.Body != nil {
		shown.Body = []byte(hide(string(of.Body)))
	}
	c := &shown
	data := ""
	if c.Body != nil {
		data = " --data-raw " + shellQuote(string(c.Body))
		if !printable(c.Body) {
			fmt.Fprintf(&b, "printf '%s' | ", octal(c.Body))
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
	if k.target.CAFile != "" {
		b.WriteString(" --cacert " + shellQuote(k.target.CAFile))
	}
	labelled := false
	for _, h := range k.headers(c) {
		name := strings.ToLower(h.Name)
		labelled = labelled || name == "content-type"
		switch {
		case name == "user-agent" && strings.HasPrefix(h.Value, "mlbench/"), name == "accept" && h.Value == "*/*":
		case h.Shown() == h.Value, name == "authorization" && c.Kind == scenarios.BadToken: // made up, no secret
			b.WriteString(" -H " + shellQuote(h.Name+": "+h.Value))
		case name == "authorization" && c.Auth == scenarios.Bearer:
			b.WriteString(` -H "Authorization: Bearer $TOKEN"`)
		default:
			fmt.Fprintf(&b, ` -H "%s: $%s"`, h.Name, variableName(h.Name))
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
	url := hide(shownURL(u))
	if strings.ContainsAny(url, "[]{}") {
		b.WriteString(" -g")
	}
	b.WriteString(" " + shellQuote(url))
	return b.String()
}

var shellSafe = regexp.MustCompile(`^[A-Za-z0-9_./:=@%+,-]+$`)

func shellQuote(s string) string {
	if shellSafe.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// printable says whether a shell, a terminal and a page keep every byte.
func printable(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for _, r := range string(body) {
		if r != ' ' && (unicode.IsSpace(r) || !unicode.IsGraphic(r)) {
			return false
		}
	}
	return strings.TrimSpace(string(body)) == string(body) && !strings.Contains(string(body), "  ")
}

// octal is the body for printf, in which %, \ and ' are special as well.
func octal(body []byte) string {
	var b strings.Builder
	for _, c := range body {
		if c > ' ' && c < 0x7f && !strings.ContainsRune(`%\'`, rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, `\%03o`, c)
		}
	}
	return b.String()
}

// variableName of a secret header: $X_API_KEY.
func variableName(header string) string {
	return strings.ToUpper(strings.ReplaceAll(header, "-", "_"))
}
