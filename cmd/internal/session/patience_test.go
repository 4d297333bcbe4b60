package session

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

// told keeps what an observer is told.
type told []string

func (o *told) Phase(name string, length time.Duration) {
	*o = append(*o, fmt.Sprint(name, " for ", length))
}
func (o *told) Begin(*results.Header) {}
func (o *told) Look(verdict.Progress) {}
func (o *told) Slice(*results.Slice)  {}
func (o *told) Note(line string)      { *o = append(*o, line) }

// A target that was there and did not answer was waited for without a word.
func TestWhatTakesMoreThanASecondIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		failed := errors.New("failed")
		for takes, want := range map[time.Duration]string{999 * time.Millisecond: "[]", 1001 * time.Millisecond: "[waiting for 30s]"} {
			var o told
			if err := patiently(&o, "waiting", 30*time.Second, func() error { time.Sleep(takes); return failed }); err != failed {
				t.Errorf("error %v", err)
			}
			if got := fmt.Sprint([]string(o)); got != want {
				t.Errorf("of %s it tells %s, want %s", takes, got, want)
			}
		}
	})
}
