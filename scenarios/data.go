package scenarios

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/rows"
	"github.com/mlbench/mlbench/targets/strict"
)

// dataSource is a file whose rows go into bodies.
type dataSource struct {
	File      string       `yaml:"file"`      // relative to the scenario file
	Order     rows.Order   `yaml:"order"`     // default sequential
	Columns   *strict.Node `yaml:"columns"`   // names, or names with types; default all
	Delimiter string       `yaml:"delimiter"` // of CSV; default a comma, of .tsv a tab
	Format    rows.Format  `yaml:"format"`    // default by the file's name
	Join      []dataJoin   `yaml:"join"`      // further files, whose columns are beside those of this one
	Once      bool         `yaml:"once"`      // each row is sent once in a run
	Then      string       `yaml:"then"`      // what becomes of it then; default stop

	name   string
	source *rows.Source // nil: not readable
	chosen []rows.Column
	picked map[string]bool // their names
}

// columns are the names that uses may take.
func (s *dataSource) columns() []string {
	if s.chosen == nil {
		return s.source.Columns
	}
	var names []string
	for _, c := range s.chosen {
		names = append(names, c.Name)
	}
	return names
}

// has says whether uses may take the column.
func (s *dataSource) has(column string) bool {
	if s.chosen == nil {
		return s.source.Has(column)
	}
	return s.picked[column]
}

// narrow leaves out columns that no use takes: what is wrong with those is no
// mistake, and their cells need no memory.
func (s *dataSource) narrow(uses []*rowGen) {
	if s.chosen != nil {
		return
	}
	taken := map[string]bool{}
	for _, use := range uses {
		if use.taken() == nil {
			return // all of them
		}
		for _, name := range use.taken() {
			taken[name] = true
		}
	}
	var columns []rows.Column
	for _, name := range s.source.Columns {
		if taken[name] {
			columns = append(columns, rows.Column{Name: name})
		}
	}
	_ = s.source.Select(columns) // their names are the file's
}

// data opens the files and looks through them, once all uses are known.
func (v *validator) data() {
	n := v.d.Root.Get("data")
	if n != nil && n.Kind == strict.Map {
		for i, key := range n.Keys {
			if s := v.sc.Data[key.Name]; s != nil && n.Items[i].Kind == strict.Map {
				s.name = key.Name
				if !nameForm.MatchString(key.Name) {
					v.d.BadAt(key.Line, key.Col, "data: found the name %q, %s", key.Name, nameRule)
				}
				v.openData(s, n.Items[i])
			}
		}
	}
	uses := map[*dataSource][]*rowGen{}
	for _, use := range v.rows {
		if s := v.resolve(use); s != nil {
			uses[s] = append(uses[s], use)
		}
	}
	if n == nil {
		return
	}
	for i, key := range n.Keys {
		s := v.sc.Data[key.Name]
		if s == nil || s.source == nil {
			continue
		}
		if len(uses[s]) == 0 {
			v.d.BadAt(key.Line, key.Col, "data.%s: nothing uses it: no request has {$row: %s}", key.Name, key.Name)
			continue
		}
		v.once(s, uses[s])
		s.narrow(uses[s])
		var need []string
		for _, use := range uses[s] {
			need = append(need, use.taken()...)
		}
		if err := s.source.Scan(need); err != nil {
			v.d.Bad(n.Items[i].Get("file"), "%v", err)
		}
	}
}

// once checks the uses of a source whose rows are sent once. A warm-up would use
// them up: there is none unless it is asked for.
func (v *validator) once(s *dataSource, uses []*rowGen) {
	if !s.Once {
		return
	}
	for _, use := range uses {
		path := use.node.Path
		switch {
		case use.hot:
			v.d.Bad(use.node, "the rows of %s are sent once, and values of a $zipf again and again", s.name)
		case strings.HasPrefix(path, "setup") || strings.HasPrefix(path, "teardown") || strings.HasPrefix(path, "login"):
			v.d.Bad(use.node, "the rows of %s are sent once, by requests alone: want another source here", s.name)
		}
	}
	load := v.d.Root.Get("load")
	if len(v.sc.Loads) > 0 {
		load = v.d.At("loads", v.sc.Loads[v.sc.judged()].Name)
	}
	if load == nil || load.Get("warmup") == nil {
		v.sc.Load.Warmup = 0
	}
}

