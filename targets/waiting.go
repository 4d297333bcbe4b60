package targets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// sayEvery is between two words on what a start waits for.
const sayEvery = 5 * time.Second

// wait is what is known of a target that is not ready yet.
type wait struct {
	t     *Target
	p     *Process
	last  string // what it answered; "" if nothing did
	aside string // where it says it listens, which is not here; ""
}

// ask sends the ready request. Of answers the last one is kept: a server that is
// ending refuses connections.
func (w *wait) ask(ctx context.Context) (ready bool) {
	answer, err := w.t.Check(ctx)
	switch {
	case err == nil:
		return true
	case ctx.Err() != nil:
	case answer.Status != 0:
		w.last = fmt.Sprintf("GET %s answers %d%s", w.t.Ready, answer.Status, unreadyRemedy(answer.Status))
	case !errors.Is(err, ErrUnreachable):
		w.last = err.Error()
	}
	return false
}

// unreadyRemedy is what may be done about a status that waiting does not change.
func unreadyRemedy(status int) string {
	switch status {
	case http.StatusMisdirectedRequest:
		return "; is it known by another name? Give --host-header HOST"
	case http.StatusMethodNotAllowed, http.StatusNotImplemented:
		return "; give another path that answers GET as --ready (key ready of the target file)"
	case http.StatusUnauthorized, http.StatusForbidden:
		return "; give its header (-H), or a path that wants none as --ready (key ready of the target file)"
	case http.StatusNotFound, http.StatusGone:
		return "; is the path of --ready (key ready of the target file) right?"
	}
	return ""
}

// text says what keeps the target from being ready.
func (w *wait) text() string {
	text := w.last
	if text == "" {
		text = "nothing answers at " + w.t.URL.Redacted()
		if elsewhere := listens(w.p.PID(), w.t.URL.Port()); len(elsewhere) > 0 {
			text += "; it listens on " + strings.Join(elsewhere, " and ") + " instead"
		}
	}
	if w.aside != "" {
		text += fmt.Sprintf("; it says that it listens on %s, which is not this machine's loopback", w.aside)
	}
	return text
}

// takeAddress is where a target says that it listens, if that may be believed: a
// line of its output must not send the load, and a login, to another host.
func (w *wait) takeAddress(text string) {
	u, err := parseURL(text)
	if err != nil || w.t.Managed.URL != "" {
		return
	}
	if u = onLoopback(u); u == nil {
		w.aside = plainText(text)
		return
	}
	w.t.URL = u
}

// onLoopback is u if its host is this machine's loopback, or all its addresses,
// of which the loopback is one; else nil.
func onLoopback(u *url.URL) *url.URL {
	if (Target{URL: u}).loopback() {
		return u
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsUnspecified() {
		return nil
	}
	at := *u
	host := "127.0.0.1"
	if strings.Contains(u.Hostname(), ":") {
		host = "::1"
	}
	at.Host = net.JoinHostPort(host, u.Port())
	if u.Port() == "" {
		at.Host = strings.TrimSuffix(at.Host, ":")
	}
	return &at
}

// plainText keeps a foreign address from acting on a terminal, and short.
func plainText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return -1
		}
		return r
	}, s)
	return s[:min(len(s), 100)]
}

// withheld are variables that a managed command does not inherit: the
// credentials of those who measure it. It may be given its own by env.
var withheld = []string{
	"MLBENCH_TOKEN", "MLBENCH_TOKEN_FILE", "MLBENCH_PASSWORD", "MLBENCH_PASSWORD_FILE", "MLBENCH_USERNAME", "MLBENCH_USERNAME_FILE",
	"MLBENCH_HEADER", "MLBENCH_BODY", // of -H and -b: as secret as what they say
}

// inherited is this process's environment without what is withheld.
func inherited() (env []string) {
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		secret := false
		for _, w := range withheld {
			secret = secret || strings.EqualFold(name, w)
		}
		if !secret {
			env = append(env, e)
		}
	}
	return env
}
