package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/mlbench/mlbench/results/verdict"
)

// record is one finished run: a line of the journal.
type record struct {
	Method    int                 `json:"method"`
	Condition string              `json:"condition"`
	Repeat    int                 `json:"repeat"`
	Time      time.Time           `json:"time"` // start
	Tool      string              `json:"tool"`
	Service   string              `json:"service,omitempty"` // versions of what is served, where it is not mlbench's
	Host      string              `json:"host"`
	Seed      uint64              `json:"seed"`
	WorkSeed  uint64              `json:"work_seed"`
	BFirst    bool                `json:"b_started_first"`
	Slow      float64             `json:"slow,omitempty"`      // factor on B's work
	Busy      *float64            `json:"busy_pct,omitempty"`  // share of the cores that others used right before
	Steal     *float64            `json:"steal_pct,omitempty"` // share of the cores that the hypervisor gave to others
	Wall      float64             `json:"wall_s"`              // servers' start and end included
	Took      float64             `json:"took_s"`              // the command, and with launches its servers' starts
	Verdict   verdict.Verdict     `json:"verdict"`             // or one of ours
	Exit      int                 `json:"exit"`
	Reason    string              `json:"reason"` // the first
	Pairs     int                 `json:"pairs,omitempty"`
	LeftOut   int                 `json:"pairs_left_out,omitempty"`
	Looks     []int               `json:"looks,omitempty"`      // the plan: numbers of pairs, or of launches
	Used      int                 `json:"looks_used,omitempty"` // how many of them were made
	Metrics   map[string]estimate `json:"metrics,omitempty"`    // judged ones, by "p50" of all requests and "predict:p50" of a class
	PooledA   float64             `json:"pooled_p50_a_ms,omitempty"`
	PooledB   float64             `json:"pooled_p50_b_ms,omitempty"`
	Parts     []part              `json:"parts,omitempty"`     // the demo's comparisons, or launches judged singly
	Decide    float64             `json:"decide_ms,omitempty"` // mlbench report: read, decide, render
	Files     []string            `json:"files,omitempty"`     // results, compressed, in bench/acceptance/results
}

// estimate is a change in percent, of errors in points, with its interval.
type estimate struct {
	Pct     float64  `json:"pct"`
	Low     *float64 `json:"low,omitempty"`
	High    *float64 `json:"high,omitempty"`
	PHolm   *float64 `json:"p_holm,omitempty"`
	Outcome string   `json:"outcome,omitempty"`
}

// part is a verdict that is not the run's own.
type part struct {
	Name    string          `json:"name"`
	Verdict verdict.Verdict `json:"verdict"`
	Reason  string          `json:"reason"`
	P50     *estimate       `json:"p50,omitempty"`
}

// Verdicts of runs beside those of comparisons.
const (
	failed     verdict.Verdict = "failed"     // the program ended without one
	answered   verdict.Verdict = "answered"   // the demo: three verdicts that say something, in time
	unanswered verdict.Verdict = "unanswered" // the demo
)

// runID names a run in the journal.
type runID struct {
	method    int
	condition string
	repeat    int
}

func (r record) id() runID { return runID{r.Method, r.Condition, r.Repeat} }

// effect is the change of the pooled p50 in percent.
func (r record) effect() (pct float64, ok bool) {
	if r.PooledA <= 0 || r.PooledB <= 0 {
		return 0, false
	}
	return 100 * (r.PooledB/r.PooledA - 1), true
}

// readJournal returns the whole records and how many bytes they fill. Only the
// last line may be damaged, as by a crash in writing it; damaged tells of it.
func readJournal(path string) (records []record, whole int64, damaged string, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, "", nil
	} else if err != nil {
		return nil, 0, "", err
	}
	number := 0
	for line := range bytes.Lines(data) {
		number++
		var r record
		err := json.Unmarshal(line, &r)
		if err == nil && !bytes.HasSuffix(line, []byte("\n")) {
			err = errors.New("it does not end")
		}
		last := whole+int64(len(line)) == int64(len(data))
		switch {
		case err != nil && last:
			return records, whole, fmt.Sprintf("%s: line %d is damaged (%v) and left out", path, number, err), nil
		case err != nil:
			return nil, 0, "", fmt.Errorf("%s: line %d: %w: mend or remove it", path, number, err)
		}
		whole += int64(len(line))
		records = append(records, r)
	}
	return records, whole, "", nil
}

// journal is open for appending.
type journal struct{ file *os.File }

// openJournal cuts off a damaged last line.
func openJournal(path string, whole int64) (*journal, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Truncate(whole), seekEnd(f)); err != nil {
		f.Close()
		return nil, err
	}
	return &journal{f}, nil
}

func seekEnd(f *os.File) error {
	_, err := f.Seek(0, 2)
	return err
}

// append writes a record so that it survives a crash right after.
func (j *journal) append(r record) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := j.file.Write(append(line, '\n')); err != nil {
		return err
	}
	return j.file.Sync()
}

func (j *journal) close() error { return j.file.Close() }
