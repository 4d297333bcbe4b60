package scenarios

import (
	"github.com/mlbench/mlbench/scenarios/rows"
	"github.com/mlbench/mlbench/targets/strict"
)

// dataJoin is a file whose columns are beside those of another, by a key.
type dataJoin struct {
	File      string       `yaml:"file"`
	On        joinKey      `yaml:"on"`      // the column that both have, or that of each
	Columns   *strict.Node `yaml:"columns"` // default all
	Delimiter string       `yaml:"delimiter"`
	Format    rows.Format  `yaml:"format"`
}

// joinKey names the columns whose values are the key.
type joinKey struct {
	Left  string `yaml:"left"`  // of the file that is joined to
	Right string `yaml:"right"` // of the one that is joined
}

// DecodeNode reads both forms.
func (k *joinKey) DecodeNode(d *strict.Document, n *strict.Node) {
	if n.Kind == strict.Map {
		type plain joinKey // without this method
		d.Decode(n, (*plain)(k))
		for _, key := range []string{"left", "right"} {
			if n.Get(key) == nil {
				d.Bad(n, "no %s: want a column of each file, or one name for both", key)
			}
		}
		return
	}
	d.Decode(n, &k.Left)
	k.Right = k.Left
}

// join opens the files that are joined to a source; false: not all can be read.
func (v *validator) join(s *dataSource, source *rows.Source, list *strict.Node) bool {
	if list == nil || list.Kind != strict.List {
		return list == nil
	}
	ok := true
	for i, n := range list.Items {
		if n.Kind != strict.Map {
			return false
		}
		j := &s.Join[i]
		missing := false
		for _, key := range []string{"file", "on"} {
			if n.Get(key) == nil {
				v.d.Bad(n, "no %s", key)
				missing = true
			}
		}
		if missing || !v.joinKeyed(j, n.Get("on")) {
			ok = false
			continue
		}
		other := v.openFile(n, j.File, j.Format, j.Delimiter)
		if other == nil || !v.joined(s, j, n, source, other) {
			ok = false
		}
	}
	return ok
}

// joinKeyed says whether the key names a column of each file.
func (v *validator) joinKeyed(j *dataJoin, on *strict.Node) bool {
	for key, name := range map[string]string{"left": j.On.Left, "right": j.On.Right} {
		at := on
		if on.Kind == strict.Map {
			at = on.Get(key)
		}
		if at != nil && at.Kind == strict.String && name == "" {
			v.d.Bad(at, "found an empty name, want that of a column")
		}
	}
	return j.On.Left != "" && j.On.Right != ""
}

// joined joins a file that is open.
func (v *validator) joined(s *dataSource, j *dataJoin, n *strict.Node, source, other *rows.Source) bool {
	left, right := n.Get("on"), n.Get("on")
	if left.Kind == strict.Map {
		left, right = left.Get("left"), right.Get("right")
	}
	_, _, ok := v.chooseColumns(n.Get("columns"), j.File, other)
	if !source.Has(j.On.Left) {
		v.noColumn(left, s.File, j.On.Left, source.Columns)
		ok = false
	}
	if !other.Has(j.On.Right) {
		v.noColumn(right, j.File, j.On.Right, other.Columns)
		ok = false
	}
	if !ok {
		return false
	}
	if err := source.Join(other, j.On.Left, j.On.Right); err != nil {
		v.d.Bad(n, "%v", err)
		return false
	}
	return true
}
