//go:build unix

package targets

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// guard is a small shell that ends a process group when this process is gone
// without having done so: killed hard, or crashed. It learns of that by the end
// of its input. What was started by a managed command may have children of its
// own, workers or a container's client, so it is asked to end first.
type guard struct {
	cmd *exec.Cmd
	in  io.WriteCloser
}

// guardScript reads the group's number, then waits for the end of its input.
// The patience is that of Stop.
const guardScript = `read -r group || exit 0
while read -r more; do :; done
kill -s TERM -- "-$group" || exit 0
n=0
while kill -s 0 -- "-$group" && [ "$n" -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
kill -s KILL -- "-$group"`

// newGuard is nil if the system has no shell.
func newGuard() *guard {
	g := &guard{cmd: exec.Command("/bin/sh", "-c", guardScript)}
	g.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // ctrl-C is not for it
	var err error
	if g.in, err = g.cmd.StdinPipe(); err != nil {
		return nil
	}
	if g.cmd.Start() != nil {
		return nil
	}
	return g
}

// watch says which group is to be ended.
func (g *guard) watch(group int) {
	if g != nil {
		fmt.Fprintln(g.in, group)
	}
}

// dismiss ends the guard. It is killed before its input ends, as the group's
// number may be another's by now.
func (g *guard) dismiss() {
	if g == nil || g.cmd.ProcessState != nil {
		return
	}
	_ = g.cmd.Process.Kill()
	_ = g.cmd.Wait()
}
