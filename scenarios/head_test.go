package scenarios

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/targets"
)

func TestVaryingHeadsOnTheWire(t *testing.T) {
	t.Setenv("VARYING", "a/b c")
	api := target(t, "http://h:81/api/?v=2")
	for _, tt := range []struct{ request, want string }{
		{"path: '/items/{id}', params: {id: 7}", "GET /api/items/7?v=2"},
		{"path: '/{a}.{b}/x{a}?q={a}', params: {a: 'é/?&', b: true}", "GET /api/%C3%A9%2F%3F%26.true/x%C3%A9%2F%3F%26?q=%C3%A9%2F%3F%26&v=2"},
		{"path: '/{a}/${V}?w=${V}', params: {a: '${V}'}", "GET /api/a%2Fb%20c/a%2Fb%20c?w=a%2Fb+c&v=2"},
		{"path: '/{a}'", "GET /api/{a}?v=2"},
		{"path: '/$${a}/{b}', params: {b: 1}", "GET /api/${a}/1?v=2"},
		{"path: '/{a}', params: {a: {$choice: [x]}}, method: POST", "POST /api/x?v=2"},
		{"path: '/{a}', params: {a: {$choice: [{b: [1, null]}]}}", "GET /api/%7B%22b%22%3A%5B1%2Cnull%5D%7D?v=2"},
		{"path: /, query: {q: 'x&y=z w', tag: [a, 1.50, {$choice: [é]}], 'a b': ''}", "GET /api/?q=x%26y%3Dz%20w&tag=a&tag=1.50&tag=%C3%A9&a%20b=&v=2"},
		{"path: '/?', query: {q: '${V}'}", "GET /api/?q=a%2Fb%20c&v=2"},
		{"path: '/?a=b', query: {q: '${V}', r: 'a$${V}'}", "GET /api/?a=b&q=a%2Fb%20c&r=a%24%7BV%7D&v=2"},
		{"path: /, headers: {X: [a, {$choice: ['b ${V}']}, ''], Y: {$int: {min: 5, max: 5}}, Accept: {$choice: [text/x]}}", "GET /api/?v=2 X:a X:b a/b c X: Y:5 Accept:text/x"},
		{"path: /, headers: {Host: {$choice: [other]}, X: {$choice: ['']}}", "GET /api/?v=2 Host:other X:"},
	} {
		sc := parse(t, "variables: {V: {env: VARYING}}\nrequests: [{name: a, "+tt.request+"}]")
		p := &compile(t, sc, CompileOptions{PoolSize: 1, Target: api}).Classes[0].Pool[0]
		readRequest(t, p.AppendHTTP1(nil))
		got := p.Method + " " + p.Target
		for _, f := range p.Header {
			if f.Value != "h:81" && f.Value != "*/*" {
				got += " " + f.Name + ":" + f.Value
			}
		}
		if want := strings.Split(tt.want, " "); slices.Compare(slices.Sorted(slices.Values(strings.Split(got, " "))), slices.Sorted(slices.Values(want))) != 0 {
			t.Errorf("%s\nsent     %s\nwant     %s", tt.request, got, tt.want)
		}
	}
}

// Flags and empty values replace and take away what varies, as what does not.
func TestFlagsGoBeforeVaryingHeaders(t *testing.T) {
	sc := parse(t, "requests: [{name: a, headers: {X: [a, {$int: {max: 3}}], Y: {$int: {max: 0}}, Z: {$uuid: }}}]")
	o := CompileOptions{PoolSize: 1, Headers: []targets.Field{{Name: "x", Value: "flag"}, {Name: "Z"}}}
	got := strings.ReplaceAll(string(compile(t, sc, o).Classes[0].Pool[0].AppendHead(nil)), "\r\n", "\n")
	if want := "GET / HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nx: flag\nY: 0\n"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
}

