package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/targets"
)

// shopper serves who has signed in: /signin answers with a cookie, and a redirect or a
// token; /cart wants that cookie, and sets another, that /pay wants as well.
func shopper(t *testing.T) (at targets.Target, log *[]string) {
	t.Helper()
	log = new([]string)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		line := r.URL.Path + " " + r.Header.Get("Cookie")
		if auth := r.Header.Get("Authorization"); auth != "" {
			line += " " + auth
		}
		*log = append(*log, line)
		session, _ := r.Cookie("session")
		switch cart, _ := r.Cookie("cart"); {
		case r.URL.Path == "/signin":
			var body struct{ User, Password string }
			_ = json.NewDecoder(r.Body).Decode(&body)
			if body.Password == "wrong" {
				w.WriteHeader(http.StatusUnauthorized)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: "session", Value: "secret-of-" + body.User, Path: "/"})
			if body.User == "" {
				http.Redirect(w, r, "/home", http.StatusFound)
				return
			}
			fmt.Fprintf(w, `{"token":"token-of-%s","refresh":"refresh-of-%s"}`, body.User, body.User)
		case r.URL.Path == "/free":
		case session == nil || r.URL.Path == "/pay" && cart == nil:
			w.WriteHeader(http.StatusForbidden)
		case r.URL.Path == "/cart":
			http.SetCookie(w, &http.Cookie{Name: "cart", Value: "1"})
			fmt.Fprint(w, session.Value)
		}
	}))
	t.Cleanup(srv.Close)
	return target(t, srv.URL), log
}

// sendAll sends everything once, and is what is shown of it.
func sendAll(t *testing.T, sc *Scenario, o CompileOptions) (shown string) {
	t.Helper()
	all, err := Once(sc, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all.Classes {
		e := &all.Classes[i]
		shown += string(e.Shown())
		s, err := e.Send(t.Context(), o.Target, time.Minute, 1000)
		if err != nil {
			t.Fatal(err)
		}
		shown += string(s.Answer.Head) + string(s.Answer.Body) + "\n" + e.Name + ": " + s.Wrong + "\n"
	}
	return shown
}

// --once kept no cookies, and sent no login whose only effect is a cookie.
func TestOnceDoesWhatFirstUsersDo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "who.csv"), []byte("user,password\nada,lovelace\nbob,hope-hope\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const requests = `
requests:
  - {name: cart, path: /cart, steps: [{name: pay, path: /pay}]}
  - {name: free, path: /free}
  - {name: pay, path: /pay%s}
`
	const accounts = "data: {who: {file: who.csv}}\nlogin: {per: %s, path: /signin, body: {json: {$row: who}}}\n"
	for name, tt := range map[string]struct{ yaml, want, wrong string }{
		"cookies alone": {
			"cookies: keep\n" + fmt.Sprintf(requests, ""),
			"/cart |/pay |/free |/pay ", "cart cart.pay pay",
		},
		"a login for cookies, of a client": {
			"cookies: keep\nlogin: {per: worker, path: /signin, body: {json: {a: 1}}}\n" + fmt.Sprintf(requests, ""),
			"/signin |/cart session=secret-of-|/pay session=secret-of-; cart=1|/free session=secret-of-; cart=1|/pay session=secret-of-; cart=1", "",
		},
		"a login for cookies, of a journey": {
			"cookies: keep\nload: {rate: 5/s}\n" + fmt.Sprintf(accounts, "journey") + fmt.Sprintf(requests, ""),
			"/signin |/cart session=secret-of-ada|/pay session=secret-of-ada; cart=1|/signin |/free session=secret-of-bob|/signin |/pay session=secret-of-ada", "pay",
		},
		"a token and cookies": {
			"cookies: keep\n" + fmt.Sprintf(accounts, "worker") + fmt.Sprintf(requests, ", auth: bearer"),
			"/signin |/cart session=secret-of-ada|/pay session=secret-of-ada; cart=1|/free session=secret-of-ada; cart=1|/pay session=secret-of-ada; cart=1 Bearer token-of-ada", "",
		},
		"a token of each journey": {
			fmt.Sprintf(accounts, "journey") + "requests: [{name: a, path: /free, auth: bearer}, {name: b, path: /free, auth: bearer}]\n",
			"/signin |/free  Bearer token-of-ada|/signin |/free  Bearer token-of-bob", "",
		},
		"loads side by side": {
			"cookies: keep\nloads: {a: {classes: [cart], duration: 1s}, b: {classes: [pay]}, c: {rate: 1/s, classes: [free]}}\n" + fmt.Sprintf(requests, ""),
			"/cart |/pay |/pay |/free ", "cart cart.pay pay",
		},
	} {
		t.Run(name, func(t *testing.T) {
			at, log := shopper(t)
			sc, err := Parse([]byte(tt.yaml), filepath.Join(dir, "f.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			o := CompileOptions{Target: at}
			if sc.LoginPerUser() {
				o.Accounts = &targets.Credentials{}
			}
			shown := sendAll(t, sc, o)
			if got := strings.Join(*log, "|"); got != tt.want {
				t.Errorf("sent %s\nwant %s", got, tt.want)
			}
			var wrong []string
			for line := range strings.SplitSeq(shown, "\n") {
				if class, text, _ := strings.Cut(line, ": "); strings.HasPrefix(text, "status 403") {
					wrong = append(wrong, class)
				}
			}
			if got := strings.Join(wrong, " "); got != tt.wrong {
				t.Errorf("not as expected: %s, want %s", got, tt.wrong)
			}
			for _, secret := range []string{"secret-of", "token-of", "refresh-of", "lovelace", "hope-hope"} {
				if strings.Contains(shown, secret) {
					t.Errorf("shows %s:\n%s", secret, shown)
				}
			}
			if strings.Contains(tt.want, "session=") && !strings.Contains(shown, "Cookie: [redacted]") {
				t.Errorf("cookies are not shown to be sent:\n%s", shown)
			}
		})
	}
}

// A login whose only effect is a cookie was not tried before a load.
func TestALoginForCookiesIsTriedBeforehand(t *testing.T) {
	for password, want := range map[string]error{"right": nil, "wrong": targets.ErrCredentials} {
		at, log := shopper(t)
		sc := parse(t, "cookies: keep\nlogin: {per: worker, path: /signin, body: {json: {password: "+password+"}}}\nrequests: [{name: cart, path: /cart}]")
		plan := compile(t, sc, CompileOptions{Target: at, Accounts: &targets.Credentials{}})
		token, note, err := sc.FirstLogin(t.Context(), at, targets.CredentialSettings{}, plan)
		if !errors.Is(err, want) || token != "" || note != "" || plan.Login == nil || len(*log) != 1 {
			t.Errorf("%s: %v, %q, login %v, sent %q", password, err, note, plan.Login, *log)
		}
	}
}
