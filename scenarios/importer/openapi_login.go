package importer

import (
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// documentedLogin recognises the operation that gives a token for a name and a
// password; nil, if this is none.
func documentedLogin(op openapi.Operation) *draft.Login {
	if op.Method != http.MethodPost || op.Body == nil {
		return nil
	}
	form := "json"
	switch {
	case openapi.IsJSON(op.Body.MediaType):
	case strings.HasPrefix(op.Body.MediaType, draft.FormMedia):
		form = "form"
	default:
		return nil
	}
	has := func(name string) bool {
		p := op.Body.Schema.Properties[name]
		return p != nil && p.Allows("string")
	}
	user, password := draft.Among(draft.UserNames, has), draft.Among(draft.PasswordNames, has)
	if user == "" || password == "" || strings.Contains(op.Path, "{") {
		return nil
	}
	token := ""
	if givesToken(op) {
		token = "access_token" // by the standard of OAuth 2, whatever is documented
	}
	for _, answer := range op.Responses {
		if answer.Status >= 200 && answer.Status < 300 && answer.Schema != nil && token == "" {
			token = tokenProperty(answer.Schema, 2)
		}
	}
	if token == "" {
		return nil
	}
	var others example.Pairs
	for _, name := range op.Body.Schema.Required {
		if name != user && name != password && op.Body.Schema.Properties[name] != nil {
			others = append(others, example.Pair{Key: name, Value: (&draft.Vault{}).Value(example.Constant(op.Body.Schema.Properties[name]), "")})
		}
	}
	return &draft.Login{
		About: []string{"The credentials come from MLBENCH_USERNAME and MLBENCH_PASSWORD, or a token from MLBENCH_TOKEN. " +
			"Without them, only the bundled servers of mlbench get a login, the published one."},
		Method: op.Method, Path: op.Base + op.Path, Token: token, Body: draft.LoginBody(form, user, password, others),
	}
}

// givesToken says whether security schemes name the operation as the one that
// gives their tokens.
func givesToken(op openapi.Operation) bool {
	return slices.ContainsFunc(op.TokenURLs, func(at string) bool {
		u, err := url.Parse(at)
		return err == nil && path.Clean("/"+u.Path) == path.Clean(op.Path)
	})
}

// tokenProperty is tokenField for a schema.
func tokenProperty(s *openapi.Schema, levels int) string {
	if levels == 0 {
		return ""
	}
	name := draft.Among(targets.TokenNames(), func(name string) bool {
		p := s.Properties[name]
		return p != nil && p.Allows("string")
	})
	if name != "" {
		return name
	}
	for _, key := range slices.Sorted(maps.Keys(s.Properties)) {
		if inner := tokenProperty(s.Properties[key], levels-1); inner != "" && key != "" && !strings.Contains(key, ".") {
			return key + "." + inner
		}
	}
	return ""
}

// DocumentedLogin is a scenario with the login that the document describes, for
// requests that ask for a token; nil, if it describes none.
func DocumentedLogin(ops []openapi.Operation) (*scenarios.Scenario, error) {
	_, l := loginOperation(ops)
	if l == nil {
		return nil, nil
	}
	w := draft.Writer{}
	w.Login(l)
	w.Line(2, "optional: true")
	w.Line(0, "requests: [{name: any, path: /, auth: bearer}]")
	return scenarios.Parse(w.Buf.Bytes(), "openapi.yaml")
}

// loginOperation is the likeliest operation that gives tokens, and its index; -1,
// if there is none.
func loginOperation(ops []openapi.Operation) (at int, login *draft.Login) {
	at = -1
	for i, op := range ops {
		if l := documentedLogin(op); l != nil && (login == nil || l.Path < login.Path) {
			at, login = i, l
		}
	}
	return at, login
}
