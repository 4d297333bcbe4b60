package scenarios

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
)

// inFolder writes files and a scenario beside them, and loads it.
func inFolder(t *testing.T, src string, files map[string]string) (*Scenario, error) {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "s.yaml")
	if err := os.WriteFile(path, []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	sc, err := Load(path)
	if err == nil {
		sc.Env = os.LookupEnv
	}
	return sc, err
}

// sent is the request as a server reads it, for the i-th payload of the only
// class, with fresh digits in place.
func sent(t *testing.T, sc *Scenario, o CompileOptions, i int) *http.Request {
	t.Helper()
	p := compile(t, sc, o).Classes[0].Pool[i]
	for _, at := range p.Fresh {
		copy(p.Body[at:], fmt.Sprintf("%0*d", send.FreshDigits, 7))
	}
	wire := p.AppendHTTP1(nil)
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		t.Fatalf("%v in %q", err, wire)
	}
	return req
}

func TestForms(t *testing.T) {
	sc := parse(t, `
variables: {WHO: "a&b=c d/é"}
requests:
  - name: a
    body:
      form:
        plain: "x y+z%&=é"
        number: 1.50
        yes: true
        empty: ""
        list: [1, two, 3]
        "a key&": v
        var: "<${WHO}> $${WHO} ${WHO:-none}"
        int: {$int: {min: 7, max: 7}}
        id: {$id: {prefix: 'é"&'}}
        ids: [{$id: {prefix: a-}}, {$uuid: }]
        vector: {$vector: {size: 2, mean: 5, stddev: 0}}
        text: {$choice: ["a&b ${WHO}"]}
        hot: {$zipf: {of: "z${WHO}", distinct: 1}}
`)
	req := sent(t, sc, CompileOptions{}, 0)
	if got := req.Header.Get("Content-Type"); got != "application/x-www-form-urlencoded" {
		t.Errorf("content type %q", got)
	}
	if err := req.ParseForm(); err != nil {
		t.Fatal(err)
	}
	uuid := req.PostForm["ids"][1]
	if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-000000000007$`).MatchString(uuid) {
		t.Errorf("uuid %q", uuid)
	}
	want := map[string][]string{
		"plain": {"x y+z%&=é"}, "number": {"1.50"}, "yes": {"true"}, "empty": {""}, "list": {"1", "two", "3"}, "a key&": {"v"},
		"var": {"<a&b=c d/é> ${WHO} a&b=c d/é"}, "int": {"7"}, "id": {`é"&000000000007`}, "ids": {"a-000000000007", uuid},
		"vector": {"[5,5]"}, "text": {"a&b a&b=c d/é"}, "hot": {"za&b=c d/é"},
	}
	if d := cmp.Diff(want, map[string][]string(req.PostForm)); d != "" {
		t.Error(d)
	}
}

