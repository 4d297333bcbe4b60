package draft

import (
	"slices"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// Names by which logins are known, the likeliest first.
var (
	UserNames     = []string{"username", "user", "email", "login", "user_name", "userName", "name"}
	PasswordNames = openapi.PasswordNames()
)

// Among is the first of names that has holds, or empty.
func Among(names []string, has func(string) bool) string {
	i := slices.IndexFunc(names, has)
	if i < 0 {
		return ""
	}
	return names[i]
}

// LoginBody puts references to the credentials into a login's body; nil, if the
// default body is the same.
func LoginBody(form, user, password string, others example.Pairs) *Body {
	if form == "json" && user == "username" && password == "password" && len(others) == 0 {
		return nil
	}
	fields := example.Pairs{
		{Key: user, Value: "${MLBENCH_USERNAME}"},
		{Key: password, Value: "${MLBENCH_PASSWORD}"},
	}
	return &Body{Form: form, Value: append(fields, others...)}
}
