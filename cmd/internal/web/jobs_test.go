package web

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// event is one that a page is told.
type event struct{ id, name, data string }

// watch reads events until one is wanted; it fails if the stream ends before.
func (s *site) watch(lastID string, wanted func(event) bool) (seen []event) {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "GET", s.http.URL+"/api/live", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	if lastID != "" {
		req.Header.Set("Last-Event-ID", lastID)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	var e event
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			if e.name == "" {
				continue
			}
			seen = append(seen, e)
			if wanted(e) {
				return seen
			}
			e = event{}
		}
	}
	s.t.Fatalf("the stream ended (%v) after %d events", lines.Err(), len(seen))
	return nil
}

func isEnd(e event) bool { return e.name == "job" && strings.Contains(e.data, `"ended"`) }

// starts are the beginnings of all points that were told.
func starts(t *testing.T, seen []event) (at []float64) {
	t.Helper()
	for _, e := range seen {
		var points []struct {
			StartS float64 `json:"t_s"`
		}
		if e.name != "points" {
			continue
		}
		if err := json.Unmarshal([]byte(e.data), &points); err != nil {
			t.Fatal(err)
		}
		for _, p := range points {
			at = append(at, p.StartS)
		}
	}
	return at
}

// A page sees what is measured, one that comes back gets what it missed and no more, a new
// one all; stopping keeps what was measured.
func TestStartWatchStop(t *testing.T) {
	s := newSite(t, nil)
	j := s.start(aRun)
	first := s.watch("", func(e event) bool { return e.name == "points" })
	last := first[len(first)-1]
	if !strings.HasPrefix(last.id, j.ID+".") {
		t.Errorf("id of points %q, want that of the job %s and a number", last.id, j.ID)
	}

	status, body, _ := s.ask("POST", "/api/jobs", aRun)
	if status != http.StatusConflict || !strings.Contains(body, "mix: 127.0.0.1:1 runs since") {
		t.Errorf("a second measurement: %d %s", status, body)
	}
	if status, body, _ := s.ask("DELETE", "/api/result/"+j.Result, ""); status != http.StatusConflict || !strings.Contains(body, "stop that first") {
		t.Errorf("deleting what is being measured: %d %s", status, body)
	}

	if status, body, _ := s.ask("POST", "/api/stop", `{"id":"`+j.ID+`"}`); status != http.StatusOK {
		t.Fatalf("stop: %d %s", status, body)
	}
	rest := s.watch(last.id, isEnd)
	all := s.watch("", isEnd)
	parts, whole := append(starts(t, first), starts(t, rest)...), starts(t, all)
	if len(whole) == 0 || fmt.Sprint(parts) != fmt.Sprint(whole) {
		t.Errorf("a page that came back has %v, a new one %v", parts, whole)
	}
	for i, at := range whole {
		if at != float64(i) {
			t.Fatalf("point %d is of %g s", i, at)
		}
	}
	now, _ := s.jobs.state()
	if now.Exit == nil || *now.Exit != 130 || !now.Stopping {
		t.Errorf("job %+v", now)
	}
	if _, body, _ := s.ask("GET", "/api/results", ""); !strings.Contains(body, `"ended":"interrupted"`) {
		t.Errorf("results %s", body)
	}
	if _, body, _ := s.ask("GET", "/api/course?file="+j.Result, ""); strings.Count(body, `"t_s"`) != len(whole) {
		t.Errorf("the course of the file has other points than were told: %.300s", body)
	}
	if status, body, _ := s.ask("POST", "/api/stop", `{"id":"`+j.ID+`"}`); status != http.StatusConflict {
		t.Errorf("stopping what has ended: %d %s", status, body)
	}
}

// A server that is started again goes on with what an earlier one has started: its state is
// in files.
func TestAnotherServerPicksUp(t *testing.T) {
	before := newSite(t, nil)
	j := before.start(aRun)
	// That the earlier server is gone is told by its process, which is this test's.
	gone := exec.Command(before.Program)
	gone.Env = before.Environ
	gone.Args = []string{"mlbench", "selftest"}
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	lock, err := before.readJob(lockFile)
	if err != nil {
		t.Fatal(err)
	}
	lock.Server = process{PID: gone.Process.Pid}
	if err := before.writeJob(lockFile, lock); err != nil {
		t.Fatal(err)
	}

	s := newSite(t, func(o *Options) { o.Results = before.dir })
	if status, body, _ := s.ask("POST", "/api/jobs", aRun); status != http.StatusConflict {
		t.Errorf("a second measurement: %d %s", status, body)
	}
	seen := s.watch("", func(e event) bool { return e.name == "points" })
	if at := starts(t, seen); at[0] != 0 {
		t.Errorf("points from %g s on, want all", at[0])
	}
	if !s.jobs.ours {
		t.Error("who picks up the measurement of a server that is gone does not end it with itself")
	}
	if status, body, _ := s.ask("POST", "/api/stop", `{"id":"`+j.ID+`"}`); status != http.StatusOK {
		t.Fatalf("stop: %d %s", status, body)
	}
	s.watch("", isEnd)
	s.start(aRun) // the lock is free again
}

