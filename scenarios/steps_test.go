package scenarios

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/results"
)

// filled is the step of a scenario as it is sent, after an answer that gave v.
func filled(t *testing.T, step string, v any) string {
	t.Helper()
	sc := parse(t, "requests: [{name: a, capture: {v: $.v}, steps: [{name: b, "+step+"}]}]")
	plan := compile(t, sc, CompileOptions{PoolSize: 1})
	body, err := json.Marshal(map[string]any{"v": v})
	if err != nil {
		t.Fatal(err)
	}
	a := loadgen.Answer{Body: body, Captured: map[string]string{}}
	if err := plan.Classes[0].Check(&a); err != nil {
		t.Fatal(err)
	}
	p := plan.Classes[1].Pool[0]
	before := string(p.AppendHTTP1(nil))
	full := p.Filled(a.Captured)
	got := full.AppendHTTP1(nil)
	readRequest(t, got)
	if after := string(p.AppendHTTP1(nil)); after != before {
		t.Errorf("filling a request changed it: %q, then %q", before, after)
	}
	return strings.ReplaceAll(string(got), "\r\n", "\n")
}

func TestStepsAreFilled(t *testing.T) {
	const head = "Host: 127.0.0.1:8000\nAccept: */*\n"
	for _, tt := range []struct {
		step  string
		value any
		want  string
	}{
		{"path: '/x/{{v}}?q={{v}}&r=1'", "a/b?c&d é", "GET /x/a%2Fb%3Fc%26d%20%C3%A9?q=a%2Fb%3Fc%26d%20%C3%A9&r=1 HTTP/1.1\n" + head + "\n"},
		{"path: /, headers: {Authorization: 'Bearer {{ v }}', X: '{{v}}{{v}}'}", "tok en", "GET / HTTP/1.1\n" + head + "Authorization: Bearer tok en\nX: tok entok en\n\n"},
		{"path: '/{{v}}'", 17, "GET /17 HTTP/1.1\n" + head + "\n"},
		{"path: '/{{v}}'", true, "GET /true HTTP/1.1\n" + head + "\n"},
		{"path: /, body: {text: '<{{v}}>'}", `a"b` + "\n", "POST / HTTP/1.1\n" + head + "Content-Type: text/plain; charset=utf-8\nContent-Length: 6\n\n<a\"b\n>"},
		{"path: /, body: {json: {s: '{{v}}', t: '<{{v}}>', '{{v}}': 1}}", `a"b`, "POST / HTTP/1.1\n" + head + "Content-Type: application/json\nContent-Length: 34\n\n" + `{"s":"a\"b","t":"<a\"b>","a\"b":1}`},
		{"path: /, body: {json: {s: '{{v}}', t: '<{{v}}>', '{{v}}': 1}}", 17, "POST / HTTP/1.1\n" + head + "Content-Type: application/json\nContent-Length: 26\n\n" + `{"s":17,"t":"<17>","17":1}`},
		{"path: /, body: {json: ['{{v}}', 'say \"{{v}}\"']}", []int{1, 2}, "POST / HTTP/1.1\n" + head + "Content-Type: application/json\nContent-Length: 23\n\n" + `[[1,2],"say \"[1,2]\""]`},
		{"path: /, body: {json: '{{v}}'}", map[string]int{"a": 1}, "POST / HTTP/1.1\n" + head + "Content-Type: application/json\nContent-Length: 7\n\n" + `{"a":1}`},
	} {
		if d := cmp.Diff(tt.want, filled(t, tt.step, tt.value)); d != "" {
			t.Errorf("%s with %v (-want +got):\n%s", tt.step, tt.value, d)
		}
	}
}

