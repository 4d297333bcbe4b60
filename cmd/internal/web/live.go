package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	mostWatchers = 16               // pages that are told at the same time
	heartbeat    = 15 * time.Second // to a page of which nothing else is told
	aWrite       = 10 * time.Second // within which a page must take what it is told
)

// live tells a page what happens, as server-sent events: begin, job, head, points, said, output.
// The id of points is the job's and how many there were, so that a page that comes back
// gets those that it missed, and any other all of them.
func (s *server) live(w http.ResponseWriter, r *http.Request) error {
	if s.watchers.Add(1) > mostWatchers {
		s.watchers.Add(-1)
		return refusef(http.StatusServiceUnavailable, "%d pages watch already: close one", mostWatchers)
	}
	defer s.watchers.Add(-1)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // proxies would hold events back
	c := http.NewResponseController(w)
	_ = c.SetReadDeadline(time.Time{})
	told := teller{jobs: s.jobs, shown: map[string]string{}}
	told.id, told.points = lastSeen(r.Header.Get("Last-Event-ID"))
	every := time.NewTicker(tick)
	defer every.Stop()
	var last time.Time
	for {
		events := told.news()
		if len(events) == 0 && time.Since(last) > heartbeat {
			events = []byte(": still here\n\n")
		}
		if len(events) > 0 {
			last = time.Now()
			_ = c.SetWriteDeadline(last.Add(aWrite))
			if _, err := w.Write(events); err != nil {
				return nil // it is gone
			}
			if err := c.Flush(); err != nil {
				return nil
			}
		}
		select {
		case <-every.C:
		case <-r.Context().Done():
			return nil
		case <-s.closing:
			return nil
		}
	}
}

// lastSeen reads the id of points.
func lastSeen(id string) (job string, points int) {
	job, n, _ := strings.Cut(id, ".")
	points, err := strconv.Atoi(n)
	if err != nil || points < 0 {
		return "", 0
	}
	return job, points
}

// teller knows what one page was told.
type teller struct {
	jobs   *jobs
	id     string // of the job that points are of
	points int
	shown  map[string]string // events by their names
}

// news is what the page does not know yet.
func (t *teller) news() []byte {
	var b bytes.Buffer
	j, follows := t.jobs.state()
	if j == nil {
		t.tell(&b, "job", "null")
		return b.Bytes()
	}
	raw, _ := json.Marshal(j)
	if j.ID != t.id {
		t.id, t.points = j.ID, 0
		delete(t.shown, "head")
		fmt.Fprintf(&b, "event: begin\ndata: %q\n\n", j.ID)
	}
	if j.Ended == nil { // its end is told after its last points
		t.tell(&b, "job", string(raw))
	}
	if follows != nil {
		h, points, damage := follows.from(t.points)
		if h != nil {
			raw, _ := json.Marshal(h)
			t.tell(&b, "head", string(raw))
		}
		if len(points) > 0 {
			t.points += len(points)
			raw, _ := json.Marshal(points)
			fmt.Fprintf(&b, "id: %s.%d\nevent: points\ndata: %s\n\n", t.id, t.points, raw)
		}
		if damage != "" {
			raw, _ := json.Marshal(damage)
			t.tell(&b, "damage", string(raw))
		}
	}
	t.tellFile(&b, "said", errFile)
	if !measures(j.Kind) {
		t.tellFile(&b, "output", outFile)
	}
	t.tell(&b, "job", string(raw))
	return b.Bytes()
}

// tell adds an event that is not what the page was told last.
func (t *teller) tell(b *bytes.Buffer, event, data string) {
	if was, told := t.shown[event]; told && was == data {
		return
	}
	t.shown[event] = data
	fmt.Fprintf(b, "event: %s\ndata: %s\n\n", event, data)
}

// tellFile adds the end of a file that grows.
func (t *teller) tellFile(b *bytes.Buffer, event, name string) {
	text, err := t.jobs.read(name, maxSaid)
	if err != nil {
		text = nil
	}
	raw, _ := json.Marshal(strings.ToValidUTF8(string(text), "�"))
	t.tell(b, event, string(raw))
}
