package scenarios

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
)

// redactor hides secrets in what a target answers, in whichever form it may
// repeat them.
type redactor struct {
	whole   *strings.Replacer
	secrets []string // longest first
	all     bool     // there are more secrets than it knows: it hides everything
}

// Redactor hides secrets in texts, in whichever form these have them.
func Redactor(secrets ...string) func(string) string { return (&values{}).redactor(secrets...).Replace }

func (v *values) redactor(more ...string) *redactor {
	for s := range v.seen {
		more = append(more, s)
	}
	r := &redactor{all: v.tooMany}
	for _, s := range more {
		html, _ := json.Marshal(s) // a string always encodes; <, > and & by number
		r.secrets = append(r.secrets, s, jsonEscape(s), string(html[1:len(html)-1]), asciiEscape(s), url.QueryEscape(s), url.PathEscape(s))
	}
	slices.SortFunc(r.secrets, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	r.secrets = slices.DeleteFunc(slices.Compact(r.secrets), func(s string) bool { return s == "" })
	var pairs []string
	for _, s := range r.secrets {
		pairs = append(pairs, s, send.Hidden)
	}
	r.whole = strings.NewReplacer(pairs...)
	return r
}

// asciiEscape is jsonEscape as Python writes it: characters beyond ASCII by
// number.
func asciiEscape(s string) string {
	var out strings.Builder
	for _, c := range jsonEscape(s) {
		if c < 0x80 {
			out.WriteRune(c)
			continue
		}
		for _, u := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&out, "\\u%04x", u)
		}
	}
	return out.String()
}

// Replace hides secrets, also the beginning of one that a message cuts off.
func (r *redactor) Replace(s string) string {
	const cut = "…"
	if r.all && s != "" {
		return send.Hidden
	}
	s = r.whole.Replace(s)
	if !strings.Contains(s, cut) {
		return s
	}
	parts := strings.Split(s, cut)
	for i := range parts[:len(parts)-1] {
		parts[i] = r.withoutPart(parts[i])
	}
	return strings.Join(parts, cut)
}

// withoutPart hides the beginning of a secret at the end of s, if it is long
// enough to be no chance.
func (r *redactor) withoutPart(s string) string {
	const shortest = 3
	for _, secret := range r.secrets {
		for n := min(len(secret)-1, len(s)); n >= shortest; n-- {
			if strings.HasSuffix(s, secret[:n]) {
				return s[:len(s)-n] + send.Hidden
			}
		}
	}
	return s
}

// redactChecks hides secrets in what a finished plan, and its checks, quote of
// answers.
func (v *values) redactChecks(plan *loadgen.Plan) {
	secrets := v.redactor()
	if known := slices.Collect(maps.Keys(v.seen)); len(known) > 0 || plan.Login != nil || plan.Cookies || plan.HasJourneys() {
		plan.Redact = func(text string, more ...string) string {
			more = hidable(more)
			if len(more) == 0 {
				return secrets.Replace(text)
			}
			return Redactor(slices.Concat(known, more)...)(text)
		}
	}
	for i := range plan.Classes {
		if check := plan.Classes[i].Check; check != nil && len(v.seen) > 0 {
			plan.Classes[i].Check = func(a *loadgen.Answer) error {
				err := check(a)
				if a.Unmet != nil {
					a.Unmet = redactedError{a.Unmet, secrets}
				}
				if err != nil {
					return redactedError{err, secrets}
				}
				return nil
			}
		}
	}
}

// hidable are the values, captured or of a login, that are long enough to be tokens
// or passwords: shorter ones are in too many words.
func hidable(values []string) (out []string) {
	for _, value := range values {
		if text := plainText(value); len(text) >= leastHidden {
			out = append(out, text)
		}
	}
	return out
}

// leastHidden is the length of the shortest value that is hidden wherever it is.
const leastHidden = 5

// redactedError is an error that is redacted when it is shown: of thousands of
// failed checks one is.
type redactedError struct {
	error
	secrets *redactor
}

func (e redactedError) Error() string { return e.secrets.Replace(e.error.Error()) }
