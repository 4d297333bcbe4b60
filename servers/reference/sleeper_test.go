package reference

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

func openSleeper(t testing.TB) *sleeper {
	t.Helper()
	s, err := newSleeper()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// TestNobodyWakesEarly: many waiters, in no order, some for instants gone by.
func TestNobodyWakesEarly(t *testing.T) {
	s := openSleeper(t)
	var group sync.WaitGroup
	rng := rand.New(rand.NewPCG(1, 1))
	for range 200 {
		in := time.Duration(rng.IntN(30)-2) * time.Millisecond
		group.Go(func() {
			instant := time.Now().Add(in)
			if err := s.until(t.Context(), instant); err != nil {
				t.Error(err)
			}
			if early := time.Until(instant); early > 0 {
				t.Errorf("woke %v early", early)
			}
		})
	}
	group.Wait()
}

// TestEarlierWaiterGoesFirst: a far instant must not hide a nearer one that is
// asked for later. If it did, this test would hang.
func TestEarlierWaiterGoesFirst(t *testing.T) {
	s := openSleeper(t)
	s.add(waiter{at: time.Now().Add(time.Hour), ch: make(chan struct{})})
	for range 3 {
		if err := s.until(t.Context(), time.Now().Add(2*time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiters) != 1 {
		t.Errorf("%d waiters left, want the far one", len(s.waiters))
	}
}

func TestUntilEndsEarly(t *testing.T) {
	s := openSleeper(t)
	far := time.Now().Add(time.Hour)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.until(ctx, far); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	ended := make(chan error)
	go func() { ended <- s.until(t.Context(), far) }()
	s.close()
	if err := <-ended; !errors.Is(err, errClosed) {
		t.Errorf("closed: %v", err)
	}
	if err := s.until(t.Context(), far); !errors.Is(err, errClosed) {
		t.Errorf("after close: %v", err)
	}
	s.close()
}

// BenchmarkLateness reports how late waiters wake, alone and a few at a time.
func BenchmarkLateness(b *testing.B) {
	for _, together := range []int{1, 4} {
		b.Run(fmt.Sprintf("waiters=%d", together), func(b *testing.B) {
			s := openSleeper(b)
			late := make([][]time.Duration, together)
			var group sync.WaitGroup
			for i := range together {
				group.Go(func() {
					for range b.N {
						instant := time.Now().Add(2 * time.Millisecond)
						if err := s.until(b.Context(), instant); err != nil {
							b.Error(err)
						}
						late[i] = append(late[i], time.Since(instant))
					}
				})
			}
			group.Wait()
			all := slices.Concat(late...)
			for _, q := range []float64{.5, .9, .99} {
				b.ReportMetric(float64(quantile(all, q)), fmt.Sprintf("late-p%g-ns", 100*q))
			}
		})
	}
}