// What a dead process has left locked is no lock, and what it did is shown.
func TestLockOfTheDead(t *testing.T) {
	s := newSite(t, nil)
	gone := exec.Command(s.Program)
	gone.Env, gone.Args = s.Environ, []string{"mlbench", "selftest"}
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	dead := &job{ID: "x", Kind: kindRun, Title: "gone", Child: process{PID: gone.Process.Pid}}
	if err := s.writeJob(lockFile, dead); err != nil {
		t.Fatal(err)
	}
	again := newSite(t, func(o *Options) { o.Results = s.dir })
	if j, _ := again.jobs.state(); j == nil || j.Title != "gone" || j.Ended == nil || j.Exit != nil {
		t.Errorf("%+v, want one that ended nobody knows how", j)
	}
	again.start(aRun)
}

// A child that cannot start says why, in the answer; one that dies later in the page.
func TestChildThatDies(t *testing.T) {
	s := newSite(t, nil)
	status, body, _ := s.ask("POST", "/api/jobs", strings.Replace(aRun, "http://127.0.0.1:1", "http://127.0.0.1:1/refused", 1))
	switch {
	case status == http.StatusCreated: // it takes its time on this machine: then the page says so
		if end := s.watch("", isEnd); !strings.Contains(end[len(end)-1].data, "the target refused the connection") {
			t.Errorf("%+v", end[len(end)-1])
		}
	case status != http.StatusUnprocessableEntity || !strings.Contains(body, "could not be started: the target refused the connection"):
		t.Errorf("%d %s", status, body)
	}
	s.start(aRun)
	s.watch("", func(e event) bool { return e.name == "points" })
	j, _ := s.jobs.state()
	if err := tell(j.Child.PID, true); err != nil {
		t.Fatal(err)
	}
	s.watch("", isEnd)
	if j, _ := s.jobs.state(); j.Exit == nil || *j.Exit != -1 || !strings.Contains(j.Said, "measuring") {
		t.Errorf("%+v, want one that was killed, with what it said", j)
	}
	s.Program = filepath.Join(s.dir, "nothing")
	s.jobs.program = s.Program
	if status, body, _ := s.ask("POST", "/api/jobs", aRun); status != http.StatusInternalServerError || !strings.Contains(body, "cannot be started") {
		t.Errorf("no program: %d %s", status, body)
	}
	if _, err := os.Stat(filepath.Join(s.dir, lockFile)); err == nil {
		t.Error("the lock of a child that did not start stays")
	}
}

// Checks have output instead of a result, and it is told as text.
func TestSelftestFromTheButton(t *testing.T) {
	s := newSite(t, nil)
	j := s.start(`{"kind":"selftest"}`)
	seen := s.watch("", isEnd)
	var output string
	for _, e := range seen {
		if e.name == "output" {
			if err := json.Unmarshal([]byte(e.data), &output); err != nil {
				t.Fatal(err)
			}
		}
	}
	if j.Result != "" || output != "ok    everything <b>bold</b>\n" {
		t.Errorf("result %q, output %q", j.Result, output)
	}
}

// The end of the server is the end of what it measures, which keeps what there is.
func TestEndOfTheServer(t *testing.T) {
	s := newSite(t, nil)
	j := s.start(aRun)
	s.watch("", func(e event) bool { return e.name == "points" })
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := s.jobs.end(ctx); err != nil {
		t.Fatal(err)
	}
	files, err := s.list()
	if err != nil || len(files) != 1 || files[0].Name != j.Result || files[0].Ended != "interrupted" {
		t.Errorf("%+v, %v", files, err)
	}
}

func TestPortInUse(t *testing.T) {
	s := newSite(t, nil)
	o := s.Options
	o.Addr, o.Results = s.http.Listener.Addr().String(), t.TempDir()
	if err := Serve(t.Context(), o, func(string) {}); err == nil || !strings.Contains(err.Error(), "is in use") || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("%v", err)
	}
}
