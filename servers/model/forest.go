package model

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"
	"time"
)

// Features is the number of inputs of every forest here.
const Features = 10

// What every forest of this package says of itself.
const (
	modelType = "RandomForestRegressor"
	framework = "mlbench (ONNX TreeEnsembleRegressor)"
)

// Info is what is known of a forest: its shape, and what was measured when it
// was trained. It travels in the metadata of the model file.
type Info struct {
	// Version is "forest-" and the first 8 hex digits of the SHA-256 of the
	// trees: equal trees have equal versions, whenever they were trained.
	Version       string    `json:"version"`
	Type          string    `json:"type"`
	Framework     string    `json:"framework"`
	InputFeatures int       `json:"input_features"`
	Trees         int       `json:"trees"`
	Depth         int       `json:"depth"` // of the deepest tree; a lone leaf is 0
	Nodes         int       `json:"nodes"`
	TrainRows     int       `json:"train_rows"`
	TestRows      int       `json:"test_rows"`
	Seed          uint64    `json:"seed"`
	TrainedAt     time.Time `json:"trained_at"` // UTC, whole seconds
	R2            float64   `json:"r2"`         // on the held-out rows
	MSE           float64   `json:"mse"`        // on the held-out rows
}

// Forest is a trained regression forest. It is immutable, so any number of
// goroutines may use one.
type Forest struct {
	nodes []node   // all trees, one after another
	roots []uint32 // where each tree begins
	info  Info
}

// node is 8 bytes, so that a default forest (0.5 MB) stays in a core's own
// cache. The nodes of a tree are numbered breadth first, which puts siblings
// side by side: a split needs to know its left child only.
type node struct {
	value float32 // threshold of a split, answer of a leaf
	link  uint32  // left child in Forest.nodes << 4 | feature; 0 in a leaf
}

// featureBits is the part of a link that holds the feature.
const featureBits = 4

func leafNode(value float32) node { return node{value: value} }

func splitNode(feature int, threshold float32, left int) node {
	return node{value: threshold, link: uint32(left)<<featureBits | uint32(feature)}
}

// isLeaf relies on node 0 being a root: it is nobody's left child.
func (n node) isLeaf() bool { return n.link == 0 }
func (n node) left() int    { return int(n.link >> featureBits) }
func (n node) feature() int { return int(n.link & (1<<featureBits - 1)) }

// Predict returns the mean of the trees' answers. It allocates nothing.
//
// Inputs are rounded to float32 first, as ONNX and XGBoost runtimes do, so that
// all of them walk the same way through the trees. A NaN goes right.
func (f *Forest) Predict(x *[Features]float64) float64 {
	var v [1 << featureBits]float32 // a power of two: no bounds check below
	for i, a := range x {
		v[i] = float32(a)
	}
	sum := 0.0
	for _, root := range f.roots {
		n := f.nodes[root]
		for n.link != 0 {
			right := uint32(1) // an addition, not a branch that is mispredicted half the time
			if v[n.link&(1<<featureBits-1)] <= n.value {
				right = 0
			}
			n = f.nodes[n.link>>featureBits+right]
		}
		sum += float64(n.value)
	}
	return sum / float64(len(f.roots))
}

// Info returns what is known of the forest.
func (f *Forest) Info() Info { return f.info }

// newForest is the only maker of a Forest. It takes from measured what was
// measured, and fills in what the trees themselves say.
func newForest(nodes []node, roots []uint32, measured Info) *Forest {
	f := &Forest{nodes: nodes, roots: roots, info: measured}
	digest := f.digest()
	f.info.Version = "forest-" + hex.EncodeToString(digest[:4])
	f.info.Type = modelType
	f.info.Framework = framework
	f.info.InputFeatures = Features
	f.info.Trees = len(roots)
	f.info.Nodes = len(nodes)
	f.info.Depth = 0
	for t := range roots {
		f.info.Depth = max(f.info.Depth, f.depth(t))
	}
	f.info.TrainedAt = measured.TrainedAt.UTC().Truncate(time.Second)
	return f
}

// digest identifies the trees, and nothing but the trees.
func (f *Forest) digest() [sha256.Size]byte {
	h := sha256.New()
	var b [8]byte
	for _, root := range f.roots {
		binary.LittleEndian.PutUint32(b[:], root)
		h.Write(b[:4])
	}
	for _, n := range f.nodes {
		binary.LittleEndian.PutUint32(b[:], math.Float32bits(n.value))
		binary.LittleEndian.PutUint32(b[4:], n.link)
		h.Write(b[:])
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// tree returns the nodes of one tree. Their left children still count from the
// start of the forest: subtract the root.
func (f *Forest) tree(t int) (nodes []node, root int) {
	root = int(f.roots[t])
	end := len(f.nodes)
	if t+1 < len(f.roots) {
		end = int(f.roots[t+1])
	}
	return f.nodes[root:end], root
}

// depth returns the number of splits above the deepest leaf of a tree. Children
// come after their parents, so one pass is enough.
func (f *Forest) depth(t int) int {
	nodes, root := f.tree(t)
	depths := make([]int, len(nodes))
	deepest := 0
	for i, n := range nodes {
		deepest = max(deepest, depths[i])
		if !n.isLeaf() {
			left := n.left() - root
			depths[left], depths[left+1] = depths[i]+1, depths[i]+1
		}
	}
	return deepest
}

// join lays trees, whose links count from their own roots, one after another.
func join(trees [][]node) (nodes []node, roots []uint32) {
	for _, tree := range trees {
		root := uint32(len(nodes))
		roots = append(roots, root)
		for _, n := range tree {
			if !n.isLeaf() {
				n.link += root << featureBits
			}
			nodes = append(nodes, n)
		}
	}
	return nodes, roots
}
