package scenarios

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

// odd are values that somebody may write anywhere, as YAML has them.
var odd = []string{
	`""`, `" "`, `"x"`, `"a b"`, `"\n"`, `"a\r\nb"`, `"\u0000"`, `"é"`, `"{{x}}"`, `"{x}"`, `"${X}"`, `"${"`, `"%zz"`, `"/../"`, `"?"`, `"#"`,
	`0`, `1`, `-1`, `"0"`, `"-1"`, `"1"`, `200000`, `"200000"`, `1.5`, `"1.5"`, `1e400`, `-1e400`, `1e18`, `99999999999999999999`, `.nan`, `.inf`, `-.inf`,
	`0s`, `1ns`, `-1s`, `2562047h`, `99999h`, `1e-9/s`, `1e9/s`, `"0..0"`, `"5..1"`, `"0..99999999"`, `1000000000..1000000001`, `100%`,
	`stages(0s:0)`, `stages(1s:0)`, `stages(1s:1, 0s:2)`, `steps(1h:1, 2562047h:1)`, `uniform(1s, 2562047h)`, `exponential(2562047h)`, `sine(1, 1, 1s)`, `spike(1, 2, 2562047h, 2562047h)`,
	`true`, `null`, `[]`, `{}`, `[[]]`, `[null]`, `[""]`, `[1, 1]`, `["a", "a"]`, `{a: 1}`, `{"": 1}`, `{a: [1]}`, `{a: {b: 1}}`,
	`{$int: {max: 0}}`, `{$int: {min: -9223372036854775808, max: 9223372036854775807}}`, `{$row: d}`, `{$row: d.name}`, `{$row: d.odd}`, `{$row: {from: d, rows: 0}}`, `{$row: {from: d, rows: 9}}`,
	`{$uuid: }`, `{$join: []}`, `{$join: ["\n"]}`, `{$text: {tokens: 0}}`, `{$blob: {bytes: 0}}`, `{$choice: []}`, `{$choice: ["", ".", ".."]}`, `{$choice: {values: [1, 2], weights: [1e308, 1e308]}}`,
	`{$sequence: {start: 9223372036854775807, step: 9223372036854775807}}`, `{$sequence: [".."]}`, `{$vector: {size: 0}}`, `{$matrix: {rows: 0, cols: 0}}`,
	`{$number: {min: 1e308, max: 1e308, decimals: 15}}`, `{$number: {mean: 1e308, stddev: 1e308}}`, `{$zipf: {distinct: 1, of: 1}}`, `{$zipf: {distinct: 3, exponent: 1e308, of: {$row: d}}}`,
	`{$zipf: {distinct: 1000000000, of: 1}}`, `{request: $.a}`, `{request: $.nothing}`,
}

