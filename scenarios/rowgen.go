package scenarios

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/rows"
	"github.com/mlbench/mlbench/targets/strict"
)

// rowGen is a row of a data file, or a part of it, or several rows. All uses of
// a source in one request are of the same row.
type rowGen struct {
	From    string   `yaml:"from"`    // written alone: source, or source.column
	Column  string   `yaml:"column"`  // its value alone
	Columns []string `yaml:"columns"` // default all
	As      string   `yaml:"as"`      // object (default) or vector
	Rows    *Span    `yaml:"rows"`    // an array of so many rows

	node   *strict.Node
	source *dataSource
	hot    bool // within a $zipf
}

func (b *templateBuilder) row(n *strict.Node) generator {
	g := &rowGen{node: n, hot: b.hot}
	if n.Kind == strict.String {
		g.From = n.Text
	} else {
		b.d.Decode(n, g)
		b.need(n, "from")
	}
	if g.As != "" && g.As != "object" && g.As != "vector" {
		b.d.Bad(n.Get("as"), "found %q, want object or vector", g.As)
	}
	for _, key := range []string{"columns", "as"} {
		if n.Get("column") != nil && n.Get(key) != nil {
			b.d.Bad(n.Get(key), "there is a column as well: leave one out")
		}
	}
	if at := n.Get("columns"); at != nil && at.Kind == strict.List && len(g.Columns) == 0 {
		b.d.Bad(at, "found an empty list, want the columns to send, or no such key for all")
	}
	if g.Rows != nil && g.Rows.Max > MaxNumbers {
		b.d.Bad(n.Get("rows"), "up to %d rows, want at most %d", g.Rows.Max, MaxNumbers)
	}
	*b.rows = append(*b.rows, g)
	return g
}

// taken are the columns that the use names.
func (g *rowGen) taken() []string {
	if g.Column != "" {
		return []string{g.Column}
	}
	return g.Columns
}

// most is how many rows a body takes at most.
func (g *rowGen) most() int {
	if g.Rows == nil {
		return 1
	}
	return g.Rows.Max
}

// resolve finds the source of a use; nil when there is none to read.
func (v *validator) resolve(g *rowGen) *dataSource {
	at := g.node
	if from := at.Get("from"); from != nil {
		at = from
	}
	s := v.sc.Data[g.From]
	source, column := g.From, ""
	for s == nil && g.node.Kind == strict.String {
		dot := strings.LastIndexByte(source, '.') // both names may have dots
		if dot < 0 {
			break
		}
		source, column = source[:dot], g.From[dot+1:]
		if s = v.sc.Data[source]; s != nil {
			g.From, g.Column = source, column
		}
	}
	if s == nil {
		if data := v.d.Root.Get("data"); at.Kind != strict.String || data != nil && data.Kind != strict.Map {
			return nil // noted already
		}
		var known []string
		for name := range v.sc.Data {
			known = append(known, name)
		}
		slices.Sort(known)
		text := "the scenario has no key data"
		if len(known) > 0 {
			text = "known: " + strings.Join(known, ", ")
			name, rest, short := strings.Cut(g.From, ".")
			hint := strict.Suggest(g.From, known)
			if hint == "" && short && g.node.Kind == strict.String {
				if hint = strict.Suggest(name, known); hint != "" {
					hint += "." + rest
				}
			}
			if hint != "" {
				text = fmt.Sprintf("did you mean %q? %s", hint, text)
			}
		}
		v.d.Bad(at, "no data source %q (%s)", g.From, text)
		return nil
	}
	g.source = s
	if s.source == nil {
		return nil
	}
	for i, name := range g.taken() {
		at := cmp.Or(g.node.Get("column"), g.node)
		if columns := g.node.Get("columns"); columns != nil {
			at = columns.Items[i]
		}
		if name != "" && !s.has(name) {
			v.noColumn(at, s.File, name, s.columns())
			g.Column, g.Columns = "", nil // noted: not missed again in every row
		}
	}
	return s
}

func (g *rowGen) render(w *writer) {
	data := w.data[g.source]
	at := data.next
	if w.hotValue {
		at = w.index * data.stride
	}
	if g.Rows == nil {
		g.one(w, data.row(at))
		data.take(w, 1)
		return
	}
	n := w.span(*g.Rows)
	w.buf = append(w.buf, '[')
	for i := 0; i < n && !w.full(); i++ {
		if data.ends() && at+i >= len(data.rows) {
			break // the last batch is what is left
		}
		if i > 0 {
			w.buf = append(w.buf, ',')
		}
		g.one(w, data.row(at+i))
	}
	w.buf = append(w.buf, ']')
	data.take(w, n)
}

