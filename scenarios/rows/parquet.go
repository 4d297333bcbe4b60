package rows

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// parquetReader reads the columns that are taken of a Parquet file, and no others.
type parquetReader struct {
	s       *Source
	header  *header
	columns []parquetColumn // in order
	leaves  []int           // that they are made of
	groups  []parquet.RowGroup
	readers []*leafReader // of the current group, by index of the leaf; nil: not taken
	row     parquetRow
	number  int
}

// parquetColumn is a column that is taken.
type parquetColumn struct {
	Column
	*parquetNode
}

func (s *Source) newParquet(in io.ReaderAt) (p *parquetReader, err error) {
	defer s.recovered(&err)
	file, err := parquet.OpenFile(in, s.size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return nil, fmt.Errorf("%s: not readable as Parquet: %w", s.name, err)
	}
	p = &parquetReader{s: s, groups: file.RowGroups()}
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
		n, err := newParquetNode(tops[column.Name], leaves)
		if err != nil {
			return nil, fmt.Errorf("%s: column %s %w", s.name, column.Name, err)
		}
		for leaf := n.first; leaf < n.first+n.leaves; leaf++ {
			if err = readable(file, leaf); err == nil {
				err = boundedPages(in, file, leaf)
			}
			if err != nil {
				return nil, fmt.Errorf("%s: column %s %w", s.name, column.Name, err)
			}
			p.leaves = append(p.leaves, leaf)
		}
		p.columns = append(p.columns, parquetColumn{column, n})
	}
	p.row = parquetRow{make([][]parquet.Value, len(leaves)), make([]int, len(leaves))}
	return p, nil
}

// recovered turns a panic of the library over a broken file into an error.
func (s *Source) recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%s: not readable as Parquet: %v", s.name, r)
	}
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
	if err := p.fill(); err != nil {
		return Row{}, err
	}
	p.number++
	if !keep {
		return Row{}, nil
	}
	row = Row{header: p.header, cells: make([][]byte, len(p.columns)), line: p.number}
	for i := range p.columns {
		c := &p.columns[i]
		cell, err := p.row.append(nil, c.parquetNode)
		if err == nil && !p.row.whole(c.parquetNode) {
			err = errLevels
		}
		if err != nil {
			return row, fmt.Errorf("%s: row %d, column %s: %w", p.s.name, p.number, c.Name, err)
		}
		if wrong := mismatch(cell, c.Type); wrong != "" {
			return row, fmt.Errorf("%s: row %d, column %s: %s", p.s.name, p.number, c.Name, wrong)
		}
		row.cells[i] = cell
	}
	return row, nil
}

// fill reads the values of the next row; io.EOF when there is none.
func (p *parquetReader) fill() error {
	for {
		if p.readers == nil {
			if len(p.groups) == 0 || len(p.leaves) == 0 {
				return io.EOF
			}
			p.open(p.groups[0])
			p.groups = p.groups[1:]
		}
		ended := 0
		for _, leaf := range p.leaves {
			values, err := p.readers[leaf].row(p.row.values[leaf][:0])
			if err != nil {
				return fmt.Errorf("%s: row %d: %w", p.s.name, p.number+1, err)
			}
			if p.row.values[leaf], p.row.used[leaf] = values, 0; len(values) == 0 {
				ended++
			}
		}
		switch ended {
		case 0:
			return nil
		case len(p.leaves):
			p.close()
		default:
			return fmt.Errorf("%s: row %d: the file is broken: some columns end early", p.s.name, p.number+1)
		}
	}
}

// open begins with a group of rows.
func (p *parquetReader) open(group parquet.RowGroup) {
	p.readers = make([]*leafReader, len(p.row.values))
	chunks := group.ColumnChunks()
	for _, leaf := range p.leaves {
		p.readers[leaf] = &leafReader{pages: chunks[leaf].Pages(), buf: make([]parquet.Value, 64)}
	}
}

// close ends a group.
func (p *parquetReader) close() {
	for _, leaf := range p.leaves {
		_ = p.readers[leaf].pages.Close() // it was read
	}
	p.readers = nil
}

func notEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// whole says whether all values of the node in the row are used.
func (r *parquetRow) whole(n *parquetNode) bool {
	for leaf := n.first; leaf < n.first+n.leaves; leaf++ {
		if r.used[leaf] != len(r.values[leaf]) {
			return false
		}
	}
	return true
}
