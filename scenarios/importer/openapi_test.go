package importer

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"mvdan.cc/sh/v3/syntax"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets/strict"
)

// Bodies that are generated meet the schemas that they are generated from, as
// another reader of schemas sees it.
func TestOpenAPIBodiesMeetTheirSchemas(t *testing.T) {
	for _, name := range documents {
		raw := readTest(t, "../openapi/testdata/"+name)
		doc, err := strict.Parse(raw, name)
		if err != nil {
			t.Fatal(err)
		}
		c := jsonschema.NewCompiler()
		c.DefaultDraft(jsonschema.Draft2020)
		c.AssertFormat()
		if err := c.AddResource(name, doc.Root.Plain()); err != nil {
			t.Fatal(err)
		}
		text, err := FromOpenAPI(raw, Options{})
		if err != nil {
			t.Fatal(err)
		}
		sc, err := scenarios.Parse(text, "x.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sc.Env = os.LookupEnv
		bodies, checked := importertest.Wires(t, text, 50), 0
		ops, _, err := openapi.Load(raw)
		if err != nil {
			t.Fatal(err)
		}
		for _, op := range ops {
			for _, r := range sc.Requests {
				if r.Body == nil || r.Body.JSON == nil || r.Method != op.Method || !sameRoute(op.Base+op.Path, r.Path) {
					continue
				}
				at := name + "#/paths/" + strings.ReplaceAll(op.Path, "/", "~1") + "/post/requestBody/content/application~1json/schema"
				if op.Path == "/score/{customer}" {
					at = name + "#/components/schemas/Score"
				}
				schema, err := c.Compile(strings.NewReplacer("{", "%7B", "}", "%7D").Replace(at))
				if err != nil {
					t.Fatal(err)
				}
				for _, body := range bodies[r.Name] {
					v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
					if err == nil {
						err = schema.Validate(v)
					}
					if err != nil {
						t.Errorf("%s: %s does not take %s: %v", name, r.Name, body, err)
						break
					}
					checked++
				}
			}
		}
		if checked < 50 {
			t.Errorf("%s: only %d bodies checked", name, checked)
		}
	}
}

// sameRoute says whether the path fits the template.
func sameRoute(template, path string) bool {
	path, _, _ = strings.Cut(path, "?")
	a, b := strings.Split(template, "/"), strings.Split(path, "/")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && !strings.HasPrefix(a[i], "{") {
			return false
		}
	}
	return true
}

// What no request can be made of is left out with its reason, not guessed.
func TestOpenAPILeavesOut(t *testing.T) {
	body := func(schema string) string {
		return `{"openapi":"3.1.0","paths":{"/ok":{"get":{}},"/x":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":` + schema + `}}}}}}}`
	}
	for _, tt := range []struct{ schema, want string }{
		{`{"type":"string","pattern":"^(?=a)b$"}`, "no text could be made up"},
		{`{"type":"string","minLength":100000000}`, "no text could be made up"},
		{`{"type":"integer","minimum":3,"maximum":2}`, "allow no whole number"},
		{`{"type":"number","minimum":3,"maximum":2}`, "allow no number"},
		{`{"type":"array","items":{"type":"string"},"minItems":1000000}`, "too large"},
		{`{"type":"array","items":{"type":"number"},"minItems":1000000000}`, "too large"},
		{`{"type":"object","required":["user","password"],"properties":{"user":{"type":"string"},"password":{"type":"string"}}}`, "no token that is known"},
	} {
		text, err := FromOpenAPI([]byte(body(tt.schema)), Options{})
		if err != nil {
			t.Errorf("%s: %v", tt.schema, err)
			continue
		}
		// Comments are wrapped: compare words.
		words := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "#", "")), " ")
		if !strings.Contains(words, "POST /x:") || !strings.Contains(words, tt.want) {
			t.Errorf("%s: %s, want %q", tt.schema, words, tt.want)
		}
		if bytes.Contains(text, []byte("path: /x\n")) {
			t.Errorf("%s: /x is there", tt.schema)
		}
	}
}

