package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// jobs is the one measurement that may run at a time, and the last one that did.
type jobs struct {
	*folder
	program, argv0 string
	environ        []string

	mu      sync.Mutex
	job     *job          // nil: there was none yet
	ended   chan struct{} // closed when it has; nil: none runs
	ours    bool          // to end with this server
	follows *follower     // of job's result file
}

// state is the job, of which the caller may keep the copy, and its result file.
func (js *jobs) state() (*job, *follower) {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.job == nil {
		return nil, nil
	}
	copied := *js.job
	return &copied, js.follows
}

// pickUp finds what an earlier server, or another one, has left: a child that still runs,
// or what the last one came to.
func (js *jobs) pickUp() {
	js.mu.Lock()
	defer js.mu.Unlock()
	if j := js.holder(); j != nil {
		js.watch(j)
		return
	}
	if j, err := js.readJob(lastFile); err == nil {
		js.job, js.follows = j, js.follow(j)
	}
	if j, err := js.readJob(lockFile); err == nil { // it ended while no server ran
		js.finish(j, nil)
	}
}

// watch waits for a child that is not this process's: nobody tells how it ended.
func (js *jobs) watch(j *job) {
	js.job, js.ended, js.follows = j, make(chan struct{}), js.follow(j)
	js.ours = !j.Server.lives()
	ended := js.ended
	go func() {
		for js.holder() != nil {
			time.Sleep(tick)
		}
		js.mu.Lock()
		defer js.mu.Unlock()
		if last, err := js.readJob(lastFile); err == nil && last.ID == j.ID { // its own server saw it end
			js.job, js.ended = last, nil
		} else {
			js.finish(j, nil)
		}
		close(ended)
	}()
}

func (js *jobs) follow(j *job) *follower {
	if j.Result == "" || js.has(j.Result) != nil && j.Ended != nil {
		return nil
	}
	return &follower{folder: js.folder, name: j.Result}
}

// start runs a command line, unless something else runs. It waits for a moment: what a
// child refuses at once is the answer.
func (js *jobs) start(kind string, m *made) (*job, error) {
	js.mu.Lock()
	if js.ended == nil { // the lock may be another server's
		if h := js.holder(); h != nil {
			js.watch(h)
		}
	}
	if js.ended != nil {
		defer js.mu.Unlock()
		return nil, refusef(http.StatusConflict, "%s runs since %s, and one measurement at a time has the machine: wait for it, or stop it",
			js.job.Title, js.job.Started.Local().Format(time.TimeOnly))
	}
	j := &job{ID: rand.Text(), Kind: kind, Title: m.title, PlannedS: m.planned.Seconds(), Started: time.Now().UTC().Truncate(time.Millisecond), Server: this()}
	args := m.args
	if measures(kind) {
		j.Result = js.freeName(j)
		args = append([]string{args[0], "--output=" + filepath.Join(js.dir, j.Result)}, args[1:]...)
	}
	ended, err := js.launch(j, args)
	js.mu.Unlock()
	if err != nil {
		return nil, err
	}
	js.begun(j, ended)
	if j, _ := js.state(); j.Exit != nil && *j.Exit != 0 && measures(j.Kind) && js.has(j.Result) != nil {
		return nil, refusef(http.StatusUnprocessableEntity, "it could not be started: %s", strings.TrimPrefix(strings.TrimSpace(j.Said), "mlbench: "))
	}
	j, _ = js.state()
	return j, nil
}

// begun waits until a job has its result file or is over, but not for long.
func (js *jobs) begun(j *job, ended <-chan struct{}) {
	enough := time.After(2 * time.Second)
	for j.Result == "" || js.has(j.Result) != nil {
		select {
		case <-ended:
			return
		case <-enough:
			return
		case <-time.After(50 * time.Millisecond):
		}
		if j.Result == "" {
			return
		}
	}
}

