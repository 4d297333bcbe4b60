package importer

import (
	"strings"
	"testing"
)

// fuzzed holds an importer to its promise: it ends, and what it writes is a
// scenario whose requests are HTTP.
func fuzzed(t *testing.T, convert func() ([]byte, error)) {
	t.Helper()
	text, err := convert()
	if err != nil {
		if strings.Contains(err.Error(), "is no scenario") {
			t.Fatal(err)
		}
		return
	}
	wires(t, text, 2)
}

func seeds(f *testing.F, files ...string) {
	for _, file := range files {
		f.Add(string(readTest(f, file)))
	}
}

func FuzzFromCurl(f *testing.F) {
	seeds(f, "testdata/predict.curl", "testdata/browser.curl", "testdata/form.curl", "testdata/get.curl")
	for _, command := range []string{
		`curl -F 'a=b;type=c/d' -F e=f "http://$H:1/${X:-y}" -H 'A;' -H 'B:'`, "curl http://h/a ^\n -H ^\"A: ^%b^\"", `A=b; curl -G -d "$A" h --next -T x h; echo`,
		`echo '{"a":1}' | curl --json @- $(x) -u a:b`, "curl `\n h -d {{a}}",
	} {
		f.Add(command)
	}
	f.Fuzz(func(t *testing.T, command string) {
		if strings.ContainsAny(command, "@<") {
			t.Skip("may read files")
		}
		fuzzed(t, func() ([]byte, error) { return FromCurl(command, Options{}) })
	})
}

func FuzzFromHAR(f *testing.F) {
	// Small seeds only: the fuzzer spends its time on making big ones smaller.
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a","postData":{"mimeType":"multipart/form-data; boundary=X","params":[{"name":"a","fileName":"b","contentType":"c/d","value":"e"}]}}}]}}`)
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a","postData":{"mimeType":"application/x-www-form-urlencoded","text":"a=b&c=%20"}},"response":{"status":302,"content":{"mimeType":"application/json","text":"{\"token\":\"t\"}"}}}]}}`)
	f.Add(`{"log":{"entries":[{"request":{"method":"POST","url":"http://h/a?b#c","headers":[{"name":"A","value":"b"}],"postData":{"mimeType":"application/json","text":"{\"a\":[1]}"}},"response":{"status":200}}]}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromHAR([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromVegeta(f *testing.F) {
	seeds(f, "testdata/targets.vegeta", "testdata/targets.json.vegeta")
	f.Fuzz(func(t *testing.T, raw string) {
		if strings.Contains(raw, "@") {
			t.Skip("may read files")
		}
		fuzzed(t, func() ([]byte, error) { return FromVegeta([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromLocust(f *testing.F) {
	seeds(f, "testdata/tasks.locust", "testdata/tasks.csv.locust")
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromLocust([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromOpenAPI(f *testing.F) {
	f.Add(`{"openapi":"3.0.0","paths":{"/a/{b}":{"get":{"parameters":[{"name":"b","in":"path","required":true,"schema":{"$ref":"#/components/schemas/B"}}]}}},"components":{"schemas":{"B":{"enum":["x"]}}}}`)
	f.Add(`{"openapi":"3.1.0","paths":{"/a":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"array","items":{"type":"number","minimum":1},"minItems":2}}}}}}}}`)
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromOpenAPI([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromLocustfile(f *testing.F) {
	f.Add("from locust import *\nclass U(HttpUser):\n @task\n def f(self):\n  r=self.client.get(f'/{random.randint(1,2)}',params={'a':[1,None]},headers={'A':str(uuid4())})\n  self.client.post('/'+r.json()['x'],data='a=b')\n  assert r.status_code in (200,404)\n")
	f.Add("class U(HttpUser):\n def on_start(s):\n  s.t=s.client.post('/l',json={'password':'x'}).json()['t']\n @task\n def f(s):\n  for i in range(3):\n   if random.random()<.5: s.client.put('/a',headers={'Authorization':'Bearer '+s.t})\n")
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return FromLocust([]byte(raw), Options{Source: "f.py"}) })
	})
}

func FuzzFromK6(f *testing.F) {
	f.Add("import h from 'k6/http'\nimport {check,sleep} from 'k6'\nexport const options={vus:2,duration:'1s',thresholds:{http_req_failed:['rate<0.1']}}\nexport default()=>{const r=h.post(`http://h/${Math.random()}`,JSON.stringify({a:[1]}),{headers:{A:'b'}});check(r,{'x':r=>r.json('a.0')>1});sleep(1)}")
	f.Add("import h from 'k6/http'\nexport function setup(){return h.post('/l',{a:'b'}).json()}\nexport default d=>{h.batch([['GET','/a'],'/b']);h.get(__ENV.X+'/'+d.t)}")
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return fromK6([]byte(raw), Options{Source: "f.js"}) })
	})
}