// All of a request is of one row, and the first request has the first.
func TestOneRowIsInPathQueryHeaderAndBody(t *testing.T) {
	sc := parse(t, `
data:
  people: {file: testdata/rows/people.csv}
  a.b: {file: testdata/rows/people.csv}
requests:
  - name: a
    path: /{who}/{again}
    params: {who: {$row: people.name}, again: {$row: {from: people, column: name}}}
    query: {who: {$row: a.b.name}}
    headers: {X: {$row: people.name}}
    body: {json: {who: {$row: people.name}, all: {$row: {from: people, columns: [name], as: vector, rows: 1}}}}
`)
	pool := compile(t, sc, CompileOptions{}).Classes[0].Pool
	var names []string
	for i := range pool {
		p := &pool[i]
		name := strings.Split(p.Target, "/")[1]
		names = append(names, name)
		plain, err := url.PathUnescape(name)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("/%s/%s?who=%s", name, name, name); p.Target != want {
			t.Errorf("sent to %s, want %s", p.Target, want)
		}
		if got, want := string(p.Body), fmt.Sprintf(`{"who":%q,"all":[[%q]]}`, plain, plain); got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
		if got := p.Header[len(p.Header)-1]; got.Name != "X" || got.Value != plain {
			t.Errorf("header %v, want %s", got, plain)
		}
	}
	if len(names) < 2 || names[0] != "Ann" || names[1] == "Ann" {
		t.Errorf("rows %v, want Ann first", names[:min(3, len(names))])
	}
}

// A pool of heads changes no body: these have a stream of their own.
func TestHeadsLeaveBodiesAlone(t *testing.T) {
	body := "body: {json: [{$vector: {size: 3}}, {$zipf: {distinct: 5, of: {$uuid: }}}]}"
	plain := compile(t, parse(t, "requests: [{name: a, "+body+"}]"), CompileOptions{Seed: 7}).Classes[0].Pool
	with := compile(t, parse(t, "requests: [{name: a, path: '/{x}', params: {x: {$int: {max: 9}}}, query: {y: {$zipf: {distinct: 3, of: {$uuid: }}}}, "+body+"}]"), CompileOptions{Seed: 7}).Classes[0].Pool
	if len(plain) != len(with) {
		t.Fatalf("%d and %d requests", len(plain), len(with))
	}
	for i := range plain {
		if d := cmp.Diff(plain[i].Body, with[i].Body); d != "" {
			t.Fatalf("request %d: %s", i, d)
		}
	}
}

func TestUniqueHeads(t *testing.T) {
	const heads = "path: '/{a}', params: {a: {$id: {prefix: x-}}}, query: {n: {$number: }}, headers: {Idempotency-Key: {$uuid: }}"
	pool := compile(t, parse(t, "requests: [{name: a, "+heads+"}]"), CompileOptions{}).Classes[0].Pool
	if len(pool) != defaultPool {
		t.Errorf("a pool of %d", len(pool))
	}
	for _, p := range pool[:3] {
		if len(p.FreshTarget) != 2 || len(p.Header[2].Fresh) != 1 || p.Header[2].Hidden {
			t.Errorf("%s has its number at %v, the key at %v", p.Target, p.FreshTarget, p.Header[2].Fresh)
		}
		one := p.Numbered(5)
		readRequest(t, one.AppendHTTP1(nil))
		digits := one.Target[len("/x-") : len("/x-")+12]
		if strings.Count(one.Target, digits) != 2 || !strings.HasSuffix(one.Header[2].Value, digits) {
			t.Errorf("%s and %v, want the same digits everywhere", one.Target, one.Header[2])
		}
	}
	pool = compile(t, parse(t, "requests: [{name: a, fresh: false, "+heads+"}]"), CompileOptions{PoolSize: 5}).Classes[0].Pool
	if pool[0].FreshHead() {
		t.Errorf("fresh: false, but %v", pool[0].FreshTarget)
	}
}

