package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// codeService answers a number to a code of the right form, and counts what else
// it is asked.
type codeService struct {
	mu     sync.Mutex
	answer int // 0: refuses everything
	asked  map[string]int
}

var codeForm = regexp.MustCompile(`^[A-Z]{3}-[0-9]{4}$`)

func (c *codeService) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked[r.Method+" "+r.URL.Path]++
	w.Header().Set("Content-Type", "application/json")
	var in struct{ Code string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	switch {
	case r.URL.Path == "/login":
		fmt.Fprint(w, `{"access_token":"the-token-of-login","token_type":"bearer"}`)
	case r.URL.Path == "/secret" && r.Header.Get("Authorization") != "Bearer the-token-of-login":
		w.WriteHeader(http.StatusUnauthorized)
	case c.answer > 0 && codeForm.MatchString(in.Code):
		fmt.Fprintf(w, `{"n":%d}`, c.answer)
	default:
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
}

func codeTarget(t *testing.T, answer int) (*codeService, string) {
	t.Helper()
	c := &codeService{answer: answer, asked: map[string]int{}}
	srv := httptest.NewServer(c)
	t.Cleanup(srv.Close)
	return c, srv.URL
}

const codeBody = `"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["code"],"properties":{"code":{"type":"string","pattern":"^[A-Z]{3}-[0-9]{4}$"}}}}}},"responses":{"200":{"description":"ok"}}`

func documentFile(t *testing.T, paths string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "openapi.json")
	text := `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{` + paths + `},"components":{"securitySchemes":{"b":{"type":"http","scheme":"bearer"}}}}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// F08: services that differ on every valid request are not the same; and where A
// refuses all that is ordinary, nothing is shown.
func TestVerifyOpenAPIComparesValidRequests(t *testing.T) {
	doc := documentFile(t, `"/code":{"post":{`+codeBody+`}}`)
	_, one := codeTarget(t, 1)
	_, two := codeTarget(t, 2)
	_, never := codeTarget(t, 0)
	code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+one, "b="+two, "--openapi", doc, "-n", "20", "-q")
	if code != cli.ExitParity || !strings.Contains(stdout, "value of $.n") && !strings.Contains(stdout, "$.n") {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
	code, stdout, stderr, _ = verifyIn(t, t.Context(), "a="+one, "b="+one, "--openapi", doc, "-n", "5", "-q")
	if code != 0 || !strings.HasPrefix(stdout, "SAME") {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
	for _, format := range []string{"text", "markdown"} {
		code, stdout, stderr, _ = verifyIn(t, t.Context(), "a="+never, "b="+never, "--openapi", doc, "-n", "5", "-q", "--format", format)
		if code != cli.ExitInconclusive || !strings.Contains(stdout, "examples in the document") {
			t.Errorf("exit %d: %s %s", code, stdout, stderr)
		}
	}
	code, _, _, p := verifyIn(t, t.Context(), "a="+never, "b="+never, "--openapi", doc, "-n", "5", "-q", "--format", "json")
	if code != cli.ExitInconclusive || p.Same || len(p.Unshown) != 1 || p.Unshown[0] != "post-code" {
		t.Errorf("exit %d: %+v", code, p)
	}
}

// F01, F08: where A answers nothing at all, that is said, and not that it refuses
// what is ordinary.
func TestVerifyOfATargetThatAnswersNothingSaysWhy(t *testing.T) {
	closing := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer closing.Close()
	doc := documentFile(t, `"/code":{"post":{`+codeBody+`}}`)
	code, stdout, stderr, p := verifyIn(t, t.Context(), "a="+closing.URL, "b="+closing.URL, "--openapi", doc, "-n", "3", "-q", "--format", "json")
	warnings := strings.Join(p.Warnings, "\n")
	if code != cli.ExitInconclusive || !strings.Contains(warnings, "a answered none of the requests: connection closed before") ||
		!strings.Contains(warnings, "b answered none") || strings.Contains(warnings, "examples in the document") {
		t.Errorf("exit %d: %s %s", code, stdout, stderr)
	}
}

// F08: a scenario may mean its requests to be refused, and says so.
func TestVerifyTakesRefusalsThatAreMeant(t *testing.T) {
	_, never := codeTarget(t, 0)
	for expect, want := range map[string]int{"[422]": 0, "[200]": cli.ExitInconclusive} {
		file := filepath.Join(t.TempDir(), "s.yaml")
		if err := os.WriteFile(file, []byte("requests: [{name: bad, path: /code, body: {json: {}}, expect: {status: "+expect+"}}]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+never, "b="+never, "--scenario", file, "-n", "2", "-q"); code != want {
			t.Errorf("%s: exit %d, want %d: %s %s", expect, code, want, stdout, stderr)
		}
	}
}

// F09: nobody logs in where the document asks for no token; where it does, its own
// login is used, whatever the token is called.
func TestVerifyLogsInAsTheDocumentSays(t *testing.T) {
	t.Setenv("MLBENCH_USERNAME", "someone")
	t.Setenv("MLBENCH_PASSWORD", "a password")
	const login = `,"/login":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object","required":["username","password"],"properties":{"username":{"type":"string"},"password":{"type":"string"}}}}}},
	 "responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object","properties":{"access_token":{"type":"string"}}}}}}}}}`
	for name, tt := range map[string]struct {
		paths string
		login bool // by mlbench, not as an operation to verify
		code  int
	}{
		"no security":               {`"/code":{"post":{` + codeBody + `}}`, false, 0},
		"security and a login":      {`"/secret":{"post":{"security":[{"b":[]}],` + codeBody + `}}` + login, true, 0},
		"security and no login":     {`"/secret":{"post":{"security":[{"b":[]}],` + codeBody + `}}`, false, cli.ExitInconclusive},
		"a parameter authorization": {`"/secret":{"post":{"parameters":[{"name":"authorization","in":"header","required":true,"schema":{"type":"string"}}],` + codeBody + `}}` + login, true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			c, url := codeTarget(t, 1)
			code, stdout, stderr, _ := verifyIn(t, t.Context(), "a="+url, "b="+url, "--openapi", documentFile(t, tt.paths), "-n", "2", "--edge-cases=false")
			asked := c.asked["POST /login"]
			want := 0
			if tt.login {
				want = 2 + 2*3 // a login for each target, and two requests of the class, three times each
			}
			if code != tt.code || asked != want {
				t.Errorf("exit %d, %d logins: %s %s", code, asked, stdout, stderr)
			}
			if tt.code != 0 && !strings.Contains(stderr, "set MLBENCH_TOKEN") {
				t.Errorf("no remedy: %s", stderr)
			}
		})
	}
}
