package targets

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What waiting does not change is said with what does.
func TestUnreadyNamesTheRemedy(t *testing.T) {
	for status, want := range map[int]string{
		http.StatusMisdirectedRequest:  "--host-header",
		http.StatusMethodNotAllowed:    "another path that answers GET as --ready",
		http.StatusUnauthorized:        "-H",
		http.StatusNotFound:            "is the path",
		http.StatusServiceUnavailable:  "want 200 to 399",
		http.StatusInternalServerError: "want 200 to 399",
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		target, err := (&File{}).Parse(srv.URL)
		if err != nil {
			t.Fatal(err)
		}
		target.Ready = "/ready"
		_, err = target.Check(t.Context())
		srv.Close()
		if err == nil || !strings.Contains(err.Error(), want) || status >= 500 && !strings.HasSuffix(err.Error(), want) {
			t.Errorf("%d: %v, want %q", status, err, want)
		}
	}
}

// A label with odd letters is told as one, instead of the parser's words for a URL
// that it is not.
func TestLabelWithOddLetters(t *testing.T) {
	f := &File{}
	for _, label := range []string{"my:lbl", "a/b", "a%zz", "ä", "-x", ""} {
		_, err := f.Parse(label + "=http://127.0.0.1:9")
		if err == nil || !strings.Contains(err.Error(), "label ") || !strings.Contains(err.Error(), "want letters, digits") {
			t.Errorf("%q: %v", label, err)
		}
	}
	for _, url := range []string{"127.0.0.1:9/x?to=http://127.0.0.1:8", "http://127.0.0.1:9/x=http://y"} {
		if _, err := f.Parse(url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// A command that takes the port is not told that it can.
func TestUnreadyTakesThePortAlready(t *testing.T) {
	for _, command := range []string{"sleep 60 # {port}", "sleep 60 # $PORT"} {
		target := ByCommand("late", command, "")
		target.Managed.Timeout = 300 * time.Millisecond
		if _, _, err := target.Start(t.Context()); err == nil || strings.Contains(err.Error(), "can take the port") || !strings.Contains(err.Error(), "nothing answers at") {
			t.Errorf("%s: %v", command, err)
		}
	}
}
