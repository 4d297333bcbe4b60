package program

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func TestPrograms(t *testing.T) {
	importertest.Golden(t, importertest.Sources(t, map[string]importertest.Import{"locust": FromLocust, "py": FromLocust, "js": FromK6}))
}

// Pieces of scripts, and what of the scenario they become: each line is in it, and
// none that begins with a ! is.
func TestPiecesOfLocustfiles(t *testing.T) {
	for _, tt := range []struct{ name, task, want string }{
		{"constants and functions", "path = '/'.join(['', VERSION, 'a'])\nself.client.get(path + query(2))", "path: \"/v2/a?n=2\""},
		{"format and percent", "self.client.get('/{}/{b}'.format(1, b='x') + '/%s-%d' % ('y', 3))", "path: /1/x/y-3"},
		{"a keyword for the body", "self.client.put('/a', json=dict(b=True, c=None), params={'d': [1, 2]})", "method: PUT\nd: [1, 2]\nb: true\nc: null"},
		{"JSON as a text", "self.client.post('/a', data=json.dumps({'b': [1]}), headers={'Content-Type': 'application/json'})", "json:\nb: [1]\n!Content-Type"},
		{"a form", "self.client.post('/a', {'b': 'c d', 'password': 'hunter2'})", "form:\npassword: \"${PASSWORD}\"\nPASSWORD: {env: PASSWORD}"},
		{"an answer's part", "r = self.client.post('/a', json={})\nself.client.get(f\"/b/{r.json()['x']['id']}\", headers={'T': r.headers['E-Tag']})", "id: \"$.x.id\"\ne_tag: {header: E-Tag}\npath: \"/b/{{id}}\"\nT: \"{{e_tag}}\""},
		{"a check by failure", "with self.client.get('/a', catch_response=True) as r:\n  if not r.ok or r.json()['n'] < 2:\n    r.failure('x')", "{json: \"$.n\", min: 2}"},
		{"a status that is no error", "with self.client.get('/a', catch_response=True) as r:\n  if r.status_code in (404, 410):\n    r.success()", "expect: {status: [200, 201, 202, 204, 404, 410]}"},
		{"an assertion", "r = self.client.get('/a')\nassert r.status_code == 204 and 'ok' in r.text", "expect: {status: [204]}\n{text: ok}"},
		{"a share", "if random.random() < 0.3:\n  self.client.get('/a')\nelif random.random() < 0.5:\n  self.client.get('/b')\nelse:\n  self.client.get('/c')", "weight: 0.3\nweight: 0.2\nweight: 0.5"},
		{"a wait between", "self.client.get('/a')\ntime.sleep(random.uniform(1, 2.5))\nself.client.get('/b')", "think: uniform(1s, 2.5s)"},
		{"a loop", "for x in ['a', 'b']:\n  self.client.get('/' + x)", "path: /a\npath: /b"},
		{"a long loop", "for i in range(100):\n  self.client.get(f'/{i}')", "line 9: in a loop; sent once here"},
		{"an environment", "self.client.get('/a', headers={'X-Key': os.environ['KEY'], 'X-B': os.getenv('B', 'c')})", "KEY: {env: KEY}\nB: {env: B, default: c}\nX-B: \"${B}\""},
		{"unknown values", "self.client.post('/a', json={'b': other(), 'c': 1})\nself.client.get(other())", "line 9: b is other() there, and null here\nline 10: self.client.get(…): its URL is not known: other()\nRead 0 of 2 requests as a whole"},
		{"a joined URL", "self.client.get(urljoin(self.host, '/abc'))\nself.client.get(urljoin('http://h/x', '/d'))", "path: /abc\npath: /d\nRead 2 of 2"},
		{"addresses that are not known", "self.client.get(self.make_url())\nself.client.get([1])\nself.client.get('/a', params={'b': other()})", "!path: / \nits URL is not known: self.make_url()\nits URL is not known: a value\nb is other() there, and empty here\nRead 0 of 3"},
		{"braces of its own", "self.client.get('/a/{{b}}')", "path: \"/a/%7B%7Bb%7D%7D\""},
		{"another host", "self.client.get('/a')\nself.client.get('http://h/b')\nself.client.get('http://h/c')\nself.client.get('https://x/d')", "--target http://h\nline 12: GET to https://x is left out"},
		{"numbers of numpy", "self.client.post('/a', json={'v': np.random.randn(8).tolist(), 'm': [[random.gauss(0, 2) for _ in range(3)] for _ in range(4)]})", "v: {$vector: {size: 8, mean: 0, stddev: 1}}\nm: {$matrix: {rows: 4, cols: 3, mean: 0, stddev: 2}}"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := "import json, os, random, time\nimport numpy as np; from urllib.parse import urljoin\nfrom locust import HttpUser, task\nVERSION = 'v2'\ndef query(n): return f'?n={n}'\nclass U(HttpUser):\n  @task\n  def f(self):\n    " +
				strings.ReplaceAll(tt.task, "\n", "\n    ") + "\n"
			source = strings.Replace(source, "  @task\n  def f(self):\n    ", "  @task\n  def f(self): # eight\n    ", 1)
			text, err := FromLocust([]byte(source), draft.Options{Source: "f.py"})
			has(t, source, text, err, tt.want)
		})
	}
}

