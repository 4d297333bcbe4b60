package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// served is `mlbench serve` in a process of its own.
type served struct {
	cmd    *exec.Cmd
	url    string
	stderr *bufio.Reader
}

func startServed(t *testing.T, env []string, args ...string) *served {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Args = append([]string{"mlbench", "serve"}, args...)
	cmd.Env, cmd.Dir = append(os.Environ(), env...), t.TempDir()
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	s := &served{cmd: cmd, stderr: bufio.NewReader(stderr)}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		told, _ := io.ReadAll(s.stderr)
		t.Fatalf("serve %v: %v: %s", args, err, told)
	}
	s.url = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return s
}

// end sends SIGTERM and returns how the server ended, and what it told since.
func (s *served) end(t *testing.T) (code int, told string) {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(s.stderr)
	if err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := s.cmd.Wait(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return s.cmd.ProcessState.ExitCode(), string(rest)
}

func (s *served) predict(t *testing.T) {
	t.Helper()
	resp, err := http.Post(s.url+"/login", "", strings.NewReader(`{"username":"admin","password":"password"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var login struct{ Token string }
	if err := json.NewDecoder(resp.Body).Decode(&login); err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, s.url+"/predict", strings.NewReader(`{"features":[1,2,3,4,5,6,7,8,9,10]}`))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+login.Token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatalf("predict: %s", answer.Status)
	}
}

// M4: records that were lost are told after SIGTERM, and are no interruption.
func TestLostRecordsAreToldAtTheEnd(t *testing.T) {
	if _, err := os.Stat("/dev/full"); err != nil {
		t.Skip(err)
	}
	modelFile := trainOnce(t)
	for _, subject := range []string{"legacy", "modern"} {
		for log, want := range map[string]int{"/dev/full": cli.ExitFailure, "off": cli.ExitOK} {
			s := startServed(t, []string{"PREDICTION_LOG=" + log, "MODEL_PATH=" + modelFile}, subject, "--addr", "127.0.0.1:0")
			s.predict(t)
			code, told := s.end(t)
			if code != want || (code != cli.ExitOK) != strings.Contains(told, "1 of 1 records were lost") || strings.Contains(told, "interrupted") {
				t.Errorf("%s logging to %s: exit %d, want %d: %s", subject, log, code, want, told)
			}
		}
	}
}

// L21: SIGHUP begins a new log file, and ends no server.
func TestHangUpReopensThePredictionLog(t *testing.T) {
	modelFile := trainOnce(t)
	for _, subject := range []string{"legacy", "modern"} {
		path := filepath.Join(t.TempDir(), "log")
		s := startServed(t, []string{"PREDICTION_LOG=" + path, "MODEL_PATH=" + modelFile}, subject, "--addr", "127.0.0.1:0")
		if err := os.Rename(path, path+".1"); err != nil {
			t.Fatal(err)
		}
		if err := s.cmd.Process.Signal(syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		for line := ""; !strings.Contains(line, "reopened the prediction log"); {
			var err error
			if line, err = s.stderr.ReadString('\n'); err != nil {
				t.Fatalf("%s ended, or did not reopen: %v", subject, err)
			}
		}
		s.predict(t)
		if code, told := s.end(t); code != cli.ExitOK {
			t.Errorf("%s: exit %d: %s", subject, code, told)
		}
		if content, err := os.ReadFile(path); err != nil || strings.Count(string(content), "\n") != 1 {
			t.Errorf("%s: the new log: %q %v", subject, content, err)
		}
	}
}
