package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"
)

// process is a server under load.
type process struct {
	url  string
	stop func()
}

// serverCommand starts a server that says where it listens.
type serverCommand struct {
	dir, path string
	args      []string
}

// patience is how long a server may take to start, a command to end.
const patience = 30 * time.Second

// announcement waits in a server's output for its address: "listening on" of
// mlbench, "running on" of uvicorn.
type announcement struct {
	text  []byte
	found chan string
}

var address = regexp.MustCompile(`(?:listening|running) on (http://\S+)\s`)

func (a *announcement) Write(p []byte) (int, error) {
	if a.text = append(a.text, p...); cap(a.found) > len(a.found) {
		if m := address.FindSubmatch(a.text); m != nil {
			a.found <- string(m[1])
		}
	}
	return len(p), nil
}

// startServer returns once the server listens.
func startServer(ctx context.Context, s serverCommand) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	said := &announcement{found: make(chan string, 1)}
	cmd := command(ctx, s.dir, s.path, s.args...)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", s.path, err)
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	stop := func() { cancel(); <-ended }
	select {
	case url := <-said.found:
		return &process{url: url, stop: stop}, nil
	case <-ended:
	case <-time.After(patience):
	}
	stop()
	return nil, fmt.Errorf("%s %s did not say where it listens: %s", s.path, strings.Join(s.args, " "), lastLine(string(said.text)))
}

// command ends by SIGTERM, and by force when that does not help, once ctx is
// done. The user's settings of mlbench do not reach it.
func command(ctx context.Context, dir, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "MLBENCH_") || slices.Contains([]string{"PORT", "MODEL_PATH", "PREDICTION_LOG", "CORS_ORIGINS", "SECRET_KEY", "SECRET_KEY_FILE"}, name)
	})
	cmd.Env = append(cmd.Env, "PREDICTION_LOG=off") // subjects would log into the working folder
	cmd.Cancel = func() error {
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			return cmd.Process.Kill()
		}
		return nil
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// output runs mlbench to its end and gives what it printed and its exit code.
// That it exits with another code than 0 is no error.
func (h *harness) output(ctx context.Context, limit time.Duration, env []string, args ...string) (stdout []byte, exit int, stderr string, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, complaint bytes.Buffer
	cmd := command(ctx, h.dir, h.mlbench, args...)
	cmd.Env = append(cmd.Env, env...)
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err = cmd.Run()
	var status *exec.ExitError
	if errors.As(err, &status) && status.Exited() && ctx.Err() == nil {
		err = nil
	}
	if cmd.ProcessState != nil {
		exit = cmd.ProcessState.ExitCode()
	}
	return out.Bytes(), exit, complaint.String(), err
}

// unfinished is the error of a command that should have exited with 0.
func unfinished(name string, exit int, stderr string, err error) error {
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w: %s", name, err, lastLine(stderr))
	case exit != 0:
		return fmt.Errorf("%s: exit code %d: %s", name, exit, lastLine(stderr))
	}
	return nil
}

// build makes mlbench, once and used to the end: a tree that is worked on does
// not change a series under way.
func (h *harness) build(ctx context.Context) error {
	h.revision = "unknown"
	if out, err := exec.CommandContext(ctx, "git", "-C", h.root, "describe", "--tags", "--always", "--dirty").Output(); err == nil {
		h.revision = strings.TrimSpace(string(out))
	}
	h.mlbench = filepath.Join(h.dir, "mlbench")
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", h.mlbench,
		"-tags", "nomsgpack", "-ldflags", "-s -w -X main.buildVersion="+h.revision, "./cmd/mlbench")
	cmd.Dir = h.root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/mlbench: %w: %s", err, lastLine(string(out)))
	}
	return nil
}

// python serves the FastAPI condition.
type python struct{ path, versions string }

// findPython looks for a Python that has FastAPI and uvicorn, the system's
// after the user's.
func findPython(ctx context.Context) (python, bool) {
	const ask = `import sys, fastapi, uvicorn; print("FastAPI %s, uvicorn %s, Python %s" % (fastapi.__version__, uvicorn.__version__, sys.version.split()[0]))`
	for _, path := range []string{"python3", "/usr/bin/python3"} {
		if out, err := exec.CommandContext(ctx, path, "-c", ask).Output(); err == nil {
			return python{path, strings.TrimSpace(string(out))}, true
		}
	}
	return python{}, false
}

// lastLine is the last line of text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
