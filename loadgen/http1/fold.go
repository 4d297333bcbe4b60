package http1

import (
	"bytes"
	"regexp"
)

var fold = regexp.MustCompile(`[ \t]*\r?\n[ \t]+`)

// Unfold makes each header a line: where one goes on in the next line, which begins
// with a blank, a space stands for the break (RFC 9112 §5.2).
func Unfold(header []byte) []byte {
	if !bytes.Contains(header, []byte("\n ")) && !bytes.Contains(header, []byte("\n\t")) {
		return header
	}
	return fold.ReplaceAll(header, []byte(" "))
}
