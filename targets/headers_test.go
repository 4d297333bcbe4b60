package targets

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestExpand(t *testing.T) {
	env := map[string]string{"A": "1", "EMPTY": "", "Q": `a"b`}
	lookup := func(k string) (string, bool) { v, ok := env[k]; return v, ok }
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"plain $ {A} $A", "plain $ {A} $A"},
		{"<${A}>${A}", "<1>1"},
		{"${B:-x}${EMPTY:-y}${A:-z}", "xy1"},
		{"${EMPTY}", ""},
		{"${B:-}", ""},
		{"$${A}", "${A}"},
		{"$$${A}", "$${A}"},
		{"${Q} ${B:-c}", `a"b c`},
	} {
		if got, err := Expand(tt.in, lookup); err != nil || got != tt.want {
			t.Errorf("%q: %q, %v, want %q", tt.in, got, err, tt.want)
		}
	}
	for _, tt := range []struct{ in, want string }{
		{"${B}", "B is not set"},
		{"${A", "without }"},
		{"${}", "want ${NAME}"},
		{"${1A}", "want ${NAME}"},
		{"${A-B}", "want ${NAME}"},
	} {
		if got, err := Expand(tt.in, lookup); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %q, %v, want an error with %q", tt.in, got, err, tt.want)
		}
	}
}

func TestParseField(t *testing.T) {
	for in, want := range map[string]Field{
		"A: b":                 {Name: "A", Value: "b"},
		"A:b: c":               {Name: "A", Value: "b: c"},
		"X-Empty:":             {Name: "X-Empty"},
		"Connection: close":    {Name: "Connection", Value: "close"},
		"Ünicode-Value-No: x":  {},
		"A\r\nB: c":            {},
		"A: b\r\nC: d":         {},
		"A: b\x00":             {},
		"Content-Length: 3":    {},
		"transfer-encoding: x": {},
		"Connection: upgrade":  {},
		"Expect: 100-Continue": {Name: "Expect", Value: "100-Continue"},
		"Expect: more":         {},
		"sk-secretsecret":      {},
		": v":                  {},
	} {
		got, err := ParseField(in)
		if want == (Field{}) {
			if err == nil {
				t.Errorf("%q: accepted as %+v", in, got)
			} else if strings.Contains(err.Error(), "secretsecret") {
				t.Errorf("%q: the error shows a secret: %v", in, err)
			}
		} else if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", in, got, err, want)
		}
	}
}

// An environment variable must not be able to add headers either.
func TestExpandHeadersRefusesLineBreaks(t *testing.T) {
	lookup := func(string) (string, bool) { return "a\r\nEvil: 1", true }
	_, err := expandHeaders([]Field{{Name: "X", Value: "${V}"}}, lookup)
	if err == nil || strings.Contains(err.Error(), "Evil") {
		t.Errorf("error %v, want one that does not show the value", err)
	}
}

func TestSecretsDoNotPrint(t *testing.T) {
	c := Credentials{Username: "u", Password: "hunter2", Token: "hunter2"}
	for _, s := range []string{fmt.Sprint(c), fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%q", c.Password), fmt.Sprint(c.Password)} {
		if strings.Contains(s, "hunter2") {
			t.Errorf("printed: %s", s)
		}
	}
	for name, hidden := range map[string]bool{"Authorization": true, "cookie": true, "X-Api-Key": true, "X-Auth-Token": true, "Accept": false} {
		if shown := (Field{Name: name, Value: "v"}).Shown(); (shown != "v") != hidden {
			t.Errorf("%s shows as %q", name, shown)
		}
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := parseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