// launch takes the lock and starts the child, whose output goes to files: it must be able
// to write when this server is gone.
func (js *jobs) launch(j *job, args []string) (ended chan struct{}, err error) {
	holder, err := js.lock(j)
	switch {
	case err != nil:
		return nil, fmt.Errorf("the lock in %s cannot be taken: %w", js.dir, reason(err))
	case holder != nil:
		return nil, refusef(http.StatusConflict, "%s runs, and one measurement at a time has the machine: wait for it, or stop it", holder.Title)
	}
	cmd := exec.Command(js.program, args...)
	cmd.Args[0] = js.argv0
	cmd.Env = js.environ
	apart(cmd)
	out, err := js.root.OpenFile(outFile, os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0o600)
	if err == nil {
		defer out.Close()
		if cmd.Stdout = out; measures(j.Kind) {
			cmd.Stdout = nil // the result file says it all
		}
		var said *os.File
		if said, err = js.root.OpenFile(errFile, os.O_CREATE|os.O_TRUNC|os.O_APPEND|os.O_WRONLY, 0o600); err == nil {
			defer said.Close()
			cmd.Stderr = said
		}
	}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		_ = js.root.Remove(lockFile)
		return nil, fmt.Errorf("the measurement cannot be started: %w", reason(err))
	}
	j.Child = process{cmd.Process.Pid, bornOf(cmd.Process.Pid)}
	err = js.writeJob(lockFile, j)
	js.job, js.ended, js.ours, js.follows = j, make(chan struct{}), true, js.follow(j)
	ended = js.ended
	go func() {
		_ = cmd.Wait()
		js.mu.Lock()
		defer js.mu.Unlock()
		code := cmd.ProcessState.ExitCode()
		js.finish(j, &code)
		close(ended)
	}()
	return ended, err
}

// finish takes down how a job ended, and gives the lock back.
func (js *jobs) finish(j *job, exit *int) {
	done := *j
	if js.job != nil && js.job.ID == j.ID {
		done = *js.job // which may have been told to end
	}
	now := time.Now().UTC().Truncate(time.Millisecond)
	done.Ended, done.Exit = &now, exit
	if said, err := js.read(errFile, maxSaid); err == nil && (exit == nil || *exit != 0) {
		done.Said = string(said)
	}
	_ = js.writeJob(lastFile, &done) // it is what the page shows, and no result
	_ = js.root.Remove(lockFile)
	js.job, js.ended = &done, nil
}

// freeName is a name for the result file that is not taken.
func (js *jobs) freeName(j *job) string {
	plain := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-':
			return r
		}
		return '_'
	}, strings.NewReplacer(": ", "-", " and ", "-").Replace(j.Title))
	name := j.Started.Format("20060102T150405Z") + "-" + plain[:min(len(plain), 120)]
	try := name + suffix
	for n := 2; ; n++ {
		if _, err := js.root.Lstat(try); errors.Is(err, fs.ErrNotExist) {
			return try
		}
		try = fmt.Sprintf("%s-%d%s", name, n, suffix)
	}
}

// stop tells the job to end, which keeps what it has measured; told again, it is killed.
func (js *jobs) stop(id string) error {
	js.mu.Lock()
	defer js.mu.Unlock()
	if js.job == nil || js.ended == nil || js.job.ID != id {
		return refusef(http.StatusConflict, "it does not run any more")
	}
	kill := js.job.Stopping
	copied := *js.job
	copied.Stopping = true
	js.job = &copied
	if err := tell(js.job.Child.PID, kill); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("it cannot be stopped: %w", err)
	}
	return nil
}

// end stops what this server has started, at its own end, and waits for it.
func (js *jobs) end(ctx context.Context) error {
	js.mu.Lock()
	j, ended, ours := js.job, js.ended, js.ours
	js.mu.Unlock()
	if ended == nil || !ours {
		return nil
	}
	_ = js.stop(j.ID)
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
	}
	_ = js.stop(j.ID)
	js.begun(j, ended)
	return fmt.Errorf("%s did not end in time and was killed; what it had measured is in %s", j.Title, filepath.Join(js.dir, j.Result))
}
