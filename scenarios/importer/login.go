package importer

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// recordedLogin recognises the request that got the token of the others, and
// takes it out.
func recordedLogin(d *draft.Scenario, all []exchange) []exchange {
	if !slices.ContainsFunc(all, func(x exchange) bool {
		return slices.ContainsFunc(x.headers, func(f targets.Field) bool { return draft.IsBearer(f.Name, f.Value) })
	}) {
		return all
	}
	for _, x := range all {
		l := loginOf(d, x)
		if l == nil {
			continue
		}
		d.Login = l
		path := pathOf(x.url)
		return slices.DeleteFunc(all, func(y exchange) bool { return y.method == x.method && pathOf(y.url) == path })
	}
	return all
}

// loginOf is nil for what is no login.
func loginOf(d *draft.Scenario, x exchange) *draft.Login {
	body, _ := draft.ReadJSON(x.body)
	object, ok := body.(example.Pairs)
	if x.method != http.MethodPost || !ok {
		return nil
	}
	user := draft.Among(draft.UserNames, object.HasText)
	password := draft.Among(draft.PasswordNames, object.HasText)
	if user == "" || password == "" {
		return nil
	}
	answer, _ := draft.ReadJSON(x.answer)
	token := tokenField(answer, 2)
	if token == "" {
		return nil
	}
	var others example.Pairs
	for _, p := range object {
		if p.Key != user && p.Key != password {
			name := ""
			if draft.SecretName(p.Key) {
				name = p.Key
			}
			others = append(others, example.Pair{Key: p.Key, Value: d.Vault.Value(p.Value, name)})
		}
	}
	path := pathOf(x.url)
	if draft.SecretForms.MatchString(path) || (&draft.Vault{}).Path(path) != path {
		return nil // a login's path takes no variables
	}
	return &draft.Login{
		About:  []string{"The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD."},
		Method: x.method, Path: path, Token: token, Body: draft.LoginBody("json", user, password, others),
	}
}

// tokenField finds the field of an answer that is the token: token, or
// data.access_token.
func tokenField(v any, levels int) string {
	object, ok := v.(example.Pairs)
	if !ok || levels == 0 {
		return ""
	}
	if name := draft.Among(targets.TokenNames(), object.HasText); name != "" {
		return name
	}
	for _, p := range object {
		if inner := tokenField(p.Value, levels-1); inner != "" && !strings.Contains(p.Key, ".") && p.Key != "" {
			return fmt.Sprintf("%s.%s", p.Key, inner)
		}
	}
	return ""
}