// openData checks the keys of a source and opens its file.
func (v *validator) openData(s *dataSource, n *strict.Node) {
	file := n.Get("file")
	if file == nil {
		v.d.Bad(n, "no file")
		return
	}
	ok := true
	bad := func(key, format string, args ...any) {
		v.d.Bad(n.Get(key), format, args...)
		ok = false
	}
	if orders := []rows.Order{rows.Sequential, rows.Random, rows.Shuffle}; n.Get("order") == nil {
		s.Order = rows.Sequential
	} else if !slices.Contains(orders, s.Order) {
		bad("order", "found %q, want sequential, random or shuffle", s.Order)
	}
	switch {
	case n.Get("then") != nil && !s.Once:
		bad("then", "rows that are not sent once come again and again: leave it out, or write once: true")
	case n.Get("then") != nil && s.Then != thenStop && s.Then != thenRepeat:
		bad("then", "found %q, want stop or repeat", s.Then)
	case s.Once && s.Order == rows.Random:
		bad("order", "random draws some rows twice, and others never: want sequential or shuffle for rows that are sent once")
	}
	source := v.openFile(n, s.File, s.Format, s.Delimiter)
	if !ok || source == nil || !v.join(s, source, n.Get("join")) {
		return
	}
	if s.chosen, s.picked, ok = v.chooseColumns(n.Get("columns"), s.File, source); ok {
		s.source = source
	}
}

// openFile checks how a file is read, and opens it; nil: it cannot be read.
func (v *validator) openFile(n *strict.Node, file string, format rows.Format, delimiter string) *rows.Source {
	ok := true
	bad := func(key, format string, args ...any) {
		v.d.Bad(n.Get(key), format, args...)
		ok = false
	}
	switch formats := []rows.Format{rows.CSV, rows.JSONL, rows.JSON, rows.Parquet}; {
	case n.Get("file").Kind != strict.String:
		return nil
	case n.Get("format") == nil:
		if format = rows.FormatOf(file); format == "" {
			bad("file", "found %q, want a name that ends in .csv, .tsv, .jsonl, .ndjson, .json (each also with .gz or .zst) or .parquet, or a key format", file)
		}
	case !slices.Contains(formats, format):
		bad("format", "found %q, want csv, jsonl, json or parquet", format)
	}
	between, _ := utf8.DecodeRuneInString(delimiter)
	switch {
	case n.Get("delimiter") == nil:
		between = 0
	case format == rows.JSONL || format == rows.JSON || format == rows.Parquet:
		bad("delimiter", "only CSV files have one: leave it out")
	case utf8.RuneCountInString(delimiter) != 1 || strings.ContainsAny(delimiter, "\"\r\n\x00\ufffd"):
		bad("delimiter", `found %q, want one character, such as ";" or "\t"`, delimiter)
	}
	if !ok {
		return nil
	}
	path, err := v.sc.reach(file)
	var source *rows.Source
	if err == nil {
		source, err = rows.Open(path, format, between)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		bad("file", "no such file: %s (names are relative to the scenario file)", beside(v.sc.dir, file))
	case err != nil:
		bad("file", "%v", err)
	}
	if !ok {
		return nil
	}
	return source
}

// chooseColumns reads a list of names, or names with types, and takes these of the
// file.
func (v *validator) chooseColumns(n *strict.Node, file string, source *rows.Source) (chosen []rows.Column, picked map[string]bool, ok bool) {
	if n == nil {
		return nil, nil, true
	}
	if n.Kind != strict.List && n.Kind != strict.Map || len(n.Items) == 0 {
		v.d.Bad(n, "found %s, want a list of columns, or columns with types such as {age: number, name: text}", n.Describe())
		return nil, nil, true
	}
	ok, picked = true, map[string]bool{}
	for i, item := range n.Items {
		c, at := rows.Column{Name: item.Text}, *item
		if n.Kind == strict.Map {
			c = rows.Column{Name: n.Keys[i].Name, Type: rows.Type(item.Text)}
			at.Line, at.Col = n.Keys[i].Line, n.Keys[i].Col
			if types := []rows.Type{rows.Number, rows.Bool, rows.Text}; !slices.Contains(types, c.Type) {
				v.d.Bad(item, "found %s, want number, bool or text", item.Describe())
			}
		} else if item.Kind == strict.List || item.Kind == strict.Map || item.Kind == strict.Null {
			v.d.Bad(item, "found %s, want a column's name", item.Describe())
			continue
		}
		if picked[c.Name] {
			v.d.Bad(&at, "the column %q is there twice", c.Name)
		}
		picked[c.Name] = true
		chosen = append(chosen, c)
		if !source.Has(c.Name) {
			v.noColumn(&at, file, c.Name, source.Columns)
			ok = false
		}
	}
	if ok {
		_ = source.Select(chosen) // their names are checked
	}
	return chosen, picked, ok
}

func (v *validator) noColumn(at *strict.Node, file, name string, known []string) {
	hint := ""
	if c := strict.Suggest(name, known); c != "" {
		hint = fmt.Sprintf(", did you mean %q?", c)
	}
	const most = 20
	list := strings.Join(known[:min(most, len(known))], ", ")
	if len(known) > most {
		list += ", …"
	}
	v.d.Bad(at, "%s has no column %q%s (columns: %s)", filepath.Base(file), name, hint, list)
}
