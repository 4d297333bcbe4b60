package model

import (
	"errors"
	"fmt"
	"math"
)

// ensemble is a forest in the columns that ONNX lays it out in: the attributes
// of the operator TreeEnsembleRegressor, version 3 of ai.onnx.ml.
// https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html
type ensemble struct {
	ints      map[string][]int64
	floats    map[string][]float32
	leaf      []bool // nodes_modes, which is LEAF or BRANCH_LEQ (left when x <= t)
	aggregate string
	transform string
	targets   int64
}

// The columns: one entry per node, and one entry per leaf.
const (
	nodeTree    = "nodes_treeids"
	nodeID      = "nodes_nodeids"
	nodeFeature = "nodes_featureids"
	nodeTrue    = "nodes_truenodeids"
	nodeFalse   = "nodes_falsenodeids"
	nodeValue   = "nodes_values"
	nodeMode    = "nodes_modes"
	leafTree    = "target_treeids"
	leafNodeID  = "target_nodeids"
	leafTarget  = "target_ids"
	leafWeight  = "target_weights"
)

const (
	modeSplit = "BRANCH_LEQ"
	modeLeaf  = "LEAF"
)

// Order of the columns in the file: fixed, so that equal forests are equal files.
func intColumns() []string {
	return []string{nodeTree, nodeID, nodeFeature, nodeTrue, nodeFalse, leafTree, leafNodeID, leafTarget}
}

func floatColumns() []string { return []string{nodeValue, leafWeight} }

// newEnsemble lays a forest out in columns.
func newEnsemble(f *Forest) *ensemble {
	e := &ensemble{
		ints:      map[string][]int64{},
		floats:    map[string][]float32{},
		aggregate: "AVERAGE",
		transform: "NONE",
		targets:   1,
	}
	add := func(column string, v int) { e.ints[column] = append(e.ints[column], int64(v)) }
	for t := range f.roots {
		nodes, root := f.tree(t)
		for i, n := range nodes {
			add(nodeTree, t)
			add(nodeID, i)
			feature, left, right, threshold := 0, 0, 0, float32(0)
			if n.isLeaf() {
				add(leafTree, t)
				add(leafNodeID, i)
				add(leafTarget, 0)
				e.floats[leafWeight] = append(e.floats[leafWeight], n.value)
			} else {
				feature, left, right, threshold = n.feature(), n.left()-root, n.left()-root+1, n.value
			}
			add(nodeFeature, feature)
			add(nodeTrue, left)
			add(nodeFalse, right)
			e.floats[nodeValue] = append(e.floats[nodeValue], threshold)
			e.leaf = append(e.leaf, n.isLeaf())
		}
	}
	return e
}

// check holds what forest relies on: one mean over one output, and columns of
// equal length.
func (e *ensemble) check() error {
	if e.aggregate != "AVERAGE" || e.transform != "NONE" || e.targets != 1 {
		return fmt.Errorf("aggregate_function %q, post_transform %q, n_targets %d: only AVERAGE, NONE and 1 are served",
			e.aggregate, e.transform, e.targets)
	}
	nodes, leaves := len(e.leaf), len(e.ints[leafTree])
	if nodes == 0 {
		return errors.New("the forest has no trees")
	}
	lengths := map[string]int{}
	for _, c := range intColumns() {
		lengths[c] = len(e.ints[c])
	}
	for _, c := range floatColumns() {
		lengths[c] = len(e.floats[c])
	}
	for _, c := range append(intColumns(), floatColumns()...) {
		want := nodes
		switch c {
		case leafTree, leafNodeID, leafTarget, leafWeight:
			want = leaves
		}
		if lengths[c] != want {
			return fmt.Errorf("%s has %d elements, not %d", c, lengths[c], want)
		}
	}
	return nil
}

// forest builds the trees. It takes the order that newEnsemble writes and no
// other: breadth first, leaves as they come. Then every node but a root is the
// child of exactly one earlier node, so a tree it accepts has no cycle, no shared
// and no unreachable node.
func (e *ensemble) forest() (nodes []node, roots []uint32, err error) {
	if err := e.check(); err != nil {
		return nil, nil, err
	}
	nodes = make([]node, 0, len(e.leaf))
	leaves := 0
	for len(nodes) < len(e.leaf) {
		root := len(nodes)
		roots = append(roots, uint32(root))
		// reached counts the nodes of this tree that have a parent, or are its root.
		for id, reached := 0, 1; id < reached; id++ {
			tree := len(roots) - 1
			at := root + id
			if at == len(e.leaf) || e.ints[nodeTree][at] != int64(tree) || e.ints[nodeID][at] != int64(id) {
				return nil, nil, fmt.Errorf("tree %d: node %d is missing or out of order", tree, id)
			}
			if e.leaf[at] {
				n, err := e.leafNode(leaves, tree, id)
				if err != nil {
					return nil, nil, fmt.Errorf("tree %d: node %d: %w", tree, id, err)
				}
				nodes = append(nodes, n)
				leaves++
				continue
			}
			if left := e.ints[nodeTrue][at]; left != int64(reached) || e.ints[nodeFalse][at] != left+1 {
				return nil, nil, fmt.Errorf("tree %d: node %d has children %d and %d, not the next free ones, %d and %d",
					tree, id, left, e.ints[nodeFalse][at], reached, reached+1)
			}
			n, err := e.splitNode(at, root+reached)
			if err != nil {
				return nil, nil, fmt.Errorf("tree %d: node %d: %w", tree, id, err)
			}
			nodes = append(nodes, n)
			reached += 2
		}
	}
	if extra := len(e.ints[leafTree]) - leaves; extra != 0 {
		return nil, nil, fmt.Errorf("%d answers belong to no leaf", extra)
	}
	return nodes, roots, nil
}

func (e *ensemble) splitNode(at, left int) (node, error) {
	feature, threshold := e.ints[nodeFeature][at], e.floats[nodeValue][at]
	if feature < 0 || feature >= Features {
		return node{}, fmt.Errorf("it asks for feature %d of %d", feature, Features)
	}
	if !finite(threshold) {
		return node{}, fmt.Errorf("its threshold is %v", threshold)
	}
	return splitNode(int(feature), threshold, left), nil
}

func (e *ensemble) leafNode(at, tree, id int) (node, error) {
	if at == len(e.ints[leafTree]) || e.ints[leafTree][at] != int64(tree) ||
		e.ints[leafNodeID][at] != int64(id) || e.ints[leafTarget][at] != 0 {
		return node{}, errors.New("it is a leaf whose answer is missing or out of order")
	}
	answer := e.floats[leafWeight][at]
	if !finite(answer) {
		return node{}, fmt.Errorf("its answer is %v", answer)
	}
	return leafNode(answer), nil
}

func finite(v float32) bool { return v-v == 0 && !math.IsNaN(float64(v)) }