// bases use every key that there is, between them.
var bases = []string{
	`{
	  "name": "odd", "description": "d", "tags": {"a": "b"}, "variables": {"X": "x", "E": {"env": "E", "default": "e"}, "F": {"file": "v.txt"}},
	  "data": {"d": {"file": "d.csv", "order": "shuffle", "columns": {"name": "text", "id": "number", "odd": "text"}, "delimiter": ",", "format": "csv", "once": true, "then": "stop",
	    "join": [{"file": "j.csv", "on": {"left": "id", "right": "key"}, "columns": ["city"], "format": "csv", "delimiter": ","}]}},
	  "load": {"model": "closed", "connections": 2, "think": "1s", "pacing": "1s", "spawn_rate": "1/s", "duration": "1s", "requests": 5, "warmup": "0s", "timeout": "1s"},
	  "login": {"per": "worker", "method": "POST", "path": "/login", "token": "token", "body": {"json": {"a": {"$uuid": null}}}, "optional": true},
	  "setup": [{"name": "s", "method": "PUT", "path": "/s/{a}", "params": {"a": 1}, "query": {"q": 1}, "headers": {"A": "b"}, "auth": "bearer", "body": {"json": {"a": 1}}, "chunked": true, "expect": {"status": [201]}}],
	  "requests": [{
	    "name": "r", "weight": 2, "method": "POST", "path": "/r/{p}/x?y={p}", "params": {"p": {"$row": "d.name"}}, "query": {"q": {"$int": {"max": 9}}, "l": ["a", 1]},
	    "headers": {"A": "b", "B": ["c", {"$uuid": null}], "C": {"$row": "d.name"}, "D": {"$join": ["x", {"$row": "d.id"}]}}, "auth": "bearer",
	    "body": {"json": {"v": {"$vector": {"size": 3, "dist": "uniform", "min": 0, "max": 9, "decimals": 2}}, "n": {"$number": {"mean": 1, "stddev": 2}}, "a": 1}, "compress": "gzip"},
	    "chunked": true, "expect": {"status": [200, 404]}, "fresh": true, "pool": 3, "total": true,
	    "checks": [{"name": "c", "json": "$.a", "type": "number", "min": 1, "max": 2, "equals": 1}, {"json": "$.b", "length": "1..2", "one_of": ["a"]}, {"header": "H", "regex": "x", "contains": "y"}, {"latency": "1s"}, {"status": 200}, {"text": "t"}, {"json": "$.x", "absent": true}, {"json": "$.y", "equals": {"request": "$.a"}}],
	    "capture": {"x": "$.x", "h": {"header": "H", "regex": "a(b)"}},
	    "steps": [
	      {"name": "s", "think": "1ms", "path": "/{{x}}/{p}", "params": {"p": "{{h}}"}, "query": {"z": "{{x}}"}, "headers": {"Z": "{{h}}"}, "repeat": {"until": [{"json": "$.s", "equals": "done"}], "at_most": 3, "pause": "1ms"}},
	      {"choose": [{"weight": 2, "name": "c1", "path": "/c1"}, {"weight": 1, "name": "c2", "path": "/c2", "body": {"text": "{{x}}"}}, {"weight": 1}]}]
	  }, {"name": "t", "path": "/t"}],
	  "objectives": ["p99<1s", "r:check:c>99%"], "abort": ["errors>5% for 1s after 2s"],
	  "teardown": [{"method": "DELETE", "path": "/s"}]
	}`,
	`{
	  "name": "loads", "cookies": "keep",
	  "data": {"d": {"file": "d.csv"}},
	  "loads": {"main": {"rate": "5/s", "arrivals": "constant", "duration": "9s", "classes": ["a", "f", "m", "g", "z", "b", "i"]}, "other": {"connections": "stages(1s:2, 1s:0)", "start": "1s", "duration": "1s", "classes": ["t"]},
	    "third": {"shape": "sine(5, 1, 1s)", "requests": 9, "classes": ["u"]}},
	  "judge": "main",
	  "requests": [
	    {"name": "a", "path": "/a"}, {"name": "t", "path": "/t"}, {"name": "u", "path": "/u"},
	    {"name": "f", "path": "/f", "body": {"form": {"a": "b", "c": [1, {"$int": {"max": 2}}], "r": {"$row": "d.name"}}}},
	    {"name": "m", "path": "/m", "body": {"multipart": {"a": "b", "j": {"json": {"a": {"$int": {"min": 1, "max": 2}}}}, "f": {"file": "v.txt", "filename": "x", "type": "text/plain"}, "t": [{"text": "x"}, {"base64": "AAEC"}]}}},
	    {"name": "b", "path": "/b", "body": {"base64": "AAEC"}}, {"name": "i", "path": "/i", "body": {"file": "v.txt"}},
	    {"name": "g", "path": "/g", "body": {"json": {"c": {"$choice": {"values": [1, 2], "weights": [1, 2]}}, "s": {"$sequence": {"start": 1, "step": 2}}, "l": {"$sequence": [1, 2]}, "t": {"$text": {"tokens": "1..3"}},
	      "b": {"$blob": {"bytes": 3}}, "i": {"$id": {"prefix": "p"}}, "m": {"$matrix": {"rows": "1..2", "cols": 2}}, "r": {"$row": {"from": "d", "rows": "1..2", "columns": ["id"], "as": "vector"}}, "o": {"$row": {"from": "d", "column": "id"}}}}},
	    {"name": "z", "path": "/z", "body": {"json": {"$zipf": {"distinct": 3, "new": 0.5, "exponent": 1, "of": {"u": {"$uuid": null}}}}}}
	  ]
	}`,
}