func TestSecretsInVaryingHeads(t *testing.T) {
	t.Setenv("VARYING_SECRET", "hunter2")
	sc := parse(t, `
variables: {S: {env: VARYING_SECRET}}
data: {people: {file: testdata/rows/people.csv}}
requests:
  - name: a
    path: /{a}/b?q=1
    params: {a: {$choice: ["x${S}"]}}
    query: {b: [{$choice: ["${S}"]}, "${S}"], api_key: {$row: people.name}, c: d}
    headers: {Authorization: {$choice: ["Bearer t0ken"]}, X: {$choice: ["${S}"]}, X-Api-Key: {$row: people.name}, Y: {$choice: [seen]}}
`)
	told := map[string]bool{}
	plan := compile(t, sc, CompileOptions{PoolSize: 2, Secret: func(s string) { told[s] = true }})
	got := strings.ReplaceAll(string(plan.Classes[0].Pool[0].Shown()), "\r\n", "\n")
	want := "GET /x[redacted]/b?q=1&b=[redacted]&b=[redacted]&api_key=[redacted]&c=d HTTP/1.1\nHost: 127.0.0.1:8000\nAccept: */*\nAuthorization: [redacted]\nX: [redacted]\nX-Api-Key: [redacted]\nY: seen\n\n"
	if got != want {
		t.Errorf("shown as\n%swant\n%s", got, want)
	}
	if !told["hunter2"] || !told["Ann"] || told["B"] {
		t.Errorf("told of the secrets %v", told)
	}
	if text := plan.Redact("hunter2, Ann, t0ken"); text != "[redacted], [redacted], [redacted]" {
		t.Errorf("an answer is quoted as %q", text)
	}
}

// Of more secrets than can be looked for, nothing that may repeat one is quoted.
func TestTooManySecretsToHide(t *testing.T) {
	v := &values{seen: map[string]bool{}}
	for i := range mostHeld {
		v.hold(targets.Field{Name: "X-Key", Value: fmt.Sprint("key-", i)})
		v.hold(targets.Field{Name: "X-Key", Value: "key-0"})
	}
	if got := v.redactor().Replace("of key-7 and keys"); got != "of [redacted] and keys" {
		t.Errorf("quoted as %q", got)
	}
	v.hold(targets.Field{Name: "X-Key", Value: "one more"})
	if got := v.redactor().Replace("of one more"); got != "[redacted]" {
		t.Errorf("quoted as %q", got)
	}
}

func TestValuesThatBreakAHead(t *testing.T) {
	for request, want := range map[string]string{
		`path: "/a/{x}", params: {x: {$choice: [".."]}}`:            "path: what stands for a variable or parameter is empty, or all dots, where it makes up a whole segment of /a/{x}",
		`path: "/a/.{x}", params: {x: {$choice: [".", "."]}}`:       "whole segment of /a/.{x}",
		`path: "/a/{x}{y}/b", params: {x: "", y: {$choice: [""]}}`:  "whole segment",
		`path: /, headers: {X: {$choice: ["a\nEvil: 1"]}}`:          "header X: a value that is made for it is not allowed there",
		`path: /, headers: {X: "${BROKEN}"}`:                        "header X: what ${…} stands for is not allowed there",
		`path: /, headers: {X: {$choice: ["${BROKEN}"]}}`:           "header X: a value that is made for it is not allowed there",
		`path: /, headers: {X: {$choice: ["${NOT_THERE_AT_ALL}"]}}`: "headers.X: the environment variable NOT_THERE_AT_ALL is not set",
		`path: /, headers: {Host: {$choice: [""]}}`:                 "header Host: want a value",
		`path: "/{x}", params: {x: {$zipf: {of: a, distinct: 2}}}`:  "path: $zipf: found no 2 different values",
	} {
		t.Setenv("BROKEN", "s3cret\r\nEvil: 1")
		_, err := Compile(parse(t, "requests: [{name: a, "+request+"}]"), CompileOptions{Target: target(t, "modern"), PoolSize: 3})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v, want %s", request, err, want)
		}
	}
}

