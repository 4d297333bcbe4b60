package loadgen

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
)

// TestSpinner is no test: it is a process that keeps one core busy until its
// input ends.
func TestSpinner(t *testing.T) {
	if os.Getenv("SPINNER") == "" {
		t.Skip("only as a child process")
	}
	fmt.Println("ready")
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	for spins := 0; ; spins++ { // whoever ends standard input ends it
		_ = spins
	}
}

// startSpinner starts such a process, which ends with the test.
func startSpinner(t *testing.T) (pid int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run", "^TestSpinner$")
	cmd.Env = append(os.Environ(), "SPINNER=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return cmd.Process.Pid
}

// A target that always works, loaded or not: only what it does in its own slices
// is counted, neither in settle traffic nor while the other target has its turn.
func TestOnlyOwnSlicesAreCharged(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer srv.Close()
	pid := startSpinner(t)
	e := Experiment{Slice: 50 * time.Millisecond, Settle: 100 * time.Millisecond, Budget: 3600 * time.Millisecond}
	e.PIDs[0] = pid
	for i := range e.Plans {
		load := openLoad(200, 0)
		load.Duration = time.Second
		e.Plans[i] = closedPlan(t, srv.URL, load)
	}
	var used, spans, begin, end float64
	var requests int64
	err := e.Run(context.Background(), time.Now(), func(s *results.Slice) error {
		if begin == 0 {
			begin = s.StartS
		}
		end = s.StartS + s.DurationS
		switch {
		case s.Arm == results.ArmB && s.TargetUse != nil:
			t.Error("use of a process that is not known")
		case s.Arm == results.ArmA && s.TargetUse != nil: // nil where this machine was late
			used += s.TargetUse.CPUSeconds
			spans += s.DurationS + s.DrainS
			requests -= s.TargetUse.Requests
			for _, d := range s.Classes {
				requests += d.Sent
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if spans == 0 {
		t.Skip("this machine was late in all slices")
	}
	if requests != 0 {
		t.Errorf("%d requests more were sent than their costs are known of", requests)
	}
	// One thread cannot use more than the time that passes. All in all six times
	// the time of A's slices passes.
	if used <= 0 || used > 2*spans {
		t.Errorf("%.2f s charged for slices of %.2f s, of %.2f s in all", used, spans, end-begin)
	}
}
