package rows

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetReader reads a Parquet file, a batch of rows at a time.
type parquetReader struct {
	s       *Source
	header  *header
	columns []parquetColumn // those taken, in order
	groups  []parquet.RowGroup
	rows    parquet.Rows // of the current group
	batch   []parquet.Row
	have    int // rows in the batch
	used    int
	number  int
}

// parquetColumn is a plain value or a list of them.
type parquetColumn struct {
	Column
	leaf   int // index of its values in a row
	list   bool
	level  int // definition level from which on a list has an element
	append func(b []byte, v parquet.Value) ([]byte, error)
}

func (s *Source) newParquet(in io.ReaderAt) (p *parquetReader, err error) {
	defer s.recovered(&err)
	file, err := parquet.OpenFile(in, s.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: not readable as Parquet: %w", s.name, err)
	}
	p = &parquetReader{s: s, groups: file.RowGroups(), batch: make([]parquet.Row, 64)}
	var all []Column
	var names []string
	tops := map[string]*parquet.Column{}
	for _, c := range file.Root().Columns() {
		names = append(names, c.Name())
		tops[c.Name()] = c
		all = append(all, Column{Name: c.Name()})
	}
	taken := s.selected
	if taken == nil {
		taken = all
	}
	if p.header = s.chosen; s.selected == nil {
		p.header = newHeader(names)
	}
	if s.Columns == nil {
		return p, nil // only the names are asked for
	}
	leaves := leafElements(file)
	for _, column := range taken {
		c, err := parquetColumnOf(leaves, tops[column.Name])
		if err == nil {
			err = readable(file, c.leaf)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: column %s %w", s.name, column.Name, err)
		}
		c.Column = column
		p.columns = append(p.columns, c)
	}
	return p, nil
}

// recovered turns a panic of the library over a broken file into an error.
func (s *Source) recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: not readable as Parquet: %v", s.name, r)
	}
}

// parquetColumnOf looks into a top-level column: a leaf, or a list of leaves,
// which may be wrapped in groups of its own (list.element).
func parquetColumnOf(leaves []*format.SchemaElement, c *parquet.Column) (parquetColumn, error) {
	var out parquetColumn
	nested := errors.New("is neither a plain value nor a list of them: select others with columns")
	defined := 0
	listed := c.Repeated()
	if !c.Leaf() && c.Type().LogicalType() != nil {
		_, ok := c.Type().LogicalType().Value.(*format.ListType)
		listed = listed || ok
	}
	for {
		if c.Optional() {
			defined++
		}
		if c.Repeated() {
			if defined++; out.list {
				return out, nested // a list of lists
			}
			out.list, out.level = true, defined
		}
		if c.Leaf() {
			break
		}
		if !listed || len(c.Columns()) != 1 {
			return out, nested
		}
		c = c.Columns()[0]
	}
	out.leaf = c.Index()
	var err error
	out.append, err = parquetValue(c.Type(), leaves[out.leaf])
	return out, err
}

// leafElements are what the file's schema says of its leaves: more than the
// library's types do.
func leafElements(file *parquet.File) []*format.SchemaElement {
	var leaves []*format.SchemaElement
	schema := file.Metadata().Schema
	for i := range schema {
		if schema[i].Type.Valid { // not a group
			leaves = append(leaves, &schema[i])
		}
	}
	return leaves
}

// readable refuses pages that the library cannot decompress. LZ4_RAW is among
// them: where pages compress to more than a third, it takes the buffer before
// decompression for the page, silently (parquet-go issue 608, in v0.32.0).
func readable(file *parquet.File, leaf int) error {
	for _, group := range file.Metadata().RowGroups {
		switch codec := group.Columns[leaf].MetaData.Codec; codec {
		case format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd:
		default:
			return fmt.Errorf("is compressed by %s, which is not readable here: write the file again with snappy or zstd", codec)
		}
	}
	return nil
}

// next reads a row.
func (p *parquetReader) next(keep bool) (row Row, err error) {
	defer p.s.recovered(&err)
	for p.used == p.have {
		if err := p.fill(); err != nil {
			return Row{}, err
		}
	}
	values := p.batch[p.used]
	p.used++
	p.number++
	if !keep {
		return Row{}, nil
	}
	row = Row{header: p.header, cells: make([][]byte, len(p.columns)), line: p.number}
	for i := range p.columns {
		c := &p.columns[i]
		if row.cells[i], err = c.cell(values); err != nil {
			return row, fmt.Errorf("%s: row %d, column %s: %w", p.s.name, p.number, c.Name, err)
		}
		if wrong := mismatch(row.cells[i], c.Type); wrong != "" {
			return row, fmt.Errorf("%s: row %d, column %s: %s", p.s.name, p.number, c.Name, wrong)
		}
	}
	return row, nil
}

// fill reads the next batch; io.EOF when there is none.
func (p *parquetReader) fill() error {
	p.used, p.have = 0, 0
	if p.rows == nil {
		if len(p.groups) == 0 {
			return io.EOF
		}
		p.rows, p.groups = p.groups[0].Rows(), p.groups[1:]
	}
	n, err := p.rows.ReadRows(p.batch)
	p.have = n
	switch {
	case errors.Is(err, io.EOF):
		err = p.rows.Close()
		p.rows = nil
	case err == nil && n == 0:
		err = errors.New("the file is broken: it ends early")
	}
	if err != nil {
		return fmt.Errorf("%s: row %d: %w", p.s.name, p.number+1, err)
	}
	return nil
}

// cell is the column's value in a row. A row's values are in the order of their
// columns.
func (c *parquetColumn) cell(row parquet.Row) ([]byte, error) {
	start, found := slices.BinarySearchFunc(row, c.leaf, func(v parquet.Value, leaf int) int { return v.Column() - leaf })
	if !found {
		return []byte("null"), nil
	}
	if !c.list {
		return c.value(nil, row[start])
	}
	switch first := row[start]; {
	case first.DefinitionLevel() < c.level-1:
		return []byte("null"), nil
	case first.DefinitionLevel() < c.level:
		return []byte("[]"), nil
	}
	b := []byte{'['}
	for i := start; i < len(row) && row[i].Column() == c.leaf; i++ {
		if i > start {
			b = append(b, ',')
		}
		var err error
		if b, err = c.value(b, row[i]); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

func (c *parquetColumn) value(b []byte, v parquet.Value) ([]byte, error) {
	if v.IsNull() {
		return append(b, "null"...), nil
	}
	return c.append(b, v)
}