func TestCapturedValuesInParamsAndQuery(t *testing.T) {
	const head = "Host: 127.0.0.1:8000\nAccept: */*\n"
	for step, want := range map[string]string{
		"path: '/jobs/{job}/x', params: {job: '{{ v }}'}, query: {q: 'is {{v}}', '{{v}}': 1}": "GET /jobs/a%2Fb%20%C3%A9/x?q=is%20a%2Fb%20%C3%A9&a%2Fb%20%C3%A9=1 HTTP/1.1\n" + head + "\n",
		"path: '/{{v}}/{p}', params: {p: {$choice: ['-{{ v }}-']}}":                           "GET /a%2Fb%20%C3%A9/-a%2Fb%20%C3%A9- HTTP/1.1\n" + head + "\n",
		"path: '/', headers: {X: [a, {$choice: ['<{{v}}>']}]}":                                "GET / HTTP/1.1\n" + head + "X: a\nX: <a/b é>\n\n",
	} {
		if got := filled(t, step, "a/b é"); got != want {
			t.Errorf("%s: sent %q, want %q", step, got, want)
		}
	}
	// What would take a segment away, or break a header, is no value to capture.
	for step, value := range map[string]string{
		"path: '/a/{p}', params: {p: '{{v}}'}":                       "..",
		"path: '/a/.{p}', params: {p: {$choice: ['{{v}}']}}":         ".",
		"path: '/a/{p}', params: {p: {$choice: ['{{v}}', '{{v}}']}}": "",
		"path: '/', query: {a: {$choice: ['{{v}}']}}":                "a\nb",
		"path: '/', headers: {a: {$choice: ['{{v}}']}}":              "a\nb",
	} {
		sc := parse(t, "requests: [{name: a, capture: {v: $.v}, steps: [{name: b, "+step+"}]}]")
		a := loadgen.Answer{Body: []byte(fmt.Sprintf(`{"v":%q}`, value)), Captured: map[string]string{}}
		if err := compile(t, sc, CompileOptions{PoolSize: 1}).Classes[0].Check(&a); err == nil {
			t.Errorf("%s takes %q", step, value)
		}
	}
}

// Whatever varies, and however odd the values: the same seed sends the same bytes
// at the same instants to each target, and each head is a request of as many
// segments as its path.
func TestHeadsOfOneSeed(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune(`ab./\?&=#%{}"'+ é€;:@`+"\t")), 0, 6, -1)
	quoted := func(t *rapid.T, label string) string { return fmt.Sprintf("%q", text.Draw(t, label)) }
	value := func(t *rapid.T, label string) string {
		switch rapid.IntRange(0, 8).Draw(t, label) {
		case 0:
			return strings.ReplaceAll(quoted(t, label), "{{", "")
		case 1:
			return "{$uuid: }"
		case 2:
			return "{$id: {prefix: " + quoted(t, label) + "}}"
		case 3:
			return "{$number: }"
		case 4:
			return "{$choice: [" + quoted(t, label) + ", {$int: {max: 99}}]}"
		case 5:
			return "{$zipf: {distinct: 4, new: 0.3, of: {$id: {prefix: " + quoted(t, label) + "}}}}"
		case 6:
			return "{$row: people.name}"
		case 7:
			return "{$vector: {size: 2}}"
		}
		return "{$sequence: }"
	}
	rapid.Check(t, func(t *rapid.T) {
		path, params, query, headers := "", []string{}, []string{}, []string{}
		for i := range rapid.IntRange(1, 4).Draw(t, "segments") {
			path += "/" + rapid.SampledFrom([]string{"", "a", "b-", "%20."}).Draw(t, "before")
			if strings.HasSuffix(path, "/") || rapid.Bool().Draw(t, "varies") {
				path += fmt.Sprintf("{p%d}", i)
				params = append(params, fmt.Sprintf("p%d: %s", i, value(t, "param")))
			}
		}
		for i := range rapid.IntRange(0, 3).Draw(t, "query") {
			query = append(query, fmt.Sprintf("q%d: %s", i, value(t, "query value")))
			headers = append(headers, fmt.Sprintf("X-%d: [%s, %s]", i, value(t, "header"), value(t, "header")))
		}
		src := fmt.Sprintf("data: {people: {file: testdata/rows/people.csv, order: random}}\nload: {rate: 100/s}\nrequests:\n  - {name: a, path: %q, params: {%s}, query: {%s}, headers: {%s}, body: {json: [{$vector: {size: 2}}, {$row: people}]}}\n  - {name: b, path: /b}\n",
			path, strings.Join(params, ", "), strings.Join(query, ", "), strings.Join(headers, ", "))
		sc, err := Parse([]byte(src), "test.yaml")
		if err != nil {
			t.Skip(err) // such as an empty value with a brace
		}
		var arms [2][]string
		for arm := range arms {
			prefix := []string{"", "/api/v2"}[arm]
			u := &url.URL{Scheme: "http", Host: "h", Path: prefix}
			plan, err := Compile(sc, CompileOptions{Target: targets.Target{Name: "x", URL: u}, Seed: 5, PoolSize: 7})
			if err != nil {
				if strings.Contains(err.Error(), "segment") || strings.Contains(err.Error(), "is not allowed there") || strings.Contains(err.Error(), "different values") {
					t.Skip(err)
				}
				t.Fatalf("%v in\n%s", err, src)
			}
			for p := range plan.Requests(loadgen.Phase{Kind: results.Measure, Stream: 1}) {
				if len(arms[arm]) == 40 {
					break
				}
				sent := string(p.Request.AppendHTTP1(nil))
				req, err := readOne(strings.NewReader(sent))
				if err != nil {
					t.Fatalf("%v: %q", err, sent)
				}
				if p.Class == 0 {
					sentTo, _, _ := strings.Cut(req.RequestURI, "?")
					if strings.Count(sentTo, "/") != strings.Count(prefix+path, "/") || len(req.URL.Query()) != len(query) || len(req.Header["X-0"]) > 2 {
						t.Fatalf("%q of\n%s", sent, src)
					}
				}
				arms[arm] = append(arms[arm], fmt.Sprint(p.At, strings.Replace(sent, " "+prefix+"/", " /", 1)))
			}
		}
		if d := cmp.Diff(arms[0], arms[1]); d != "" {
			t.Fatalf("the targets get other requests: %s", d)
		}
	})
}

