package model

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// trainedAt makes files of tests the same on every day.
func trainedAt() time.Time { return time.Date(2024, 2, 29, 12, 30, 15, 0, time.UTC) }

// mustTrain returns the default forest, or one changed by edit.
func mustTrain(t testing.TB, edit func(*Options)) *Forest {
	t.Helper()
	o := DefaultOptions()
	o.TrainedAt = trainedAt()
	if edit != nil {
		edit(&o)
	}
	f, err := Train(o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// small is a forest of a few hundred bytes.
func small(o *Options) { o.Rows, o.Trees, o.Depth = 40, 3, 3 }

// normal draws inputs as the load generator does.
func normal(n int, seed uint64) [][Features]float64 {
	r := rand.New(rand.NewPCG(seed, seed))
	rows := make([][Features]float64, n)
	for i := range rows {
		for c := range rows[i] {
			rows[i][c] = r.NormFloat64()
		}
	}
	return rows
}

// anyForest draws forests that no training would make: lone leaves, chains,
// thresholds and answers at the ends of float32.
func anyForest(t *rapid.T) *Forest {
	number := rapid.OneOf(
		rapid.Float32Range(-3, 3),
		rapid.SampledFrom([]float32{0, float32(math.Copysign(0, -1)), 1, -1, 1.1754944e-38, 1e-45, -1e-45, 16777216, -3e38, 3e38}),
	)
	trees := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) []node {
		var nodes []node
		for reached := 1; len(nodes) < reached; {
			if reached < 40 && rapid.Bool().Draw(t, "split") {
				nodes = append(nodes, splitNode(rapid.IntRange(0, Features-1).Draw(t, "feature"), number.Draw(t, "threshold"), reached))
				reached += 2
			} else {
				nodes = append(nodes, leafNode(number.Draw(t, "answer")))
			}
		}
		return nodes
	}), 1, 8).Draw(t, "trees")
	nodes, roots := join(trees)
	return newForest(nodes, roots, Info{
		TrainRows: rapid.IntRange(1, 1000).Draw(t, "train rows"),
		TestRows:  rapid.IntRange(1, 1000).Draw(t, "test rows"),
		Seed:      rapid.Uint64().Draw(t, "seed"),
		TrainedAt: time.Unix(rapid.Int64Range(0, 1<<32).Draw(t, "trained"), 0),
		R2:        rapid.Float64Range(-10, 1).Draw(t, "r2"),
		MSE:       rapid.Float64Range(0, 1e9).Draw(t, "mse"),
	})
}

// anyInput draws inputs that lie on, or a hair beside, the thresholds of f.
func anyInput(t *rapid.T, f *Forest) (x [Features]float64) {
	for c := range x {
		x[c] = rapid.Float64Range(-4, 4).Draw(t, "x")
	}
	for range rapid.IntRange(0, 4).Draw(t, "crux") {
		n := f.nodes[rapid.IntRange(0, len(f.nodes)-1).Draw(t, "node")]
		if n.isLeaf() {
			continue
		}
		next := math.Nextafter32(n.value, float32(math.Inf(1)))
		half := (float64(n.value) + float64(next)) / 2
		x[n.feature()] = rapid.SampledFrom([]float64{
			float64(n.value), math.Nextafter(float64(n.value), math.Inf(1)), math.Nextafter(float64(n.value), math.Inf(-1)),
			half, math.Nextafter(half, math.Inf(1)), math.Nextafter(half, math.Inf(-1)), float64(next),
		}).Draw(t, "at")
	}
	return x
}

