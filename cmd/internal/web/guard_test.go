package web

import (
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Another site's page, in a browser of this machine, gets nothing and changes nothing.
func TestOtherSitesAreKeptAway(t *testing.T) {
	s := newSite(t, nil)
	saved(t, filepath.Join(s.dir, "a.jsonl"), "x")
	host := strings.TrimPrefix(s.http.URL, "http://")
	for name, tc := range map[string]struct {
		method, path string
		headers      []string
		want         int
	}{
		"the page itself":               {"GET", "/", nil, 200},
		"by a name that was rebound":    {"GET", "/api/results", []string{"Host: evil.example:8089"}, 421},
		"deleting by such a name":       {"DELETE", "/api/result/a.jsonl", []string{"Host: evil.example"}, 421},
		"localhost":                     {"GET", "/api/results", []string{"Host: localhost:1"}, 200},
		"localhost as part of a name":   {"GET", "/api/results", []string{"Host: localhost.evil.example"}, 421},
		"an address of another machine": {"GET", "/api/results", []string{"Host: 10.1.2.3:8089"}, 421},
		"deleting from another origin":  {"DELETE", "/api/result/a.jsonl", []string{"Origin: http://evil.example"}, 403},
		"from another port":             {"DELETE", "/api/result/a.jsonl", []string{"Origin: http://127.0.0.1:1"}, 403},
		"from no origin":                {"DELETE", "/api/result/a.jsonl", []string{"Origin: null"}, 403},
		"from another site":             {"DELETE", "/api/result/a.jsonl", []string{"Sec-Fetch-Site: cross-site"}, 403},
		"starting from another site":    {"POST", "/api/jobs", []string{"Sec-Fetch-Site: same-site"}, 403},
		"reading from another site":     {"GET", "/api/results", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors"}, 403},
		"rendering by a link":           {"GET", "/report?file=a.jsonl", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 403},
		"a link to the page":            {"GET", "/", []string{"Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate"}, 200},
		"a form of text":                {"POST", "/api/stop", []string{"Content-Type: text/plain"}, 415},
		"the same origin":               {"DELETE", "/api/result/a.jsonl", []string{"Origin: http://" + host, "Sec-Fetch-Site: same-origin"}, 200},
	} {
		if name == "the same origin" {
			continue // the last: it deletes
		}
		if status, body, _ := s.ask(tc.method, tc.path, "", tc.headers...); status != tc.want {
			t.Errorf("%s: %d %.200s, want %d", name, status, body, tc.want)
		}
	}
	if status, body, _ := s.ask("DELETE", "/api/result/a.jsonl", "", "Origin: http://"+host, "Sec-Fetch-Site: same-origin"); status != http.StatusOK {
		t.Errorf("the page's own request: %d %s", status, body)
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	s := newSite(t, nil)
	for _, path := range []string{"/", "/login", "/assets/main.js", "/api/results", "/nothing", "/favicon.ico"} {
		_, _, h := s.ask("GET", path, "")
		if csp := h.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || !strings.Contains(csp, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", path, csp)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
	}
}

// With a token nothing is served but the form that takes it.
func TestToken(t *testing.T) {
	const token = "0123456789abcdef"
	s := newSite(t, func(o *Options) { o.Addr, o.Token = "0.0.0.0:0", token })
	for path, want := range map[string]int{"/": 303, "/login": 200, "/assets/login.js": 200, "/assets/main.js": 401, "/api/results": 401, "/api/live": 401, "/report?file=a.jsonl": 401} {
		if status, _, _ := s.ask("GET", path, ""); status != want {
			t.Errorf("%s: %d, want %d", path, status, want)
		}
	}
	for _, path := range []string{"/api/jobs", "/api/stop", "/logout"} {
		if status, _, _ := s.ask("POST", path, "{}", "Authorization: Bearer "+token); status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, status)
		}
	}
	for _, wrong := range []string{"", "0123456789abcdeF", token + "x"} {
		if status, _, h := s.ask("POST", "/login", `{"token":"`+wrong+`"}`); status != http.StatusForbidden || h.Get("Set-Cookie") != "" {
			t.Errorf("token %q: %d", wrong, status)
		}
	}
	if status, _, _ := s.ask("GET", "/api/results?token="+token, ""); status != http.StatusUnauthorized {
		t.Errorf("a token in the address: %d", status)
	}
	status, _, h := s.ask("POST", "/login", `{"token":"`+token+`"}`)
	cookie := h.Get("Set-Cookie")
	if status != http.StatusOK || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Strict") || strings.Contains(cookie, token) {
		t.Fatalf("%d, cookie %q", status, cookie)
	}
	cookie, _, _ = strings.Cut(cookie, ";")
	if status, body, _ := s.ask("GET", "/api/results", "", "Cookie: "+cookie); status != http.StatusOK {
		t.Errorf("with the cookie: %d %s", status, body)
	}
	if status, _, _ := s.ask("GET", "/api/results", "", "Cookie: "+cookieName+"=x"); status != http.StatusUnauthorized {
		t.Errorf("with another cookie: %d", status)
	}
	// An address cannot be rebound, a name can, unless it was named.
	for host, want := range map[string]int{"10.1.2.3:8089": 200, "evil.example": 421} {
		if status, _, _ := s.ask("GET", "/api/results", "", "Cookie: "+cookie, "Host: "+host); status != want {
			t.Errorf("as %s: %d, want %d", host, status, want)
		}
	}
	s.ask("POST", "/logout", "{}", "Cookie: "+cookie)
	if status, _, _ := s.ask("GET", "/api/results", "", "Cookie: "+cookie); status != http.StatusUnauthorized {
		t.Errorf("after the end of the session: %d", status)
	}
}

func TestSessionsEnd(t *testing.T) {
	var ss sessions
	now := time0
	first := ss.begin(now)
	if !ss.has(first, now.Add(sessionTime)) || ss.has(first, now.Add(sessionTime+1)) {
		t.Error("a session does not last as long as it is to")
	}
	first = ss.begin(now)
	for range mostSessions {
		ss.begin(now)
	}
	if ss.has(first, now) || len(ss.list) != mostSessions {
		t.Errorf("%d sessions", len(ss.list))
	}
}

func TestRequestsAreBounded(t *testing.T) {
	s := newSite(t, nil)
	for body, want := range map[string]int{
		`{"kind":"run","scenario":"` + strings.Repeat("x", maxBody) + `"}`: 413,
		`{"kind":"run","unknown":1}`:                                       400,
		`[]`:                                                               400,
		`{"kind":"rm"}`:                                                    400,
	} {
		if status, got, _ := s.ask("POST", "/api/jobs", body); status != want {
			t.Errorf("%.40s: %d %.100s, want %d", body, status, got, want)
		}
	}
	s.watchers.Store(mostWatchers)
	if status, body, _ := s.ask("GET", "/api/live", ""); status != http.StatusServiceUnavailable || !strings.Contains(body, "close one") {
		t.Errorf("%d %s", status, body)
	}
}

// The page asks nobody else, has no script in its HTML, and never reads a text as HTML.
func TestPageIsWhole(t *testing.T) {
	elsewhere := regexp.MustCompile(`(?i)(src|href|url|import|from|fetch)\s*[=(]?\s*["'(]\s*(https?:)?//`)
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc`)
	inline := regexp.MustCompile(`(?i)<script(>| [^>]*[^"]>)[^<]|\son[a-z]+\s*=|\sstyle\s*=`)
	n := 0
	err := fs.WalkDir(page, "page", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasPrefix(d.Name(), "uplot") {
			return err
		}
		src, err := fs.ReadFile(page, path)
		if err != nil {
			return err
		}
		n++
		if at := elsewhere.Find(src); at != nil {
			t.Errorf("%s names another place: %s", path, at)
		}
		if at := unsafe.Find(src); at != nil {
			t.Errorf("%s: %s", path, at)
		}
		if at := inline.Find(src); strings.HasSuffix(path, ".html") && at != nil {
			t.Errorf("%s has something inline: %s", path, at)
		}
		return nil
	})
	if err != nil || n < 10 {
		t.Errorf("%d files, %v", n, err)
	}
	s := newSite(t, nil)
	_, plain, h := s.ask("GET", "/assets/uplot.js", "", "Accept-Encoding: identity")
	if h.Get("Content-Encoding") != "" || !strings.Contains(plain, "uPlot") {
		t.Errorf("uPlot for who reads no gzip: %q, %.40q", h.Get("Content-Encoding"), plain)
	}
	if status, licence, _ := s.ask("GET", "/assets/uplot.LICENSE", ""); status != http.StatusOK || !strings.Contains(licence, "MIT") {
		t.Errorf("its licence: %d", status)
	}
}