// What refers to nothing is prepared to the end; what does is shown as written.
func TestStepsArePrepared(t *testing.T) {
	sc := parse(t, `
requests:
  - {name: plain, weight: 3, body: {base64: SGVsbG8ge3tuYW1lfX0=}}
  - name: a
    capture: {v: $.v}
    steps:
      - {name: b, path: /b, think: 20ms}
      - {name: c, path: "/x/{{v}}?q={{v}}", body: {json: {v: {$vector: {size: 2}}, w: "{{v}}"}}}
`)
	plan := compile(t, sc, CompileOptions{PoolSize: 7})
	got := map[string]string{}
	for _, c := range plan.Classes {
		think := "none"
		if c.Step != nil {
			think = c.Step.Think.Max.String()
		}
		got[c.Name] = fmt.Sprintf("weight %v, %d payloads, filled %v, think %s, check %v", c.Weight, len(c.Pool), c.Pool[0].Fill != nil, think, c.Check != nil)
	}
	want := map[string]string{
		"plain": "weight 3, 1 payloads, filled false, think none, check false",
		"a":     "weight 1, 1 payloads, filled false, think none, check true",
		"a.b":   "weight 1, 1 payloads, filled false, think 20ms, check false",
		"a.c":   "weight 1, 7 payloads, filled true, think 0s, check false",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("classes (-want +got):\n%s", d)
	}
	if wire := string(plan.Classes[3].Pool[0].AppendHTTP1(nil)); !strings.HasPrefix(wire, "POST /x/{{v}}?q={{v}} HTTP/1.1\r\n") {
		t.Errorf("shown as %q", wire)
	}
	if wire := string(plan.Classes[0].Pool[0].AppendHTTP1(nil)); !strings.HasSuffix(wire, "Hello {{name}}") {
		t.Errorf("double braces are not plain text outside of steps: %q", wire)
	}
}

const shopping = `
load: {LOAD}
requests:
  - name: health
    path: /health
    checks: [{json: $.status, equals: ok}, {header: X-Node, regex: '^n\d$'}, {latency: 60s}]
  - name: session
    weight: 2
    path: /login
    body: {json: {user: {$id: {prefix: u-}}}}
    checks: [{json: $.token, type: string, length: 5..40}]
    capture: {token: $.token, cart: {header: Location, regex: '/carts/(.+)'}, user: $.user}
    steps:
      - name: add
        path: /carts/{{cart}}
        headers: {Authorization: "Bearer {{token}}"}
        body: {json: {user: "{{user}}", item: {$int: {min: 1, max: 9}}, note: "for {{token}}"}}
        checks: [{json: $.count, equals: 1}]
        capture: {order: $.order}
      - name: pay
        think: 2ms
        method: PUT
        path: "/orders/{{order}}?cart={{cart}}"
        headers: {Authorization: "Bearer {{token}}"}
        expect: {status: [201]}
`

// till serves shopping; every request must bring what the ones before it were
// given.
type till struct {
	mu     sync.Mutex
	n      int
	carts  map[string]int    // cart: user
	tokens map[string]string // token: cart
	orders map[int]string    // order: token
	wrong  []string
}

func (s *till) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("X-Node", "n1")
	s.n++
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case r.URL.Path == "/health":
		fmt.Fprint(w, `{"status": "ok"}`)
	case r.URL.Path == "/login":
		token, cart := fmt.Sprintf("tok/%d", s.n), fmt.Sprintf("c %d?é", s.n)
		s.tokens[token], s.carts[cart] = cart, s.n
		w.Header().Set("Location", "/carts/"+cart)
		if s.n%7 == 0 {
			token = "odd" // too short: fails its check
		}
		fmt.Fprintf(w, `{"token": %q, "user": %d}`, token, s.n)
	case strings.HasPrefix(r.URL.Path, "/carts/"):
		cart := strings.TrimPrefix(r.URL.Path, "/carts/")
		var body struct {
			User int
			Item int
			Note string
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || s.tokens[token] != cart || s.carts[cart] != body.User || body.Item == 0 || body.Note != "for "+token {
			s.wrong = append(s.wrong, fmt.Sprintf("%s %s %+v %v", r.URL.Path, token, body, err))
		}
		s.orders[s.n] = token
		fmt.Fprintf(w, `{"count": 1, "order": %d}`, s.n)
	case strings.HasPrefix(r.URL.Path, "/orders/") && r.Method == http.MethodPut:
		var order int
		_, _ = fmt.Sscanf(r.URL.Path, "/orders/%d", &order)
		if s.orders[order] != token || s.tokens[token] != r.URL.Query().Get("cart") {
			s.wrong = append(s.wrong, r.URL.String()+" "+token)
		}
		w.WriteHeader(http.StatusCreated)
	default:
		b, _ := io.ReadAll(r.Body)
		s.wrong = append(s.wrong, r.Method+" "+r.URL.String()+" "+string(b))
	}
}

