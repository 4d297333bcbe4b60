package importer

import (
	"fmt"
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

func FuzzFromJMeter(f *testing.F) {
	const plan = `<jmeterTestPlan><hashTree><ThreadGroup><stringProp name="ThreadGroup.num_threads">${__P(n,2)}</stringProp></ThreadGroup><hashTree>%s</hashTree></hashTree></jmeterTestPlan>`
	for _, part := range []string{
		`<HTTPSamplerProxy testname="a"><stringProp name="HTTPSampler.path">/a/${__Random(1,9)}?b=${c}</stringProp></HTTPSamplerProxy><hashTree><JSONPostProcessor><stringProp name="JSONPostProcessor.referenceNames">c</stringProp><stringProp name="JSONPostProcessor.jsonPathExprs">$.c</stringProp></JSONPostProcessor></hashTree><HTTPSampler><stringProp name="HTTPSampler.path">/${c}</stringProp></HTTPSampler>`,
		`<ThroughputController><intProp name="ThroughputController.style">1</intProp><FloatProperty><name>ThroughputController.percentThroughput</name><value>20</value></FloatProperty></ThroughputController><hashTree><HTTPSampler/></hashTree><HTTPSampler/>`,
		`<UniformRandomTimer><stringProp name="RandomTimer.range">5</stringProp></UniformRandomTimer><HTTPSampler><boolProp name="HTTPSampler.postBodyRaw">true</boolProp><stringProp name="HTTPSampler.method">POST</stringProp><elementProp name="HTTPsampler.Arguments"><collectionProp name="Arguments.arguments"><elementProp name=""><stringProp name="Argument.value">{"a": ${__UUID}, "b": "x${__UUID}"}</stringProp></elementProp></collectionProp></elementProp></HTTPSampler>`,
		`<CSVDataSet><stringProp name="filename">a.csv</stringProp><stringProp name="variableNames">a</stringProp></CSVDataSet><HTTPSampler><stringProp name="HTTPSampler.path">/${a}</stringProp></HTTPSampler><hashTree><RegexExtractor><stringProp name="RegexExtractor.refname">a</stringProp><stringProp name="RegexExtractor.regex">(x)</stringProp></RegexExtractor></hashTree>`,
	} {
		f.Add(fmt.Sprintf(plan, part))
	}
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return fromJMeter([]byte(raw), Options{Source: "f"}) })
	})
}

func FuzzFromPostman(f *testing.F) {
	f.Add(`{"item":[{"name":"a","request":{"method":"POST","url":"{{u}}/a/:b?c={{$randomInt}}","header":"A: {{$guid}}","body":{"mode":"raw","raw":"{\"a\": {{x}}, \"b\": \"{{$guid}}y\"}"}}}],"variable":[{"key":"u","value":"http://h"},{"key":"x","value":"1"}]}`)
	f.Add(`{"item":[{"name":"a","event":[{"listen":"test","script":{"exec":["var d = pm.response.json();","pm.environment.set('t', d.t);","pm.response.to.have.status(201)","pm.expect(d.a).to.eql(\"b\")"]}}],"request":{"url":{"raw":"h/a","query":[{"key":"a","value":"{{t}}"}]}}},{"name":"b","request":{"url":"h/{{t}}","auth":{"type":"bearer","bearer":[{"key":"token","value":"{{t}}"}]}}}]}`)
	f.Add(`{"item":[{"request":{"method":"PUT","url":"h","body":{"mode":"formdata","formdata":[{"key":"a","type":"file","src":"/x/y"},{"key":"b","value":"{{$timestamp}}"}]}}},{"request":{"url":"h","method":"POST","body":{"mode":"graphql","graphql":{"query":"{a}","variables":"{}"}}}},{"request":{"url":"h","method":"POST","body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"b c"}]}}}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		fuzzed(t, func() ([]byte, error) { return fromPostman([]byte(raw), Options{Source: "f"}) })
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
