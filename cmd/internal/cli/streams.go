package cli

import "io"

// Streams are the three standard streams. Results go to Out, progress and
// warnings to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}
