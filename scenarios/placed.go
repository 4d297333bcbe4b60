package scenarios

import (
	"errors"
	"fmt"

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

// Error has the form of strict.Mistake.
func (e *placedError) Error() string {
	return strict.Mistake{File: e.file, Line: e.at.Line, Col: e.at.Col, Text: e.at.Path + ": " + e.err.Error()}.Error()
}

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

// mistakes are those of a scenario's requests, each with the name of its file, or if
// it has no place, of its request.
type mistakes struct {
	sc    *Scenario
	found []error
}

// add notes what is wrong with a request; nil is nothing.
func (m *mistakes) add(what, name string, err error) {
	var place *placedError
	switch {
	case err == nil:
	case errors.As(err, &place):
		place.file = m.sc.file
		m.found = append(m.found, place)
	default:
		m.found = append(m.found, fmt.Errorf("scenario %s, %s%s: %w", m.sc.Name, what, name, err))
	}
}

// err is all of them, nil if there are none; one that several requests share, as by an
// alias, is told once.
func (m *mistakes) err() error {
	var all []error
	told := map[string]bool{}
	for _, err := range m.found {
		if text := err.Error(); !told[text] {
			told[text] = true
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
