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

// openData checks the keys of a source and opens its file.
func (v *validator) openData(s *dataSource, n *strict.Node) {
	file := n.Get("file")
	if file == nil {
		v.d.Bad(n, "no file")
		return
	}
	ok := file.Kind == strict.String
	bad := func(key, format string, args ...any) {
		v.d.Bad(n.Get(key), format, args...)
		ok = false
	}
	format := s.Format
	switch formats := []rows.Format{rows.CSV, rows.JSONL, rows.JSON, rows.Parquet}; {
	case n.Get("format") == nil:
		if format = rows.FormatOf(s.File); format == "" && ok {
			bad("file", "found %q, want a name that ends in .csv, .tsv, .jsonl, .ndjson, .json (each also with .gz or .zst) or .parquet, or a key format", s.File)
		}
	case !slices.Contains(formats, format):
		bad("format", "found %q, want csv, jsonl, json or parquet", format)
	}
	if orders := []rows.Order{rows.Sequential, rows.Random, rows.Shuffle}; n.Get("order") == nil {
		s.Order = rows.Sequential
	} else if !slices.Contains(orders, s.Order) {
		bad("order", "found %q, want sequential, random or shuffle", s.Order)
	}
	delimiter, _ := utf8.DecodeRuneInString(s.Delimiter)
	switch {
	case n.Get("delimiter") == nil:
		delimiter = 0
	case format == rows.JSONL || format == rows.JSON || format == rows.Parquet:
		bad("delimiter", "only CSV files have one: leave it out")
	case utf8.RuneCountInString(s.Delimiter) != 1 || strings.ContainsAny(s.Delimiter, "\"\r\n\x00\ufffd"):
		bad("delimiter", `found %q, want one character, such as ";" or "\t"`, s.Delimiter)
	}
	if !ok {
		return
	}
	path, err := v.sc.reach(s.File)
	var source *rows.Source
	if err == nil {
		source, err = rows.Open(path, format, delimiter)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		bad("file", "no such file: %s (names are relative to the scenario file)", beside(v.sc.dir, s.File))
	case err != nil:
		bad("file", "%v", err)
	default:
		s.source = source
		v.selectColumns(s, n.Get("columns"))
	}
}

// selectColumns reads a list of names, or names with types.
func (v *validator) selectColumns(s *dataSource, n *strict.Node) {
	if n == nil {
		return
	}
	if n.Kind != strict.List && n.Kind != strict.Map || len(n.Items) == 0 {
		v.d.Bad(n, "found %s, want a list of columns, or columns with types such as {age: number, name: text}", n.Describe())
		return
	}
	ok := true
	s.picked = map[string]bool{}
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
		if s.picked[c.Name] {
			v.d.Bad(&at, "the column %q is there twice", c.Name)
		}
		s.picked[c.Name] = true
		s.chosen = append(s.chosen, c)
		if !s.source.Has(c.Name) {
			v.noColumn(&at, s, c.Name, s.source.Columns)
			ok = false
		}
	}
	if ok {
		_ = s.source.Select(s.chosen) // their names are checked
		return
	}
	s.source = nil
}

func (v *validator) noColumn(at *strict.Node, s *dataSource, name string, known []string) {
	hint := ""
	if c := strict.Suggest(name, known); c != "" {
		hint = fmt.Sprintf(", did you mean %q?", c)
	}
	const most = 20
	list := strings.Join(known[:min(most, len(known))], ", ")
	if len(known) > most {
		list += ", …"
	}
	v.d.Bad(at, "%s has no column %q%s (columns: %s)", filepath.Base(s.File), name, hint, list)
}
