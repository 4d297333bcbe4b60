package main

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/verdict"
)

// made is the part of a record that resumption is about.
func made(t task, v verdict.Verdict) record {
	return record{Method: method, Condition: t.condition.name, Repeat: t.repeat, Verdict: v, Took: 1}
}

// resume goes on with a journal, as a new process would.
func resume(t *testing.T, ctx context.Context, h *harness, path string, run func(task) (record, error)) ([]string, error) {
	t.Helper()
	records, whole, _, err := readJournal(path)
	if err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(path, whole)
	if err != nil {
		t.Fatal(err)
	}
	var done []string
	h.stderr = io.Discard
	h.make = func(_ context.Context, x task) (record, error) {
		done = append(done, names([]task{x})[0])
		return run(x)
	}
	err = h.all(ctx, pending(queue(fewConditions, h.first), records), &records, j)
	return done, errors.Join(err, j.close())
}

func TestRunsThatWereCutOffAreMadeAgainAndNoOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.jsonl")
	want := names(queue(fewConditions, nil))
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	begun, err := resume(t, ctx, &harness{}, path, func(x task) (record, error) {
		if n++; n == 5 {
			cancel()
			return record{}, ctx.Err()
		}
		return made(x, verdict.OK), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[:5], begun); diff != "" {
		t.Errorf("until it was cut off: %s", diff)
	}
	begun, err = resume(t, t.Context(), &harness{}, path, func(x task) (record, error) { return made(x, verdict.OK), nil })
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want[4:], begun); diff != "" {
		t.Errorf("afterwards: %s", diff)
	}
	if begun, err = resume(t, t.Context(), &harness{}, path, nil); len(begun) > 0 || err != nil {
		t.Errorf("in the end %v, %v", begun, err)
	}
}

func TestInvalidRunsAreMadeAgainAtTheEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.jsonl")
	want := names(queue(fewConditions, nil))
	want = append(want, want[0], want[0])
	begun, err := resume(t, t.Context(), &harness{}, path, func(x task) (record, error) {
		if names([]task{x})[0] == want[0] {
			return made(x, verdict.Invalid), nil
		}
		return made(x, verdict.OK), nil
	})
	if diff := cmp.Diff(want, begun); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestNoRunBeginsAfterTheTime(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j.jsonl")
	synctest.Test(t, func(t *testing.T) {
		h := &harness{options: options{limit: 100 * time.Second, first: []string{"luck"}}}
		begun, err := resume(t, t.Context(), h, path, func(x task) (record, error) {
			time.Sleep(40 * time.Second)
			return made(x, verdict.OK), nil
		})
		if err != nil || len(begun) != 3 || begun[0] != "luck/1" || begun[1] != "luck/2" {
			t.Errorf("%v, %v", begun, err)
		}
	})
}

func TestFailuresInARowEndTheSeries(t *testing.T) {
	for _, left := range []int{1, 5} {
		path := filepath.Join(t.TempDir(), "j.jsonl")
		n := 0
		begun, err := resume(t, t.Context(), &harness{}, path, func(x task) (record, error) {
			if n++; n <= len(queue(fewConditions, nil))-left {
				return made(x, verdict.OK), nil
			}
			return record{}, errors.New("no such flag")
		})
		if err == nil || len(begun) != 11-left+mostFailures {
			t.Errorf("%d runs left: %d begun, %v", left, len(begun), err)
		}
	}
}
