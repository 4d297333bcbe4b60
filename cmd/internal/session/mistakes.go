package session

import (
	"errors"
	"fmt"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// mistakes are those of whoever made a Spec, all of them.
type mistakes []error

func (m *mistakes) addf(format string, args ...any) { *m = append(*m, fmt.Errorf(format, args...)) }

// err is a usage error with a line for each; nil: there are none.
func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return cli.Usagef("%w", errors.Join(m...))
}
