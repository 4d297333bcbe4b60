package scenarios

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// Every example of the documentation is right, by loader and schema, and every
// key of the language is in it.
func TestDocumentation(t *testing.T) {
	raw, err := os.ReadFile("../docs/scenarios.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"cat.png": "\x89PNG", "people.csv": "age,name\n36,Ada\n41,Alan\n", "users.csv": "name\nAda\nAlan\n", "customers.csv": "name,id\nAda,1\nAlan,2\n", "cities.csv": "id,city\nAda,London\nAlan,Wilmslow\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	schema := compiledSchema(t)
	others, err := os.ReadFile("../docs/from-other-tools.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(raw)+string(others), -1)
	if len(examples) < 12 {
		t.Fatalf("%d examples", len(examples))
	}
	files, err := filepath.Glob("../examples/scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		examples = append(examples, []string{"", string(src)})
	}
	t.Setenv("SEARCH_KEY", "x")
	for _, e := range examples {
		src := e[1]
		if !strings.Contains(src, "requests:") { // a part of a file
			src += "requests: [{name: predict}]\n"
		}
		sc, err := Parse([]byte(src), filepath.Join(dir, "example.yaml"))
		if err != nil {
			t.Errorf("%v in\n%s", err, src)
			continue
		}
		if err := schema.Validate(document(t, []byte(src))); err != nil {
			t.Errorf("schema: %v in\n%s", err, src)
		}
		if _, err := Once(sc, CompileOptions{Target: target(t, "modern"), ForShow: true}); err != nil {
			t.Errorf("%v in\n%s", err, src)
		}
	}
	text := string(raw)
	for _, of := range []any{
		Scenario{},
		LoadModel{},
		Login{},
		Request{},
		expectation{},
		onceCall{},
		Body{},
		part{},
		variable{},
		step{},
		repeat{},
		check{},
		capture{},
		dataSource{},
		dataJoin{},
		joinKey{},
		rowGen{},
		zipfGen{},
		vectorGen{},
		matrixGen{},
		intGen{},
		sequenceGen{},
		textGen{},
		blobGen{},
		idGen{},
	} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			key := f.Tag.Get("yaml")
			if key != "" && !regexp.MustCompile("`(?:[a-z]+\\.)?"+key+"[`:]|[{ ]"+key+": ").MatchString(text) {
				t.Errorf("%T: the key %s is not in docs/scenarios.md", of, key)
			}
		}
	}
	for _, name := range generatorNames() {
		if !strings.Contains(text, "| `"+name+"` |") {
			t.Errorf("the generator %s is not in docs/scenarios.md", name)
		}
	}
}
