package example

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

// Filler makes values, with generators in them, that a schema allows: those
// of scenarios that are made of a document, and those that verify sends. Examples
// say what the limits leave open.
type Filler struct {
	Features int  // length of arrays of numbers of which nothing is known
	All      bool // optional properties, too, and texts that vary
	vary     bool // texts vary
	Notes    []string
	made     int
}

const (
	maxFilled   = 2_000  // values of one list or object
	maxTries    = 20_000 // values in all, those that led nowhere included
	maxFillRows = 10     // rows of a matrix, where the document allows more
	maxChoice   = 50     // values of an enum
)

var errTooLarge = errors.New("its body is too large to be made up")

// Fill makes a value for a whole schema that an independent reader of schemas
// accepts, or says why there is none.
func (g *Filler) Fill(s *openapi.Schema, hint any) (any, error) {
	v, err := g.value(s, hint, 0)
	if err == nil {
		v, err = checked(s, v)
	}
	if err != nil && g.All { // what is optional may be in the way
		plain := Filler{Features: g.Features, vary: true}
		if v, perr := plain.Fill(s, hint); perr == nil {
			g.Notes = append(g.Notes, plain.Notes...)
			return v, nil
		}
	}
	if err != nil && hint != nil && s.Check(hint) == nil { // the document knows one
		return Ordered(hint), nil
	}
	return v, err
}

// value is for one schema. The hint is an example of it, or nil.
func (g *Filler) value(s *openapi.Schema, hint any, depth int) (any, error) {
	if hint == nil {
		hint = Of(nil, s)
	}
	var first error
	for i := range s.Forms() {
		form := s.Form(i)
		v, err := g.form(form, hint, depth)
		switch {
		case err != nil:
		case form.Risky:
			v, err = someOf(s, v)
		case form.Hard || s.Forms() > 1:
			v, err = checked(s, v)
		}
		if err == nil {
			return v, nil
		}
		if first == nil {
			first = err
		}
		if g.made > maxTries {
			break
		}
	}
	if hint != nil && s.Check(hint) == nil {
		return Ordered(hint), nil
	}
	if s.Nullable && s.Check(nil) == nil {
		return nil, nil
	}
	if s.Hard && !errors.Is(first, errTooLarge) {
		for _, v := range s.Probes() {
			if s.Check(v) == nil {
				return Ordered(v), nil
			}
		}
	}
	return nil, first
}

// form makes a value of a schema read in one way.
func (g *Filler) form(s *openapi.Schema, hint any, depth int) (any, error) {
	if g.made++; g.made > maxTries || depth > MaxDepth {
		return nil, errTooLarge
	}
	switch {
	case s.Recursive:
		return nil, errors.New("its body contains itself, or is nested too deep")
	case s.Never:
		return nil, errors.New("a part of its body may be nothing")
	case len(s.Enum) > 0:
		return choiceOf(s)
	}
	switch schemaKind(s) {
	case "object":
		return g.object(s, hint, depth)
	case "array":
		return g.array(s, hint, depth)
	case "number":
		return g.number(s, hint)
	case "integer":
		return g.integer(s, hint)
	case "boolean":
		return Generated{"$choice", []any{true, false}}, nil
	case "string":
		return g.text(s, hint)
	case "null":
		return nil, nil
	}
	if hint != nil {
		return Ordered(hint), nil
	}
	return Pairs{}, nil // anything goes
}

// schemaKind is the type, or the one whose limits are given.
func schemaKind(s *openapi.Schema) string {
	switch {
	case s.Type != "":
		return s.Type
	case len(s.Required) > 0 || s.MinProperties > 0 || s.Additional != nil || s.Names != nil:
		return "object"
	case s.MinItems > 0 || s.UniqueItems:
		return "array"
	case s.MinLength > 0 || s.MaxLength != nil || s.Pattern != "" || s.Format != "" || s.Media != "" || s.Encoding != "":
		return "string"
	case s.Min != nil || s.Max != nil || s.MultipleOf != nil:
		return "number"
	}
	return ""
}

// choiceOf are the values of an enum that the schema's other rules allow.
func choiceOf(s *openapi.Schema) (any, error) {
	values := make([]any, 0, len(s.Enum))
	var first error
	for _, v := range s.Enum[:min(len(s.Enum), maxChoice)] {
		if v == nil && len(s.Enum) > 1 {
			continue
		}
		if err := s.Check(v); err == nil {
			values = append(values, Ordered(v))
		} else if first == nil {
			first = unmet(err)
		}
	}
	switch len(values) {
	case 0:
		return nil, first
	case 1:
		return values[0], nil
	}
	return Generated{"$choice", values}, nil
}

func unmet(err error) error { return fmt.Errorf("no value could be made up that meets %w", err) }

// text is an example, a generator where the format has one, or made up.
func (g *Filler) text(s *openapi.Schema, hint any) (any, error) {
	given, is := hint.(string)
	if is && s.Accepts(given) && !g.vary {
		return given, nil
	}
	if pattern := s.Unreadable(); pattern != "" && is {
		g.note(fmt.Sprintf("The pattern %s cannot be checked here: its text is the document's example.", pattern))
		return given, nil
	}
	if s.Format == "uuid" && s.Pattern == "" && s.MinLength <= 36 && (s.MaxLength == nil || *s.MaxLength >= 36) {
		return Generated{"$uuid", nil}, nil
	}
	if g.vary || g.All {
		const some = 20
		if several := s.Texts(some); len(several) > 1 {
			values := make([]any, len(several))
			for i, text := range several {
				values[i] = text
			}
			return Generated{"$choice", values}, nil
		}
	}
	v, ok := s.Text()
	if !ok {
		return nil, errors.New("no text could be made up that its limits allow (pattern " + s.Pattern + ")")
	}
	return v, nil
}

func (g *Filler) note(text string) {
	if !slices.Contains(g.Notes, text) {
		g.Notes = append(g.Notes, text)
	}
}

// commentOf is a property's description, if it is short.
func commentOf(p *openapi.Schema) string {
	if len(p.Description) > 70 || p.Description == "An enumeration." { // pydantic's, of every enum
		return ""
	}
	return p.Description
}