func TestPiecesOfK6(t *testing.T) {
	for _, tt := range []struct{ name, source, want string }{
		{"iterations", "export const options = { vus: 4, iterations: 100, maxDuration: '1m' }; export default () => http.get('http://h/a')", "connections: 4\nrequests: 100"},
		{"an arrival rate", "export const options = { scenarios: { a: { executor: 'constant-arrival-rate', rate: 30, timeUnit: '1m', duration: '1d2h', preAllocatedVUs: 5 } } }; export default function () { http.get('http://h/a'); sleep(1) }", "rate: 30/m\nduration: 26h\nconnections: 5\narrivals: constant\nwarmup: 0s\n!think\nrequests start at their rate"},
		{"abort", "export const options = { thresholds: { http_req_duration: [{ threshold: 'p(90) <= 400', abortOnFail: true, delayAbortEval: '30s' }], http_reqs: ['count>5'] } }; export default () => http.get('http://h/a')", "objectives: [\"p90<=400ms\"]\nabort: [\"p90>400ms for 10s after 30s\"]\nthe threshold http_reqs: count>5"},
		{"checks", "export default () => { check(http.get('http://h/a'), { 'body is x': (r) => r.body === 'x', 'no error': (r) => r.json('error') === undefined, big: (r) => r.json().list.length > 2, odd: (r) => f(r) }) }", "{name: body-is-x, regex: \"^x$\"}\n{name: no-error, json: \"$.error\", absent: true}\n{name: big, json: \"$.list\", length: \"3..1000000\"}\nline 2: a check that is not taken over: odd"},
		{"setup", "export function setup() { http.put('http://h/i'); return http.post('http://h/login', JSON.stringify({username: 'a', password: 'hunter2'})).json('data.jwt') }; export default (t) => http.get('http://h/a', { headers: { Authorization: 'Bearer ' + t } })", "token: data.jwt\npath: /login\nauth: bearer\nsetup:\nmethod: PUT\n!hunter2"},
		{"a base of the environment", "const base = __ENV.BASE; export default () => http.get(`${base}/a/${Math.floor(Math.random() * 10) + 1}`)", "The address is that of ${BASE}\n{$int: {min: 1, max: 10}}"},
		{"destructuring", "const { host, path } = { host: 'http://h', path: '/a' }; const go = ({ x }) => http.get(host + path); export default go", "path: /a"},
		{"a batch", "export default function () { const r = http.batch([['POST', 'http://h/a', JSON.stringify({b: 1})], 'http://h/c']); check(r[1], { ok: (r) => r.status < 300 }) }", "method: POST\npath: /c\nsent at once there, one by one here"},
		{"a URL with a name", "const BASE = __ENV.BASE || 'http://h'; export default () => { const id = 3; http.get(http.url`${BASE}/items/${id}`) }", "path: /items/3\nRead 1 of 1 request as a whole"},
		{"addresses that are not known", "import { mk, urls } from './x.js'; export default () => { const u = new URL('http://h/q'); http.get(u.toString()); http.get(mk('/x')); http.get(urls.a); http.get([1]); http.get('http://h/b') }", "!path: / \nline 2: http.get(…): its URL is not known: mk(…)\nits URL is not known: mk(…)\nits URL is not known: a value\npath: /q\nRead 2 of 5"},
		{"a teardown", "export function teardown() { http.del('http://h/t') }; export default () => http.get('http://h/a')", "teardown: - name: t method: DELETE\n!setup:"},
		{"abort at once", "export const options = { thresholds: { http_req_failed: [{ threshold: 'rate<0.1', abortOnFail: true }] } }; export default () => http.get('http://h/a')", "abort: [\"errors>=10% for 10s after 0s\"]\nthe whole run so far"},
		{"a timeout", "export const options = { maxRedirects: 3 }; export default () => http.get('http://h/a', { timeout: '5s' })", "timeout: 5s\nRedirects are not followed"},
		{"timeouts", "export default () => { http.get('http://h/a', { timeout: 5000 }); http.get('http://h/b', { timeout: '1m' }) }", "!timeout: 5s\nseveral timeouts there (5s, 1m)"},
		{"a query that is not known", "export default () => http.get(`http://h/a?b=${f()}&c=1`)", "path: \"/a?b=&c=1\"\nline 2: f() is not known, and left empty in the query\nRead 0 of 1"},
		{"a secret with a default", "export default () => http.post('http://h/a', JSON.stringify({ b: __ENV.PASSWORD || 'x' }))", "PASSWORD: {env: PASSWORD}\n!default: x"},
		{"a share", "export default function () { if (Math.random() > 0.9) { http.get('http://h/a') } else { http.get('http://h/b') } }", "weight: 0.1\nweight: 0.9"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := "import http from 'k6/http'; import { check, sleep } from 'k6'\n" + tt.source
			text, err := FromK6([]byte(source), draft.Options{Source: "f.js"})
			has(t, source, text, err, tt.want)
		})
	}
}

