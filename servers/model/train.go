package model

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds of a forest. Together they keep the file of any forest that can be
// trained below maxFileSize, so that whatever was saved can be loaded.
const (
	maxRows  = 1_000_000
	maxTrees = 10_000
	maxDepth = 32
	maxNodes = 1_500_000
)

// Options say how to train. DefaultOptions is where to start from.
type Options struct {
	Seed        uint64
	Rows        int       // of the synthetic problem; a fifth is held out
	Trees       int       // each on its own bootstrap sample
	Depth       int       // limit of each tree
	Noise       float64   // standard deviation of what no model can learn
	Informative int       // features that matter, of the ten
	TrainedAt   time.Time // zero means now
	Threads     int       // zero means GOMAXPROCS; any number makes the same forest
}

// DefaultOptions is the model that both subjects serve unless told otherwise.
func DefaultOptions() Options {
	return Options{Seed: 42, Rows: 1000, Trees: 100, Depth: 10, Noise: 10, Informative: 8}
}

// Validate reports every mistake at once.
func (o Options) Validate() error {
	var errs []error
	within := func(name string, v, low, high int) {
		if v < low || v > high {
			errs = append(errs, fmt.Errorf("%s must be between %d and %d, not %d", name, low, high, v))
		}
	}
	within("rows", o.Rows, 10, maxRows)
	within("trees", o.Trees, 1, maxTrees)
	within("depth", o.Depth, 1, maxDepth)
	within("informative features", o.Informative, 1, Features)
	if !(o.Noise >= 0) || math.IsInf(o.Noise, 0) {
		errs = append(errs, fmt.Errorf("noise must be a finite number from 0 on, not %v", o.Noise))
	}
	if o.Threads < 0 {
		errs = append(errs, fmt.Errorf("threads must not be negative, not %d", o.Threads))
	}
	return errors.Join(errs...)
}

// Train makes a synthetic regression problem, grows a forest on four fifths of
// it and measures the forest on the rest. Equal options make equal forests, with
// any number of threads.
func Train(o Options) (*Forest, error) {
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("train model: %w", err)
	}
	if o.TrainedAt.IsZero() {
		o.TrainedAt = time.Now()
	}
	// The rows are independent draws: the last fifth is as good as any.
	train, test := newProblem(o).cut(o.Rows - o.Rows/5)
	trees, err := growAll(train, o, maxNodes)
	if err != nil {
		return nil, fmt.Errorf("train model: %w", err)
	}
	nodes, roots := join(trees)
	f := newForest(nodes, roots, Info{
		TrainRows: len(train.y),
		TestRows:  len(test.y),
		Seed:      o.Seed,
		TrainedAt: o.TrainedAt,
	})
	f.info.R2, f.info.MSE, err = measure(f, test)
	if err != nil {
		return nil, fmt.Errorf("train model: %w", err)
	}
	return f, nil
}

// growAll grows the trees on several threads. Each tree has a random generator
// of its own, seeded by its number, so that it does not matter who grows it. All
// trees together may have limit nodes.
func growAll(train problem, o Options, limit int64) ([][]node, error) {
	threads := o.Threads
	if threads == 0 {
		threads = runtime.GOMAXPROCS(0)
	}
	ranks := newRanks(train)
	trees := make([][]node, o.Trees)
	var next, nodes atomic.Int64
	var wg sync.WaitGroup
	for range min(threads, o.Trees) {
		wg.Go(func() {
			g := newGrower(train, ranks, o.Depth)
			for t := int(next.Add(1)) - 1; t < o.Trees; t = int(next.Add(1)) - 1 {
				if nodes.Load() > limit {
					return
				}
				trees[t] = g.grow(rand.New(rand.NewPCG(o.Seed, treeStream(t))))
				nodes.Add(int64(len(trees[t])))
			}
		})
	}
	wg.Wait()
	if nodes.Load() > limit {
		return nil, fmt.Errorf("the forest has more than %d nodes: ask for fewer trees, less depth or fewer rows", limit)
	}
	return trees, nil
}

// treeStream gives tree t its own random stream; stream 0 makes the problem. The
// odd factor (2^64 divided by the golden ratio) spreads neighbours far apart.
func treeStream(t int) uint64 { return uint64(t+1) * 0x9e3779b97f4a7c15 }

// measure returns the coefficient of determination R² = 1 - SSres/SStot and the
// mean squared error of f on rows it has not seen.
func measure(f *Forest, test problem) (r2, mse float64, err error) {
	mean := 0.0
	for _, y := range test.y {
		mean += y
	}
	mean /= float64(len(test.y))
	residual, total := 0.0, 0.0
	for i, y := range test.y {
		x := test.row(i)
		e, d := y-f.Predict(&x), y-mean
		residual += float64(e * e)
		total += float64(d * d)
	}
	if total == 0 {
		return 0, 0, errors.New("all held-out targets are equal: R² is not defined; ask for more rows")
	}
	return 1 - residual/total, residual / float64(len(test.y)), nil
}
