package results

import (
	"bytes"
	"fmt"
	"slices"
)

// Grow takes the whole lines of data, which comes behind what f has of a file that is still
// being written. It adds slices up as ReadSummed does, and returns how many bytes it took
// and the points of Series that came with them. After an error f takes no more.
func (f *File) Grow(data []byte) (took int, added []Point, err error) {
	before := len(f.points)
	for err == nil {
		line, _, whole := bytes.Cut(data[took:], []byte("\n"))
		if !whole {
			break
		}
		took += len(line) + 1
		if line = bytes.TrimSpace(line); len(line) > 0 {
			err = f.add(line, true)
		}
	}
	if err == nil && len(data)-took > maxLine {
		err = fmt.Errorf("%w: a line of over %d MB", ErrFormat, maxLine>>20)
	}
	if err != nil {
		f.Damage = err.Error()
	}
	return took, slices.Clone(f.points[before:]), err
}