func has(t *testing.T, source string, text []byte, err error, want string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	flat := strings.Join(strings.Fields(strings.ReplaceAll(string(text), "\n", " ")), " ")
	flat = strings.ReplaceAll(flat, " # ", " ")
	for line := range strings.SplitSeq(want, "\n") {
		without, not := strings.CutPrefix(line, "!")
		if strings.Contains(flat, without) == not {
			t.Errorf("%q: there is %v\n%s\n%s", without, not, source, text)
		}
	}
	importertest.Wires(t, text, 1)
}

// Rows of files are taken where the files are there and have what the script takes.
func TestScriptsTakeRowsOfFiles(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, content := range map[string]string{"users.csv": "name,age\nada,36\n", "people.json": `[{"id": 7}]`} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	o := draft.Options{Source: "f", Folder: ".", File: "my.yaml"}
	source := "import csv, random\nfrom locust import HttpUser, task\nwith open('users.csv') as f:\n  ROWS = list(csv.DictReader(f))\nclass U(HttpUser):\n  @task\n  def f(self):\n    u = random.choice(ROWS)\n    self.client.post('/a', json={'who': u['name'], 'all': u})\n"
	text, err := FromLocust([]byte(source), o)
	contains(t, source, text, err, "users: {file: users.csv, order: random}", "who: {$row: {from: users, column: name}}", "all: {$row: {from: users}}")
	wrong := strings.ReplaceAll(source, "u['name']", "u['nme']")
	text, err = FromLocust([]byte(wrong), o)
	contains(t, wrong, text, err, "who is", "null here")
	k6 := "import http from 'k6/http'\nconst a = JSON.parse(open('./people.json')), b = JSON.parse(open('../none.json'))\nexport default () => http.post('http://h/a', JSON.stringify({ id: a[__VU % a.length].id, b: b[0] }))"
	text, err = FromK6([]byte(k6), o)
	contains(t, k6, text, err, "people: {file: people.json, order: random}", "id: {$row: {from: people, column: id}}", "line 3: b is")
	if folder, err := filepath.Abs("."); err != nil || strings.Contains(string(text), folder) {
		t.Errorf("%v: the folder is in it:\n%s", err, text)
	}
}

func contains(t *testing.T, source string, text []byte, err error, want ...string) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v\n%s", err, source)
	}
	for _, s := range want {
		if !strings.Contains(string(text), s) {
			t.Errorf("no %q in what was made of\n%s\n%s", s, source, text)
		}
	}
}

