package model

import (
	"bytes"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestRoundTrip(t *testing.T) {
	f := mustTrain(t, nil)
	file := encode(t, f)
	got, err := Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f.Info(), got.Info()); diff != "" {
		t.Errorf("info (-before +after):\n%s", diff)
	}
	for _, x := range normal(1000, 4) {
		if a, b := f.Predict(&x), got.Predict(&x); a != b {
			t.Fatalf("Predict(%v) = %v before, %v after", x, a, b)
		}
	}
	if !bytes.Equal(encode(t, got), file) {
		t.Error("the file is another when written again")
	}
}

func TestRoundTripOfAnyForest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyForest(t)
		var file bytes.Buffer
		if err := f.Write(&file); err != nil {
			t.Fatal(err)
		}
		got, err := Read(&file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, got, cmp.AllowUnexported(Forest{}, node{}), cmp.Comparer(sameBits)); diff != "" {
			t.Fatalf("(-before +after):\n%s", diff)
		}
	})
}

// sameBits tells 0 from -0.
func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

func TestEveryFlippedBitIsSeen(t *testing.T) {
	file := encode(t, mustTrain(t, small))
	for i := range file {
		for bit := range 8 {
			file[i] ^= 1 << bit
			if _, err := Read(bytes.NewReader(file)); err == nil {
				t.Errorf("bit %d of byte %d is flipped, and nobody notices", bit, i)
			}
			file[i] ^= 1 << bit
		}
	}
}

func TestTruncationIsSeen(t *testing.T) {
	file := encode(t, mustTrain(t, small))
	for n := range len(file) {
		if _, err := Read(bytes.NewReader(file[:n])); err == nil {
			t.Errorf("the first %d of %d bytes are taken for a model", n, len(file))
		}
	}
}

// rewrite encodes a forest whose columns edit has spoilt, with a right checksum.
func rewrite(t *testing.T, edit func(*ensemble)) []byte {
	t.Helper()
	f := mustTrain(t, small)
	e := newEnsemble(f)
	edit(e)
	info, err := json.Marshal(f.info)
	if err != nil {
		t.Fatal(err)
	}
	var graph, m message
	graph.bytes(graphNode, e.operator())
	m.text(modelProducer, producer)
	m.bytes(modelGraph, graph)
	m.bytes(modelMetadata, entry(keyInfo, string(info)))
	return append(m, seal(m)...)
}

func TestRewriteUnspoiltIsRead(t *testing.T) {
	if _, err := Read(bytes.NewReader(rewrite(t, func(*ensemble) {}))); err != nil {
		t.Fatal(err) // or the next test would prove nothing
	}
}

