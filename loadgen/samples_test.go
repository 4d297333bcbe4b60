package loadgen

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// A7: a status error shows what was answered, once per status, without secrets.
func TestAnUnexpectedStatusShowsTheBeginningOfItsFirstAnswer(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/crash":
			w.WriteHeader(http.StatusInternalServerError)
			fmt.Fprint(w, "model \x1b[31mworker\x00 crashed:\n  token hunter2")
		case "/long":
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, strings.Repeat("é", 95), "hunter2hunter2")
		case "/empty":
			w.WriteHeader(http.StatusNotFound)
		case "/binary":
			w.WriteHeader(http.StatusTeapot)
			_, _ = w.Write([]byte{0xff, 0xfe, 0xc0, 0x81, 'a'})
		case "/created":
			fmt.Fprint(w, "not created")
		}
	}))
	defer srv.Close()
	for _, transport := range []Transport{"", NetHTTP} {
		t.Run(string(transport), func(t *testing.T) {
			var classes []Class
			for _, name := range []string{"crash", "long", "empty", "binary", "good", "created"} {
				classes = append(classes, Class{Name: name, Weight: 1, Pool: []send.Request{get("/" + name)}})
			}
			classes[5].Expect = []int{http.StatusCreated}
			plan := closedPlan(t, srv.URL, closedLoad(2, 60), classes...)
			plan.Connect.Transport = transport
			plan.Redact = func(s string, _ ...string) string {
				// As the redactor of a scenario: what is cut off is found by its ellipsis.
				return strings.ReplaceAll(strings.ReplaceAll(s, "hunter2", "[redacted]"), "hun…", "[redacted]…")
			}
			_, s := measure(t, plan)
			want := []results.Example{
				{Error: "status", Status: "200", Class: "created", Text: "not created"},
				{Error: "status", Status: "404", Class: "empty", Text: "an answer without a body"},
				{Error: "status", Status: "418", Class: "binary", Text: "an answer that is no text"},
				{Error: "status", Status: "500", Class: "crash", Text: "model [31mworker crashed: token [redacted]"},
				{Error: "status", Status: "502", Class: "long", Text: strings.Repeat("é", 95) + "[redacted][redacted]…"},
			}
			if diff := cmp.Diff(want, s.Examples, cmpopts.IgnoreFields(results.Example{}, "AtS")); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
			for _, e := range s.Examples {
				if e.AtS <= 0 {
					t.Errorf("%+v: when?", e)
				}
			}
		})
	}
}

// A7: the classes of error have one, too, with the request class.
func TestAnErrorWithoutAnAnswerShowsItsText(t *testing.T) {
	plan := closedPlan(t, "http://127.0.0.1:1", closedLoad(1, 2), Class{Name: "predict", Weight: 1, Pool: []send.Request{get("/")}})
	_, s := measure(t, plan)
	if len(s.Examples) != 1 || s.Examples[0].Error != results.ErrRefused || s.Examples[0].Class != "predict" || s.Sample(results.ErrRefused) == "" {
		t.Errorf("%+v", s.Examples)
	}
}
