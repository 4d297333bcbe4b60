package loadgen

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/results"
)

// Each check has its own counts, of the answers of expected status, and the first
// failure of each is kept; an answer is one error however many it fails.
func TestChecksAreCountedOneByOne(t *testing.T) {
	var n atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i := n.Add(1)
		if i%10 == 0 {
			w.WriteHeader(http.StatusTeapot)
		}
		fmt.Fprint(w, i)
	}))
	defer srv.Close()
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		n.Store(0)
		check := func(a *Answer) error {
			var i int64
			fmt.Sscan(string(a.Body), &i)
			if i%2 == 0 {
				a.Fail(0, errors.New("an even\nnumber"))
			}
			if i%3 == 0 {
				a.Fail(2, errors.New("s3cret"))
			}
			if i%7 == 0 {
				return errors.New("no check by itself")
			}
			return errors.Join(a.Failures()...)
		}
		class := Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Check: check, Checks: []string{"odd", "always", "third"}}
		plan := closedPlan(t, srv.URL, load(100), class)
		plan.Connect.Transport = transport
		plan.Redact = func(s string, _ ...string) string { return strings.ReplaceAll(s, "s3cret", send.Hidden) }
		if got := plan.Shares()[0].Checks; !slices.Equal(got, class.Checks) {
			t.Errorf("the header has the checks %v", got)
		}
		d, _ := measure(t, plan)
		// Of 1 to 100 but for the tens: 40 even ones, 30 threes.
		for name, want := range map[string][2]int64{"odd": {50, 40}, "always": {90, 0}, "third": {60, 30}} {
			if got := d.Checks[name]; got.Passed != want[0] || got.Failed != want[1] {
				t.Errorf("%s: %d passed and %d failed, want %v", name, got.Passed, got.Failed, want)
			}
		}
		if odd := d.Checks["odd"].First; odd == nil || odd.Text != "an even number" || odd.AtS < 0 {
			t.Errorf("first failure %+v", odd)
		}
		if third := d.Checks["third"].First; third == nil || third.Text != send.Hidden {
			t.Errorf("first failure %+v, want it redacted", third)
		}
		if d.Checks["always"].First != nil {
			t.Errorf("an example of no failure: %+v", d.Checks["always"].First)
		}
		failed := int64(0)
		for i := range 101 {
			if i > 0 && i%10 != 0 && (i%2 == 0 || i%3 == 0 || i%7 == 0) {
				failed++
			}
		}
		if d.Errors[results.ErrCheck] != failed || d.Errors[results.ErrStatus] != 10 {
			t.Errorf("errors %v, want %d of class check", d.Errors, failed)
		}
	})
}

// What a check is shown as the request is what the target was sent: with its number
// and what was captured.
func TestChecksSeeTheRequestThatWentOut(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s", r.RequestURI, r.Header["Idempotency-Key"], body)
	}))
	defer srv.Close()
	everyWay(t, func(t *testing.T, load func(int64) Load, transport Transport) {
		same := func(a *Answer) error {
			r := a.Sent()
			i := slices.IndexFunc(r.Header, func(f send.Field) bool { return f.Name == "Idempotency-Key" })
			if want := fmt.Sprintf("%s [%s] %s", r.Target, r.Header[i].Value, r.Body); want != string(a.Body) {
				return fmt.Errorf("shown %s, but sent %s", want, a.Body)
			}
			return nil
		}
		first := Class{Name: "item", Weight: 1, Pool: varying(3), Check: func(a *Answer) error {
			a.Captured["all"] = string(a.Body)
			return same(a)
		}}
		step := Class{Name: "item.next", Weight: 1, Pool: varying(2), Step: &Step{}, Check: func(a *Answer) error {
			if !strings.HasSuffix(string(a.Body), a.Captured["all"]) {
				return errors.New("without what was captured")
			}
			return same(a)
		}}
		for i := range step.Pool {
			step.Pool[i].Fill = func(r send.Request, captured map[string]string) send.Request {
				r.Body = append(slices.Clone(r.Body), captured["all"]...)
				return r
			}
		}
		plan := closedPlan(t, srv.URL, load(30), first, step)
		plan.Connect.Transport = transport
		classes, s := measureClasses(t, plan)
		for name, d := range classes {
			if d.Done != 30 || len(d.Errors) > 0 {
				t.Errorf("%s: %d answers, errors %v: %+v", name, d.Done, d.Errors, s.Examples)
			}
		}
	})
}

// Settle traffic is in no figure.
func TestChecksOfSettleTrafficAreNotCounted(t *testing.T) {
	class := Class{Name: "get", Weight: 1, Pool: []send.Request{get("/")}, Checks: []string{"no"}, Check: func(a *Answer) error {
		a.Fail(0, errors.New("no"))
		return nil
	}}
	g, err := New(closedPlan(t, instant(t), closedLoad(2, 1), class), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	d, s := runPhase(t, g, Phase{Kind: results.Measure, Settle: 50 * time.Millisecond, Duration: 50 * time.Millisecond})
	if c := d.Checks["no"]; s.Discarded == 0 || c.Failed != d.Done || c.Passed != 0 {
		t.Errorf("%d answers, %+v, %d discarded", d.Done, c, s.Discarded)
	}
}
