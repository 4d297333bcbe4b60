package program

import (
	"os"
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func FuzzFromLocust(f *testing.F) {
	for _, file := range []string{"testdata/tasks.locust", "testdata/tasks.csv.locust"} {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(raw))
	}
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromLocust([]byte(raw), draft.Options{Source: "f"}) })
	})
}

func FuzzFromLocustfile(f *testing.F) {
	f.Add("from locust import *\nclass U(HttpUser):\n @task\n def f(self):\n  r=self.client.get(f'/{random.randint(1,2)}',params={'a':[1,None]},headers={'A':str(uuid4())})\n  self.client.post('/'+r.json()['x'],data='a=b')\n  assert r.status_code in (200,404)\n")
	f.Add("class U(HttpUser):\n def on_start(s):\n  s.t=s.client.post('/l',json={'password':'x'}).json()['t']\n @task\n def f(s):\n  for i in range(3):\n   if random.random()<.5: s.client.put('/a',headers={'Authorization':'Bearer '+s.t})\n")
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromLocust([]byte(raw), draft.Options{Source: "f.py"}) })
	})
}

func FuzzFromK6(f *testing.F) {
	f.Add("import h from 'k6/http'\nimport {check,sleep} from 'k6'\nexport const options={vus:2,duration:'1s',thresholds:{http_req_failed:['rate<0.1']}}\nexport default()=>{const r=h.post(`http://h/${Math.random()}`,JSON.stringify({a:[1]}),{headers:{A:'b'}});check(r,{'x':r=>r.json('a.0')>1});sleep(1)}")
	f.Add("import h from 'k6/http'\nexport function setup(){return h.post('/l',{a:'b'}).json()}\nexport default d=>{h.batch([['GET','/a'],'/b']);h.get(__ENV.X+'/'+d.t)}")
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromK6([]byte(raw), draft.Options{Source: "f.js"}) })
	})
}