// Faults that were found in what was made of real scripts, each named after it.
func TestFaultsOfScripts(t *testing.T) {
	for _, tt := range []struct{ name, task, want string }{
		{"a check by a function is said", "with self.client.get('/a', catch_response=True) as s:\n  if check_it(s): s.failure('x')", "line 10: a check that is not taken over: check_it(…)\nRead 0 of 1"},
		{"a check of a count is said", "with self.client.get('/a', catch_response=True) as s:\n  if s.text.count('a') != 3:\n    s.failure('x')", "line 10: a check that is not taken over: s.text.count(…) != 3"},
		{"a failure in a handler is said", "with self.client.get('/a', catch_response=True) as s:\n  try:\n    s.json()\n  except ValueError:\n    s.failure('x')", "line 13: a check that is not taken over: s.failure(…) in f"},
		{"success alone of some statuses leaves no other", "with self.client.get('/a', catch_response=True) as s:\n  if s.status_code in (400, 403):\n    s.success()\n  else:\n    s.failure('x')", "expect: {status: [400, 403]}"},
		{"a return before a request is said", "if not self.beta: return\nself.client.get('/a')", "line 9: what follows is left out there if !self.beta"},
		{"requests of unusual answers are left out", "r = self.client.get('/a')\nif r.status_code != 200:\n  self.client.post('/b')\nself.client.get('/c')", "!path: /b\nline 10: 1 request left out\npath: /c\nRead 2 of 3"},
		{"a list that is filled elsewhere loses no request in silence", "if SLUGS:\n  self.client.get('/a/' + random.choice(SLUGS))\nself.client.get('/b')", "line 10: self.client.get(…) in f is not reached here\nRead 1 of 2"},
		{"a loop until an answer is a repeat", "self.client.post('/j')\nwhile True:\n  r = self.client.get('/j/1')\n  if r.json()['s'] == 'done': break\n  time.sleep(2)", "repeat: until: [{json: \"$.s\", equals: done}] at_most: 1000 pause: \"2s\"\nline 10: it repeats without a bound"},
		{"a loop that cannot repeat is not read", "self.client.post('/j')\nwhile not ready():\n  self.client.get('/j/1')", "line 10: asked again until an answer is as wanted\nrepeat, of docs/scenarios.md\nRead 1 of 2"},
		{"timeouts are taken", "self.client.get('/a', timeout=5)", "timeout: 5s\nwarmup: 0s"},
		{"an explicit header is sent", "self.client.get('/a', headers={'User-Agent': 'x', 'Accept-Encoding': 'gzip', 'Host': 'h'})", "User-Agent: x\nAccept-Encoding: gzip\nThe header Host is the transport's own"},
		{"a value that depends on what is not known is null", "self.client.post('/a', json={'k': kind()})", "k is what depends on random_thing there, and null here"},
		{"a condition of a request is sent once", "if self.client.get('/a').status_code == 200:\n  self.client.get('/b')", "Read 2 of 2\nname: b\n!name: a-2"},
		{"comments have lines", "self.client.get('/a', params=unknown_thing)\nself.client.post('/b', data={'c': {'d': 1}})", "line 9: its query is not known\nline 10: an object in the query"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := "import random, time\nfrom locust import HttpUser, task\nSLUGS = []\ndef kind():\n  if random_thing: return 'a'\n  return 'b'\nclass U(HttpUser):\n  @task\n  def f(self):\n    " +
				strings.ReplaceAll(tt.task, "\n", "\n    ") + "\n"
			source = strings.Replace(source, "  @task\n  def f(self):\n    ", "  @task\n  def f(self): # eight\n    ", 1)
			source = strings.Replace(source, "import random, time\nfrom locust", "import random, time; from locust", 1)
			text, err := FromLocust([]byte(source), draft.Options{Source: "f.py"})
			has(t, source, text, err, tt.want)
		})
	}
}

