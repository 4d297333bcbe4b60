package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/servers/model"
)

// runModel runs 'mlbench model ARGS' without the root command.
func runModel(ctx context.Context, stdin []byte, args ...string) (stdout, stderr string, code int, err error) {
	var out, errOut bytes.Buffer
	cmd := newModelCmd(cli.Streams{In: bytes.NewReader(stdin), Out: &out, Err: &errOut})
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	cmd.SetOut(&out)
	cmd.SetErr(&errOut)
	cmd.SetArgs(args)
	err = cmd.ExecuteContext(ctx)
	var exit *cli.ExitError
	switch {
	case errors.As(err, &exit):
		code = int(exit.Outcome)
	case err != nil:
		code = cli.ExitFailure
	}
	return out.String(), errOut.String(), code, err
}

// trainedFile makes a small model in a new folder.
func trainedFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.onnx")
	if _, _, _, err := runModel(t.Context(), nil, "train", "-o", path, "--rows", "100", "--trees", "5", "--depth", "4"); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestModelTrainReallyTrains(t *testing.T) {
	t.Chdir(t.TempDir())
	before := time.Now().Add(-time.Second)
	out, errOut, _, err := runModel(t.Context(), nil, "train")
	if err != nil {
		t.Fatal(err)
	}
	f, err := model.Load("model.onnx")
	if err != nil {
		t.Fatal(err)
	}
	info := f.Info()
	if info.Trees != 100 || info.Depth != 10 || info.TrainRows != 800 || info.TestRows != 200 || info.Seed != 42 {
		t.Errorf("not the default model: %+v", info)
	}
	if info.TrainedAt.Before(before) || info.TrainedAt.After(time.Now()) {
		t.Errorf("trained at %v, want now", info.TrainedAt)
	}
	// A model that has learnt tells inputs apart; a dummy would not.
	var low, high [model.Features]float64
	for i := range high {
		low[i], high[i] = -1, 1
	}
	if a, b := f.Predict(&low), f.Predict(&high); b-a < 100 {
		t.Errorf("predicts %v and %v for opposite inputs of a rising problem", a, b)
	}
	for _, want := range []string{
		"version   " + info.Version, "100 trees, depth 10", "800 rows to train on, 200 held out, seed 42",
		"R²        0.8", "trained   " + info.TrainedAt.Format(time.RFC3339),
	} {
		if !strings.Contains(out, want) {
			t.Errorf("stdout lacks %q:\n%s", want, out)
		}
	}
	if !strings.Contains(errOut, "saved as model.onnx") {
		t.Errorf("stderr: %q", errOut)
	}
}

func TestModelTrainFlags(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.onnx")
	args := []string{"train", "-o", path, "--seed", "7", "--rows", "50", "--trees", "3", "--depth", "2"}
	if _, _, _, err := runModel(t.Context(), nil, args...); err != nil {
		t.Fatal(err)
	}
	f, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	o := model.DefaultOptions()
	o.Seed, o.Rows, o.Trees, o.Depth, o.TrainedAt = 7, 50, 3, 2, f.Info().TrainedAt
	want, err := model.Train(o)
	if err != nil {
		t.Fatal(err)
	}
	if f.Info() != want.Info() {
		t.Errorf("got %+v, want %+v", f.Info(), want.Info())
	}
}

func TestModelTrainToStdout(t *testing.T) {
	t.Chdir(t.TempDir())
	out, errOut, _, err := runModel(t.Context(), nil, "train", "-o", "-", "--rows", "50", "--trees", "3")
	if err != nil {
		t.Fatal(err)
	}
	f, err := model.Read(strings.NewReader(out))
	if err != nil {
		t.Fatalf("stdout is not a model alone: %v", err)
	}
	if !strings.Contains(errOut, f.Info().Version) {
		t.Errorf("stderr lacks the description: %q", errOut)
	}
	if entries, _ := os.ReadDir("."); len(entries) != 0 {
		t.Errorf("files left: %v", entries)
	}
}

func TestModelTrainDoesNotOverwrite(t *testing.T) {
	path := trainedFile(t)
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, _, code, err := runModel(t.Context(), nil, "train", "-o", path, "--seed", "8")
	if code != cli.ExitUsage || !strings.Contains(err.Error(), "--force") || !strings.Contains(err.Error(), path) {
		t.Errorf("exit %d, %v", code, err)
	}
	if after, _ := os.ReadFile(path); !bytes.Equal(before, after) {
		t.Error("the file was replaced all the same")
	}
	if _, _, _, err := runModel(t.Context(), nil, "train", "-o", path, "--seed", "8", "--force"); err != nil {
		t.Fatal(err)
	}
	if f, err := model.Load(path); err != nil || f.Info().Seed != 8 {
		t.Errorf("after --force: %v, %v", f, err)
	}
}

