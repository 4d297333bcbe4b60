package scenarios

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/mlbench/mlbench/targets"
	"github.com/mlbench/mlbench/targets/strict"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile("scenario.schema.json") // the file that Schema is
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func document(t *testing.T, src []byte) any {
	t.Helper()
	d, err := strict.Parse(src, "f")
	if err != nil {
		t.Skipf("no document: %v", err)
	}
	return d.Root.Plain()
}

func TestShippedScenariosFollowTheSchema(t *testing.T) {
	s := compiledSchema(t)
	for _, name := range Names() {
		sc, err := Load(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(document(t, []byte(sc.Text()))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Everything that the language has, accepted by both.
const everything = `
name: all.of-it_1
description: all
tags: {team: search, build: 42, nightly: true}
variables: {A: plain, B: 5, C: {env: HOME}, D: {file: nowhere, default: x}, E_1: ""}
setup:
  - {path: "/x/${A}/{c}?b=${B}", params: {c: "${A}"}, query: {d: {$uuid: }}, method: PUT, headers: {X: "${C}"}, auth: bearer, body: {text: "${D} $${X}"}, expect: {status: [201, 409]}}
  - {}
teardown: [{name: end, method: DELETE}]
load: {model: open, connections: 5, rate: 1.5k/m, arrivals: constant, duration: 1m30s, requests: 2M, warmup: 0, timeout: 250ms}
cookies: keep
login: {per: journey, method: PUT, path: /auth?x=1, body: {text: "${A:-b}"}, token: a.b, optional: false}
objectives: [p99<50ms, "a.total:p99<1m", "a.d.total:errors<1%"]
abort: ["errors>5% for 10s", p99>2s for 5s after 30s, "a:p50>1s"]
data:
  people: {file: testdata/rows/people.csv, order: random, columns: {name: text, age: number}, delimiter: ",", format: csv}
  notes: {file: ./testdata/rows/notes.jsonl, order: shuffle, columns: [id, score]}
requests:
  - name: a
    weight: 0.5
    method: PATCH
    path: /a/{x-y.z}/b?c=%20d
    params: {x-y.z: {$int: {max: 3}}}
    query: {"p q": "${A} b", n: 1.5, t: true, many: [a, {$row: {from: notes, column: id}}, {$vector: {size: 2}}], "": x}
    headers: {W: {$id: {prefix: "${"}}, V: [1, {$number: }], X: 1, Y: "${HOME:-x}", Z: true, Accept: ""}
    auth: bearer
    body:
      json:
        - {a: 1, b: [null, true, x, 1.5], $$c: {}}
        - {$vector: {size: 5..20, dist: normal, mean: 1, stddev: 2, min: -5, max: 5}}
        - {$matrix: {rows: 2, cols: 0..3, dist: uniform}}
        - [{$number: }, {$number: {min: 0}}, {$int: {min: -5, max: 5}}, {$choice: [1, {$uuid: {}}]}]
        - {id: {$id: {prefix: r-}}, other: {$id: }, uuid: {$uuid: }}
    expect: {status: [200, 404]}
    fresh: false
    checks:
      - json: $.a
      - {name: B.b-1_, json: $.b, type: number, min: -1, max: 1}
      - {json: $.c, equals: {x: [1, null]}}
      - {json: $.d, length: 5..20}
      - {json: $.d, length: {request: "$[0].b"}, equals: {request: "$[0].b"}, one_of: {request: '$[*].b'}, contains: {request: "$[0].a"}, min: {request: "$[0].a"}, max: {request: "$[0].a"}}
      - {json: $.e, absent: true}
      - {json: $.f, contains: x, regex: '^x'}
      - {text: x}
      - {regex: '^\{'}
      - {header: X-Request-ID, equals: 5, contains: x, regex: x, min: 1, max: 2}
      - {latency: 200ms}
      - {status: 200}
      - {name: either, status: [200, 202]}
    capture: {token: $.token, id: {header: Location, regex: '/(\d+)$'}, all: {json: $}, part: {regex: a}}
    steps:
      - {name: b, think: "uniform(1s, 3s)", path: "/x/{{id}}?y={{part}}", headers: {Authorization: "Bearer {{ token }}"}}
      - name: c
        method: PUT
        path: /x
        auth: bearer
        headers: {X: [1, {$row: people.name}]}
        params: {}
        query: {t: "{{token}}", u: ["{{all}}", {$choice: ["{{part}}", x]}]}
        body: {json: {token: "{{token}}", "{{id}}": ["{{all}}", "<{{part}}>"]}}
        expect: {status: [201]}
        fresh: false
        checks: [{latency: 1s}, {json: $.a, one_of: [x, 1, null]}, {json: $.b, equals: "{{all}}"}]
      - name: d
        path: /jobs
        repeat: {until: [{json: $.status, equals: done}, {text: "{{part}}"}], at_most: 30, pause: "uniform(10ms, 1s)"}
      - choose:
          - {weight: 3, name: e, think: 1s, path: "/x/{{id}}"}
          - {weight: 0.5, name: f, body: {text: x}, repeat: {until: [{header: X}], at_most: 1}}
          - {weight: 1}
          - {name: g}
    total: true
  - name: rows
    pool: 20k
    body:
      json:
        - [{$row: people}, {$row: {from: notes, column: id}}, {$row: {from: people, columns: [name, age], as: vector, rows: 1..3}}]
        - {$choice: {values: [a, {$int: {max: 3}}], weights: [3, 0.5]}}
        - [{$sequence: }, {$sequence: {start: 0, step: -2}}, {$sequence: [a, {b: c}]}]
        - {$zipf: {of: {$vector: {size: 3}}, distinct: 100, exponent: 1.2, new: 0.25}}
        - [{$text: {tokens: 2..5}}, {$blob: {bytes: 30}}, {$join: [a-, {$uuid: }]}]
        - {$zipf: {of: {$row: {from: people, rows: 2}}, distinct: 1}}
  - {name: b, auth: none, body: {base64: "AA=="}, chunked: true, headers: {Expect: 100-continue}}
  - {name: c, body: {file: doc.go, compress: zstd}}
  - {name: d, body: {form: {a: 1, b: [x, true, 1.5], c: {$int: {max: 5}}, d: "${A:-b}"}}}
  - name: e
    body:
      multipart:
        a: 1
        b: [x, {$uuid: }, {file: doc.go}]
        c: {file: doc.go, filename: x.txt, type: text/plain}
        d: {json: {x: "${A}", y: {$int: {max: 5}}}}
        e: {base64: AA==, filename: f}
        f: {text: "", type: text/markdown}
`

func TestLoaderAndSchemaAgree(t *testing.T) {
	s := compiledSchema(t)
	if _, err := Parse([]byte(everything), "f.yaml"); err != nil {
		t.Errorf("loader: %v", err)
	}
	if err := s.Validate(document(t, []byte(everything))); err != nil {
		t.Errorf("schema: %v", err)
	}
	// What only the loader finds: relations between keys.
	loaderOnly := []string{
		"checks-values.yaml", "checks-names.yaml", "checks-objectives.yaml", "checks-request-body.yaml", "steps-references.yaml", "steps-branches.yaml", "steps-spans.yaml",
		"loads-relations.yaml", "loads-judge.yaml", "login-bytes.yaml", "login-template.yaml", "load-shape-open.yaml", "load-think-open.yaml", "data-none.yaml",
		"load-clients-open.yaml", "load-clients-spawn.yaml", "load-clients-values.yaml", "load-clients-rates.yaml", "load-clients-zero.yaml", "load-pacing-open.yaml", "users-loads.yaml",
		"generators-normal.yaml", "no name.yaml", "shares.yaml", "load-shape-sine-low.yaml", "load-shape-sine.yaml", "load-shape-spike-length.yaml",
		"load-shape-spike.yaml", "load-shape-stage.yaml", "login-path.yaml", "load-model-spawn.yaml", "load-model-arrivals.yaml", "load-model-shape.yaml",
		"yaml-documents.yaml", "yaml.yaml", // the language below it
	}
	files, err := filepath.Glob("testdata/errors/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			accepted := s.Validate(document(t, src)) == nil
			if only := slices.Contains(loaderOnly, filepath.Base(file)); accepted != only {
				t.Errorf("schema accepts: %v, want %v", accepted, only)
			}
		})
	}
}

// The schema is written by hand; this holds it to the types.
func TestSchemaHasTheKeysOfTheTypes(t *testing.T) {
	read := func(raw json.RawMessage) (o struct {
		Properties map[string]json.RawMessage `json:"properties"`
		Closed     any                        `json:"additionalProperties"`
		Defs       map[string]json.RawMessage `json:"$defs"`
	},
	) {
		if err := json.Unmarshal(raw, &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	top := read(Schema())
	request := read(top.Defs["request"])
	for _, tt := range []struct {
		raw  json.RawMessage
		goes any
	}{
		{Schema(), Scenario{}},
		{top.Defs["load"], LoadModel{}},
		{top.Defs["namedLoad"], namedLoad{}},
		{top.Defs["login"], Login{}},
		{top.Defs["request"], Request{}},
		{top.Defs["call"], onceCall{}},
		{read(top.Defs["call"]).Properties["expect"], expectation{}},
		{top.Defs["part"], part{}},
		{request.Properties["expect"], expectation{}},
		{top.Defs["step"], step{}},
		{top.Defs["branch"], branch{}},
		{top.Defs["repeat"], repeat{}},
		{top.Defs["check"], check{}},
		{top.Defs["capturePart"], capture{}},
		{top.Defs["body"], Body{}},
		{top.Defs["vector"], vectorGen{}},
		{top.Defs["matrix"], matrixGen{}},
		{top.Defs["number"], numberGen{}},
		{top.Defs["int"], intGen{}},
		{top.Defs["id"], idGen{}},
		{top.Defs["sequence"], sequenceGen{}},
		{top.Defs["zipf"], zipfGen{}},
		{top.Defs["text"], textGen{}},
		{top.Defs["blob"], blobGen{}},
		{top.Defs["row"], rowGen{}},
		{top.Defs["source"], dataSource{}},
		{top.Defs["join"], dataJoin{}},
		{top.Defs["joinKey"], joinKey{}},
	} {
		var keys, properties []string
		for _, f := range reflect.VisibleFields(reflect.TypeOf(tt.goes)) {
			if key := f.Tag.Get("yaml"); key != "" {
				keys = append(keys, key)
			}
		}
		o := read(tt.raw)
		for p := range o.Properties {
			properties = append(properties, p)
		}
		slices.Sort(keys)
		slices.Sort(properties)
		if d := cmp.Diff(keys, properties); d != "" {
			t.Errorf("%T against schema: %s", tt.goes, d)
		}
		if o.Closed != false {
			t.Errorf("%T: the schema allows unknown keys", tt.goes)
		}
	}
	var generators []string
	for g := range read(top.Defs["generator"]).Properties {
		generators = append(generators, g)
	}
	want := slices.Clone(generatorNames())
	slices.Sort(want)
	slices.Sort(generators)
	if d := cmp.Diff(want, generators); d != "" {
		t.Errorf("generators against schema: %s", d)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(everything))
	for _, dir := range []string{"shipped/*.yaml", "testdata/errors/*.yaml"} {
		files, err := filepath.Glob(dir)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range files {
			src, err := os.ReadFile(file)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src)
		}
	}
	at, err := targets.Parse("http://127.0.0.1:1/api?x=1", nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		sc, err := Parse(src, "f.yaml")
		if err != nil {
			if !strings.HasPrefix(err.Error(), "f.yaml:") {
				t.Errorf("error without a position: %v", err)
			}
			return
		}
		plan, err := Compile(sc, CompileOptions{Target: at, PoolSize: 2, Seed: 1, Token: "t"})
		if err != nil {
			if !strings.HasPrefix(err.Error(), "scenario ") {
				t.Errorf("error without the scenario: %v", err)
			}
			return
		}
		for _, c := range plan.Classes {
			for _, p := range c.Pool {
				p = p.Numbered(987654321098)
				req, err := readOne(bytes.NewReader(p.AppendHTTP1(nil)))
				if err != nil {
					t.Fatalf("%v in %q", err, p.AppendHTTP1(nil))
				}
				body, _ := io.ReadAll(req.Body)
				if r := requestOf(sc, c.Name); r.Body != nil && r.Body.JSON != nil && !json.Valid(body) {
					t.Fatalf("not JSON: %q", p.AppendHTTP1(nil))
				}
			}
		}
	})
}

func requestOf(sc *Scenario, name string) Request {
	classes := sc.classes()
	i := slices.IndexFunc(classes, func(c requestClass) bool { return c.Name == name })
	return classes[i].Request
}
