//go:build !unix

package selftest

import (
	"errors"
	"os"
	"time"
)

// canStop says whether this system can stop a process and let it go on.
const canStop = false

func standStill(*os.Process, time.Duration) (time.Duration, error) {
	return 0, errors.ErrUnsupported
}
