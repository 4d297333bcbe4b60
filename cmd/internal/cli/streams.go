package cli

import (
	"fmt"
	"io"
	"os"
)

// Streams are the three standard streams. Results go to Out, progress and
// warnings to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// ReadFile reads a file or pipe; - is in. It refuses more bytes than most: devices
// have no end.
func ReadFile(in io.Reader, path string, most int64) ([]byte, error) {
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	raw, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(raw)) > most {
		err = fmt.Errorf("%s: more than %d MB", path, most>>20)
	}
	return raw, err
}