// walkColumns predicts from ONNX's columns, as its operator is specified: an
// account of the trees that shares nothing with the packed nodes.
func walkColumns(e *ensemble, x *[Features]float64) float64 {
	type key struct{ tree, id int64 }
	at, answer := map[key]int{}, map[key]float32{}
	trees := int64(0)
	for i, tree := range e.ints[nodeTree] {
		at[key{tree, e.ints[nodeID][i]}] = i
		trees = max(trees, tree+1)
	}
	for i, tree := range e.ints[leafTree] {
		answer[key{tree, e.ints[leafNodeID][i]}] = e.floats[leafWeight][i]
	}
	sum := 0.0
	for tree := range trees {
		id := int64(0)
		for i := at[key{tree, id}]; !e.leaf[i]; i = at[key{tree, id}] {
			id = e.ints[nodeFalse][i]
			if float32(x[e.ints[nodeFeature][i]]) <= e.floats[nodeValue][i] {
				id = e.ints[nodeTrue][i]
			}
		}
		sum += float64(answer[key{tree, id}])
	}
	return sum / float64(trees)
}

func TestPredictFollowsTheColumns(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyForest(t)
		e := newEnsemble(f)
		x := anyInput(t, f)
		if got, want := f.Predict(&x), walkColumns(e, &x); got != want {
			t.Fatalf("Predict(%v) = %v, the columns say %v", x, got, want)
		}
	})
}

func TestPredictByHand(t *testing.T) {
	nodes, roots := join([][]node{
		{splitNode(3, 0.5, 1), leafNode(10), splitNode(9, -1, 3), leafNode(20), leafNode(30)},
		{leafNode(2)},
	})
	f := newForest(nodes, roots, Info{})
	tests := []struct {
		name   string
		x3, x9 float64
		want   float64
	}{
		{"equal goes left", 0.5, 0, (10 + 2) / 2.0},
		{"equal once rounded goes left", 0.5 + 1e-12, 0, (10 + 2) / 2.0},
		{"above goes right", 0.50001, -1, (20 + 2) / 2.0},
		{"above twice", 0.50001, 0, (30 + 2) / 2.0},
		{"NaN goes right", math.NaN(), math.NaN(), (30 + 2) / 2.0},
		{"infinities", math.Inf(1), math.Inf(-1), (20 + 2) / 2.0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := [Features]float64{3: tt.x3, 9: tt.x9}
			if got := f.Predict(&x); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
	if got := f.Info(); got.Depth != 2 || got.Nodes != 6 || got.Trees != 2 {
		t.Errorf("depth %d, nodes %d, trees %d; want 2, 6, 2", got.Depth, got.Nodes, got.Trees)
	}
}

func TestPredictAllocatesNothing(t *testing.T) {
	f := mustTrain(t, nil)
	x := normal(1, 1)[0]
	if n := testing.AllocsPerRun(100, func() { f.Predict(&x) }); n != 0 {
		t.Errorf("%v allocations a prediction, want 0", n)
	}
}

func TestPredictConcurrently(t *testing.T) {
	f := mustTrain(t, small)
	rows := normal(200, 2)
	var want []float64
	for i := range rows {
		want = append(want, f.Predict(&rows[i]))
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range rows {
				if got := f.Predict(&rows[i]); got != want[i] {
					t.Errorf("row %d: %v, want %v", i, got, want[i])
				}
			}
		})
	}
	wg.Wait()
}

func TestVersionIsOfTheTrees(t *testing.T) {
	a := mustTrain(t, small)
	later := mustTrain(t, func(o *Options) { small(o); o.TrainedAt = o.TrainedAt.Add(time.Hour) })
	other := mustTrain(t, func(o *Options) { small(o); o.Seed++ })
	if a.Info().Version != later.Info().Version {
		t.Errorf("the same trees, trained later, have version %s, not %s", later.Info().Version, a.Info().Version)
	}
	if a.Info().Version == other.Info().Version {
		t.Errorf("other trees have the same version %s", a.Info().Version)
	}
}

func BenchmarkPredict(b *testing.B) {
	f := mustTrain(b, nil)
	rows := normal(1024, 3)
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		f.Predict(&rows[i%len(rows)])
		i++
	}
}

func BenchmarkTrain(b *testing.B) {
	for b.Loop() {
		mustTrain(b, nil)
	}
}