// From YAML to the wire: each step brings what its own journey was given, in
// both models and transports, and the counts are as declared.
func TestJourneysFromYAML(t *testing.T) {
	for _, load := range []string{"connections: 4, requests: 90", "rate: 1k/s, requests: 90"} {
		for _, transport := range []loadgen.Transport{loadgen.Lean, loadgen.NetHTTP, loadgen.HTTP2} {
			t.Run(load+" "+string(transport), func(t *testing.T) {
				s := &till{carts: map[string]int{}, tokens: map[string]string{}, orders: map[int]string{}}
				srv := httptest.NewUnstartedServer(s)
				srv.Config.Protocols = new(http.Protocols)
				srv.Config.Protocols.SetHTTP1(true)
				srv.Config.Protocols.SetUnencryptedHTTP2(true)
				srv.Start()
				defer srv.Close()
				sc := parse(t, strings.Replace(shopping, "LOAD", load, 1))
				plan := compile(t, sc, CompileOptions{Target: target(t, srv.URL), Connect: loadgen.Connect{Transport: transport}, Seed: 1})
				classes, samples := run(t, plan)
				for _, wrong := range s.wrong {
					t.Errorf("the server got %s", wrong)
				}
				odd := classes["session"].Errors[results.ErrCheck]
				if odd == 0 || samples.Sample(results.ErrCheck) != "session: $.token: of length 3, want 5 to 40" {
					t.Errorf("%d failed checks, %v", odd, samples.Examples)
				}
				for name, want := range map[string]int64{"health": 30, "session": 60, "session.add": 60 - odd, "session.pay": 60 - odd} {
					if d := classes[name]; d.Done != want || d.Planned != want || d.Clocks[results.ClockService].Count() != want || name != "session" && len(d.Errors) > 0 {
						t.Errorf("%s: planned %d, done %d, errors %v, want %d", name, d.Planned, d.Done, d.Errors, want)
					}
				}
			})
		}
	}
}

// run loads the target with the plan once.
func run(t *testing.T, plan *loadgen.Plan) (map[string]*results.ClassData, *results.Slice) {
	t.Helper()
	defer loadgen.Tune(plan.Load.Model)()
	g, err := loadgen.New(*plan, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	var last *results.Slice
	if err := g.Run(t.Context(), loadgen.Phase{Kind: results.Measure}, func(s *results.Slice) error { last = s; return nil }); err != nil {
		t.Fatal(err)
	}
	return last.Classes, last
}

// A login is needed for steps with auth: bearer, too.
func TestStepsCanWantTheToken(t *testing.T) {
	sc := parse(t, "login: {}\nrequests: [{name: a, steps: [{name: b, auth: bearer}]}]")
	if !sc.wantsToken() {
		t.Error("no token for a step with auth: bearer")
	}
	got := string(compile(t, sc, CompileOptions{Token: "tok"}).Classes[1].Pool[0].AppendHTTP1(nil))
	if !strings.Contains(got, "\r\nAuthorization: Bearer tok\r\n") {
		t.Errorf("%q", got)
	}
}
