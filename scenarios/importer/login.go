package importer

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
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
func loginBody(form, user, password string, others example.Pairs) *draftBody {
	if form == "json" && user == "username" && password == "password" && len(others) == 0 {
		return nil
	}
	fields := example.Pairs{
		{Key: user, Value: "${MLBENCH_USERNAME}"},
		{Key: password, Value: "${MLBENCH_PASSWORD}"},
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
	object, ok := body.(example.Pairs)
	if x.method != http.MethodPost || !ok {
		return nil
	}
	user := among(userNames, object.HasText)
	password := among(passwordNames, object.HasText)
	if user == "" || password == "" {
		return nil
	}
	answer, _ := readJSON(x.answer)
	token := tokenField(answer, 2)
	if token == "" {
		return nil
	}
	var others example.Pairs
	for _, p := range object {
		if p.Key != user && p.Key != password {
			name := ""
			if secretName(p.Key) {
				name = p.Key
			}
			others = append(others, example.Pair{Key: p.Key, Value: d.vault.value(p.Value, name)})
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
	object, ok := v.(example.Pairs)
	if !ok || levels == 0 {
		return ""
	}
	if name := among(tokenNames, object.HasText); name != "" {
		return name
	}
	for _, p := range object {
		if inner := tokenField(p.Value, levels-1); inner != "" && !strings.Contains(p.Key, ".") && p.Key != "" {
			return fmt.Sprintf("%s.%s", p.Key, inner)
		}
	}
	return ""
}