func TestModelTrainInterrupted(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, _, err := runModel(ctx, nil, "train", "-o", filepath.Join(dir, "m.onnx"), "--rows", "5000")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want an interruption", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("files left: %v", entries)
	}
}

func TestModelInfo(t *testing.T) {
	path := trainedFile(t)
	f, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _, err := runModel(t.Context(), nil, "info", path)
	if err != nil || !strings.Contains(text, f.Info().Version) || !strings.Contains(text, "80 rows to train on, 20 held out") {
		t.Errorf("%v\n%s", err, text)
	}
	if piped, _, _, err := runModel(t.Context(), file, "info", "-"); err != nil || piped != text {
		t.Errorf("from stdin: %v\n%s", err, piped)
	}
	out, _, _, err := runModel(t.Context(), nil, "info", path, "--format", "json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Schema string `json:"schema"`
		model.Info
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Schema != "mlbench.model/1" || got.Info != f.Info() {
		t.Errorf("got %+v, want %+v", got, f.Info())
	}
}

func TestModelExport(t *testing.T) {
	path := trainedFile(t)
	f, err := model.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	var lightgbm, xgboost, onnx bytes.Buffer
	if err := errors.Join(f.WriteLightGBM(&lightgbm), f.WriteXGBoost(&xgboost), f.Write(&onnx)); err != nil {
		t.Fatal(err)
	}
	for to, want := range map[string]*bytes.Buffer{"lightgbm": &lightgbm, "xgboost": &xgboost, "onnx": &onnx} {
		out, _, _, err := runModel(t.Context(), nil, "export", path, "--to", to, "-o", "-")
		if err != nil || out != want.String() {
			t.Errorf("%s to stdout: %v, %d bytes, want %d", to, err, len(out), want.Len())
		}
		file := filepath.Join(t.TempDir(), "exported")
		out, errOut, _, err := runModel(t.Context(), onnx.Bytes(), "export", "-", "--to", to, "-o", file)
		if err != nil || out != "" || !strings.Contains(errOut, file) {
			t.Errorf("%s to a file: %v, stdout %q, stderr %q", to, err, out, errOut)
		}
		if got, _ := os.ReadFile(file); !bytes.Equal(got, want.Bytes()) {
			t.Errorf("%s: the file has %d bytes, want %d", to, len(got), want.Len())
		}
	}
}

func TestModelMistakes(t *testing.T) {
	path := trainedFile(t)
	dir := filepath.Dir(path)
	damaged := filepath.Join(dir, "damaged.onnx")
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(damaged, file[:len(file)-1], 0o600); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(dir, "missing.onnx")
	tests := []struct {
		args string
		code int
		want string
	}{
		{"bogus", cli.ExitUsage, "unknown command"},
		{"train extra", cli.ExitUsage, "--help"},
		{"train --rows 5 --trees 0", cli.ExitUsage, "rows must be between 10 and 1000000, not 5; trees must be"},
		{"train -o " + dir, cli.ExitFailure, "folder"},
		{"train -o " + filepath.Join(damaged, "no", "model.onnx"), cli.ExitFailure, "not a directory"},
		{"info", cli.ExitUsage, "--help"},
		{"info " + missing, cli.ExitUsage, "make one with 'mlbench model train"},
		{"info " + damaged, cli.ExitUsage, damaged + ": damaged model file"},
		{"info " + filepath.Join(path, "below"), cli.ExitFailure, "not a directory"},
		{"info -", cli.ExitUsage, "the file is empty"},
		{"export " + path, cli.ExitUsage, "add --to lightgbm, xgboost or onnx"},
		{"export " + path + " --to onnx", cli.ExitUsage, "add -o FILE"},
		{"export " + path + " --to onnx -o " + path, cli.ExitUsage, "replace it with --force"},
		{"export " + damaged + " --to xgboost -o " + missing, cli.ExitUsage, "damaged model file"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			out, _, code, err := runModel(t.Context(), nil, strings.Fields(tt.args)...)
			if err == nil || code != tt.code || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("exit %d, %v; want %d and %q", code, err, tt.code, tt.want)
			}
			if out != "" {
				t.Errorf("stdout: %q", out)
			}
		})
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 {
		t.Errorf("files left: %v", entries)
	}
}
