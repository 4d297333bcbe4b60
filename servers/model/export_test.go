package model

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// gbmTree is a tree as LightGBM describes it.
type gbmTree struct {
	feature, decision, left, right []int
	threshold, leaf                []float64
}

// readGBM reads a LightGBM text model from its description: a header of
// key=value lines up to a blank one, then as many bytes per tree as tree_sizes
// says. It shares no code with the writer.
func readGBM(text string) (header map[string]string, trees []gbmTree, err error) {
	head, body, ok := strings.Cut(text, "\n\n")
	if !ok || !strings.HasPrefix(head, "tree\n") {
		return nil, nil, fmt.Errorf("no header")
	}
	header = keyValues(head)
	for i, size := range strings.Fields(header["tree_sizes"]) {
		n, err := strconv.Atoi(size)
		if err != nil || n > len(body) {
			return nil, nil, fmt.Errorf("tree %d: size %s", i, size)
		}
		kv := keyValues(strings.TrimRight(body[:n], "\n"))
		if kv["Tree"] != strconv.Itoa(i) || kv["num_cat"] != "0" || kv["shrinkage"] != "1" {
			return nil, nil, fmt.Errorf("tree %d begins %.60q", i, body[:n])
		}
		tree := gbmTree{
			feature: integers(kv["split_feature"]), decision: integers(kv["decision_type"]),
			left: integers(kv["left_child"]), right: integers(kv["right_child"]),
			threshold: decimals(kv["threshold"]), leaf: decimals(kv["leaf_value"]),
		}
		splits := len(tree.feature)
		if kv["num_leaves"] != strconv.Itoa(splits+1) || len(tree.leaf) != splits+1 || len(tree.left) != splits ||
			len(tree.right) != splits || len(tree.threshold) != splits || len(tree.decision) != splits {
			return nil, nil, fmt.Errorf("tree %d: lengths differ", i)
		}
		trees = append(trees, tree)
		body = body[n:]
	}
	if !strings.HasPrefix(body, "end of trees\n") || !strings.HasSuffix(body, "\npandas_categorical:null\n") {
		return nil, nil, fmt.Errorf("after the trees: %.60q", body)
	}
	return header, trees, nil
}

func keyValues(lines string) map[string]string {
	kv := map[string]string{}
	for line := range strings.SplitSeq(lines, "\n") {
		key, value, _ := strings.Cut(line, "=")
		kv[key] = value
	}
	return kv
}

func integers(list string) (v []int) {
	for s := range strings.FieldsSeq(list) {
		n, err := strconv.Atoi(s)
		if err != nil {
			panic(err)
		}
		v = append(v, n)
	}
	return v
}

func decimals(list string) (v []float64) {
	for s := range strings.FieldsSeq(list) {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			panic(err)
		}
		v = append(v, x)
	}
	return v
}

// predictGBM averages as LightGBM does: in float64, with float64 thresholds.
func predictGBM(trees []gbmTree, x *[Features]float64) float64 {
	sum := 0.0
	for _, tree := range trees {
		at := 0
		if len(tree.feature) == 0 {
			at = -1
		}
		for at >= 0 {
			v := x[tree.feature[at]]
			goesLeft := v <= tree.threshold[at]
			if math.IsNaN(v) { // decision type: bits 2 and 3 say NaN is missing, bit 1 where it goes
				goesLeft = tree.decision[at]>>2&3 == 2 && tree.decision[at]&2 != 0
			}
			if goesLeft {
				at = tree.left[at]
			} else {
				at = tree.right[at]
			}
		}
		sum += tree.leaf[^at]
	}
	return sum / float64(len(trees))
}

func TestLightGBMPredictsTheSameBits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyForest(t)
		var b bytes.Buffer
		if err := f.WriteLightGBM(&b); err != nil {
			t.Fatal(err)
		}
		_, trees, err := readGBM(b.String())
		if err != nil {
			t.Fatal(err)
		}
		x := anyInput(t, f)
		if got, want := predictGBM(trees, &x), f.Predict(&x); got != want {
			t.Fatalf("LightGBM %v, Predict %v, for %v", got, want, x)
		}
	})
}

func TestLightGBMOfTheDefaultModel(t *testing.T) {
	f := mustTrain(t, nil)
	var b bytes.Buffer
	if err := f.WriteLightGBM(&b); err != nil {
		t.Fatal(err)
	}
	header, trees, err := readGBM(b.String())
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{
		"version": "v3", "num_class": "1", "num_tree_per_iteration": "1", "max_feature_idx": "9", "objective": "regression",
		"feature_names": "f0 f1 f2 f3 f4 f5 f6 f7 f8 f9",
	} {
		if header[key] != want {
			t.Errorf("%s is %q, want %q", key, header[key], want)
		}
	}
	if _, ok := header["average_output"]; !ok {
		t.Error("average_output is missing: LightGBM would add the trees up")
	}
	if n := len(strings.Fields(header["feature_infos"])); n != Features {
		t.Errorf("%d feature_infos", n)
	}
	rows := normal(1000, 5)
	rows = append(rows, [Features]float64{math.NaN(), math.NaN(), math.NaN(), math.NaN(), 4: math.NaN()})
	for _, x := range rows {
		if got, want := predictGBM(trees, &x), f.Predict(&x); got != want {
			t.Fatalf("LightGBM %v, Predict %v, for %v", got, want, x)
		}
	}
}

func TestLastLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		threshold := rapid.OneOf(
			rapid.Float32().Filter(finite),
			rapid.SampledFrom([]float32{0, math.MaxFloat32, -math.MaxFloat32, math.SmallestNonzeroFloat32}),
		).Draw(t, "threshold")
		last := lastLeft(threshold)
		if !(float32(last) <= threshold) {
			t.Fatalf("%v goes right at %v", last, threshold)
		}
		if next := math.Nextafter(last, math.Inf(1)); float32(next) <= threshold {
			t.Fatalf("%v goes left at %v too", next, threshold)
		}
	})
}

// xgbModel is what XGBoost reads of its JSON.
type xgbModel struct {
	Learner struct {
		Param   map[string]string `json:"learner_model_param"`
		Booster struct {
			Model struct {
				Param map[string]string `json:"gbtree_model_param"`
				Info  []int             `json:"tree_info"`
				Trees []xgbTree         `json:"trees"`
			} `json:"model"`
		} `json:"gradient_booster"`
	} `json:"learner"`
}

type xgbTree struct {
	Param       map[string]string `json:"tree_param"`
	Left        []int             `json:"left_children"`
	Right       []int             `json:"right_children"`
	Parents     []int             `json:"parents"`
	Feature     []int             `json:"split_indices"`
	Condition   []json.Number     `json:"split_conditions"`
	DefaultLeft []int             `json:"default_left"`
	Weights     []json.Number     `json:"base_weights"`
}

// predictXGB takes the right child for left + 1, and goes left on x < t.
func predictXGB(t require, m xgbModel, x *[Features]float64) float64 {
	sum := 0.0
	for _, tree := range m.Learner.Booster.Model.Trees {
		at := 0
		for tree.Left[at] >= 0 {
			if tree.Right[at] != tree.Left[at]+1 || tree.Parents[tree.Left[at]] != at || tree.Parents[tree.Right[at]] != at {
				t.Fatalf("node %d: children %d and %d", at, tree.Left[at], tree.Right[at])
			}
			next := tree.Left[at] + 1
			if float32(x[tree.Feature[at]]) < single(t, tree.Condition[at]) {
				next--
			}
			at = next
		}
		sum += float64(single(t, tree.Condition[at]))
	}
	return sum
}

// require is what *testing.T and *rapid.T have in common.
type require interface{ Fatalf(string, ...any) }

func single(t require, n json.Number) float32 {
	if !strings.ContainsAny(n.String(), ".eE") {
		t.Fatalf("%s does not look like a float, so XGBoost refuses it", n)
	}
	v, err := strconv.ParseFloat(n.String(), 32)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return float32(v)
}

func TestXGBoostPredictsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyForest(t)
		var b bytes.Buffer
		if err := f.WriteXGBoost(&b); err != nil {
			t.Fatal(err)
		}
		var m xgbModel
		if err := json.Unmarshal(b.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		x := anyInput(t, f)
		got, want := predictXGB(t, m, &x), f.Predict(&x)
		largest := 0.0
		for _, n := range f.nodes {
			largest = max(largest, math.Abs(float64(n.value)))
		}
		if math.Abs(got-want) > 1e-6*largest+1e-40 { // answers are float32, and so are their shares
			t.Fatalf("XGBoost %v, Predict %v, for %v", got, want, x)
		}
	})
}
