package main

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// invoke runs the command line in this process.
func invoke(args ...string) (code int, stdout, stderr string) {
	var out, errOut bytes.Buffer
	code = run(args, strings.NewReader(""), &out, &errOut)
	return code, out.String(), errOut.String()
}

// Every mistake gets one clear sentence with its remedy on stderr, its exit
// code, nothing on stdout, and leaves nothing behind.
func TestBadInput(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"MLBENCH_USERNAME", "MLBENCH_PASSWORD", "MLBENCH_TOKEN"} {
		t.Setenv(name, "")
	}
	ok := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `{"token":"t"}`) }))
	defer ok.Close()
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "mlbench-legacy") // with a login of its own
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer locked.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://" + l.Addr().String()
	l.Close()
	for name, content := range map[string]string{
		"other.jsonl": `{"type":"header","schema":"mlbench.result/9"}` + "\n",
		"text.txt":    "hello\n",
		"empty.jsonl": "",
		"bad.yaml":    "name: bad\nrequests:\n  - name: a\n    pth: /x\n",
	} {
		if err := os.WriteFile(name, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	before := ls(t)
	for _, tc := range []struct {
		args   string
		code   int
		stderr []string
	}{
		{"frobnicate", cli.ExitUsage, []string{"frobnicate"}},
		{"run", cli.ExitUsage, []string{"which target", "--target"}},
		{"run mix", cli.ExitUsage, []string{"which target"}},
		{"run -t modern", cli.ExitUsage, []string{"which scenario", "sequential", "--url"}},
		{"run mxi --url " + ok.URL, cli.ExitUsage, []string{"mxi", `"mix"`}},
		{"run nowhere.yaml --url " + ok.URL, cli.ExitUsage, []string{"nowhere.yaml"}},
		{"run bad.yaml --url " + ok.URL, cli.ExitUsage, []string{"bad.yaml:4", "pth", "path"}},
		{"run k6.js --url " + ok.URL, cli.ExitUsage, []string{"k6.js is a script", "mlbench scenarios new --from k6"}},
		{"run ./locustfile.py --url " + ok.URL, cli.ExitUsage, []string{"locustfile.py is a program", "mlbench scenarios new --from locust"}},
		{"run other.jsonl --url " + ok.URL, cli.ExitUsage, []string{"mlbench report"}},
		{"gate --base legacy --head moderm --file=", cli.ExitUsage, []string{`"moderm"`, `"modern"`}},
		{"gate --base legacy --head ./app.py --file=", cli.ExitUsage, []string{"./app.py", "executable", "cmd:COMMAND"}},
		{"run mix -t ./app.py", cli.ExitUsage, []string{"./app.py", "executable"}},
		{"gate --file=", cli.ExitUsage, []string{"what is to be judged", "mlbench-gate.yaml"}},
		{"run mix --url " + nobody, cli.ExitFailure, []string{strings.TrimPrefix(nobody, "http://"), "refused"}},
		{"run mix --url " + locked.URL, cli.ExitFailure, []string{"MLBENCH_USERNAME", "401"}},
		{"run mix -t modrn", cli.ExitUsage, []string{"modrn", `"modern"`}},
		{"run mix -t a -t http://x --url http://y", cli.ExitUsage, []string{"--target and --url"}},
		{"run mix --url ftp://x", cli.ExitUsage, []string{"ftp", "http"}},
		{"run mix --url http://user:secret@127.0.0.1:1", cli.ExitUsage, []string{"credentials in the URL"}},
		{"run mix --bogus --url " + ok.URL, cli.ExitUsage, []string{"--bogus", "--help"}},
		{"run mix -r fast --url " + ok.URL, cli.ExitUsage, []string{"fast", "200/s"}},
		{"run mix -n -5 --url " + ok.URL, cli.ExitUsage, []string{"-5"}},
		{"run mix -d -5s --url " + ok.URL, cli.ExitUsage, []string{"-5s"}},
		{"run mix --arrivals bursty --url " + ok.URL, cli.ExitUsage, []string{"bursty", "poisson"}},
		{"run mix -m POST --url " + ok.URL, cli.ExitUsage, []string{"--method", "mix"}},
		{"run -b @missing.json --url " + ok.URL, cli.ExitUsage, []string{"missing.json"}},
		{"run -H nocolon --url " + ok.URL, cli.ExitUsage, []string{"nocolon", "Name: value"}},
		{"run mix --objective p99 --url " + ok.URL, cli.ExitUsage, []string{`"p99"`, "p99<50ms"}},
		{"run mix -n 10 --warmup 0s --objective none:p99<1s --url " + ok.URL, cli.ExitUsage, []string{`"none"`}},
		{"run mix --format yaml --url " + ok.URL, cli.ExitUsage, []string{"yaml", "markdown"}},
		{"run mix --export markdown --url " + ok.URL, cli.ExitUsage, []string{"FORMAT=FILE"}},
		{"run mix --export csv=text.txt/all.csv --url " + ok.URL, cli.ExitFailure, []string{"text.txt/all.csv"}},
		{"run mix -o text.txt --url " + ok.URL, cli.ExitFailure, []string{"text.txt exists", "--output"}},
		{"run mix -o text.txt/x.jsonl --url " + ok.URL, cli.ExitFailure, []string{"text.txt"}},
		{"run mix -o - --url " + ok.URL, cli.ExitUsage, []string{"--output", "--raw -"}},
		{"run mix -n 0 --url " + ok.URL, cli.ExitUsage, []string{"--requests: found \"0\""}},
		{"run mix -d 0s --url " + ok.URL, cli.ExitUsage, []string{"--duration: found \"0s\""}},
		{"run mix -c 0 --url " + ok.URL, cli.ExitUsage, []string{"--connections: found \"0\", want a whole number of at least 1"}},
		{"run mix -c -1 --url " + ok.URL, cli.ExitUsage, []string{"--connections: found \"-1\", want a whole number of at least 1"}},
		{"run mix --no-output -o x.jsonl --url " + ok.URL, cli.ExitUsage, []string{"--output and --no-output exclude each other"}},
		// A5: before anything is started.
		{"run mix --start false --ready health", cli.ExitUsage, []string{"--ready", `"health"`, "begins with /"}},
		{"compare 'false 1' 'false 2' --ready health", cli.ExitUsage, []string{"--ready", `"health"`, "begins with /"}},
		{"gate --base cmd:false --head cmd:false --ready http://127.0.0.1/health", cli.ExitUsage, []string{"--ready", "begins with /"}},
		{"verify cmd:false cmd:false --ready health", cli.ExitUsage, []string{"--ready", "begins with /"}},
		{"calibrate --start false --ready health", cli.ExitUsage, []string{"--ready", "begins with /"}},
		{"run mix --start false --start-timeout 0s", cli.ExitUsage, []string{"--start-timeout", "above 0"}},
		{"run mix --timeout 0s --url " + ok.URL, cli.ExitUsage, []string{"--timeout: found \"0s\""}},
		{"run mix --warmup -5s --url " + ok.URL, cli.ExitUsage, []string{"-5s"}},
		{"run mix --raw x --output x --url " + ok.URL, cli.ExitUsage, []string{"--raw", "--output"}},
		{"run mix --raw new.raw -o text.txt --warmup 0s --url " + ok.URL, cli.ExitFailure, []string{"text.txt exists"}},
		{"run mix --percentiles 101 --url " + ok.URL, cli.ExitUsage, []string{"101"}},
		{"run mix --transport quic --url " + ok.URL, cli.ExitUsage, []string{"quic", "lean"}},
		{"run mix --cert x.pem --url " + ok.URL, cli.ExitUsage, []string{"--cert and --key"}},
		{"run mix --resolve nowhere --url " + ok.URL, cli.ExitUsage, []string{"nowhere", "HOST:PORT"}},
		{"run mix --unix-socket /nowhere.sock --url http://x", cli.ExitFailure, []string{"/nowhere.sock"}},
		{"run mix --stage 30s --url " + ok.URL, cli.ExitUsage, []string{"30s", "30s:50"}},
		{"run mix --stage 30s:5 -r 5/s --url " + ok.URL, cli.ExitUsage, []string{"--rate", "--stage"}},
		{"run mix --shape wave(1) --url " + ok.URL, cli.ExitUsage, []string{"wave", "sine"}},
		{"run mix --think 1s --url " + ok.URL, cli.ExitUsage, []string{"think"}},
		{"run sequential -c stages(5s) --url " + ok.URL, cli.ExitUsage, []string{"stages(5s)", "stages(30s:50, 1m:50, 30s:0)"}},
		{"run sequential -c 0 --url " + ok.URL, cli.ExitUsage, []string{"--connections", "found \"0\""}},
		{"run sequential --pacing 0s --url " + ok.URL, cli.ExitUsage, []string{"--pacing", "2/s"}},
		{"run sequential --think never --url " + ok.URL, cli.ExitUsage, []string{"never", "uniform"}},
		{"run mix --follow --transport lean --url " + ok.URL, cli.ExitUsage, []string{"--follow"}},
		{"run mix --raw text.txt --url " + ok.URL, cli.ExitFailure, []string{"text.txt exists"}},
		{"compare " + ok.URL, cli.ExitUsage, []string{"2 arg"}},
		{"compare --budget 2s " + ok.URL + " " + ok.URL, cli.ExitUsage, []string{"2s", "--budget"}},
		{"compare --max-regression p50=fast " + ok.URL + " " + ok.URL, cli.ExitUsage, []string{"p50=fast", "p50=5%"}},
		{"compare a=" + ok.URL + " b=" + nobody, cli.ExitFailure, []string{"refused"}},
		{"gate", cli.ExitUsage, []string{"--base", "--result"}},
		{"gate --base " + ok.URL, cli.ExitUsage, []string{"--head"}},
		{"gate --base " + ok.URL + " --head " + ok.URL + " --result x.jsonl", cli.ExitUsage, []string{"one kind"}},
		{"gate --base " + ok.URL + " --head " + nobody, cli.ExitFailure, []string{"refused"}},
		{"run mix --abort p99<1s --url " + ok.URL, cli.ExitUsage, []string{`--abort rule "p99<1s"`, "turn the operator round"}},
		{"run mix --abort none:p99>1s --url " + ok.URL, cli.ExitUsage, []string{"abort rule", `"none"`}},
		{"run mix --once --abort p99>1s --url " + ok.URL, cli.ExitUsage, []string{"--once measures nothing, so --abort"}},
		{"gate --result missing.jsonl --objective p99<1s", cli.ExitUsage, []string{"missing.jsonl"}},
		{"gate --result empty.jsonl --objective p99<1s", cli.ExitUsage, []string{"empty.jsonl"}},
		{"gate --result text.txt --baseline text.txt", cli.ExitUsage, []string{"text.txt:1"}},
		{"gate --inconclusive maybe --result x.jsonl", cli.ExitUsage, []string{"maybe", "exit4"}},
		{"demo --budget 1s", cli.ExitUsage, []string{"1s", "48s"}},
		{"report", cli.ExitUsage, []string{"report"}},
		{"report missing.jsonl", cli.ExitUsage, []string{"missing.jsonl"}},
		{"report empty.jsonl", cli.ExitUsage, []string{"empty.jsonl", "empty"}},
		{"report text.txt", cli.ExitUsage, []string{"text.txt:1"}},
		{"report other.jsonl", cli.ExitUsage, []string{"mlbench.result/9", "mlbench.result/1"}},
		{"serve", cli.ExitUsage, []string{"legacy"}},
		{"serve ancient", cli.ExitUsage, []string{"ancient"}},
		{"serve legacy --addr nonsense", cli.ExitUsage, []string{"nonsense"}},
		{"serve legacy --addr 0.0.0.0:0", cli.ExitUsage, []string{"MLBENCH_USERNAME", "SECRET_KEY"}},
		{"serve legacy --addr 127.0.0.1:0 --model text.txt", cli.ExitFailure, []string{"text.txt"}},
		{"scenarios show nope", cli.ExitUsage, []string{"nope"}},
		{"scenarios validate bad.yaml", cli.ExitUsage, []string{"bad.yaml:4"}},
		{"model info text.txt --format yaml", cli.ExitUsage, []string{"--format: found \"yaml\", want text or json"}},
		{"model export text.txt --to pickle", cli.ExitUsage, []string{"--to: found \"pickle\", want lightgbm, xgboost or onnx"}},
		{"model info text.txt", cli.ExitUsage, []string{"text.txt"}},
	} {
		t.Run(tc.args, func(t *testing.T) {
			code, stdout, stderr := invoke(strings.Fields(tc.args)...)
			if code != tc.code {
				t.Errorf("exit code %d, want %d; stderr: %s", code, tc.code, stderr)
			}
			for _, want := range tc.stderr {
				if !strings.Contains(stderr, want) {
					t.Errorf("stderr does not mention %q:\n%s", want, stderr)
				}
			}
			if stdout != "" {
				t.Errorf("stdout: %s", stdout)
			}
			if strings.Contains(stderr, "secret") {
				t.Errorf("stderr shows a password: %s", stderr)
			}
			if after := ls(t); after != before {
				t.Errorf("left behind: %s (was: %s)", after, before)
			}
		})
	}
}

// ls is the current folder, all the way down.
func ls(t *testing.T) string {
	t.Helper()
	var names []string
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return strings.Join(names, " ")
}