func TestMultipart(t *testing.T) {
	const src = `
variables: {WHO: 'a "b"'}
requests:
  - name: a
    body:
      multipart:
        who: "${WHO}"
        n: {$int: {min: 7, max: 7}}
        meta: {json: {who: "${WHO}", id: {$id: }}}
        image: {file: cat.PNG}
        named: {file: cat.PNG, filename: dog.jpg, type: image/jpeg}
        bytes: {base64: AAEC, filename: b.bin}
        twice: [one, {text: "${WHO}", type: text/markdown}]
`
	sc, err := inFolder(t, src, map[string]string{"cat.PNG": "\x89PNG\r\n--mlbench"})
	if err != nil {
		t.Fatal(err)
	}
	req := sent(t, sc, CompileOptions{}, 0)
	parts, err := req.MultipartReader()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for {
		p, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(p)
		got = append(got, fmt.Sprintf("%s|%s|%s|%s", p.FormName(), p.FileName(), p.Header.Get("Content-Type"), body))
	}
	want := []string{
		`who|||a "b"`, "n|||7", `meta||application/json|{"who":"a \"b\"","id":"000000000007"}`,
		"image|cat.PNG|image/png|\x89PNG\r\n--mlbench", "named|dog.jpg|image/jpeg|\x89PNG\r\n--mlbench",
		"bytes|b.bin|application/octet-stream|\x00\x01\x02", "twice|||one", `twice||text/markdown|a "b"`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	again, err := inFolder(t, src, map[string]string{"cat.PNG": "\x89PNG\r\n--mlbench"})
	if err != nil {
		t.Fatal(err)
	}
	a, b := compile(t, sc, CompileOptions{Seed: 4}).Classes[0].Pool, compile(t, again, CompileOptions{Seed: 4}).Classes[0].Pool
	if d := cmp.Diff(a[3].AppendHTTP1(nil), b[3].AppendHTTP1(nil)); d != "" || len(a) < 100 || bytes.Equal(a[3].AppendHTTP1(nil), a[4].AppendHTTP1(nil)) {
		t.Errorf("the same scenario gives other bytes, or the same again and again: %s", d)
	}
}

// A boundary that the content has is no boundary.
func TestBoundaryIsNoneOfTheContent(t *testing.T) {
	heads, contents := []string{"a"}, []template{literal([]byte("x"))}
	first := boundaryOf(heads, contents)
	contents[0] = literal([]byte("x" + first))
	if second := boundaryOf(heads, contents); bytes.Contains(contents[0][0].literal, []byte(second)) {
		t.Errorf("%s is in the content", second)
	}
}

func TestFileBodies(t *testing.T) {
	const src = "requests: [{name: a, body: {file: in.json}}]"
	sc, err := inFolder(t, src, map[string]string{"in.json": `{"x": "${HOME}"}`})
	if err != nil {
		t.Fatal(err)
	}
	req := sent(t, sc, CompileOptions{}, 0)
	body, _ := io.ReadAll(req.Body)
	if string(body) != `{"x": "${HOME}"}` || req.Header.Get("Content-Type") != "application/json" || req.Method != http.MethodPost {
		t.Errorf("%s %s %q", req.Method, req.Header.Get("Content-Type"), body)
	}
	other, err := inFolder(t, src, map[string]string{"in.json": "{}"})
	if err != nil {
		t.Fatal(err)
	}
	if sc.Digest() == other.Digest() {
		t.Error("another file makes no other scenario")
	}
	plain := strings.Replace(src, "file: in.json", "json: {}", 1)
	if a, b := parse(t, plain), parse(t, plain+" "); a.Digest() == b.Digest() {
		t.Error("another text makes no other scenario")
	}
}

// Files have bounds, each and together.
func TestLargeFiles(t *testing.T) {
	dir := t.TempDir()
	for name, size := range map[string]int64{"large": maxPoolBytes + 1, "most": maxPoolBytes} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if err := f.Truncate(size); err != nil { // sparse
			t.Fatal(err)
		}
		f.Close()
	}
	for src, want := range map[string]string{
		"requests: [{name: a, body: {file: large}}]": "requests[0].body.file: " + filepath.Join(dir, "large") + ": want at most 32 MB",
		"requests: [{name: a, body: {multipart: {a: [{file: most}, {file: most}, {file: most}, {file: most}, {file: most}]}}}]": "all files together: at most 128 MB",
	} {
		_, err := Parse([]byte(src), filepath.Join(dir, "s.yaml"))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A login may be a form, as OAuth2's is.
func TestLoginByForm(t *testing.T) {
	sc := parse(t, `
variables: {PW: "p&w d"}
login: {body: {form: {grant_type: password, username: "${MLBENCH_USERNAME}", password: "${PW}"}}}
requests: [{name: a, auth: bearer}]
`)
	t.Setenv("MLBENCH_TOKEN", "")
	t.Setenv("MLBENCH_USERNAME", "o=b")
	t.Setenv("MLBENCH_PASSWORD", "x")
	var got string
	srv := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.PostFormValue("grant_type") + "|" + r.PostFormValue("username") + "|" + r.PostFormValue("password")
		io.WriteString(w, `{"token":"t"}`)
	})
	token, _, err := sc.Token(t.Context(), srv, targets.CredentialsFrom(os.Getenv))
	if err != nil || token != targets.Secret("t") || got != "password|o=b|p&w d" {
		t.Errorf("%q, %v, sent %s", string(token), err, got)
	}
}
