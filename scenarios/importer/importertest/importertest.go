package importertest

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

var update = flag.Bool("update", false, "rewrite the golden files of testdata")

// Import makes a scenario of a source.
type Import func(source []byte, o draft.Options) ([]byte, error)

// Tester is what rapid and testing have in common.
type Tester interface {
	Helper()
	Fatalf(format string, args ...any)
	Fatal(args ...any)
}

// Alike has rapid draw the same in every run, lest a change elsewhere fails for an old
// fault. Another -rapid.seed and more -rapid.checks look further, as make fuzz does.
func Alike(t testing.TB) {
	t.Helper()
	const name = "rapid.seed"
	if flag.Lookup(name).Value.String() != "0" {
		return
	}
	if err := flag.Set(name, "1"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, "0") })
}

// Sources are the files of testdata with these endings, by their names.
func Sources(t testing.TB, kinds map[string]Import) map[string]func() ([]byte, error) {
	t.Helper()
	out := map[string]func() ([]byte, error){}
	for ext, convert := range kinds {
		files, err := filepath.Glob("testdata/*." + ext)
		if err != nil || len(files) == 0 {
			t.Fatalf("no files of %s: %v", ext, err)
		}
		for _, file := range files {
			out[filepath.Base(file)] = func() ([]byte, error) {
				raw, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				return convert(raw, draft.Options{Source: filepath.Base(file), Folder: filepath.Dir(file)})
			}
		}
	}
	return out
}

// Golden holds each source against testdata/NAME.golden, which go test -update
// rewrites: every importer writes what it always wrote, by the schema of the language, and
// none of the secrets that its source holds, hunter2 among them.
func Golden(t *testing.T, sources map[string]func() ([]byte, error)) {
	t.Helper()
	for name, convert := range sources {
		t.Run(name, func(t *testing.T) {
			text, err := convert()
			if err != nil {
				t.Fatal(err)
			}
			compare(t, "testdata/"+name+".golden", string(text))
			Valid(t, text)
			for _, secret := range []string{"hunter2", "eyJ", "c2Vzc2lvbj", "aHVudGVyMg"} {
				if strings.Contains(string(text), secret) {
					t.Errorf("the secret %q is in it", secret)
				}
			}
			Wires(t, text, 3)
		})
	}
}

// Valid holds a scenario against the schema of the language.
func Valid(t *testing.T, text []byte) {
	t.Helper()
	schema, err := jsonschema.NewCompiler().Compile(filepath.Join(root(t), "scenarios", "scenario.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := strict.Parse(text, "f")
	if err != nil {
		t.Fatal(err)
	}
	if err := schema.Validate(d.Root.Plain()); err != nil {
		t.Errorf("schema: %v", err)
	}
}

// root is the folder of the module.
func root(t *testing.T) string {
	t.Helper()
	at, err := filepath.Abs(".")
	for err == nil {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at
		}
		if at == filepath.Dir(at) {
			break
		}
		at = filepath.Dir(at)
	}
	t.Fatalf("no go.mod above: %v", err)
	return ""
}

func compare(t *testing.T, path, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got, go test -update accepts it):\n%s", path, d)
	}
}

// Wires compiles a scenario and reads its requests back: bodies by class.
func Wires(t Tester, text []byte, pool int) map[string][]string {
	t.Helper()
	sc, err := scenarios.Parse(text, "made.yaml", "/")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	sc.Env = os.LookupEnv
	at, err := targets.Parse("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: pool, Seed: 1, Token: "t", ForShow: true})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	bodies := map[string][]string{}
	for _, c := range plan.Classes {
		for _, p := range c.Pool {
			req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(p.AppendHTTP1(nil))))
			if err != nil {
				t.Fatalf("%v in %q", err, p.AppendHTTP1(nil))
			}
			body, err := io.ReadAll(req.Body)
			if err != nil {
				t.Fatalf("%v in %q", err, p.AppendHTTP1(nil))
			}
			bodies[c.Name] = append(bodies[c.Name], string(body))
		}
	}
	return bodies
}

// Made is for fuzzing and random sources: what is made is a scenario, or the source is refused.
func Made(t Tester, source string, convert func() ([]byte, error)) {
	t.Helper()
	text, err := convert()
	switch {
	case err != nil && strings.Contains(err.Error(), "is no scenario"):
		t.Fatalf("%v\n%s", err, source)
	case err == nil:
		Wires(t, text, 2)
	}
}
