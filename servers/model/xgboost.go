package model

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"strconv"
)

// WriteXGBoost writes the forest as an XGBoost JSON model: one round of parallel
// trees, whose answers XGBoost adds up in float32. What prediction does not need
// (gains, covers) is zero, because the forest does not keep it.
// https://xgboost.readthedocs.io/en/stable/tutorials/saving_model.html
func (f *Forest) WriteXGBoost(w io.Writer) error {
	b := bufio.NewWriter(w) // its first error sticks, and Flush returns it
	trees := len(f.roots)
	fmt.Fprintf(b, `{"version":[1,7,4],"learner":{"attributes":{},"feature_names":[],"feature_types":[],`)
	fmt.Fprintf(b, `"learner_model_param":{"base_score":"0E0","boost_from_average":"0","num_class":"0","num_feature":"%d","num_target":"1"},`, Features)
	fmt.Fprintf(b, `"objective":{"name":"reg:squarederror","reg_loss_param":{"scale_pos_weight":"1"}},`)
	fmt.Fprintf(b, `"gradient_booster":{"name":"gbtree","model":{`)
	fmt.Fprintf(b, `"gbtree_model_param":{"num_parallel_tree":"%d","num_trees":"%d","size_leaf_vector":"0"},`, trees, trees)
	fmt.Fprintf(b, `"iteration_indptr":[0,%d],`, trees)
	xgboostColumn(b, "tree_info", trees, func(int) string { return "0" })
	fmt.Fprintf(b, `,"trees":[`)
	for t := range trees {
		if t > 0 {
			b.WriteByte(',')
		}
		f.xgboostTree(b, t)
	}
	fmt.Fprintln(b, "]}}}}")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write XGBoost model: %w", err)
	}
	return nil
}

// xgboostTree writes one tree. XGBoost takes the right child for left + 1 when it
// predicts, whatever right_children says: here siblings are neighbours anyway.
func (f *Forest) xgboostTree(b *bufio.Writer, t int) {
	nodes, root := f.tree(t)
	const noParent = math.MaxInt32
	parents := make([]int, len(nodes))
	parents[0] = noParent
	for i, n := range nodes {
		if !n.isLeaf() {
			left := n.left() - root
			parents[left], parents[left+1] = i, i
		}
	}
	child := func(i, offset int) string {
		if nodes[i].isLeaf() {
			return "-1"
		}
		return strconv.Itoa(nodes[i].left() - root + offset)
	}
	column := func(name string, value func(i int) string) {
		b.WriteByte(',')
		xgboostColumn(b, name, len(nodes), value)
	}
	zero := func(int) string { return "0" }
	zeroFloat := func(int) string { return xgboostFloat(0) }
	fmt.Fprintf(b, `{"id":%d,"tree_param":{"num_deleted":"0","num_feature":"%d","num_nodes":"%d","size_leaf_vector":"0"}`,
		t, Features, len(nodes))
	fmt.Fprintf(b, `,"categories":[],"categories_nodes":[],"categories_segments":[],"categories_sizes":[]`)
	column("left_children", func(i int) string { return child(i, 0) })
	column("right_children", func(i int) string { return child(i, 1) })
	column("parents", func(i int) string { return strconv.Itoa(parents[i]) })
	column("split_indices", func(i int) string { return strconv.Itoa(nodes[i].feature()) })
	column("split_conditions", func(i int) string { return xgboostFloat(f.xgboostCondition(nodes[i])) })
	column("split_type", zero)
	column("default_left", zero) // a NaN goes right
	column("base_weights", zeroFloat)
	column("loss_changes", zeroFloat)
	column("sum_hessian", zeroFloat)
	b.WriteByte('}')
}

// xgboostCondition is a node's number as XGBoost has it. It goes left on x < t
// where we go left on x <= t, and it adds the trees up where we take their mean.
func (f *Forest) xgboostCondition(n node) float32 {
	if n.isLeaf() {
		return float32(float64(n.value) / float64(len(f.roots)))
	}
	return math.Nextafter32(n.value, float32(math.Inf(1)))
}

func xgboostColumn(b *bufio.Writer, name string, n int, value func(i int) string) {
	fmt.Fprintf(b, `"%s":[`, name)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(value(i))
	}
	b.WriteByte(']')
}

// xgboostFloat always has an exponent: XGBoost's reader tells arrays of floats
// from arrays of integers by the look of their elements.
func xgboostFloat(v float32) string { return strconv.FormatFloat(float64(v), 'E', -1, 32) }