func TestReadRefusesSpoiltTrees(t *testing.T) {
	split := func(e *ensemble) int { return slices.Index(e.leaf, false) }
	nan, inf := float32(math.NaN()), float32(math.Inf(-1))
	tests := []struct {
		name  string
		spoil func(*ensemble)
		want  string
	}{
		{"cycle", func(e *ensemble) { e.ints[nodeTrue][2] = 0 }, "tree 0: node 2 has children 0 and"},
		{"shared child", func(e *ensemble) { e.ints[nodeTrue][2], e.ints[nodeFalse][2] = 1, 2 }, "tree 0: node 2 has children 1 and 2, not the next free ones"},
		{"child far away", func(e *ensemble) { e.ints[nodeTrue][0] = 1 << 40 }, "tree 0: node 0 has children 1099511627776"},
		{"negative child", func(e *ensemble) { e.ints[nodeTrue][0] = -1 }, "tree 0: node 0 has children -1"},
		{"apart", func(e *ensemble) { e.ints[nodeFalse][0] = 5 }, "tree 0: node 0 has children 1 and 5"},
		{"feature", func(e *ensemble) { e.ints[nodeFeature][split(e)] = 10 }, "it asks for feature 10 of 10"},
		{"negative feature", func(e *ensemble) { e.ints[nodeFeature][split(e)] = -1 }, "it asks for feature -1 of 10"},
		{"NaN threshold", func(e *ensemble) { e.floats[nodeValue][split(e)] = nan }, "its threshold is NaN"},
		{"infinite answer", func(e *ensemble) { e.floats[leafWeight][0] = inf }, "its answer is -Inf"},
		{"tree number", func(e *ensemble) { e.ints[nodeTree][1] = 2 }, "tree 0: node 1 is missing or out of order"},
		{"node number", func(e *ensemble) { e.ints[nodeID][1] = 7 }, "tree 0: node 1 is missing or out of order"},
		{"answer of another tree", func(e *ensemble) { e.ints[leafTree][0] = 1 }, "answer is missing"},
		{"answer of another leaf", func(e *ensemble) { e.ints[leafNodeID][0]++ }, "answer is missing"},
		{"second output", func(e *ensemble) { e.ints[leafTarget][0] = 1 }, "answer is missing"},
		{"all leaves", func(e *ensemble) {
			for i := range e.leaf {
				e.leaf[i] = true
			}
		}, "out of order"},
		{"all splits", func(e *ensemble) { clear(e.leaf) }, "tree 0"},
		{"cut off", func(e *ensemble) { cutNodes(e, len(e.leaf)-1) }, "is missing or out of order"},
		{"extra answer", func(e *ensemble) {
			for _, c := range []string{leafTree, leafNodeID, leafTarget} {
				e.ints[c] = append(e.ints[c], 0)
			}
			e.floats[leafWeight] = append(e.floats[leafWeight], 1)
		}, "1 answers belong to no leaf"},
		{"short column", func(e *ensemble) { e.ints[nodeFeature] = e.ints[nodeFeature][1:] }, "nodes_featureids has"},
		{"short weights", func(e *ensemble) { e.floats[leafWeight] = e.floats[leafWeight][1:] }, "target_weights has"},
		{"no trees", func(e *ensemble) { *e = ensemble{aggregate: "AVERAGE", transform: "NONE", targets: 1} }, "the forest has no trees"},
		{"sum", func(e *ensemble) { e.aggregate = "SUM" }, `aggregate_function "SUM"`},
		{"two outputs", func(e *ensemble) { e.targets = 2 }, "n_targets 2"},
		{"softmax", func(e *ensemble) { e.transform = "SOFTMAX" }, `post_transform "SOFTMAX"`},
		{"other answer", func(e *ensemble) { e.floats[leafWeight][0]++ }, "what mlbench.info says is not what the trees are"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(bytes.NewReader(rewrite(t, tt.spoil)))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func cutNodes(e *ensemble, n int) {
	e.leaf = e.leaf[:n]
	for _, c := range []string{nodeTree, nodeID, nodeFeature, nodeTrue, nodeFalse} {
		e.ints[c] = e.ints[c][:n]
	}
	e.floats[nodeValue] = e.floats[nodeValue][:n]
}

func TestReadRefusesOtherFiles(t *testing.T) {
	f := mustTrain(t, small)
	export := func(write func(*Forest, *bytes.Buffer) error) string {
		var b bytes.Buffer
		if err := write(f, &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	model := func(operators ...[]byte) string {
		var graph, m message
		for _, op := range operators {
			graph.bytes(graphNode, op)
		}
		m.text(modelProducer, "another tool")
		m.bytes(modelGraph, graph)
		return string(m)
	}
	var conv, other, foreign message
	conv.text(operatorType, "Conv")
	other.text(operatorType, operator)
	other.text(operatorDomain, "com.example")
	var hitrates message
	hitrates.text(attributeName, "nodes_hitrates")
	foreign.text(operatorType, operator)
	foreign.bytes(operatorAttribute, hitrates)
	tests := []struct{ name, file, want string }{
		{"empty", "", "the file is empty"},
		{"LightGBM", export(func(f *Forest, b *bytes.Buffer) error { return f.WriteLightGBM(b) }), "a LightGBM or XGBoost model cannot be loaded"},
		{"XGBoost", export(func(f *Forest, b *bytes.Buffer) error { return f.WriteXGBoost(b) }), "a LightGBM or XGBoost model cannot be loaded"},
		{"text", "version https://git-lfs.github.com/spec/v1\n", "not an ONNX model of mlbench"},
		{"zeros", strings.Repeat("\x00", 100), "not an ONNX model of mlbench: it has a field numbered 0"},
		{"huge length", "\x3a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", "it ends in the middle of a field"},
		{"long number", "\x08" + strings.Repeat("\xff", 11), "more than 64 bits"},
		{"too large", strings.Repeat("\x00", maxFileSize+1), "larger than 64 MB"},
		{"no operator", model(), "it has no TreeEnsembleRegressor"},
		{"network", model(conv), `operator: it is "Conv", not "TreeEnsembleRegressor"`},
		{"other domain", model(other), `its domain is "com.example"`},
		{"two operators", model(rewriteOperator(t), rewriteOperator(t)), "more than one operator"},
		{"unknown attribute", model(foreign), `attribute "nodes_hitrates" is not one that mlbench writes`},
		{"no metadata", model(rewriteOperator(t)), "it has no mlbench.info"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(tt.file))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q in it", err, tt.want)
			}
		})
	}
}

func rewriteOperator(t *testing.T) []byte {
	t.Helper()
	return newEnsemble(mustTrain(t, small)).operator()
}

// Writers may leave repeated fields unpacked, and readers must take both.
func TestUnpackedFieldsAreRead(t *testing.T) {
	var packed, unpacked message
	ints, floats := []int64{0, 1, 300, -1}, []float32{0, -1.5, 3e38}
	packed.packedInts(8, ints)
	packed.packedFloats(7, floats)
	for _, v := range ints {
		unpacked.int(8, v)
	}
	for _, v := range floats {
		var one message
		one.packedFloats(7, []float32{v})
		unpacked.tag(7, wireFixed32)
		unpacked = append(unpacked, one[2:]...)
	}
	for name, m := range map[string]message{"packed": packed, "unpacked": unpacked} {
		var gotInts []int64
		var gotFloats []float32
		err := eachField(m, func(fd field) (err error) {
			if fd.number == 8 {
				gotInts, err = fd.appendInts(gotInts, 4)
			} else {
				gotFloats, err = fd.appendFloats(gotFloats, 3)
			}
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(ints, gotInts) + cmp.Diff(floats, gotFloats); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		err = eachField(m, func(fd field) (err error) {
			if fd.number == 8 {
				gotInts, err = fd.appendInts(gotInts[:0], 3)
			}
			return err
		})
		if name == "packed" && err == nil {
			t.Errorf("%s: more elements than the limit are taken", name)
		}
	}
}

// FuzzRead feeds the parser. Behind Read's checksum hardly any input would reach
// the trees, so it is decode that is asked: what it takes must survive a round
// trip unchanged.
func FuzzRead(f *testing.F) {
	// A small seed only: the fuzzer spends its time on making big ones smaller.
	f.Add(encode(f, mustTrain(f, func(o *Options) { o.Rows, o.Trees, o.Depth = 10, 1, 1 })))
	f.Add([]byte("tree\nversion=v3\n"))
	f.Add([]byte("\x3a\xff\xff\xff\xff\x0f"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if got, err := Read(bytes.NewReader(file)); (got == nil) == (err == nil) {
			t.Fatalf("Read returns %v and %v", got, err)
		}
		first, err := decode(file)
		if err != nil {
			return
		}
		again := encode(t, first)
		second, err := Read(bytes.NewReader(again))
		if err != nil {
			t.Fatalf("accepted, but refused once written again: %v", err)
		}
		if !bytes.Equal(encode(t, second), again) {
			t.Fatal("the file changes each time it is written")
		}
		var x [Features]float64
		if a, b := first.Predict(&x), second.Predict(&x); a != b {
			t.Fatalf("predicts %v, then %v", a, b)
		}
	})
}
