package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
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

// patience is how long a server may take to start, a command to end.
const patience = 30 * time.Second

// startServer returns once the server listens.
func startServer(ctx context.Context, path string, args []string) (*process, error) {
	ctx, cancel := context.WithCancel(ctx)
	var stderr bytes.Buffer
	cmd := command(ctx, path, args...)
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", strings.Join(args, " "), err)
	}
	late := time.AfterFunc(patience, cancel)
	line, err := bufio.NewReader(out).ReadString('\n')
	stop := func() { cancel(); _ = cmd.Wait() }
	url, ok := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !late.Stop() || err != nil || !ok {
		stop()
		return nil, fmt.Errorf("%s did not say where it listens: %s", strings.Join(args, " "), lastLine(line+"\n"+stderr.String()))
	}
	return &process{url: url, stop: stop}, nil
}

// command ends by SIGTERM, and by force when that does not help, once ctx is
// done. The user's settings of mlbench do not reach it.
func command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
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

// output runs a command to its end and gives what it printed and its exit code.
// That it exits with another code than 0 is no error.
func output(ctx context.Context, limit time.Duration, stdin, path string, args ...string) (stdout []byte, exit int, stderr string, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var out, complaint bytes.Buffer
	cmd := command(ctx, path, args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &complaint
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

// goBuild builds a package seen from dir.
func goBuild(ctx context.Context, dir, path, pkg string, flags ...string) error {
	args := append([]string{"build", "-trimpath", "-o", path}, append(flags, pkg)...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w: %s", pkg, err, lastLine(string(out)))
	}
	return nil
}

// build makes the programs that the tasks need. mlbench is built once and used
// to the end: a tree that is worked on does not change a series under way.
func (h *harness) build(ctx context.Context, tasks []task) error {
	h.revision = "unknown"
	if out, err := exec.CommandContext(ctx, "git", "-C", h.root, "describe", "--tags", "--always", "--dirty").Output(); err == nil {
		h.revision = strings.TrimSpace(string(out))
	}
	h.mlbench, h.vegeta = filepath.Join(h.dir, "mlbench"), filepath.Join(h.dir, "vegeta")
	err := goBuild(ctx, h.root, h.mlbench, "./cmd/mlbench", "-tags", "nomsgpack", "-ldflags", "-s -w -X main.buildVersion="+h.revision)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(tasks, func(t task) bool { return t.condition.vegeta }) {
		return goBuild(ctx, filepath.Join(h.root, "bench", "peers"), h.vegeta, vegetaPackage)
	}
	return nil
}

// lastLine is the last line of text that is not empty.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return strings.TrimSpace(lines[len(lines)-1])
}
