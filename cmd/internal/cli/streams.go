package cli

import (
	"fmt"
	"io"
	"os"
)

// Streams are what a command is given by its process: the three standard streams and
// the environment. Results go to Out, progress and warnings to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer

	Env     func(name string) (value string, set bool) // as os.LookupEnv; nil: nothing is set
	Environ []string                                   // all of it, as NAME=VALUE
}

// Getenv is the variable's value, or "".
func (s Streams) Getenv(name string) string {
	if s.Env == nil {
		return ""
	}
	value, _ := s.Env(name)
	return value
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
