package answers

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ohler55/ojg/jp"
)

// Path selects values of a JSON document: $.predictions[0].score, $..id. The
// zero Path selects the whole document.
type Path struct {
	text string
	expr jp.Expr
}

// ParsePath reads a JSON path (RFC 9535); the leading $ may be left out.
func ParsePath(text string) (Path, error) {
	full := strings.TrimSpace(text)
	if full == "" {
		return Path{}, errors.New(`empty JSON path: want one such as $.prediction`)
	}
	if !strings.HasPrefix(full, "$") {
		full = "$." + strings.TrimPrefix(full, ".")
	}
	expr, err := jp.ParseString(full)
	if err != nil {
		return Path{}, fmt.Errorf("JSON path %q: %w", text, err)
	}
	return Path{text: full, expr: expr}, nil
}

// UnmarshalText is ParsePath.
func (p *Path) UnmarshalText(text []byte) (err error) {
	*p, err = ParsePath(string(text))
	return err
}

func (p Path) String() string {
	if p.expr == nil {
		return "$"
	}
	return p.text
}

// Single says that the path selects at most one value, whatever the document.
func (p Path) Single() bool { return p.expr == nil || p.expr.Normal() }

// All lists the values that p selects of a document made by Decode, in no
// particular order.
func (p Path) All(document any) []any {
	if p.expr == nil {
		return []any{document}
	}
	return p.expr.Get(document)
}

// First is one of the values that p selects; false if there is none.
func (p Path) First(document any) (any, bool) {
	if p.expr == nil {
		return document, true
	}
	return p.expr.FirstFound(document)
}

// Decode reads a body that is one JSON value. Numbers are json.Number: nothing of
// them is lost.
func Decode(body []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("more after the end of the JSON value")
	}
	return v, nil
}
