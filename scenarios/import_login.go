package scenarios

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// Names by which logins are known, the likeliest first.
var (
	userNames     = []string{"username", "user", "email", "login", "user_name", "userName", "name"}
	passwordNames = openapi.PasswordNames()
	tokenNames    = targets.TokenNames()
)

// among is the first of names that has holds, or empty.
func among(names []string, has func(string) bool) string {
	i := slices.IndexFunc(names, has)
	if i < 0 {
		return ""
	}
	return names[i]
}

// loginBody puts references to the credentials into a login's body; nil, if the
// default body is the same.
func loginBody(form, user, password string, others pairs) *draftBody {
	if form == "json" && user == "username" && password == "password" && len(others) == 0 {
		return nil
	}
	fields := pairs{
		{key: user, value: "${MLBENCH_USERNAME}"},
		{key: password, value: "${MLBENCH_PASSWORD}"},
	}
	return &draftBody{form: form, value: append(fields, others...)}
}

// recordedLogin recognises the request that got the token of the others, and
// takes it out.
func (d *draft) recordedLogin(all []exchange) []exchange {
	if !slices.ContainsFunc(all, func(x exchange) bool {
		return slices.ContainsFunc(x.headers, func(f targets.Field) bool { return isBearer(f.Name, f.Value) })
	}) {
		return all
	}
	for _, x := range all {
		l := d.loginOf(x)
		if l == nil {
			continue
		}
		d.login = l
		path := pathOf(x.url)
		return slices.DeleteFunc(all, func(y exchange) bool { return y.method == x.method && pathOf(y.url) == path })
	}
	return all
}

// loginOf is nil for what is no login.
func (d *draft) loginOf(x exchange) *draftLogin {
	body, _ := readJSON(x.body)
	object, ok := body.(pairs)
	if x.method != http.MethodPost || !ok {
		return nil
	}
	user := among(userNames, object.hasText)
	password := among(passwordNames, object.hasText)
	if user == "" || password == "" {
		return nil
	}
	answer, _ := readJSON(x.answer)
	token := tokenField(answer, 2)
	if token == "" {
		return nil
	}
	var others pairs
	for _, p := range object {
		if p.key != user && p.key != password {
			name := ""
			if secretName(p.key) {
				name = p.key
			}
			others = append(others, pair{key: p.key, value: d.vault.value(p.value, name)})
		}
	}
	path := pathOf(x.url)
	if secretForms.MatchString(path) || (&vault{}).path(path) != path {
		return nil // a login's path takes no variables
	}
	return &draftLogin{
		about:  []string{"The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD."},
		method: x.method, path: path, token: token, body: loginBody("json", user, password, others),
	}
}

// tokenField finds the field of an answer that is the token: token, or
// data.access_token.
func tokenField(v any, levels int) string {
	object, ok := v.(pairs)
	if !ok || levels == 0 {
		return ""
	}
	if name := among(tokenNames, object.hasText); name != "" {
		return name
	}
	for _, p := range object {
		if inner := tokenField(p.value, levels-1); inner != "" && !strings.Contains(p.key, ".") && p.key != "" {
			return fmt.Sprintf("%s.%s", p.key, inner)
		}
	}
	return ""
}
