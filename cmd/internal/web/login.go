package web

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"slices"
	"sync"
	"time"
)

const (
	cookieName   = "mlbench_ui"
	mostSessions = 100
	sessionTime  = 12 * time.Hour
	minToken     = 16 // characters of a token
)

// sessions are who gave the token, by the hash of their cookie.
type sessions struct {
	mu   sync.Mutex
	list []signedIn // the oldest first
}

type signedIn struct {
	cookie [sha256.Size]byte
	until  time.Time
}

// begin is the cookie of a new session. Of too many the oldest ends.
func (ss *sessions) begin(now time.Time) string {
	cookie := rand.Text()
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if len(ss.list) >= mostSessions {
		ss.list = ss.list[1:]
	}
	ss.list = append(ss.list, signedIn{sha256.Sum256([]byte(cookie)), now.Add(sessionTime)})
	return cookie
}

// has says whether a cookie is of a session that has not ended.
func (ss *sessions) has(cookie string, now time.Time) bool {
	sum := sha256.Sum256([]byte(cookie))
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list = slices.DeleteFunc(ss.list, func(s signedIn) bool { return now.After(s.until) })
	return slices.ContainsFunc(ss.list, func(s signedIn) bool { return subtle.ConstantTimeCompare(s.cookie[:], sum[:]) == 1 })
}

func (ss *sessions) end(cookie string) {
	sum := sha256.Sum256([]byte(cookie))
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.list = slices.DeleteFunc(ss.list, func(s signedIn) bool { return s.cookie == sum })
}

// free are the paths that the page of the login needs.
var free = []string{"/login", "/assets/login.js", "/assets/page.css", "/favicon.ico"}

// signedIn lets through who gave the token, where there is one.
func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if s.token == "" || slices.Contains(free, r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		if c, err := r.Cookie(cookieName); err == nil && s.sessions.has(c.Value, time.Now()) {
			next.ServeHTTP(w, r)
			return
		}
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/login", http.StatusSeeOther)
			return
		}
		answer(w, http.StatusUnauthorized, map[string]string{"error": "log in first: open /login"})
	})
}

// login takes the token of the form.
func (s *server) login(w http.ResponseWriter, r *http.Request) error {
	var form struct {
		Token string `json:"token"`
	}
	if err := take(w, r, &form); err != nil {
		return err
	}
	given, want := sha256.Sum256([]byte(form.Token)), sha256.Sum256([]byte(s.token))
	if s.token == "" || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		return refusef(http.StatusForbidden, "that is not the token")
	}
	http.SetCookie(w, &http.Cookie{
		Name: cookieName, Value: s.sessions.begin(time.Now()), Path: "/", MaxAge: int(sessionTime / time.Second),
		HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	answer(w, http.StatusOK, struct{}{})
	return nil
}

// logout ends the session.
func (s *server) logout(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		s.sessions.end(c.Value)
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Path: "/", MaxAge: -1, HttpOnly: true, SameSite: http.SameSiteStrictMode})
	answer(w, http.StatusOK, struct{}{})
	return nil
}
