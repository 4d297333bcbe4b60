package targets

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestMain lets the test binary be the processes under test, too.
func TestMain(m *testing.M) {
	if mode := os.Getenv("TARGETS_TEST_HELPER"); mode != "" {
		helper(mode)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func helperCommand(mode string) Command {
	return Command{Args: []string{os.Args[0]}, Env: []string{"TARGETS_TEST_HELPER=" + mode}}
}

func helper(mode string) {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	switch mode {
	case "die":
		fmt.Fprintln(os.Stderr, "first words")
		fmt.Fprint(os.Stderr, "cannot bind") // no line end
		os.Exit(3)
	case "silent":
		fmt.Fprintln(os.Stderr, "waiting for a database")
		<-term
	case "nonsense":
		fmt.Println("listening on the radio")
		<-term
	case "serve":
		listen("some banner\nlistening on http://%s\n")
		<-term
		fmt.Fprintln(os.Stderr, "bye")
	case "stubborn":
		listen("listening on http://%s\n")
		select {}
	case "family": // with a child of the mode $TARGETS_TEST_CHILD
		child := exec.Command(os.Args[0])
		child.Env = append(os.Environ(), "TARGETS_TEST_HELPER="+cmp.Or(os.Getenv("TARGETS_TEST_CHILD"), "stubborn"))
		out, _ := child.StdoutPipe()
		if err := child.Start(); err != nil {
			panic(err)
		}
		for r := bufio.NewReader(out); ; {
			if line, err := r.ReadString('\n'); err != nil || strings.HasPrefix(line, listeningPrefix) {
				fmt.Print("child " + line)
				break
			}
		}
		listen("listening on http://%s\n")
		<-term
	case "manager":
		_, p, err := ByCommand("a", "cd . && TARGETS_TEST_HELPER=family TARGETS_TEST_CHILD=serve '"+os.Args[0]+"'", "").Start(context.Background())
		if err != nil {
			panic(err)
		}
		_, child, _ := strings.Cut(p.LastWords(), "child listening on http://")
		child, _, _ = strings.Cut(child, "\n")
		fmt.Println(p.URL().Host, child)
		select {}
	case "parent":
		p, err := Start(context.Background(), helperCommand("stubborn"))
		if err != nil {
			panic(err)
		}
		fmt.Printf("listening on %s\n", p.URL())
		select {}
	}
}

// listen accepts connections and keeps them open; a request to /exit ends the
// process.
func listen(format string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/exit", func(http.ResponseWriter, *http.Request) {
		fmt.Fprintln(os.Stderr, "out of memory")
		os.Exit(9)
	})
	go http.Serve(l, mux)
	fmt.Printf(format, l.Addr())
}

func start(t *testing.T, mode string) *Process {
	t.Helper()
	p, err := Start(t.Context(), helperCommand(mode))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop() })
	return p
}

// lifeline is a connection that breaks when the process at addr ends.
func lifeline(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func awaitEnd(t *testing.T, conn net.Conn) {
	t.Helper()
	conn.SetReadDeadline(time.Now().Add(20 * time.Second))
	_, err := conn.Read(make([]byte, 1))
	if errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("the process is still alive")
	}
}

func TestStartAndStop(t *testing.T) {
	var log syncBuffer
	c := helperCommand("serve")
	c.Log = &log
	p, err := Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	conn := lifeline(t, p.URL().Host)
	if p.PID() <= 0 {
		t.Errorf("pid %d", p.PID())
	}
	for range 2 { // the second Stop finds nothing to do
		if err := p.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	}
	awaitEnd(t, conn)
	if got := log.String(); !strings.Contains(got, "some banner\nlistening on http://127.0.0.1:") || !strings.Contains(got, "bye\n") {
		t.Errorf("log: %q", got)
	}
}

