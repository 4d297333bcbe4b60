package servers

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/servers/predict"
	"github.com/mlbench/mlbench/servers/reference"
)

var everyServer = []string{Legacy, Modern, Reference}

// constant is a model that is there at once.
type constant struct{}

func (constant) Predict(*predict.Features) float64 { return 7 }
func (constant) Info() model.Info                  { return model.Info{Version: "constant"} }

// TestMain is the server itself when a test starts this binary again: what is
// about a whole process (descriptors, memory) needs one of its own.
func TestMain(m *testing.M) {
	name := os.Getenv("SERVE_IN_TEST")
	if name == "" {
		os.Exit(m.Run())
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var err error
	if name == Reference {
		err = reference.Serve(ctx, "127.0.0.1:0", reference.Options{}, os.Stdout, os.Stderr)
	} else {
		err = Serve(ctx, Options{
			Subject: name, Addr: "127.0.0.1:0", Stdout: os.Stdout, Stderr: os.Stderr,
			Getenv: os.Getenv, model: constant{}, passwordCost: bcrypt.MinCost,
		})
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// startProcess runs a server in a process of its own, with so many descriptors,
// until the test ends.
func startProcess(t *testing.T, name string, descriptors int) (s *subject, pid int, stderr *bufio.Reader) {
	t.Helper()
	cmd := exec.Command("sh", "-c", `ulimit -n "$0" && exec "$1"`, strconv.Itoa(descriptors), os.Args[0])
	cmd.Env = append(os.Environ(), "SERVE_IN_TEST="+name, "PREDICTION_LOG=off", "SECRET_KEY="+testSecret)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	complaints, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		told, _ := io.ReadAll(complaints)
		t.Fatalf("%s did not start: %v: %s", name, err, told)
	}
	s = newClient(name, strings.TrimSpace(strings.TrimPrefix(line, "listening on ")))
	return s, cmd.Process.Pid, bufio.NewReader(complaints)
}

var highWater = regexp.MustCompile(`VmHWM:\s+(\d+) kB`)

// peakMemory is the most that a process held at a time, in MB.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Skip(err)
	}
	m := highWater.FindSubmatch(status)
	if m == nil {
		t.Skip("no VmHWM")
	}
	kb, _ := strconv.Atoi(string(m[1]))
	return kb >> 10
}