func (g *rowGen) one(w *writer, r rows.Row) {
	var err error
	switch {
	case g.Column != "":
		value, ok := r.Cell(g.Column)
		if !ok {
			err = fmt.Errorf("no column %q any more: the file has changed since it was read", g.Column)
		}
		w.buf = append(w.buf, value...)
	case g.As == "vector":
		w.buf, err = r.AppendList(w.buf, g.Columns)
	default:
		w.buf, err = r.AppendObject(w.buf, g.Columns)
	}
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("%s: %w", filepath.Base(g.source.File), err)
	}
}

// classRows are the rows of a source that one class sends, from a stream of
// their own: other classes do not change them.
type classRows struct {
	source *dataSource
	rows   []rows.Row
	stride int // most rows that one body takes
	varies bool
	next   int  // row of the next body
	taken  int  // of the current body
	steps  bool // rows that are sent once: those of a body are the same in all of its journey
	short  bool // rows that are sent once: the file has more than are sent
}

func (c *classRows) row(i int) rows.Row { return c.rows[i%len(c.rows)] }

func (c *classRows) take(w *writer, n int) {
	if !w.hotValue {
		c.taken = max(c.taken, n)
	}
}

// advance goes to the rows of the next body.
func (c *classRows) advance() {
	if c.steps {
		c.taken = c.stride
	}
	c.next, c.taken = c.next+c.taken, 0
}

// readRows takes what a pool of so many bodies needs of the files; what is dealt is
// there.
func readRows(t template, class string, size int, o *CompileOptions) (map[*dataSource]*classRows, error) {
	all, want := map[*dataSource]*classRows{}, map[*dataSource]int{}
	var collect func(t template, bodies int)
	collect = func(t template, bodies int) {
		t.walk(func(g generator) {
			switch g := g.(type) {
			case *zipfGen:
				collect(g.of, max(bodies, g.Distinct))
			case *rowGen:
				c := all[g.source]
				if c == nil {
					c = &classRows{source: g.source}
					all[g.source] = c
				}
				c.varies = c.varies || g.Rows != nil && g.Rows.Min != g.Rows.Max
				c.stride = max(c.stride, g.most())
				want[g.source] = max(want[g.source], bodies)
			}
		})
	}
	collect(t, size)
	bodies := 0
	for s, c := range all {
		if h := o.dealt[s][class]; h != nil {
			c.rows, c.stride, c.steps, c.short = h.rows, h.stride, h.users > 1, h.short
			bodies = max(bodies, len(h.rows))
		}
	}
	for s, c := range all {
		if s.Once {
			if len(c.rows) == 0 {
				return nil, fmt.Errorf("%s has too few rows for all the requests that take them", filepath.Base(s.File))
			}
			continue
		}
		if bodies > 0 {
			want[s] = min(want[s], bodies)
		}
		name := fnv.New64a()
		name.Write([]byte(class + "\x00" + s.name))
		var err error
		if c.rows, err = s.source.Sample(s.Order, max(1, want[s]*c.stride), rand.New(rand.NewPCG(o.Seed, name.Sum64()))); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// wholePasses makes a pool shorter, where that makes it a number of whole passes
// over the lists and files that are used in order: so that they stay in order
// when the pool begins again.
func wholePasses(t template, size int, data map[*dataSource]*classRows) int {
	period := 1
	join := func(n int) {
		if n = period / gcd(period, n) * n; n <= size {
			period = n
		}
	}
	for _, c := range sorted(data) {
		if n := len(c.rows); int64(n) == c.source.source.Rows && c.source.Order != rows.Random && !c.varies && c.stride > 0 {
			join(n / gcd(n, c.stride))
		}
	}
	t.walk(func(g generator) {
		if s, ok := g.(*sequenceGen); ok && s.values != nil {
			join(len(s.values))
		}
	})
	return size - size%period
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func sorted(data map[*dataSource]*classRows) []*classRows {
	var all []*classRows
	for _, c := range data {
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *classRows) int { return cmp.Compare(a.source.name, b.source.name) })
	return all
}

// rowNotes say how much of the files a finished pool holds.
func rowNotes(class string, bodies int, data map[*dataSource]*classRows, note func(string)) {
	for _, c := range sorted(data) {
		if c.source.Once {
			continue
		}
		total := c.source.source.Rows
		if sent := int64(min(c.next, len(c.rows))); sent > 0 && sent < total {
			note(fmt.Sprintf("%s sends %d of the %d rows of %s, then these again (pool: %d in the request makes room for all, up to %d MB)",
				class, sent, total, filepath.Base(c.source.File), (total*int64(bodies)+sent-1)/sent, maxPoolBytes>>20))
		}
	}
}