var allOdd = flag.Bool("odd", false, "try all odd values at all places, for minutes, instead of an eighth of them")

// Values that could be read, and were wrong all the same, were a mistake of Compile
// without a place, or of nobody before the target was asked.
func TestOddValuesAreMistakesWithTheirPlace(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"d.csv": "id,name,odd\n1,Ada,..\n2,Bob,\n3,C,\"a\r\nb\"\n4,D,\n", "j.csv": "key,city\n1,a\n2,b\n3,c\n4,d\n", "v.txt": "v",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen, places := map[string]bool{}, 0
	for _, base := range bases {
		var doc any
		if err := json.Unmarshal([]byte(base), &doc); err != nil {
			t.Fatal(err)
		}
		if err := oddly(dir, doc); err != nil {
			t.Fatalf("as it is: %v", err)
		}
		eachPlace(doc, nil, func(path []any) {
			if fmt.Sprint(path) == "[variables F file]" {
				return // what is outside is looked at when there is to be a run
			}
			places++
			for i, value := range odd {
				if !*allOdd && (i+places)%8 != 0 {
					continue
				}
				err := oddly(dir, with(doc, path, value))
				if err == nil {
					continue
				}
				if at := fmt.Sprint(path, " ", err); !seen[at] {
					seen[at] = true
					t.Errorf("%v: %s: %v", path, value, err)
				}
			}
		})
	}
}

// oddly is a mistake of the scenario that has no place; nil: there is none.
func oddly(dir string, doc any) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	text, err := json.Marshal(doc)
	if err != nil {
		return err
	}
	yaml := string(text)
	for i, value := range odd {
		yaml = strings.ReplaceAll(yaml, fmt.Sprintf(`"@%d@"`, i), value)
	}
	sc, err := Parse([]byte(yaml), filepath.Join(dir, "odd.yaml"))
	var mistakes strict.Mistakes
	if errors.As(err, &mistakes) {
		return nil
	} else if err != nil {
		return fmt.Errorf("no place: %w", err)
	}
	sc.Env = func(string) (string, bool) { return "env", true }
	o := CompileOptions{PoolSize: 9, Target: targets.Target{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:1"}}}
	if sc.LoginPerUser() {
		o.Accounts = &targets.Credentials{Username: "u", Password: "p"}
	}
	_, err = Compile(sc, o)
	_, callsErr := Calls(sc, o)
	if err = errors.Join(err, callsErr); err == nil {
		return nil
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		if !atPlace.MatchString(line) {
			return err
		}
	}
	return nil
}

var atPlace = regexp.MustCompile(`odd\.yaml:1?[0-9]?[0-9]:[0-9]+: [a-z]+[][A-Za-z0-9_.$]*: .`)

// eachPlace visits all values below.
func eachPlace(n any, path []any, visit func(path []any)) {
	if len(path) > 0 {
		visit(path)
	}
	switch n := n.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(n)) {
			eachPlace(n[key], append(slices.Clone(path), key), visit)
		}
	case []any:
		for i := range n {
			eachPlace(n[i], append(slices.Clone(path), i), visit)
		}
	}
}

// with is n with an odd value at a place.
func with(n any, path []any, value string) any {
	if len(path) == 0 {
		return fmt.Sprintf("@%d@", slices.Index(odd, value))
	}
	switch n := n.(type) {
	case map[string]any:
		out := maps.Clone(n)
		out[path[0].(string)] = with(n[path[0].(string)], path[1:], value)
		return out
	case []any:
		out := slices.Clone(n)
		out[path[0].(int)] = with(n[path[0].(int)], path[1:], value)
		return out
	}
	return n
}