// A login is recognised by what it takes and gives, wherever it is.
func TestOpenAPILogins(t *testing.T) {
	doc := `{"openapi":"3.0.0","servers":[{"url":"/api"}],"components":{"securitySchemes":{"b":{"type":"http","scheme":"bearer"}}},"paths":{
	"/me":{"get":{"security":[{"b":[]}]}},
	"/session":{"post":{"requestBody":{"content":{"application/json":{"schema":{"required":["email","password","realm"],"properties":{"email":{"type":"string"},"password":{"type":"string"},"realm":{"type":"string","enum":["${x}"]}}}}}},
	 "responses":{"201":{"content":{"application/json":{"schema":{"properties":{"data":{"properties":{%q:{"type":"string"}}}}}}}}}}}}}`
	sc := func(token string) (*scenarios.Scenario, string) {
		text, err := FromOpenAPI([]byte(fmt.Sprintf(doc, token)), Options{})
		if err != nil {
			t.Fatal(err)
		}
		sc, err := scenarios.Parse(text, "x.yaml")
		if err != nil {
			t.Fatal(err)
		}
		sc.Env = os.LookupEnv
		return sc, string(text)
	}
	with, text := sc("access_token")
	if l := with.Login; l == nil || l.Path != "/api/session" || l.Token != "data.access_token" || len(with.Requests) != 1 || with.Requests[0].Auth != scenarios.Bearer {
		t.Fatal(text)
	}
	want := `{"email":"${MLBENCH_USERNAME}","password":"${MLBENCH_PASSWORD}","realm":"$${x}"}`
	if got := with.LoginRequest().Body; got != want {
		t.Errorf("login sends %s, want %s", got, want)
	}
	if login := oauthForm(t); login.Path != "/token" || login.Token != "access_token" {
		t.Errorf("login %+v", login)
	}
	without, text := sc("number")
	if without.Login != nil || !strings.Contains(text, "MLBENCH_TOKEN") || !strings.Contains(text, "POST /api/session") {
		t.Error(text)
	}
}

