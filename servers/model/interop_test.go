package model

import (
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Debian's Python has Debian's packages; the first python3 of PATH may not.
const debianPython = "/usr/bin/python3"

// needPython skips the test where a Python module is missing.
func needPython(t *testing.T, module, debianPackage string) {
	t.Helper()
	if err := exec.Command(debianPython, "-c", "import "+module).Run(); err != nil {
		t.Skipf("%s has no %s: apt-get install %s", debianPython, module, debianPackage)
	}
}

// writeJSON makes a file for a script to read.
func writeJSON(t *testing.T, name string, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// answers runs a script that prints JSON.
func answers(t *testing.T, to any, command ...string) {
	t.Helper()
	out, err := exec.Command(command[0], command[1:]...).Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		t.Fatalf("%v: %v\n%s", command, err, exit.Stderr)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, to); err != nil {
		t.Fatalf("%v: %v in %.200q", command, err, out)
	}
}

// compare holds another runtime's answers against Predict's. They add 100 trees
// up in float32: its error grows with the size of the answers.
func compare(t *testing.T, runtime string, f *Forest, rows [][Features]float64, got []float64) {
	t.Helper()
	if len(got) != len(rows) {
		t.Fatalf("%s: %d answers for %d rows", runtime, len(got), len(rows))
	}
	scale, worst := 0.0, 0.0
	for i := range rows {
		want := f.Predict(&rows[i])
		scale = max(scale, math.Abs(want))
		worst = max(worst, math.Abs(got[i]-want))
	}
	t.Logf("%s: largest difference %.2g over %d rows, answers up to %.0f", runtime, worst, len(rows), scale)
	if !(worst <= 1e-5*scale) {
		t.Errorf("%s: answers differ by up to %v", runtime, worst)
	}
}

// checkRows are inputs on which runtimes may differ: ordinary ones, and ones that
// sit on thresholds. Runtimes take float32, so that is what they are.
func checkRows(f *Forest) [][Features]float64 {
	rows := normal(1000, 6)
	for i := range rows {
		for c := range rows[i] {
			rows[i][c] = float64(float32(rows[i][c]))
		}
	}
	i := 0
	for _, n := range f.nodes {
		if n.isLeaf() {
			continue
		}
		rows[i%500][n.feature()] = float64(n.value)
		i++
	}
	return rows
}

func TestXGBoostAgrees(t *testing.T) {
	needPython(t, "xgboost", "python3-xgboost")
	f := mustTrain(t, nil)
	path := filepath.Join(t.TempDir(), "model.json")
	if err := writeFile(path, f.WriteXGBoost); err != nil {
		t.Fatal(err)
	}
	rows := checkRows(f)
	var got []float64
	answers(t, &got, debianPython, "testdata/xgboost_check.py", path, writeJSON(t, "rows.json", rows))
	compare(t, "XGBoost", f, rows, got)
}

func TestONNXRuntimeAgrees(t *testing.T) {
	const variable = "MLBENCH_ONNXRUNTIME_DIR"
	if os.Getenv(variable) == "" {
		t.Skipf("%s is not set: run 'npm install onnxruntime-web@1.30.0' in a folder and name it there", variable)
	}
	f := mustTrain(t, nil)
	path := filepath.Join(t.TempDir(), "model.onnx")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	rows := checkRows(f)
	var got []float64
	answers(t, &got, "node", "testdata/onnx_check.mjs", path, writeJSON(t, "rows.json", rows))
	compare(t, "ONNX Runtime", f, rows, got)
}

// A trainer with a fault still learns something. So scikit-learn trains on the
// same rows: trees as large, and as good on the held-out rows, but for chance.
func TestScikitLearnAgrees(t *testing.T) {
	needPython(t, "sklearn", "python3-sklearn")
	for _, seed := range []uint64{42, 43} {
		o := DefaultOptions()
		o.Seed = seed
		p := newProblem(o)
		rows := make([][Features]float64, o.Rows)
		for i := range rows {
			rows[i] = p.row(i)
		}
		info := mustTrain(t, func(o *Options) { o.Seed = seed }).Info()
		var got struct {
			R2    float64
			Nodes int
		}
		answers(t, &got, debianPython, "testdata/sklearn_check.py", writeJSON(t, "table.json", map[string]any{
			"x": rows, "y": p.y, "train": info.TrainRows, "trees": o.Trees, "depth": o.Depth,
		}))
		t.Logf("seed %d: R² %.4f and %d nodes, scikit-learn %.4f and %d", seed, info.R2, info.Nodes, got.R2, got.Nodes)
		if math.Abs(info.R2-got.R2) > 0.02 {
			t.Errorf("seed %d: R² %.4f, scikit-learn reaches %.4f", seed, info.R2, got.R2)
		}
		if ratio := float64(info.Nodes) / float64(got.Nodes); ratio < 0.98 || ratio > 1.02 {
			t.Errorf("seed %d: %d nodes, scikit-learn makes %d", seed, info.Nodes, got.Nodes)
		}
	}
}
