package targets

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// secretVariable finds environment variables whose names promise a secret.
var secretVariable = regexp.MustCompile(`(?i)(^|_)([a-z0-9]*(key|token|secret|passw(or)?d|passphrase|pass|credentials?))(_|$)`)

// secretValues hides, in what a process wrote, the secrets that it was given by
// its environment: crashing servers like to print their settings. Of addresses
// it hides the password. Nil if there are none.
func secretValues(env []string) *strings.Replacer {
	const least = 6 // shorter ones are part of many words
	var values []string
	for _, e := range env {
		name, value, _ := strings.Cut(e, "=")
		if secretVariable.MatchString(name) {
			values = append(values, value)
		}
		if u, err := url.Parse(value); err == nil {
			password, _ := u.User.Password()
			values = append(values, password, url.QueryEscape(password), url.PathEscape(password))
		}
	}
	values = slices.DeleteFunc(values, func(v string) bool { return len(v) < least })
	// Of two that begin alike the longer one is hidden whole.
	slices.SortFunc(values, func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	var pairs []string
	for _, v := range slices.Compact(values) {
		pairs = append(pairs, v, redacted)
	}
	if pairs == nil {
		return nil
	}
	return strings.NewReplacer(pairs...)
}
