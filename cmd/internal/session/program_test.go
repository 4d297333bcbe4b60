package session

import "testing"

// P8: commands were called cd, exec and env.
func TestProgramsAreNamedByWhatIsStarted(t *testing.T) {
	for command, want := range map[string]string{
		"./old/server --port {port}": "server", "A=1 B=/x/y uvicorn app:app": "uvicorn", "A=1": "target", "": "target",
		"cd /srv && exec ./server": "server", "cd /srv; exec env PORT=1 ./server -c": "server", "exec ./a": "a",
		"env -i A=1 nice -n 5 /usr/bin/b --x": "b", "sh -c 'cd /x && exec ./c --port {port}'": "c", `bash -lc "./d 1"`: "d",
		"time taskset -c 0,1 ./e": "e", "timeout 10s ./f": "f", "(cd x && ./g)": "g", "nohup python app.py &": "python",
		"sh run.sh": "sh", "cd /srv": "cd", "mkdir -p x && sudo -E ./h": "h", "numactl -C 0-3 ./i": "i", "export A=1\n./j": "j",
	} {
		if got := ProgramOf(command); got != want {
			t.Errorf("%q: %q, want %q", command, got, want)
		}
	}
}
