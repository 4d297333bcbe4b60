package results

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// Bounds of what a measurement may be labelled with.
const (
	mostLabels   = 64
	longestLabel = 200 // bytes of a value
)

var labelName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Relabel changes the labels of a header: NAME=VALUE sets one, NAME- takes it away.
func (h *Header) Relabel(changes ...string) error {
	labels := maps.Clone(h.Tags)
	if labels == nil {
		labels = map[string]string{}
	}
	var wrong []error
	for _, change := range changes {
		name, value, sets := strings.Cut(change, "=")
		if !sets {
			name, sets = strings.CutSuffix(change, "-")
			if !sets {
				wrong = append(wrong, fmt.Errorf("%q: want NAME=VALUE, such as team=search, or NAME- to take it away", change))
				continue
			}
			delete(labels, name)
			continue
		}
		labels[name] = value
		switch {
		case !labelName.MatchString(name):
			wrong = append(wrong, fmt.Errorf("label name %q: want at most 64 letters, digits, '.', '_' and '-', a letter or digit first", name))
		case len(value) > longestLabel || strings.ContainsFunc(value, unicode.IsControl):
			wrong = append(wrong, fmt.Errorf("label %s: want at most %d bytes of text, without line breaks", name, longestLabel))
		}
	}
	if len(labels) > mostLabels && len(labels) > len(h.Tags) {
		wrong = append(wrong, fmt.Errorf("%d labels, want at most %d", len(labels), mostLabels))
	}
	if len(wrong) > 0 {
		return errors.Join(wrong...)
	}
	h.Tags = labels
	if len(labels) == 0 {
		h.Tags = nil
	}
	return nil
}

// beingMeasured is for how long after its last line a file without an end is taken for
// one that is still written to.
const beingMeasured = 2 * time.Minute

// Relabel changes the labels of the file at f.Path, and of f: see Header.Relabel. The
// file is replaced as a whole or not at all. Its checksums are made anew, up to where the
// file is damaged: from there on lines stay as they are, and are still found to be.
func (f *File) Relabel(changes ...string) error {
	path, err := filepath.EvalSymlinks(f.Path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is no regular file", path)
	}
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	if f.Footer == nil && time.Since(info.ModTime()) < beingMeasured {
		return fmt.Errorf("%s has no end and was written to %s ago: it is still being measured; label it afterwards", f.Path, time.Since(info.ModTime()).Round(time.Second))
	}
	in, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	defer in.Close()
	out, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	defer os.Remove(out.Name()) // of what is renamed there is none
	header, err := relabelled(in, out, changes)
	if err == nil {
		err = errors.Join(out.Chmod(info.Mode().Perm()), out.Sync())
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("%s: %w", f.Path, err)
	}
	if now, err := os.Stat(path); err != nil || now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime()) {
		return fmt.Errorf("%s was changed meanwhile, and is left as it is: label it again", f.Path)
	}
	if err := os.Rename(out.Name(), path); err != nil {
		return fmt.Errorf("result file: %w", err)
	}
	f.Header.Tags = header.Tags
	return nil
}

// relabelled copies a result file with other labels.
func relabelled(in io.Reader, out io.Writer, changes []string) (*Header, error) {
	r, w := bufio.NewReaderSize(in, 1<<16), bufio.NewWriterSize(out, 1<<16)
	first, err := r.ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	line := bytes.TrimSpace(bytes.TrimPrefix(first, []byte("\ufeff")))
	old := &File{}
	if err := old.add(line, false); err != nil {
		return nil, err
	}
	if err := old.Header.Relabel(changes...); err != nil {
		return nil, err
	}
	if line, err = withTags(line, old.Header.Tags); err != nil {
		return nil, err
	}
	var sums chain
	if old.summed {
		line = sums.seal(line)
	}
	_, _ = w.Write(append(line, '\n')) // errors show when it is flushed
	for old.summed {
		raw, rerr := r.ReadBytes('\n')
		line := bytes.Trim(raw, " \t\r\n")
		has, right := old.sums.check(line)
		if len(line) > 0 && (!has || !right) {
			_, _ = w.Write(raw) // damaged, and all that follows
			break
		}
		if len(line) > 0 {
			_, _ = w.Write(append(sums.seal(append(line[:len(line)-sumSize:len(line)-sumSize], '}')), '\n'))
		}
		if rerr != nil {
			if !errors.Is(rerr, io.EOF) {
				return nil, rerr
			}
			break
		}
	}
	if _, err := io.Copy(w, r); err != nil {
		return nil, err
	}
	return &old.Header, w.Flush()
}

// withTags is the header's line with other labels and without a checksum. All else stays
// as it is and where it is, what this version does not know, too.
func withTags(line []byte, tags map[string]string) ([]byte, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	out := []byte{'{'}
	put := func(key string, value []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		name, _ := json.Marshal(key) // text always has a form
		out = append(append(append(out, name...), ':'), value...)
	}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		if key, _ := token.(string); key != "tags" && key != "sum" {
			put(key, value)
		}
	}
	if len(tags) > 0 {
		value, err := json.Marshal(tags)
		if err != nil {
			return nil, err
		}
		put("tags", value)
	}
	return append(out, '}'), nil
}
