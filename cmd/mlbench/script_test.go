package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/targets"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"mlbench": main})
}

// TestScripts runs the user stories of testdata/script, each against the real
// binary and real servers. Some commands come on top of testscript's own:
//
//	serve NAME [ARGS]    starts `mlbench serve NAME ARGS`, sets $NAME to its URL and
//	                     $NAME_addr to its address
//	foreign              starts a server that is not ours, and sets $foreign
//	measure ARGS         is `exec mlbench ARGS`, but whatever this machine's noise
//	                     makes of the measurement, the story goes on: exit 5
//	                     (invalid), and of comparisons 3 and 4
//	json FILE key=value  checks values of a JSON document
func TestScripts(t *testing.T) {
	modelFile := trainOnce(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("MODEL_PATH", modelFile)
			env.Setenv("PREDICTION_LOG", "off")
			env.Setenv("HOME", env.WorkDir)
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve":   serveScript,
			"foreign": foreignScript,
			"jobs":    jobsScript,
			"measure": measureScript,
			"json":    jsonScript,
		},
	})
}

// trainOnce makes the model file that all servers of the scripts share.
func trainOnce(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	f, err := model.Train(model.DefaultOptions())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

func serveScript(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: serve NAME [ARGS]")
	}
	exe, err := os.Executable()
	ts.Check(err)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	p, err := targets.Start(ctx, targets.Command{
		Args:  append([]string{exe, "serve", args[0], "--addr", "127.0.0.1:0"}, args[1:]...),
		Argv0: "mlbench",
		Env:   []string{"MODEL_PATH=" + ts.Getenv("MODEL_PATH"), "PREDICTION_LOG=off"},
		Dir:   ts.Getenv("WORK"),
	})
	ts.Check(err)
	ts.Defer(func() { _ = p.Stop() })
	ts.Setenv(args[0], p.URL().String())
	ts.Setenv(args[0]+"_addr", p.URL().Host)
}

// foreignScript serves what most services have: some pages, and no login.
func foreignScript(ts *testscript.TestScript, _ bool, _ []string) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "hello") })
	mux.Handle("GET /moved", http.RedirectHandler("/", http.StatusFound))
	mux.HandleFunc("POST /predict", func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			Features []float64 `json:"features"`
		}
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || len(in.Features) != 10 {
			http.Error(w, "want ten features", http.StatusBadRequest)
			return
		}
		fmt.Fprintln(w, `{"prediction": 1.5}`)
	})
	srv := httptest.NewServer(mux)
	ts.Defer(srv.Close)
	ts.Setenv("foreign", srv.URL)
}

func measureScript(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec("mlbench", args...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		switch code := exit.ExitCode(); {
		case code == cli.ExitInvalid,
			args[0] != "run" && (code == cli.ExitRegression || code == cli.ExitInconclusive):
			err = nil
		}
	}
	if neg || err != nil {
		ts.Fatalf("mlbench %s: %v", strings.Join(args, " "), err)
	}
}

// jsonScript checks values of a JSON document: json FILE key.key=value …, where
// a value may also be a comparison such as >0.
func jsonScript(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: json FILE key=value …")
	}
	var doc any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &doc))
	for _, cond := range args[1:] {
		at := strings.IndexAny(cond, "=<>")
		if at < 0 {
			ts.Fatalf("%q: want key=value, key<number or key>number", cond)
		}
		key, op, want := cond[:at], cond[at], cond[at+1:]
		got := lookup(doc, strings.Split(key, "/"))
		held := fmt.Sprint(got) == want
		if op != '=' {
			var limit float64
			_, err := fmt.Sscan(want, &limit)
			ts.Check(err)
			n, isNumber := got.(float64)
			held = isNumber && (op == '<' && n < limit || op == '>' && n > limit)
		}
		if held == neg {
			ts.Fatalf("%s is %v, want %s", key, got, cond[at:])
		}
	}
}

// lookup follows keys, and indexes into lists, down a document.
func lookup(doc any, path []string) any {
	for _, key := range path {
		switch d := doc.(type) {
		case map[string]any:
			doc = d[key]
		case []any:
			i := -1
			if _, err := fmt.Sscan(key, &i); err != nil || i < 0 || i >= len(d) {
				return nil
			}
			doc = d[i]
		default:
			return nil
		}
	}
	return doc
}
