package servers

import (
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestRequestIDAndProcessTime(t *testing.T) {
	s := start(t, Modern, nil, nil)
	tooLarge := post("/predict", strings.Repeat(" ", 1<<20+1))
	for _, r := range []request{
		features(ten), get("/health"), get("/nope"), features("[]"), tooLarge, get("/metrics"),
		{method: "POST", path: "/predict", auth: "-"},
		{method: "BREW", path: "/predict"},
	} {
		_, header, _ := s.send(t, r)
		if id := header.Get("X-Request-ID"); !uuid4.MatchString(id) {
			t.Errorf("%s %s: made X-Request-ID %q", r.method, r.path, id)
		}
		took, err := strconv.ParseFloat(header.Get("X-Process-Time"), 64)
		if err != nil || took <= 0 || took > 60 {
			t.Errorf("%s %s: X-Process-Time %q", r.method, r.path, header.Get("X-Process-Time"))
		}
	}
	for sent, kept := range map[string]bool{
		"abc-123": true, strings.Repeat("x", 128): true, `~!"#{}`: true,
		strings.Repeat("x", 129): false, "a b": false, "ü": false, "a\tb": false,
	} {
		r := features(ten)
		r.header = map[string]string{"X-Request-ID": sent}
		_, header, _ := s.send(t, r)
		if got := header.Get("X-Request-ID"); (got == sent) != kept || !kept && !uuid4.MatchString(got) {
			t.Errorf("sent %q, got %q, want it kept: %v", sent, got, kept)
		}
	}
}

// What a middleware answers has no route, and must not be counted as one.
func TestRefusedBeforeRouting(t *testing.T) {
	s := start(t, Modern, nil, nil)
	r := features(ten)
	r.header = map[string]string{"Content-Encoding": "gzip"}
	s.send(t, r)
	_, _, body := s.send(t, get("/metrics"))
	if want := `mlbench_http_requests_total{route="unmatched",status="415"} 1`; !strings.Contains(string(body), want) {
		t.Errorf("no %s", want)
	}
}

func TestErrorsEchoLittle(t *testing.T) {
	s := start(t, Modern, nil, nil)
	long := strings.Repeat("long", 100)
	for _, tc := range []struct {
		request
		want, not string
	}{
		{features(list("2000")), `"value":2000`, ""},
		{features(list("true")), `"value":true`, ""},
		{features(list("1e999")), `"value":"1e999"`, ""},
		{features(list(`"` + long + `"`)), "expected number", long},
		{post("/login", `{"username":"admin","password":"s3cret"}`), "body.password", "s3cret"},
		{post("/login", `{"username":"admin","pass":"s3cret-s3cret"}`), "body.pass", "s3cret"},
		{post("/login", `{"username":"admin","password":"s3cret"`), "ends too early", "s3cret"},
	} {
		_, _, body := s.send(t, tc.request)
		if !strings.Contains(string(body), tc.want) || tc.not != "" && strings.Contains(string(body), tc.not) {
			t.Errorf("%s: want %q and not %q in %s", tc.body, tc.want, tc.not, body)
		}
	}
}

// A body full of offences must not make an answer much larger than the largest
// valid request would.
func TestErrorsAreBounded(t *testing.T) {
	s := start(t, Modern, nil, nil)
	status, _, body := s.send(t, features("["+strings.Repeat(`"",`, 200_000)+`""]`))
	if status != 422 || len(body) > 200<<10 || !strings.Contains(string(body), "more") {
		t.Errorf("%d with %d bytes", status, len(body))
	}
}

func TestCORS(t *testing.T) {
	preflight := request{method: "OPTIONS", path: "/predict", auth: "-", header: map[string]string{
		"Origin": "https://ui.example", "Access-Control-Request-Method": "POST",
	}}
	plain := get("/health")
	plain.header = map[string]string{"Origin": "https://ui.example"}
	for _, tc := range []struct {
		origins, want string
		status        int // of the preflight
	}{{"off", "", 405}, {"", "", 204}, {"https://other.example", "", 204}, {"https://other.example, https://ui.example", "https://ui.example", 204}, {"*", "*", 204}} {
		t.Run(tc.origins, func(t *testing.T) {
			s := start(t, Modern, map[string]string{"CORS_ORIGINS": tc.origins}, nil)
			status, header, _ := s.send(t, preflight)
			if got := header.Get("Access-Control-Allow-Origin"); status != tc.status || got != tc.want {
				t.Errorf("preflight: %d, origin %q", status, got)
			}
			if tc.want != "" && !strings.Contains(header.Get("Access-Control-Allow-Headers"), "Authorization") {
				t.Errorf("preflight: headers %q", header.Get("Access-Control-Allow-Headers"))
			}
			if _, header, _ = s.send(t, plain); header.Get("Access-Control-Allow-Origin") != tc.want {
				t.Errorf("request: origin %q", header.Get("Access-Control-Allow-Origin"))
			}
		})
	}
}

func TestDocumentationPages(t *testing.T) {
	s := start(t, Modern, nil, nil)
	asset := regexp.MustCompile(`(?:src|href)="(/docs/assets/[^"]+)"`)
	for _, page := range []string{"/docs", "/redoc"} {
		status, header, body := s.send(t, request{method: "GET", path: page, auth: "-"})
		if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/html") || !strings.Contains(header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Fatalf("%s: %d %v", page, status, header)
		}
		found := asset.FindAllSubmatch(body, -1)
		if len(found) == 0 {
			t.Errorf("%s loads no assets", page)
		}
		for _, m := range found {
			if status, _, body := s.send(t, request{method: "GET", path: string(m[1]), auth: "-"}); status != 200 || len(body) == 0 {
				t.Errorf("%s: %s: %d", page, m[1], status)
			}
		}
	}
	for _, path := range []string{"/docs/assets/none.js", "/docs/assets/..%2fdocs.go", "/docs/assets/"} {
		if status, _, _ := s.send(t, get(path)); status != 404 {
			t.Errorf("%s: %d, want 404", path, status)
		}
	}
}
