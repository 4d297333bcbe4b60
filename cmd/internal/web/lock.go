package web

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// job is a child that runs, or ran last. Its JSON is the lock file, and what the page gets.
type job struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	Title   string    `json:"title"`
	Result  string    `json:"result,omitempty"` // name of its result file
	Started time.Time `json:"started"`
	Child   process   `json:"child"`
	Server  process   `json:"server"` // that started it

	PlannedS float64 `json:"planned_s,omitempty"` // at most; 0: not known

	Stopping bool       `json:"stopping,omitempty"` // it was told to end
	Ended    *time.Time `json:"ended,omitempty"`
	Exit     *int       `json:"exit,omitempty"` // nil: not known, of a child of an earlier server
	Said     string     `json:"said,omitempty"` // on stderr, the end of it, when it failed
}

// process tells one from another that got its number later.
type process struct {
	PID  int    `json:"pid"`
	Born string `json:"born,omitempty"` // as the system tells it; "": not known
}

// this is the server's own process.
func this() process { return process{os.Getpid(), bornOf(os.Getpid())} }

// lives says whether the process still runs.
func (p process) lives() bool {
	return p.PID > 0 && alive(p.PID) && (p.Born == "" || bornOf(p.PID) == p.Born)
}

// Files of ours in the folder of results.
var (
	lockFile = filepath.Join(own, "lock.json")
	lastFile = filepath.Join(own, "last.json")
	outFile  = filepath.Join(own, "out.txt") // of the job that runs, or ran last
	errFile  = filepath.Join(own, "err.txt")
)

// lock takes the place of the one measurement; the job that has it, if another does.
func (f *folder) lock(j *job) (holder *job, err error) {
	for range 3 {
		file, err := f.root.OpenFile(lockFile, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			return nil, errors.Join(json.NewEncoder(file).Encode(j), file.Close())
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		if holder := f.holder(); holder != nil {
			return holder, nil
		}
		if err := f.root.Remove(lockFile); err != nil && !errors.Is(err, fs.ErrNotExist) { // its process is gone
			return nil, err
		}
	}
	return nil, errors.New("the lock changes hands all the time")
}

// holder is the job that has the lock and runs; nil: none.
func (f *folder) holder() *job {
	j, err := f.readJob(lockFile)
	if err != nil {
		return nil
	}
	// Until its child has started, a lock is its server's.
	if j.Child.lives() || j.Child.PID == 0 && j.Server.lives() {
		return j
	}
	return nil
}

func (f *folder) readJob(name string) (*job, error) {
	raw, err := f.read(name, maxBody)
	if err != nil {
		return nil, err
	}
	var j job
	return &j, json.Unmarshal(raw, &j)
}

// writeJob replaces a file as a whole.
func (f *folder) writeJob(name string, j *job) error {
	raw, err := json.Marshal(j)
	if err != nil {
		return err
	}
	temp := name + ".new"
	if err := f.root.WriteFile(temp, append(raw, '\n'), 0o600); err != nil {
		return err
	}
	return f.root.Rename(temp, name)
}

// read is the end of a file, of most bytes.
func (f *folder) read(name string, most int64) ([]byte, error) {
	file, err := f.root.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	raw := make([]byte, min(most, info.Size()))
	n, err := file.ReadAt(raw, info.Size()-int64(len(raw)))
	if n == len(raw) {
		err = nil
	}
	return raw[:n], err
}
