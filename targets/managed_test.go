package targets

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestManagedServer is no test: it is the server of the tests below, in a
// process of its own, listening where $PORT says.
func TestManagedServer(t *testing.T) {
	if os.Getenv("MANAGED_SERVER") == "" {
		t.Skip("only as a child process of the tests of Start")
	}
	fmt.Println("words of the server, in", os.Getenv("GREETING"))
	t.Log(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/ready":
			fmt.Fprint(w, os.Getenv("GREETING"))
		case "/exit":
			os.Exit(7)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})))
}

func managedServer(t *testing.T) (exe, command string) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("MANAGED_SERVER", "1")
	return exe, "'" + exe + "' -test.run '^TestManagedServer$'"
}

func TestStart(t *testing.T) {
	exe, command := managedServer(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "logs", "server.log")
	for name, target := range map[string]Target{
		"shell":      ByCommand("a", command, "/ready"),
		"any answer": ByCommand("a", command, ""),
		// The shell waits for the server here, and is not replaced by it.
		"compound":  ByCommand("a", "cd . && "+command+"; true", "/ready"),
		"arguments": {Name: "a", Ready: "/ready", Managed: &Managed{Args: []string{exe, "-test.run", "^TestManagedServer$"}}},
		"all keys": {Name: "a", Ready: "/ready", Managed: &Managed{
			Command: command, URL: "http://localhost:{port}/", Dir: dir, Env: []string{"GREETING=hello"}, LogFile: log,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			got, p, err := target.Start(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer p.Stop()
			if got.PID != p.PID() || got.URL.Port() == "0" || got.URL.Host != p.URL().Host {
				t.Errorf("pid %d, URL %s; the process is %d at %s", got.PID, got.URL, p.PID(), p.URL())
			}
			server := lifeline(t, got.URL.Host)
			if err := p.Stop(); err != nil {
				t.Error(err)
			}
			awaitEnd(t, server)
		})
	}
	if b, err := os.ReadFile(log); err != nil || !strings.Contains(string(b), "words of the server, in hello") {
		t.Errorf("log %q: %v", b, err)
	}
}

// A shell that waits for its server ends at SIGTERM at once. The server is given
// the time to end in its own way.
func TestStopLetsWhatAShellStartedEnd(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no SIGTERM")
	}
	_, p, err := ByCommand("a", "cd . && TARGETS_TEST_HELPER=serve '"+os.Args[0]+"'; true", "").Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(p.LastWords(), "bye") {
		t.Errorf("it was cut off%s", p.LastWords())
	}
}

func TestStartFailures(t *testing.T) {
	occupied := httptest.NewServer(http.NotFoundHandler())
	defer occupied.Close()
	busy := ByCommand("fixed", "sleep 60", "")
	busy.Managed.URL = occupied.URL
	soon := func(command string) Target {
		target := ByCommand("late", command, "/ready")
		target.Managed.Timeout = 300 * time.Millisecond
		return target
	}
	_, command := managedServer(t)
	unready := ByCommand("unready", command, "/elsewhere")
	unready.Managed.Timeout = 5 * time.Second
	badLog := soon("true")
	badLog.Managed.LogFile = "/dev/null/x.log"
	for name, tt := range map[string]struct {
		target Target
		want   string
	}{
		"ends":            {soon("echo no such model >&2; exit 3"), "it ended before it answered (exit status 3); it wrote:\n\tno such model"},
		"no such program": {soon("no-such-program-here"), "not found"},
		"never answers":   {soon("echo waiting; while :; do :; done"), "not ready within 300ms: nothing answers at http://127.0.0.1:"},
		"takes no port":   {soon("exec sleep 60"), "(its command can take the port from {port} or $PORT)"},
		"never ready":     {unready, "GET /elsewhere answers 404; is the path of --ready (key ready of the target file) right?"},
		"no command":      {Target{Name: "plain"}, "it has no command"},
		"occupied":        {busy, "something answers at " + occupied.URL + " already"},
		"log":             {badLog, "log: "},
	} {
		t.Run(name, func(t *testing.T) {
			_, p, err := tt.target.Start(t.Context())
			if err == nil {
				p.Stop()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v; want %q", err, tt.want)
			}
		})
	}
}

func TestStartInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := ByCommand("a", "sleep 60", "").Start(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the interrupt", err)
	}
}

// Port 0 takes no connection, so what forgot to start a target cannot load
// another one by mistake.
func TestManagedTargetHasNoAddressBeforeItsStart(t *testing.T) {
	target := ByCommand("a", "true", "")
	if _, err := target.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "managed target") {
		t.Errorf("check: %v", err)
	}
}

// A parent that is killed hard cannot stop anything any more: its guard ends the
// whole group, workers included.
func TestGuardEndsWhatAKilledParentLeaves(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process groups")
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "TARGETS_TEST_HELPER=manager")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	var leader, worker string
	if _, err := fmt.Fscanln(out, &leader, &worker); err != nil {
		t.Fatal(err)
	}
	lines := []net.Conn{lifeline(t, leader), lifeline(t, worker)}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	for _, l := range lines {
		awaitEnd(t, l)
	}
}

// A6: a start that takes long says what it waits for, and where else the server
// listens.
func TestWaitingStartSaysWhatFor(t *testing.T) {
	_, command := managedServer(t)
	free, err := freePort()
	if err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		command, ready, want string
	}{
		"another port": {"PORT=" + free + " " + command, "/ready", "nothing answers at http://127.0.0.1:"},
		"another path": {command, "/healthz", "GET /healthz answers 404"},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			target := ByCommand("a", tc.command, tc.ready)
			target.Managed.WaitingEvery = time.Millisecond
			var said string
			target.Managed.Waiting = func(why string) {
				said = why
				elsewhere := "it listens on 127.0.0.1:" + free + " instead"
				if strings.Contains(why, tc.want) && (name != "another port" || runtime.GOOS != "linux" || strings.Contains(why, elsewhere)) {
					cancel()
				}
			}
			if _, _, err := target.Start(ctx); err == nil || !strings.Contains(err.Error(), tc.want) || !errors.Is(err, context.Canceled) {
				t.Errorf("%v; said last: %s", err, said)
			}
		})
	}
}

// M9: the credentials of those who measure are not the server's to see.
func TestManagedCommandInheritsNoCredentials(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN", "secret-1")
	t.Setenv("MLBENCH_HEADER", "Authorization: Bearer secret-3") // what -H says
	t.Setenv("MLBENCH_BODY", `{"password":"secret-4"}`)
	t.Setenv("MLBENCH_PASSWORD_FILE", "secret-2")
	t.Setenv("MLBENCH_PASSWORD", "secret-3")
	t.Setenv("OTHER", "inherited")
	target := ByCommand("a", "env; exit 1", "")
	target.Managed.Env = []string{"MLBENCH_USERNAME=given"}
	target.Managed.LogFile = filepath.Join(t.TempDir(), "log")
	if _, _, err := target.Start(t.Context()); err == nil {
		t.Fatal("no error")
	}
	b, err := os.ReadFile(target.Managed.LogFile)
	if err != nil {
		t.Fatal(err)
	}
	if s := string(b); strings.Contains(s, "secret") || !strings.Contains(s, "OTHER=inherited") || !strings.Contains(s, "MLBENCH_USERNAME=given") {
		t.Errorf("environment:\n%s", s)
	}
}

// L22: what a command prints sends no load to another machine.
func TestListeningLineIsTakenForThisMachineOnly(t *testing.T) {
	for line, want := range map[string]string{
		"http://127.0.0.1:8000":  "http://127.0.0.1:8000",
		"http://localhost:8000":  "http://localhost:8000",
		"http://[::1]:8000":      "http://[::1]:8000",
		"http://0.0.0.0:8000":    "http://127.0.0.1:8000",
		"http://[::]:8000":       "http://[::1]:8000",
		"http://192.0.2.1:8000":  "",
		"http://example.com":     "",
		"http://127.0.0.1.nip.x": "",
	} {
		w := wait{t: &Target{URL: mustURL(t, "http://127.0.0.1:1"), Managed: &Managed{}}}
		w.takeAddress(line)
		if got := w.t.URL.String(); want != "" && got != want || want == "" && (got != "http://127.0.0.1:1" || w.aside != line) {
			t.Errorf("%s: %s, aside %q", line, got, w.aside)
		}
	}
}
