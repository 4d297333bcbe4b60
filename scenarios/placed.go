package scenarios

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/targets/strict"
)

// Some mistakes show only when requests are made: a row of a file with a line break
// in it, where a header is to hold it. They have their place in the scenario, too.

// placedError is a mistake at a value of the scenario.
type placedError struct {
	file string // the scenario's; "": not known yet
	at   *strict.Node
	err  error
}

func (e *placedError) mistake() strict.Mistake {
	return strict.Mistake{File: e.file, Line: e.at.Line, Col: e.at.Col, Text: e.at.Path + ": " + e.err.Error()}
}

// Error is that of the mistake.
func (e *placedError) Error() string { return e.mistake().Error() }

// Unwrap is the mistake without its place.
func (e *placedError) Unwrap() error { return e.err }

// placed is err at the value; of what stands in no file as it is. An error that has a
// place keeps it.
func placed(at *strict.Node, err error) error {
	var has *placedError
	if at == nil || errors.As(err, &has) {
		return err
	}
	return &placedError{at: at, err: err}
}

// at is the place of a key of the request, or of the request if it has none of these.
func (r *Request) at(keys ...string) *strict.Node {
	if r.node == nil {
		return nil
	}
	for _, key := range keys {
		if n := r.node.Get(key); n != nil {
			return n
		}
	}
	return r.node
}

// mistakes are those of a scenario's requests: those that have a place, and others, which
// name their request.
type mistakes struct {
	sc     *Scenario
	found  strict.Mistakes
	others []error
}

// add notes what is wrong with a request; nil is nothing.
func (m *mistakes) add(what, name string, err error) {
	var place *placedError
	switch {
	case err == nil:
	case errors.As(err, &place):
		place.file = m.sc.file
		m.found = append(m.found, place.mistake())
	default:
		m.others = append(m.others, fmt.Errorf("scenario %s, %s%s: %w", m.sc.Name, what, name, err))
	}
}

// err is all of them, nil if there are none.
func (m *mistakes) err() error {
	if len(m.found) == 0 {
		return errors.Join(m.others...)
	}
	return together(append(m.others, m.found)...)
}

// together is all that is wrong: what has a place as one strict.Mistakes, in the file's
// order. One that several requests share, as by an alias, is told once.
func together(errs ...error) error {
	var all strict.Mistakes
	var others []error
	for _, err := range errs {
		var found strict.Mistakes
		if errors.As(err, &found) {
			all = append(all, found...)
		} else if err != nil {
			others = append(others, err)
		}
	}
	if len(all) == 0 {
		return errors.Join(others...)
	}
	slices.SortStableFunc(all, func(a, b strict.Mistake) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	all = slices.Compact(all)
	if len(others) == 0 {
		return all
	}
	return errors.Join(append([]error{all}, others...)...)
}