// The same of whole files.
func TestFaultsOfFiles(t *testing.T) {
	user := func(s string) string {
		return "import random, itertools\nfrom locust import *\nACC = [('a', 'hunter2'), ('b', 'hunter3')]\n" + s
	}
	for _, tt := range []struct{ name, source, want string }{
		{"accounts of a list are not null", user("class U(HttpUser):\n  def on_start(self):\n    u, p = random.choice(ACC)\n    t = self.client.post('/login', json={'user': u, 'password': p}).json()['token']\n    self.client.headers['Authorization'] = 'Bearer ' + t\n  @task\n  def f(self): self.client.get('/a')\n"), "user: \"${MLBENCH_USERNAME}\" password: \"${MLBENCH_PASSWORD}\"\nline 7: one of 2 accounts\n!null\n!hunter"},
		{"accounts in turn are not null", user("IT = itertools.cycle(ACC)\nclass U(HttpUser):\n  def on_start(self):\n    u, p = next(IT)\n    self.client.post('/signin', data={'user': u, 'password': p})\n  @task\n  def f(self): self.client.get('/a')\n"), "cookies: keep\nper: worker\nline 8: one of 2 accounts\n!null\n!hunter"},
		{"accounts of a queue are said", user("class U(HttpUser):\n  def on_start(self):\n    a = Q.get()\n    self.client.post('/signin', data={'user': a['u'], 'password': a['p']})\n  @task\n  def f(self): self.client.get('/a')\n"), "cookies: keep\nline 7: who logs in is not a text of the file there"},
		{"a login by a cookie alone", user("class U(HttpUser):\n  def on_start(self):\n    self.client.post('/signin', data={'uname': 'x', 'phrase': 'y'})\n  @task\n  def f(self): self.client.get('/a')\n"), "login: path: /signin\nuname: x\nper: worker\ncookies: keep"},
		{"fixed_count and settings of the connection are said", user("class U(FastHttpUser):\n  fixed_count = 2\n  network_timeout = 30\n  max_retries = 2\n  @task\n  def f(self): self.client.get('/a')\n"), "line 5: fixed_count of U\ntimeout: 30s\nline 7: max_retries of U is not taken over"},
		{"variables that nothing uses are not asked for", user("X = os.environ.get('SECRET_X')\nclass U(HttpUser):\n  @task\n  def f(self):\n    if X: self.client.get('/a')\n"), "!SECRET_X: {env"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := FromLocust([]byte(tt.source), draft.Options{Source: "f.py"})
			has(t, tt.source, text, err, tt.want)
		})
	}
	for _, tt := range []struct{ name, source, want string }{
		{"typeof is a check of the type", "export default () => check(http.get('http://h/a'), { n: (r) => typeof r.json('x') === 'number', o: (r) => typeof r.json('y') === 'object' })", "{name: \"n\", json: \"$.x\", type: number}\nline 2: a check that is not taken over: o"},
		{"k6 waits a minute", "export default () => http.get('http://h/a')", "timeout: 60s"},
		{"several timeouts leave the longest", "export default () => { http.get('http://h/a', { timeout: '5s' }); http.get('http://h/b') }", "timeout: 60s\nseveral timeouts there (5s, 60s)"},
		{"checks behind or are there once", "export default () => { let r = http.get('http://h/a'); check(r, { x: (r) => odd(r), y: (r) => r.body.includes('y') }) || e.add(1); r = http.get('http://h/b'); check(r, { y: (r) => r.body.includes('y') }) || e.add(1) }", "{name: \"y\", text: \"y\"}\n!y-2"},
		{"scenarios one behind the other are a scenario", "export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '10s', exec: 'f' }, b: { executor: 'constant-vus', vus: 1, duration: '30s', startTime: '10s', exec: 'g' } } }; export function f() { http.get('http://h/a') }; export function g() { http.get('http://h/b') }", "It starts after 10s there, when a has ended\n!start:"},
		{"a threshold of the only scenario is of all requests", "export const options = { scenarios: { a: { executor: 'constant-vus', vus: 1, duration: '10s' } }, thresholds: { 'http_req_duration{scenario:a}': ['p(95)<500'] } }; export default () => { http.get('http://h/a'); http.get('http://h/b') }", "objectives: [\"p95<500ms\"]"},
		{"numbers of k6's own are no null", "import exec from 'k6/execution'; export default () => http.post('http://h/a', JSON.stringify({ a: exec.vu.idInTest, b: exec.scenario.iterationInTest, c: __ITER }))", "a: {$int: {min: 1, max: 1000}}\nb: {$sequence: {start: 0}}\nc: {$sequence: {start: 0}}\n!null"},
		{"options that are not read are said", "export const options = { hosts: { a: 'b' }, userAgent: 'x' }; export default () => http.get('http://h/a')", "line 2: the option hosts\nUser-Agent: x"},
		{"a summary of its own and metrics are said", "import { Trend } from 'k6/metrics'; const t = new Trend('t'); export default () => http.get('http://h/a'); export function handleSummary(d) { return {} }", "line 2: a metric of its own, Trend\nhandleSummary"},
		{"what setup calls of other files is said", "import { prepare } from './lib.js'; export function setup() { prepare() } export default () => http.get('http://h/a')", "Left out: - line 2: prepare is of another file, which is not read"},
		{"a loop behind what is left out does not repeat", "export default () => { http.get('http://i/x'); while (true) { const r = http.get('http://h/a'); if (r.json('s') === 1) break } http.get('http://h/b'); http.get('http://h/c') }", "It is asked again until its answer is as wanted there\n!repeat:"},
		{"a loop of setup does not repeat", "export function setup() { http.post('http://h/j'); while (true) { const r = http.get('http://h/a'); if (r.json('s') === 1) break } }; export default () => http.get('http://h/b')", "It is asked again until its answer is as wanted there\n!repeat:"},
		{"requests to other hosts are not read", "export default () => http.batch(['http://h/a', 'http://h/b', 'http://i/c'])", "GET to http://i is left out\nRead 0 of 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			source := "import http from 'k6/http'; import { check } from 'k6'\n" + tt.source
			text, err := FromK6([]byte(source), draft.Options{Source: "f.js"})
			has(t, source, text, err, tt.want)
		})
	}
}