func TestStartThatFails(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	silent := helperCommand("silent")
	silent.Log = writerFunc(func(b []byte) {
		if strings.Contains(string(b), "database") {
			cancel() // as ctrl-C while it starts
		}
	})
	for _, tt := range []struct {
		name string
		c    Command
		ctx  context.Context
		want []string
		is   error
	}{
		{"no command", Command{}, t.Context(), []string{"no command"}, nil},
		{"no such program", Command{Args: []string{"/nonexistent"}}, t.Context(), []string{"/nonexistent"}, os.ErrNotExist},
		{"exits", helperCommand("die"), t.Context(), []string{"exit status 3", "\tfirst words\n\tcannot bind"}, nil},
		{"says nothing", Command{Args: []string{"/bin/sh", "-c", "exit 0"}}, t.Context(), []string{"/bin/sh", "wrote nothing"}, nil},
		{"interrupted", silent, ctx, []string{"waiting for a database"}, context.Canceled},
		{"no URL", helperCommand("nonsense"), t.Context(), []string{"listening on"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, err := Start(tt.ctx, tt.c)
			if err == nil {
				p.Stop()
				t.Fatal("started")
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q, want %q in it", err, want)
				}
			}
			if tt.is != nil && !errors.Is(err, tt.is) {
				t.Errorf("error %q is not %q", err, tt.is)
			}
		})
	}
}

func TestProcessThatEndsByItself(t *testing.T) {
	p := start(t, "serve")
	if resp, err := http.Get(p.URL().String() + "/exit"); err == nil {
		resp.Body.Close()
		t.Error("an answer from a process that exits")
	}
	<-p.Done()
	if !strings.Contains(p.LastWords(), "out of memory") {
		t.Errorf("last words %q", p.LastWords())
	}
	if err := p.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestStopKillsTheStubborn(t *testing.T) {
	p := start(t, "stubborn")
	conn := lifeline(t, p.URL().Host)
	if err := p.end(time.Millisecond); err == nil || !strings.Contains(err.Error(), "killed") {
		t.Errorf("error %v, want one that says that it was killed", err)
	}
	awaitEnd(t, conn)
}

// What a server has started itself, such as its workers, ends with it, even if
// it ignores SIGTERM.
func TestStopEndsTheWholeGroup(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no process groups")
	}
	p := start(t, "family")
	_, addr, _ := strings.Cut(p.LastWords(), "child listening on http://")
	addr, _, _ = strings.Cut(addr, "\n")
	child := lifeline(t, addr)
	if err := p.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	awaitEnd(t, child)
}

// Pdeathsig is tied to the thread that started the process, which Go may end at
// any time. Here it ends for certain: of one of the two goroutines at least, as
// only Go's first thread never ends.
func TestProcessOutlivesTheThreadThatStartedIt(t *testing.T) {
	var started, ended sync.WaitGroup
	var ps [2]*Process
	var errs [2]error
	for i := range ps {
		started.Add(1)
		ended.Add(1)
		go func() {
			defer ended.Done()
			runtime.LockOSThread() // never unlocked: the thread ends with the goroutine
			ps[i], errs[i] = Start(t.Context(), helperCommand("serve"))
			started.Done()
			started.Wait()
		}()
	}
	ended.Wait()
	for i, p := range ps {
		if errs[i] != nil {
			t.Fatal(errs[i])
		}
		defer p.Stop()
		for range 50 {
			resp, err := http.Get(p.URL().String())
			if err != nil {
				t.Fatalf("the process ended with the thread: %v; %s", err, p.LastWords())
			}
			resp.Body.Close()
		}
	}
}

// Nothing outlives this program, not even when it is killed hard.
func TestKilledParentTakesItsProcessAlong(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("only Linux ties a process's life to its parent's")
	}
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), "TARGETS_TEST_HELPER=parent")
	out, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	child := lifeline(t, strings.TrimSpace(strings.TrimPrefix(line, "listening on http://")))
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	parent.Wait()
	awaitEnd(t, child)
}
