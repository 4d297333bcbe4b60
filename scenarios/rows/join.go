package rows

import (
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A join is the columns of another file beside those of a row: of the one row with
// the same key. Neither file is held: the keys of the rows that are taken are
// looked for in one pass over the other.

// joined is a file that is joined.
type joined struct {
	*Source
	left, right string   // the columns whose values are the key, here and there
	offers      []Column // what may be taken of it
	taken       []string // what is; none: it is not read
	most        int      // keys that a scan keeps
	complete    bool     // each row's key was found in it, once
}

// maxKeys is of how many rows a file's keys are all looked at when it is scanned. Those
// of a larger file are looked at for the rows that are taken.
const maxKeys = 1 << 20

// Join adds the columns of other, as selected there. Each row's value of left must
// be that of right in one row of other. It comes before Select.
func (s *Source) Join(other *Source, left, right string) error {
	if !s.Has(left) {
		return fmt.Errorf("%s has no column %q", s.name, left)
	}
	if !other.Has(right) {
		return fmt.Errorf("%s has no column %q", other.name, right)
	}
	j := &joined{Source: other, left: left, right: right, most: maxKeys}
	if s.own == nil {
		s.own = s.known
	}
	if s.own.find(left, 0) < 0 {
		return fmt.Errorf("%q is no column of %s itself, whose rows are those that are sent", left, s.name)
	}
	columns := slices.Clone(s.Columns)
	for _, c := range other.columns() {
		switch {
		case c.Name == right && other.selected == nil:
			continue // it is left's
		case s.Has(c.Name):
			return fmt.Errorf("both %s and %s have a column %q: choose others with columns", s.name, other.name, c.Name)
		}
		j.offers, columns = append(j.offers, c), append(columns, c.Name)
	}
	s.Columns, s.known = columns, newHeader(columns)
	s.joins = append(s.joins, j)
	return s.Select(nil)
}

// columns are those that are taken of the file.
func (s *Source) columns() []Column {
	if s.selected != nil {
		return s.selected
	}
	var all []Column
	for _, name := range s.Columns {
		all = append(all, Column{Name: name})
	}
	return all
}

// selectJoined says which file the columns are of; nil: all. What is here is left.
func (s *Source) selectJoined(columns []Column) []Column {
	s.wanted = nil
	if columns != nil {
		s.wanted = headerOf(columns)
	}
	here := slices.DeleteFunc(slices.Clone(columns), func(c Column) bool { return s.own.find(c.Name, 0) < 0 })
	for _, j := range s.joins {
		j.taken = nil
		there := []Column{{Name: j.right}}
		for _, c := range j.offers {
			at := slices.IndexFunc(columns, func(other Column) bool { return other.Name == c.Name })
			switch {
			case at >= 0 && columns[at].Type != "":
				c.Type = columns[at].Type
			case at < 0 && columns != nil:
				continue
			}
			if j.taken = append(j.taken, c.Name); c.Name == j.right {
				there[0] = c
			} else {
				there = append(there, c)
			}
		}
		j.Source.selected, j.Source.chosen = there, headerOf(there)
		if columns != nil && len(j.taken) > 0 && !slices.ContainsFunc(here, func(c Column) bool { return c.Name == j.left }) {
			here = append(here, Column{Name: j.left})
		}
	}
	return here
}

func headerOf(columns []Column) *header {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return newHeader(names)
}

// keyCheck is told of a column's value in every row.
type keyCheck struct {
	column string
	check  func(key string, line, col int) error
}

// scanJoined scans the files that are joined, and prepares for this one's keys.
func (s *Source) scanJoined(need []string) (here []string, err error) {
	if s.joins == nil {
		return need, nil
	}
	s.checks = nil
	for _, j := range s.joins {
		if len(j.taken) == 0 {
			continue
		}
		keys, seed := map[uint64]struct{}{}, maphash.MakeSeed()
		j.complete = true
		j.checks = []keyCheck{{j.right, func(key string, line, col int) error {
			if key == "" || !j.complete {
				return nil
			}
			sum := maphash.String(seed, key)
			if _, twice := keys[sum]; twice {
				return &Error{j.name, line, col, j.twice(key)}
			}
			if keys[sum] = struct{}{}; len(keys) > j.most {
				j.complete, keys = false, nil
			}
			return nil
		}}}
		if err := j.Scan(append(slices.Clone(j.taken), j.right)); err != nil {
			return nil, err
		}
		s.Notes = append(s.Notes, j.Notes...)
		s.checks = append(s.checks, keyCheck{j.left, func(key string, line, col int) error {
			if _, found := keys[maphash.String(seed, key)]; !found && (j.complete || key == "") {
				return &Error{s.name, line, col, j.missing(key)}
			}
			return nil
		}})
		here = append(here, j.left)
	}
	for _, name := range need {
		if s.own.find(name, 0) >= 0 {
			here = append(here, name)
		}
	}
	return here, nil
}

func (j *joined) missing(key string) string {
	if key == "" {
		return fmt.Sprintf("no %s to find a row of %s by", j.left, j.name)
	}
	return fmt.Sprintf("%s has no row whose %s is %s", j.name, j.right, short(key))
}

func (j *joined) twice(key string) string {
	return fmt.Sprintf("the %s %s is there twice: a join takes the one row of a key", j.right, short(key))
}

// join puts the columns of the joined files beside those of rows.
func (s *Source) join(rows []Row) error {
	for _, j := range s.joins {
		if len(j.taken) == 0 {
			continue
		}
		found := make(map[string]*Row, len(rows))
		for _, r := range rows {
			cell, _ := r.Cell(j.left)
			found[keyOf(cell)] = nil
		}
		if err := j.find(found); err != nil {
			return err
		}
		var from, to *header
		for i, r := range rows {
			cell, _ := r.Cell(j.left)
			other := found[keyOf(cell)]
			if other == nil {
				return &Error{s.name, r.line, 0, j.missing(keyOf(cell))}
			}
			if r.header != from {
				from, to = r.header, newHeader(slices.Concat(r.names, j.taken))
				if len(to.at) < len(to.names) {
					return &Error{s.name, r.line, 0, fmt.Sprintf("has a column that %s has, too: choose others with columns", j.name)}
				}
			}
			cells := slices.Clip(r.cells)
			for _, name := range j.taken {
				cell, _ := other.Cell(name)
				cells = append(cells, cell)
			}
			rows[i].header, rows[i].cells = to, cells
		}
	}
	if s.wanted == nil {
		return nil
	}
	for i, r := range rows {
		cells := make([][]byte, len(s.wanted.names))
		for k, name := range s.wanted.names {
			cells[k], _ = r.Cell(name) // all files were asked for their part
		}
		rows[i].header, rows[i].cells = s.wanted, cells
	}
	return nil
}

// find reads the rows whose keys are wanted.
func (j *joined) find(wanted map[string]*Row) error {
	in, err := j.open()
	if err != nil {
		return err
	}
	defer in.Close()
	next, err := j.stream(in)
	if err != nil {
		return err
	}
	for left := len(wanted); left > 0 || !j.complete; {
		row, err := next(true)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		cell, _ := row.Cell(j.right)
		key := keyOf(cell)
		switch before, is := wanted[key]; {
		case !is || key == "":
		case before != nil:
			return &Error{j.name, row.line, 0, j.twice(key)}
		default:
			wanted[key] = &row
			left--
		}
	}
	return nil
}

// keyOf is the key that a JSON value is; empty: none.
func keyOf(cell []byte) string {
	text := string(cell)
	if typeOf(cell) == Text {
		_ = json.Unmarshal(cell, &text) // it is one
	} else if text == "null" {
		text = ""
	}
	return plainKey(text)
}

// plainKey makes keys alike that different formats write differently: 7, 7.0 and
// "7" are the same.
func plainKey(text string) string {
	text = strings.TrimSpace(text)
	number, ok := jsonNumber(text)
	if !ok {
		return text
	}
	if strings.ContainsAny(number, ".eE") {
		const exact = 1 << 53
		if f, err := strconv.ParseFloat(number, 64); err == nil && f == math.Trunc(f) && math.Abs(f) < exact {
			return strconv.FormatInt(int64(f), 10)
		}
	}
	return number
}
