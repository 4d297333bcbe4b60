package machine

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestBurner is no test: it is the process whose use is measured below. It says
// "ready"; at a line on its input it does work of a known cost and says how many
// seconds it was, by the kernel's own account of it.
func TestBurner(t *testing.T) {
	in := bufio.NewReader(os.Stdin)
	switch os.Getenv("BURNER") {
	case "":
		t.Skip("only as a child process")
	case "once": // and end
		burn(.15)
		os.Exit(0)
	case "child":
		fmt.Println("ready")
		for _, err := in.ReadString('\n'); err == nil; _, err = in.ReadString('\n') {
			fmt.Println(burn(.15))
		}
		os.Exit(0)
	case "family":
		family(t, in)
		os.Exit(0)
	}
}

// family burns in two threads of its own, in a child that lives on, and in one
// that ends, and takes 64 MB of memory.
func family(t *testing.T, in *bufio.Reader) {
	child := newBurner(t, "child")
	fmt.Println("ready")
	if _, err := in.ReadString('\n'); err != nil {
		return
	}
	before := cpuSeconds() // also of the memory, whose pages cost more the busier the machine is
	memory := make([]byte, 64e6)
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	once := exec.Command(os.Args[0], "-test.run", "^TestBurner$")
	once.Env = append(os.Environ(), "BURNER=once")
	if err := once.Run(); err != nil {
		t.Fatal(err)
	}
	sum := child.burn() + once.ProcessState.UserTime().Seconds() + once.ProcessState.SystemTime().Seconds()
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() { burn(.15) })
	}
	both.Wait()
	fmt.Println(sum + cpuSeconds() - before)
	_, _ = in.ReadString('\n')
	fmt.Fprint(io.Discard, memory[0])
}

// burn uses seconds of CPU time and says how much it was exactly.
func burn(seconds float64) float64 {
	begin := cpuSeconds()
	for cpuSeconds()-begin < seconds {
	}
	return cpuSeconds() - begin
}

// burner is such a process.
type burner struct {
	t   *testing.T
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func newBurner(t *testing.T, mode string) *burner {
	t.Helper()
	b := &burner{t: t, cmd: exec.Command(os.Args[0], "-test.run", "^TestBurner$")}
	b.cmd.Env = append(os.Environ(), "BURNER="+mode)
	b.cmd.Stderr = os.Stderr
	in, err := b.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := b.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	b.in, b.out = in, bufio.NewReader(out)
	if err := b.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.end)
	if line, err := b.out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("%q, %v", line, err)
	}
	return b
}

func (b *burner) end() {
	_ = b.in.Close()
	_ = b.cmd.Wait()
}

// burn has it work, and is what it cost.
func (b *burner) burn() (seconds float64) {
	b.t.Helper()
	fmt.Fprintln(b.in)
	if _, err := fmt.Fscanln(b.out, &seconds); err != nil {
		b.t.Fatal(err)
	}
	return seconds
}

// What threads, living children and ended ones use is counted, once each; what
// was used before, or by this process, is not.
func TestTreeUseIsWhatTheKernelCharges(t *testing.T) {
	b := newBurner(t, "family")
	u := NewTreeUse(b.cmd.Process.Pid)
	u.Begin(0)
	if first := u.Cut(time.Second); first == nil || first.CPUSeconds > .1 {
		t.Errorf("%+v before any work", first)
	}
	u.Begin(0)
	burn(.1)
	charged := b.burn()
	got := u.Cut(time.Second)
	if got == nil {
		t.Fatal("unknown")
	}
	// Children that have ended are charged in ticks of 10 ms.
	if off := got.CPUSeconds - charged; off < -.05*charged-.02 || off > .05*charged+.02 {
		t.Errorf("%.3f s counted, %.3f s were charged", got.CPUSeconds, charged)
	}
	if got.PeakRSSMB < 64 || got.PeakRSSMB > 1000 {
		t.Errorf("%.0f MB, at least 64 were touched", got.PeakRSSMB)
	}
	if rest := u.Cut(time.Second); rest == nil || rest.CPUSeconds > .05*charged+.02 {
		t.Errorf("%+v after the work", rest)
	}
	b.end()
	if gone := u.Cut(time.Second); gone != nil {
		t.Errorf("%+v of a process that has ended", gone)
	}
}

func TestProcessTree(t *testing.T) {
	b := newBurner(t, "family")
	pid := b.cmd.Process.Pid
	tree := processTree(pid)
	if len(tree) != 2 || tree[0] != pid {
		t.Errorf("tree %v of %d and its child", tree, pid)
	}
	if other := treeByParents(pid); !slices.Equal(tree, other) {
		t.Errorf("by the parents of all processes it is %v, by lists of children %v", other, tree)
	}
	if tree := processTree(1 << 30); tree != nil {
		t.Errorf("tree %v of no process", tree)
	}
}

func TestWatchable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	if err := Watchable(os.Getpid(), port); err != nil {
		t.Errorf("this process listens: %v", err)
	}
	b := newBurner(t, "child")
	pid := b.cmd.Process.Pid
	if err := Watchable(pid, port); err == nil {
		t.Error("another process listens, and its use would be taken for this one's")
	}
	if err := Watchable(pid, ""); err != nil {
		t.Errorf("without a port: %v", err)
	}
	b.end()
	if err := Watchable(pid, ""); err == nil {
		t.Error("a process that has ended can be watched")
	}
}
