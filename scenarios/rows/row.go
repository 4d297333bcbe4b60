package rows

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Row is one row. Its cells are JSON values.
type Row struct {
	*header // shared by rows of the same columns
	cells   [][]byte
	line    int // in the file; of Parquet, the row
}

// header is the columns of rows.
type header struct {
	names []string
	at    map[string]int
}

func newHeader(names []string) *header {
	h := &header{names, make(map[string]int, len(names))}
	for i, name := range names {
		h.at[name] = i
	}
	return h
}

// Cell is the value of a column.
func (r Row) Cell(column string) (value []byte, ok bool) {
	i := r.find(column, 0)
	if i < 0 {
		return nil, false
	}
	return r.cells[i], true
}

// find looks for a column at a place first: whoever takes columns in the file's
// order finds each at once.
func (h *header) find(column string, likely int) int {
	if likely < len(h.names) && h.names[likely] == column {
		return likely
	}
	if i, ok := h.at[column]; ok {
		return i
	}
	return -1
}

// AppendObject appends columns of the row as a JSON object; nil: all.
func (r Row) AppendObject(b []byte, columns []string) ([]byte, error) {
	return r.join(b, columns, '{', '}')
}

// AppendList appends columns of the row as a JSON array; nil: all.
func (r Row) AppendList(b []byte, columns []string) ([]byte, error) {
	return r.join(b, columns, '[', ']')
}

func (r Row) join(b []byte, columns []string, opening, closing byte) ([]byte, error) {
	if columns == nil {
		columns = r.names
	}
	b = append(b, opening)
	at := -1
	for i, name := range columns {
		if at = r.find(name, at+1); at < 0 {
			return b, fmt.Errorf("row %d has no column %q any more: the file has changed since it was read", r.line, name)
		}
		if i > 0 {
			b = append(b, ',')
		}
		if opening == '{' {
			b = append(appendText(b, name), ':')
		}
		b = append(b, r.cells[at]...)
	}
	return append(b, closing), nil
}

// memory is about what keeping the row costs.
func (r Row) memory() int64 {
	const header = 24 // of a slice
	n := int64(len(r.cells)) * header
	for _, c := range r.cells {
		n += int64(len(c))
	}
	return n
}

// appendText appends s as a JSON string; s is valid UTF-8. Nothing is escaped
// that need not be.
func appendText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c == '\r':
			b = append(b, '\\', 'r')
		case c == '\t':
			b = append(b, '\\', 't')
		case c < ' ':
			b = fmt.Appendf(b, `\u%04x`, c)
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}

// typeOf says what a JSON value is; empty: null, a list or an object.
func typeOf(cell []byte) Type {
	switch c := cell[0]; {
	case c == '"':
		return Text
	case c == 't' || c == 'f':
		return Bool
	case c == '-' || c >= '0' && c <= '9':
		return Number
	}
	return ""
}

// mismatch says what is wrong with a JSON value in a column of the type; empty:
// nothing.
func mismatch(cell []byte, want Type) string {
	if want == "" || typeOf(cell) == want || string(cell) == "null" {
		return ""
	}
	return fmt.Sprintf("found %s, want %s", short(string(cell)), describe(want))
}

func describe(t Type) string {
	switch t {
	case Number:
		return "a number"
	case Bool:
		return "true or false"
	}
	return "text"
}

// short quotes a value for a message.
func short(s string) string {
	const most = 40
	if len(s) > most {
		cut := most
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		s = s[:cut] + "…"
	}
	return strconv.Quote(s)
}

// jsonNumber is the number exactly as written. Forms that mean the same as one
// of JSON's (+5, .5, 5.) are taken for it; a leading zero makes an identifier,
// such as a postcode.
func jsonNumber(s string) (string, bool) {
	sign, rest := "", s
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		sign, rest = strings.TrimPrefix(rest[:1], "+"), rest[1:]
	}
	whole := digits(rest)
	places, exponent := 0, rest[whole:]
	point := strings.HasPrefix(exponent, ".")
	if point {
		places = digits(exponent[1:])
		exponent = exponent[1+places:]
	}
	if whole+places == 0 || whole > 1 && rest[0] == '0' || !isExponent(exponent) {
		return "", false
	}
	switch {
	case whole == 0:
		return sign + "0" + rest, true
	case point && places == 0:
		return sign + rest[:whole] + exponent, true
	case len(sign)+len(rest) == len(s):
		return s, true
	}
	return sign + rest, true
}

// isExponent accepts an empty one, too.
func isExponent(s string) bool {
	if s == "" {
		return true
	}
	if s[0] != 'e' && s[0] != 'E' {
		return false
	}
	s = s[1:]
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	return s != "" && digits(s) == len(s)
}

// digits is how many s begins with.
func digits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// jsonBool is true or false.
func jsonBool(s string) (string, bool) {
	switch {
	case strings.EqualFold(s, "true"):
		return "true", true
	case strings.EqualFold(s, "false"):
		return "false", true
	}
	return "", false
}

// missing says whether a cell of a number or bool column holds no value, as
// spreadsheets, pandas and R write it.
func missing(s string) bool {
	switch s {
	case "", "null", "NULL", "NA", "NaN", "nan":
		return true
	}
	return false
}
