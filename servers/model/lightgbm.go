package model

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// WriteLightGBM writes the forest as a LightGBM text model, version v3. LightGBM
// averages in float64 as Predict does: the answers are the same to the last bit.
func (f *Forest) WriteLightGBM(w io.Writer) error {
	var trees bytes.Buffer
	var sizes, names []string
	for t := range f.roots {
		before := trees.Len()
		f.lightgbmTree(&trees, t)
		sizes = append(sizes, strconv.Itoa(trees.Len()-before))
	}
	for c := range Features {
		names = append(names, "f"+strconv.Itoa(c))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "tree\nversion=v3\nnum_class=1\nnum_tree_per_iteration=1\nlabel_index=0\n")
	fmt.Fprintf(&b, "max_feature_idx=%d\nobjective=regression\naverage_output\n", Features-1)
	fmt.Fprintf(&b, "feature_names=%s\n", strings.Join(names, " "))
	fmt.Fprintf(&b, "feature_infos=%s\n", strings.Join(f.thresholdRanges(), " "))
	// Readers find the trees by their sizes in bytes.
	fmt.Fprintf(&b, "tree_sizes=%s\n\n", strings.Join(sizes, " "))
	trees.WriteTo(&b)
	fmt.Fprintf(&b, "end of trees\n\npandas_categorical:null\n")
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write LightGBM model: %w", err)
	}
	return nil
}

// lightgbmTree writes one tree. LightGBM numbers splits and leaves apart, and
// refers to leaf k as ^k, that is -k-1.
func (f *Forest) lightgbmTree(b *bytes.Buffer, t int) {
	nodes, root := f.tree(t)
	number := make([]int, len(nodes))
	splits, leaves := 0, 0
	for i, n := range nodes {
		if n.isLeaf() {
			number[i] = ^leaves
			leaves++
		} else {
			number[i] = splits
			splits++
		}
	}
	// Decision type: numerical, NaN (2<<2) is told apart and goes right.
	const decision = "8"
	var features, thresholds, decisions, left, right, answers []string
	for _, n := range nodes {
		if n.isLeaf() {
			answers = append(answers, decimal(float64(n.value)))
			continue
		}
		child := n.left() - root
		features = append(features, strconv.Itoa(n.feature()))
		thresholds = append(thresholds, decimal(lastLeft(n.value)))
		decisions = append(decisions, decision)
		left = append(left, strconv.Itoa(number[child]))
		right = append(right, strconv.Itoa(number[child+1]))
	}
	fmt.Fprintf(b, "Tree=%d\nnum_leaves=%d\nnum_cat=0\n", t, leaves)
	column := func(name string, values []string) {
		fmt.Fprintf(b, "%s=%s\n", name, strings.Join(values, " "))
	}
	column("split_feature", features)
	column("threshold", thresholds)
	column("decision_type", decisions)
	column("left_child", left)
	column("right_child", right)
	column("leaf_value", answers)
	fmt.Fprintf(b, "is_linear=0\nshrinkage=1\n\n\n")
}

// thresholdRanges gives LightGBM's feature_infos. The ranges of the training
// data are not kept, so they are of the thresholds: all that the trees can tell.
func (f *Forest) thresholdRanges() []string {
	var low, high [Features]float32
	var used [Features]bool
	for _, n := range f.nodes {
		if n.isLeaf() {
			continue
		}
		c := n.feature()
		if !used[c] {
			low[c], high[c], used[c] = n.value, n.value, true
		}
		low[c], high[c] = min(low[c], n.value), max(high[c], n.value)
	}
	infos := make([]string, Features)
	for c := range infos {
		infos[c] = "none"
		if used[c] {
			infos[c] = "[" + decimal(float64(low[c])) + ":" + decimal(float64(high[c])) + "]"
		}
	}
	return infos
}

// lastLeft is the largest float64 that goes left at a float32 threshold once it
// is rounded to float32. LightGBM compares float64, so it needs this one.
func lastLeft(threshold float32) float64 {
	next := float64(math.Nextafter32(threshold, float32(math.Inf(1))))
	if math.IsInf(next, 1) {
		next = 0x1p128 // where float32 would go on
	}
	half := (float64(threshold) + next) / 2
	if float32(half) <= threshold { // ties go to the even neighbour
		return half
	}
	return math.Nextafter(half, math.Inf(-1))
}

// decimal is the shortest text that reads back as v.
func decimal(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }
