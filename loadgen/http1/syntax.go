package http1

import "encoding/binary"

var (
	comma     = []byte(",")
	semicolon = []byte(";")

	carriageReturn = []byte("\r")
	lineEnd        = []byte("\r\n")
)

// isTokenChar tells the bytes of a token (RFC 9110 §5.6.2); never written to.
var isTokenChar = func() (t [256]bool) {
	for _, c := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		t[c] = true
	}
	return t
}()

func isToken(b []byte) bool {
	for _, c := range b {
		if !isTokenChar[c] {
			return false
		}
	}
	return len(b) > 0
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// isLineEnd says whether the line is empty but for its end.
func isLineEnd(line []byte) bool {
	return len(line) > 0 && line[0] == '\n' || len(line) == 2 && line[0] == '\r' && line[1] == '\n'
}

// hexValue is above 15 for what is no hexadecimal digit.
func hexValue(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10
	}
	return 255
}

func trimBlanks(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	return b
}

// equalFold compares with a lower-case ASCII word; bytes.EqualFold would take the Kelvin sign for a k.
func equalFold(b []byte, lower string) bool {
	if len(b) != len(lower) {
		return false
	}
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != lower[i] {
			return false
		}
	}
	return true
}

// validFieldValue allows visible ASCII, space, tab and bytes from 0x80 (RFC 9110 §5.5).
// Eight bytes are tried at once, the last eight by going back over some: only a word
// that raises the alarm, as one with a tab does too, is looked at byte by byte.
func validFieldValue(b []byte) bool {
	if len(b) < 8 {
		return validBytes(b)
	}
	for i := 0; i < len(b)-8; i += 8 {
		if suspect(binary.LittleEndian.Uint64(b[i:])) && !validBytes(b[i:i+8]) {
			return false
		}
	}
	last := b[len(b)-8:]
	return !suspect(binary.LittleEndian.Uint64(last)) || validBytes(last)
}

// suspect says whether a byte of the word is below 0x20 or DEL: taking 0x20 from each byte
// borrows from the first, xor with DEL leaves a zero byte of the second.
func suspect(w uint64) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
	x := w ^ each*0x7f
	return ((w-each*0x20)&^w|(x-each)&^x)&high != 0
}

func validBytes(b []byte) bool {
	for _, c := range b {
		if c < 0x20 && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}
