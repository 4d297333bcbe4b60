package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
)

// shopOf is a scenario of users with accounts in a file.
func shopOf(t *testing.T, per string) *Scenario {
	t.Helper()
	dir := t.TempDir()
	text := "name,password\n"
	for i := range 5 {
		text += fmt.Sprintf("user-%d,${secret}-%d\n", i, i)
	}
	if err := os.WriteFile(filepath.Join(dir, "accounts.csv"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := Parse([]byte(`
data: {accounts: {file: accounts.csv}}
load: {connections: 4, requests: 10}
login: {per: `+per+`, path: /in, body: {json: {user: {$row: {from: accounts, column: name}}, password: {$row: {from: accounts, column: password}}, client: "${MLBENCH_USERNAME}"}}}
requests:
  - {name: a, path: /a, auth: bearer}
  - {name: b, path: /b}
  - {name: c, path: /c, auth: bearer, headers: {X: 1}}
objectives: ["login:p95<1s"]
`), filepath.Join(dir, "shop.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return sc
}

func TestUsersAreCompiled(t *testing.T) {
	for per, logins := range map[string]int{"worker": 4, "journey": 2000} {
		sc := shopOf(t, per)
		o := CompileOptions{Target: target(t, "http://127.0.0.1:1"), Token: "everybodys", Accounts: &targets.Credentials{Username: "admin", Password: "p"}}
		plan, err := Compile(sc, o)
		if err != nil {
			t.Fatal(err)
		}
		if len(plan.Login.Pool) != logins || plan.PerJourney != (per == "journey") || plan.Cookies {
			t.Errorf("%s: %d logins, per journey %v", per, len(plan.Login.Pool), plan.PerJourney)
		}
		for k := range plan.Login.Pool {
			want := fmt.Sprintf(`{"user":"user-%d","password":"${secret}-%d","client":"admin"}`, k%5, k%5)
			if got := string(plan.Login.Pool[k].Body); got != want || plan.Login.Pool[k].Target != "/in" || plan.Login.Pool[k].Method != "POST" {
				t.Fatalf("%s: login %d sends %s, want %s", per, k, got, want)
			}
		}
		body := plan.Login.Pool[0].Body
		if got := plan.Redact("no user has ${secret}-0", plan.Credentials(body)...); got != "no user has "+send.Hidden {
			t.Errorf("%s: an answer that repeats the account is shown as %q", per, got)
		}
		for i, want := range []bool{true, false, true} {
			if c := plan.Classes[i]; c.Token != want || strings.Contains(string(c.Pool[0].AppendHead(nil)), "Authorization") {
				t.Errorf("%s: %s has the token %v, want %v: %s", per, c.Name, c.Token, want, c.Pool[0].AppendHead(nil))
			}
		}
		captured := map[string]string{}
		if err := plan.Login.Check(&loadgen.Answer{Body: []byte(`{"access_token":"t"}`), Captured: captured}); err != nil || captured["Authorization"] != "Bearer t" {
			t.Errorf("%v, %v", captured, err)
		}
		for _, body := range []string{"", "[]", `{"user":"x"}`, `{"token":""}`} {
			if err := plan.Login.Check(&loadgen.Answer{Body: []byte(body), Captured: captured}); err == nil {
				t.Errorf("the answer %q is a login", body)
			}
		}
		// A header that is given goes before the login's.
		o.Headers = []targets.Field{{Name: "authorization", Value: "mine"}}
		if plan, err = Compile(sc, o); err != nil || plan.Classes[0].Token {
			t.Errorf("%v: the login's token goes before the header that is given", err)
		}
		// Without accounts the token is everybody's.
		o.Headers, o.Accounts = nil, nil
		if plan, err = Compile(sc, o); err != nil || plan.Login != nil || !strings.Contains(string(plan.Classes[0].Pool[0].AppendHead(nil)), "Bearer everybodys") {
			t.Errorf("%v, %+v", err, plan.Login)
		}
		o.Override.Rate = 5
		if _, err = Compile(sc, o); (err != nil) != (per == "worker") {
			t.Errorf("%s in an open model: %v", per, err)
		}
	}
}

// More clients than accounts share them, and are told so; a login whose credentials
// nobody set is none, if it is optional.
func TestFewAccounts(t *testing.T) {
	sc := shopOf(t, "worker")
	var notes []string
	o := CompileOptions{
		Target: target(t, "http://127.0.0.1:1"), Accounts: &targets.Credentials{Username: "admin"}, PoolSize: 1,
		Override: Overrides{Connections: connections{Most: 12}}, Note: func(n string) { notes = append(notes, n) },
	}
	plan, err := Compile(sc, o)
	if err != nil || len(plan.Login.Pool) != 10 || len(notes) != 1 || notes[0] != "12 clients share 10 logins" {
		t.Errorf("%v: %d logins, %q", err, len(plan.Login.Pool), notes)
	}
	o.Accounts = &targets.Credentials{}
	if _, err := Compile(sc, o); !errors.Is(err, targets.ErrCredentials) {
		t.Errorf("%v, want what to set", err)
	}
	sc.Login.Optional = true
	if plan, err = Compile(sc, o); err != nil || plan.Login != nil || !strings.Contains(notes[len(notes)-1], "no login") {
		t.Errorf("%v, %q", err, notes)
	}
}

func TestFirstLoginIsThatOfTheFirstUser(t *testing.T) {
	var seen []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct{ User, Password string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		seen = append(seen, body.User+" "+body.Password)
		fmt.Fprintf(w, `{"token":"of-%s"}`, body.User)
	}))
	defer srv.Close()
	sc, set := shopOf(t, "worker"), targets.CredentialSettings{Username: "admin", Password: "p"}
	at := target(t, srv.URL)
	plan, err := Compile(sc, CompileOptions{Target: at, Accounts: &targets.Credentials{Username: "admin", Password: "p"}})
	if err != nil {
		t.Fatal(err)
	}
	token, note, err := sc.FirstLogin(t.Context(), at, set, plan)
	if err != nil || note != "" || token != "of-user-0" || fmt.Sprint(seen) != "[user-0 ${secret}-0]" {
		t.Errorf("%q, %q, %v after %q", token, note, err, seen)
	}
	// As is that of who knows no users.
	if token, _, err = sc.Token(t.Context(), at, set); err != nil || token != "of-user-0" {
		t.Errorf("%q, %v", token, err)
	}
}

func TestCookiesAreCompiled(t *testing.T) {
	sc, err := Parse([]byte(`
cookies: keep
login: {per: journey, body: {form: {user: a}}}
requests: [{name: a, path: /a}]
`), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	o := CompileOptions{Target: target(t, "http://127.0.0.1:1"), Accounts: &targets.Credentials{}}
	plan, err := Compile(sc, o)
	if err != nil || !plan.Cookies || plan.Login == nil || plan.Login.Check != nil || len(plan.Login.Expect) != 200 || plan.Classes[0].Token {
		t.Errorf("%v: %+v", err, plan)
	}
	o.Headers = []targets.Field{{Name: "cookie", Value: "a=1"}}
	if _, err = Compile(sc, o); !errors.Is(err, errCookies) {
		t.Errorf("%v, want %v", err, errCookies)
	}
}

func TestCredentialsOfBodies(t *testing.T) {
	for body, want := range map[string]string{
		`{"user":"ada lovelace","pin":12345,"n":{"list":["hunter22"]},"x":"abc"}`: "12345 abc ada lovelace hunter22",
		"username=ada&password=a+long%20one":                                      "a long one ada",
		"":                                                                        "",
	} {
		got := credentialsOf([]byte(body))
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %s", body, got, want)
		}
	}
}