// Compressed bodies are those of the same scenario without, are the same for one
// seed, and hide all where there is a secret.
func TestCompressedBodies(t *testing.T) {
	t.Setenv("COMPRESSED_SECRET", "hunter2")
	scenario := func(body string) *Scenario {
		return parse(t, "variables: {S: {env: COMPRESSED_SECRET}}\nrequests: [{name: a, fresh: false, body: {"+body+"}}]")
	}
	const body = `json: {a: {$matrix: {rows: 3, cols: 4}}, s: "${S}", id: {$uuid: }}`
	plain := compile(t, scenario(body), CompileOptions{PoolSize: 5, Seed: 3}).Classes[0].Pool
	for _, coding := range []string{"gzip", "zstd", "br"} {
		var arms [2][]byte
		for arm := range arms {
			pool := compile(t, scenario(body+", compress: "+coding), CompileOptions{PoolSize: 5, Seed: 3}).Classes[0].Pool
			for i := range pool {
				p := &pool[i]
				if f := p.Header[len(p.Header)-1]; f.Name != "Content-Encoding" || f.Value != coding || len(p.Fresh) > 0 {
					t.Fatalf("%s: sent with %v, numbers at %v", coding, f, p.Fresh)
				}
				got, err := targets.Decode([]string{coding}, p.Body, 1<<20)
				if err != nil || string(got) != string(plain[i].Body) {
					t.Errorf("%s: %q, %v, want %q", coding, got, err, plain[i].Body)
				}
				if shown := string(p.Shown()); !strings.HasSuffix(shown, "\r\n\r\n[redacted]") {
					t.Errorf("%s: shown as %q", coding, shown)
				}
				arms[arm] = append(arms[arm], p.Body...)
			}
		}
		if string(arms[0]) != string(arms[1]) {
			t.Errorf("%s: one seed gives other bytes", coding)
		}
	}
	var notes []string
	sc := parse(t, "requests: [{name: a, pool: 3, body: {json: {$uuid: }, compress: gzip}}]")
	compile(t, sc, CompileOptions{Note: func(s string) { notes = append(notes, s) }})
	if len(notes) != 1 || !strings.HasPrefix(notes[0], "a has 3 bodies, which repeat") {
		t.Errorf("noted %q", notes)
	}
}
