package machine

import (
	"crypto/sha256"
	"encoding/hex"
)

// boot names this start of this machine, for result files; "" where the system has
// no name for it. Two containers of one machine share it, two machines of one image
// do not.
func boot() string {
	id := bootID()
	if id == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("mlbench boot " + id))
	return hex.EncodeToString(sum[:6])
}
