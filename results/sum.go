package results

import (
	"bytes"
	"fmt"
	"hash/crc32"
)

// Each line of a file ends in a checksum of its bytes and of all lines before:
//
//	{"type":"slice",…,"sum":"1a2b3c4d"}
//
// a CRC-32C that goes on from the line before. So a bit that has changed is
// noticed, and a line that is missing, doubled or in another place. Files of
// earlier versions have none.

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

const (
	sumKey  = `,"sum":"`
	sumSize = len(sumKey) + 8 + len(`"}`)
)

// chain is the checksum of the lines so far.
type chain struct{ sum uint32 }

// seal appends the checksum to a line, a JSON object that is not empty.
func (c *chain) seal(line []byte) []byte {
	body := bytes.TrimSuffix(line, []byte("}"))
	c.sum = crc32.Update(c.sum, castagnoli, body)
	return fmt.Appendf(body, `%s%08x"}`, sumKey, c.sum)
}

// check says whether a line has a checksum, and whether it is the right one.
func (c *chain) check(line []byte) (has, right bool) {
	if len(line) < sumSize {
		return false, false
	}
	body, tail := line[:len(line)-sumSize], line[len(line)-sumSize:]
	if !bytes.HasPrefix(tail, []byte(sumKey)) {
		return false, false
	}
	c.sum = crc32.Update(c.sum, castagnoli, body)
	return true, string(tail) == fmt.Sprintf(`%s%08x"}`, sumKey, c.sum)
}
