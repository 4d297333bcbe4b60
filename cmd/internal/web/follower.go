package web

import (
	"encoding/json"
	"io"
	"os"
	"sync"
	"time"

	"github.com/mlbench/mlbench/results"
)

// tick is how often a file that grows is looked at while somebody watches.
const tick = 400 * time.Millisecond

// maxSaid bounds what is shown of a child's output, in bytes.
const maxSaid = 32 << 10

// head is what charts need to know of a measurement.
type head struct {
	Command  string           `json:"command"`
	Scenario string           `json:"scenario"`
	Load     string           `json:"load"`
	Open     bool             `json:"open"` // there is a planned rate
	Targets  []results.Target `json:"targets"`
	Start    time.Time        `json:"start"`
	WarmupS  float64          `json:"warmup_s"`
	BudgetS  float64          `json:"budget_s,omitempty"`
}

func headOf(h *results.Header) head {
	return head{h.Command, h.Scenario.Label(), h.LoadModel(), h.Model == results.Open, h.Targets, h.Start, h.WarmupS, h.BudgetS}
}

// follower reads a result file while it is written, once for all who watch.
type follower struct {
	*folder
	name string

	mu      sync.Mutex
	file    *os.File
	grown   results.File
	pending []byte
	points  []json.RawMessage
	damage  string
}

// from reads what is new, and is the points from the nth on, with the header once there is
// one.
func (f *follower) from(n int) (h *head, points []json.RawMessage, damage string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.read()
	if f.grown.Header.Schema != "" {
		of := headOf(&f.grown.Header)
		h = &of
	}
	return h, f.points[min(n, len(f.points)):], f.damage
}

func (f *follower) read() {
	if f.damage != "" || f.grown.Footer != nil {
		return
	}
	if f.file == nil {
		if f.has(f.name) != nil { // not yet
			return
		}
		file, err := f.root.Open(f.name)
		if err != nil {
			f.damage = reason(err).Error()
			return
		}
		f.file = file
	}
	piece := make([]byte, 64<<10)
	for {
		n, err := f.file.Read(piece)
		f.pending = append(f.pending, piece[:n]...)
		took, added, damage := f.grown.Grow(f.pending)
		f.pending = append(f.pending[:0], f.pending[took:]...)
		for i := range added {
			if raw, err := json.Marshal(&added[i]); err == nil {
				f.points = append(f.points, raw)
			}
		}
		if damage != nil {
			f.damage = damage.Error()
		}
		if err == io.EOF && f.damage == "" && f.grown.Footer == nil {
			return // for now
		}
		if err != nil || f.damage != "" || f.grown.Footer != nil {
			_ = f.file.Close()
			return
		}
	}
}
