package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// line is what is asked here of a line of a result file.
type line struct {
	Type   string          `json:"type"`
	Looks  json.RawMessage `json:"looks"`
	Phase  string          `json:"phase"`
	Pair   int             `json:"pair"`
	Launch int             `json:"launch"`
}

// eachLine reads a result file as far as line goes.
func eachLine(file []byte, f func(text []byte, l line) error) error {
	number := 0
	for text := range bytes.Lines(file) {
		number++
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("result file, line %d: %w", number, err)
		}
		if err := f(text, l); err != nil {
			return fmt.Errorf("result file, line %d: %w", number, err)
		}
	}
	return nil
}

// readFile takes over what only the result file has: the planned looks, how many
// were made, and how many pairs are left out.
func (r *record) readFile(file []byte) error {
	measured, launches := 0, 0
	err := eachLine(file, func(_ []byte, l line) error {
		if l.Type == "header" {
			_ = json.Unmarshal(l.Looks, &r.Looks) // files without looks have a number, or nothing
		}
		if l.Type == "slice" && l.Phase == "measure" {
			measured, launches = max(measured, l.Pair), max(launches, l.Launch)
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.LeftOut = measured - r.Pairs
	reached := r.Pairs
	if launches > 0 {
		reached = launches
	}
	for _, look := range r.Looks {
		if r.Used++; look >= reached {
			break
		}
	}
	return nil
}

// split makes of each launch in a result file a file of its own, of a comparison
// that started its targets once and was judged once.
func split(file []byte) ([][]byte, error) {
	var header, footer []byte
	var launches []bytes.Buffer
	first := map[int]int{} // pair of a launch
	err := eachLine(file, func(text []byte, l line) error {
		if l.Type == "slice" && l.Launch == 0 {
			return errors.New("it is of no launch")
		}
		change := map[string]any{"sum": nil, "launch": nil, "launches": nil, "looks": nil}
		if l.Pair > 0 {
			if _, known := first[l.Launch]; !known {
				first[l.Launch] = l.Pair
			}
			change["pair"] = l.Pair - first[l.Launch] + 1
		}
		text, err := changed(text, change)
		if err != nil {
			return err
		}
		switch l.Type {
		case "header":
			header = text
		case "footer":
			footer = text
		case "slice":
			for len(launches) < l.Launch {
				launches = append(launches, *bytes.NewBuffer(bytes.Clone(header)))
			}
			launches[l.Launch-1].Write(text)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out [][]byte
	for i := range launches {
		launches[i].Write(footer)
		out = append(out, launches[i].Bytes())
	}
	return out, nil
}

// changed is a line with other values, and without those that are nil.
func changed(text []byte, values map[string]any) ([]byte, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for key, value := range values {
		if value == nil {
			delete(fields, key)
			continue
		}
		written, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fields[key] = written
	}
	text, err := json.Marshal(fields)
	return append(text, '\n'), err
}

// keep stores result files, compressed: with them a run can be judged again.
func (h *harness) keep(r *record, files ...string) error {
	for i, path := range files {
		name := fmt.Sprintf("%s-%03d-%s-%d.jsonl.gz", r.Condition, r.Repeat, r.Time.Format("20060102T150405Z"), i+1)
		if err := compress(path, filepath.Join(h.results, name)); err != nil {
			return err
		}
		r.Files = append(r.Files, name)
	}
	return nil
}

// compress moves a file.
func compress(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	z := gzip.NewWriter(out)
	_, err = io.Copy(z, in)
	return errors.Join(err, z.Close(), out.Close(), os.Remove(from))
}
