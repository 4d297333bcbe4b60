package results

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
)

const (
	maxHeader = 4 << 20 // bytes; it has the text of the scenario
	maxFooter = 1 << 20 // bytes; it has warnings
	aLook     = 4 << 10 // bytes, in which most headers and footers are
)

// List has the result files of a folder (*.jsonl, not of the folders in it), the newest
// first. Of each the first and the last line are read alone: it has its Header and Footer,
// and of what is between them nothing, nor does Damage say anything of that. A file whose
// header cannot be read has none, and stands behind the others; Damage says why.
func List(dir string) ([]*File, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("result files: %w", err)
	}
	var files []*File
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".jsonl" && !e.IsDir() {
			files = append(files, outline(filepath.Join(dir, e.Name())))
		}
	}
	slices.SortStableFunc(files, func(a, b *File) int {
		return cmp.Or(b.Header.Start.Compare(a.Header.Start), cmp.Compare(a.Path, b.Path))
	})
	return files, nil
}

// outline is a file without what is between its header and its footer.
func outline(path string) *File {
	f := &File{Path: path}
	err := func() error {
		// Opening a pipe would wait for who writes to it.
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return errors.New("it is no regular file")
		}
		file, err := os.Open(path)
		if err != nil {
			return err
		}
		defer file.Close()
		return f.readEnds(file, info.Size())
	}()
	if err != nil {
		if p := (*os.PathError)(nil); errors.As(err, &p) {
			err = p.Err // the path stands beside it
		}
		f.Damage = err.Error()
	}
	return f
}

// readEnds takes the header and, where it is there, the footer.
func (f *File) readEnds(r io.ReaderAt, size int64) error {
	head := bufio.NewReaderSize(io.NewSectionReader(r, 0, min(size, maxHeader)), aLook)
	line, err := head.ReadBytes('\n')
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return err
	case len(line) == maxHeader:
		return fmt.Errorf("%w: its first line is longer than %d MB", ErrFormat, maxHeader>>20)
	}
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	if len(line) == 0 {
		return fmt.Errorf("%w: its first line is empty", ErrFormat)
	}
	if err := f.add(line, false); err != nil {
		f.Header = Header{} // what of it could be read is not known to be true
		return err
	}
	before, line, err := lastLine(r, size)
	if err != nil {
		return err
	}
	var kind struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(line, &kind) != nil || kind.Type != "footer" {
		return nil // it was cut off
	}
	f.sums = sumOf(before)
	if err := f.add(line, false); err != nil {
		return fmt.Errorf("its last line: %w", err)
	}
	return nil
}

// lastLine is the last line that is not empty, and what it found of those before; none
// where it would be too long for a footer.
func lastLine(r io.ReaderAt, size int64) (before, line []byte, err error) {
	for look := int64(aLook); look <= maxFooter; look *= 4 {
		tail := make([]byte, min(look, size))
		if _, err := r.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
			return nil, nil, err
		}
		tail = bytes.TrimSpace(tail)
		if at := bytes.LastIndexByte(tail, '\n'); at > sumSize {
			return bytes.TrimSpace(tail[:at]), bytes.TrimSpace(tail[at:]), nil
		}
		if look >= size {
			break
		}
	}
	return nil, nil, nil
}

// sumOf is the chain up to the end of a line, which the line says.
func sumOf(line []byte) (c chain) {
	if digits, ok := bytes.CutSuffix(line, []byte(`"}`)); ok && len(digits) >= 8 {
		sum, _ := strconv.ParseUint(string(digits[len(digits)-8:]), 16, 32)
		c.sum = uint32(sum)
	}
	return c
}
