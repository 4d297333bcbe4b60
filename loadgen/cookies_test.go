package loadgen

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"github.com/mlbench/mlbench/loadgen/send"
)

func TestCookiesAreKeptAndSent(t *testing.T) {
	type sent struct{ target, want string }
	for name, tt := range map[string]struct {
		header string // as of the answer to /shop/login
		plain  []sent
		secure []sent
	}{
		"one":               {"Set-Cookie: a=1", []sent{{"/shop/x?y=1", "a=1"}, {"/shop", "a=1"}, {"/shopping", ""}, {"/", ""}}, nil},
		"of all paths":      {"set-cookie: a=1; Path=/; HttpOnly; Domain=elsewhere.example", []sent{{"/", "a=1"}, {"/x", "a=1"}}, nil},
		"two in one answer": {"Set-Cookie: a=1; path=/\r\nX: y\r\nSET-COOKIE: b=2; path=/", []sent{{"/", "a=1; b=2"}}, nil},
		"longer path first": {"Set-Cookie: a=1; path=/\r\nSet-Cookie: b=2; path=/shop\r\nSet-Cookie: c=3; path=/", []sent{{"/shop", "b=2; a=1; c=3"}, {"/x", "a=1; c=3"}}, nil},
		"replaced":          {"Set-Cookie: a=1; path=/\r\nSet-Cookie: a=2; path=/", []sent{{"/", "a=2"}}, nil},
		"deleted by age":    {"Set-Cookie: a=1\r\nSet-Cookie: b=2\r\nSet-Cookie: a=; Max-Age=0", []sent{{"/shop/", "b=2"}}, nil},
		"deleted by date":   {"Set-Cookie: a=1\r\nSet-Cookie: a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", []sent{{"/shop/", ""}}, nil},
		"age before date":   {"Set-Cookie: a=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT", []sent{{"/shop/", "a=1"}}, nil},
		"for https":         {"Set-Cookie: a=1; Secure; path=/", []sent{{"/", ""}}, []sent{{"/", "a=1"}}},
		"quoted":            {`Set-Cookie: a="1 2"; path=/`, []sent{{"/", `a="1 2"`}}, nil},
		"no cookies":        {"Set-Cookie: \r\nSet-Cookie: =1\r\nSet-Cookie\r\nCookie: a=1\r\nX-Set-Cookie: a=1", []sent{{"/shop/", ""}}, nil},
		"too large":         {"Set-Cookie: a=" + strings.Repeat("x", maxCookie), []sent{{"/shop/", ""}}, nil},
	} {
		var j jar
		j.takeHeader([]byte(tt.header+"\r\n"), "/shop/login?next=/a/b")
		for i, list := range [][]sent{tt.plain, tt.secure} {
			for _, s := range list {
				want := s.want
				if want != "" {
					want = "<" + want + ">"
				}
				if got := string(j.append(nil, "<", pathOf(s.target), i == 1, ">")); got != want {
					t.Errorf("%s: %s gets %q, want %q", name, s.target, got, want)
				}
			}
		}
	}
}

func TestJarIsBounded(t *testing.T) {
	var j jar
	for i := range 1000 {
		j.take("c"+strings.Repeat("x", i%200)+"=1", "/")
	}
	if len(j) != maxCookies {
		t.Errorf("%d cookies, want %d", len(j), maxCookies)
	}
}

func FuzzSetCookie(f *testing.F) {
	for _, line := range []string{"a=1", "a=1; Path=/x; Secure", "a=\"b\"; Max-Age=0", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "=", "a=b=c;;"} {
		f.Add(line, "/a/b?c")
	}
	f.Fuzz(func(t *testing.T, line, target string) {
		var j jar
		j.take(line, target)
		if strings.ContainsAny(line, "\r\n") {
			return // a header's line has none
		}
		sent := j.append(nil, "Cookie: ", pathOf(target), true, "")
		if strings.ContainsAny(string(sent), "\r\n\x00") || utf8.ValidString(line) && !utf8.Valid(sent) {
			t.Errorf("%q of %q sends %q", line, target, sent)
		}
	})
}

// A form that logs in answers with a cookie and a redirect: where redirects are followed
// the cookie was lost, and not sent on the way either.
func TestCookiesOfRedirectsThatAreFollowed(t *testing.T) {
	var mu sync.Mutex
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, r.Host[:3]+r.URL.Path+" "+r.Header.Get("Cookie"))
		switch r.URL.Path {
		case "/login":
			w.Header().Add("Set-Cookie", `session="a b"; Path=/`)
			http.Redirect(w, r, "/home", http.StatusFound)
		case "/home":
			http.SetCookie(w, &http.Cookie{Name: "home", Value: "1", Path: "/home"})
			http.Redirect(w, r, "/home/page", http.StatusFound)
		case "/away":
			http.Redirect(w, r, "http://other.test/", http.StatusFound)
		}
	}))
	defer srv.Close()
	class := func(path string) Class {
		return Class{Name: path[1:], Weight: 1, Pool: []send.Request{get(path)}, Step: &Step{}}
	}
	plan := closedPlan(t, srv.URL, closedLoad(1, 1), class("/login"), class("/cart"), class("/away"))
	plan.Classes[0].Step = nil
	for i := range plan.Classes {
		plan.Classes[i].Pool[0].Header[0].Value = plan.URL.Host
	}
	plan.Cookies, plan.Connect.Transport, plan.Connect.Follow = true, NetHTTP, true
	d, s := measure(t, plan)
	want := `127/login |127/home session="a b"|127/home/page session="a b"; home=1|127/cart session="a b"|127/away session="a b"|oth/ `
	if have := strings.Replace(strings.Join(got, "|"), `home=1; session="a b"`, `session="a b"; home=1`, 1); have != want || d.Failed().Total != 0 {
		t.Errorf("sent %s\nwant %s\nerrors %v, %v", have, want, d.Failed(), s.Examples)
	}
}