// oauthForm is the login of FastAPI's OAuth2PasswordBearer(tokenUrl="token"),
// whose answer it does not document.
func oauthForm(t *testing.T) *scenarios.Login {
	t.Helper()
	text, err := FromOpenAPI([]byte(`{"openapi":"3.1.0","paths":{
	"/me":{"get":{"security":[{"OAuth2PasswordBearer":[]}]}},
	"/token":{"post":{"requestBody":{"required":true,"content":{"application/x-www-form-urlencoded":{"schema":{"$ref":"#/components/schemas/Body"}}}},
	 "responses":{"200":{"content":{"application/json":{"schema":{}}}}}}}},
	"components":{"schemas":{"Body":{"type":"object","required":["username","password"],"properties":{
	 "grant_type":{"anyOf":[{"type":"string","pattern":"^password$"},{"type":"null"}]},"username":{"type":"string"},"password":{"type":"string","format":"password"},
	 "scope":{"type":"string","default":""}}}},
	 "securitySchemes":{"OAuth2PasswordBearer":{"type":"oauth2","flows":{"password":{"scopes":{},"tokenUrl":"token"}}}}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	sc, err := scenarios.Parse(text, "x.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	if sc.Login == nil || len(sc.Requests) != 1 {
		t.Fatalf("%s", text)
	}
	want := "username=${MLBENCH_USERNAME}&password=${MLBENCH_PASSWORD}"
	if l := sc.LoginRequest(); l.Body != want || l.ContentType != draft.FormMedia {
		t.Errorf("login sends %s as %s, want %s", l.Body, l.ContentType, want)
	}
	return sc.Login
}

// A23: a header parameter for the token is the token, as FastAPI documents
// handlers that read the header themselves.
func TestOpenAPIHeaderAuthorizationIsTheToken(t *testing.T) {
	for parameter, want := range map[string]string{
		`{"name":"authorization","in":"header","required":true,"schema":{"type":"string"}}`:                              "auth: bearer",
		`{"name":"Authorization","in":"header","required":false,"schema":{"anyOf":[{"type":"string"},{"type":"null"}]}}`: "auth: bearer",
		`{"name":"authorization","in":"header","required":true,"schema":{"type":"string"},"example":"Bearer abc"}`:       "auth: bearer",
		`{"name":"authorization","in":"header","required":true,"schema":{"type":"string"},"example":"Basic abc="}`:       `Authorization: "Basic ${BASIC_AUTH}"`,
	} {
		text, err := FromOpenAPI([]byte(`{"openapi":"3.1.0","paths":{"/predict":{"post":{"parameters":[`+parameter+`],"requestBody":{"required":true,"content":{"application/json":{"schema":{"type":"object"}}}}}}}}`), Options{})
		if err != nil || !strings.Contains(strings.ToLower(string(text)), strings.ToLower(want)) {
			t.Errorf("%s: %v\n%s", parameter, err, text)
		}
	}
	text, err := FromOpenAPI([]byte(`{"openapi":"3.1.0","paths":{"/predict":{"post":{}},"/login":{"post":{"requestBody":{"content":{"application/json":{"schema":{"required":["username","password"],"properties":{"username":{"type":"string"},"password":{"type":"string"}}}}}}}}}}`), Options{})
	words := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "#", "")), " ")
	if err != nil || !strings.Contains(words, "give auth: bearer to the requests that need it") {
		t.Errorf("%v: %s", err, words)
	}
}

// F08: lists and objects are in the style that the document asks for; in forms a
// list is its name several times.
func TestOpenAPIParametersAreInTheirStyle(t *testing.T) {
	const list = `"required":true,"schema":{"type":"array","minItems":2,"items":{"type":"integer","enum":[3]}}`
	text, err := FromOpenAPI([]byte(`{"openapi":"3.1.0","paths":{
		"/a":{"get":{"parameters":[
			{"name":"form","in":"query",`+list+`},
			{"name":"pipe","in":"query","style":"pipeDelimited","explode":false,`+list+`},
			{"name":"deep","in":"query","style":"deepObject","required":true,"schema":{"type":"object","required":["x"],"properties":{"x":{"const":7}}}},
			{"name":"js","in":"query","required":true,"content":{"application/json":{"schema":{"const":"v w"}}}},
			{"name":"Accept","in":"header","required":true,"schema":{"const":"nothing/known"}}]}},
		"/f":{"post":{"requestBody":{"required":true,"content":{"application/x-www-form-urlencoded":{"schema":{"type":"object","required":["l"],"properties":{
			"l":{"type":"array","minItems":2,"items":{"type":"integer","enum":[3]}}}}}}}}}}}`), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"/a?form=3&form=3&pipe=3%7C3&deep%5Bx%5D=7&js=%22v+w%22"`, `l: ["3", "3"]`} {
		if !strings.Contains(string(text), want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
	if strings.Contains(string(text), "nothing/known") {
		t.Errorf("a parameter that is to be ignored:\n%s", text)
	}
}

// F24: numbers beyond 2^53 reach the wire as they are, and what may end ends.
func TestOpenAPIValuesAreExactAndEnd(t *testing.T) {
	for schema, want := range map[string]string{
		`{"type":"integer","minimum":9007199254740993,"maximum":9007199254740993}`:                                            `9007199254740993`,
		`{"enum":[18446744073709551615]}`:                                                                                     `18446744073709551615`,
		`{"type":"object","required":["a"],"properties":{"a":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}}}`: `{"a":[{"children":[],"v":`,
	} {
		importer, verify, why := made(t, bodySchema("3.1.0", schema))
		for _, body := range append(importer, verify...) {
			if !strings.HasPrefix(body, want) {
				t.Errorf("%s: sent %s, want %s", schema, body, want)
			}
		}
		if len(importer) == 0 || len(verify) == 0 {
			t.Errorf("%s: %s", schema, why)
		}
	}
}

// H1: lines of a new scenario that people paste run nothing that a source chose.
func TestPastedLinesAreQuoted(t *testing.T) {
	for _, target := range []string{"http://a$(evil)b", "http://a;evil", "http://a`evil`", "http://a'evil"} {
		text, err := FromOpenAPI([]byte(`{"openapi":"3.0.0","paths":{"/x":{"get":{"security":[{"k":[]}]}}},"components":{"securitySchemes":{"k":{"type":"apiKey","in":"cookie","name":"c';evil;'"}}}}`),
			Options{File: "$(evil)/my.yaml", Target: target})
		if err != nil {
			t.Fatal(err)
		}
		pasted := 0
		for line := range strings.SplitSeq(string(text), "\n") {
			_, command, is := strings.Cut(line, "# ")
			if command = strings.TrimSpace(command); !is || !strings.HasPrefix(command, "mlbench ") && !strings.HasPrefix(command, "export ") {
				continue
			}
			pasted++
			file, err := syntax.NewParser().Parse(strings.NewReader(command), "")
			if err != nil || len(file.Stmts) != 1 {
				t.Errorf("%v: %s", err, command)
				continue
			}
			syntax.Walk(file, func(n syntax.Node) bool {
				switch n.(type) {
				case *syntax.CmdSubst, *syntax.ParamExp, *syntax.ProcSubst:
					t.Errorf("%s runs or expands something", command)
				}
				return true
			})
		}
		if pasted < 4 {
			t.Errorf("%d lines to paste:\n%s", pasted, text)
		}
	}
}
