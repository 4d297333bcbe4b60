package http1

import (
	"bytes"
	"math"
)

// transferCoding is what the Transfer-Encoding fields so far come to.
type transferCoding uint8

const (
	codingNone    transferCoding = iota
	codingOther                  // codings without a final chunked: no end can be told
	codingChunked                // chunked is the last one so far
	codingIgnored                // HTTP/1.0 does not know the field
)

// checkPrefix compares the bytes after those carried with the fixed start of every response.
func (p *ResponseParser) checkPrefix(b []byte) bool {
	have := len(p.carry)
	for i := have; i < len(responsePrefix) && i-have < len(b); i++ {
		if c := b[i-have]; c != responsePrefix[i] {
			p.malformed("not HTTP/1.x in this form (TLS, HTTP/2?), begins with", append([]byte(responsePrefix[:i]), c))
			return false
		}
	}
	return true
}

// statusLine reads "HTTP/1.x SP+ 3DIGIT [SP reason]"; the prefix has been checked.
func (p *ResponseParser) statusLine(line []byte) {
	const version = len(responsePrefix)
	if len(line) < version+2 || !isDigit(line[version]) || line[version+1] != ' ' {
		p.malformed("bad version in status line", line)
		return
	}
	code := bytes.TrimLeft(line[version+1:], " ")
	if len(code) < 3 || !isDigit(code[0]) || !isDigit(code[1]) || !isDigit(code[2]) ||
		code[0] == '0' || len(code) > 3 && code[3] != ' ' {
		p.malformed("bad status code in status line", line)
		return
	}
	if bytes.IndexByte(code, '\r') >= 0 {
		p.malformed("CR inside status line", line)
		return
	}
	p.http10 = line[version] == '0'
	p.Status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
	p.state, p.Begun = stateHeader, true
}

// takeFields consumes the header lines that lie whole in b, in one short loop: most
// of the time spent on a small response is spent here. What is cut, folded or too much
// is for takeField, as is the last line in b, which may go on.
func (p *ResponseParser) takeFields(b []byte) (n int) {
	for len(p.carry) == 0 && p.state == stateHeader {
		end := bytes.IndexByte(b[n:], '\n') + 1
		if end == 0 || p.HeaderBytes+n+end > MaxHeaderBytes {
			break
		}
		line := b[n : n+end-1]
		if last := len(line) - 1; last >= 0 && line[last] == '\r' {
			line = line[:last]
		}
		if len(line) == 0 {
			n += end
			p.endOfHeader()
			break
		}
		if n+end == len(b) || isBlank(b[n+end]) {
			break
		}
		n += end
		p.field(line)
	}
	p.HeaderBytes += n
	if n == 0 {
		return p.takeField(b)
	}
	return n
}

// takeField consumes one header or trailer line, or the part of it that b holds. Whether
// a line goes on in the next one shows with the byte after its end: until that has come
// the line is carried.
func (p *ResponseParser) takeField(b []byte) int {
	if last := len(p.carry) - 1; last >= 0 && p.carry[last] == '\n' {
		if !isBlank(b[0]) {
			line := p.carry
			p.carry = p.carry[:0]
			p.wholeLine(line)
			return 0
		}
		p.unfold()
	}
	end := bytes.IndexByte(b, '\n') + 1
	used := end
	if end == 0 {
		used = len(b)
	}
	if len(p.carry)+used > MaxHeaderBytes-p.HeaderBytes {
		p.malformed("header block larger than 64 KiB", nil)
		return 0
	}
	line := b[:used]
	if end > 0 && len(p.carry) == 0 && (isLineEnd(line) || used < len(b) && !isBlank(b[used])) {
		p.wholeLine(line)
		return used
	}
	p.keepPart(line)
	switch {
	case isLineEnd(p.carry): // an empty line, cut in half: the end
		line, p.carry = p.carry, p.carry[:0]
		p.wholeLine(line)
	case end > 0 && p.state == stateTrailer && !bytes.HasSuffix(p.carry, lineEnd):
		p.malformed("trailer line ends with a bare LF", p.carry)
	case end > 0: // what is wrong already is told at once
		p.badField(bytes.TrimSuffix(p.carry[:len(p.carry)-1], carriageReturn))
	}
	return used
}

// unfold puts blanks for the line end of the field that is carried: as many, for the
// count of bytes.
func (p *ResponseParser) unfold() {
	last := len(p.carry) - 1
	p.carry[last] = ' '
	if last > 0 && p.carry[last-1] == '\r' {
		p.carry[last-1] = ' '
	}
}

// nameLength is that of the field's name, 0 if there is none.
func nameLength(line []byte) int {
	for n, c := range line {
		if !isTokenChar[c] {
			if c == ':' {
				return n
			}
			break
		}
	}
	return 0
}

// badField says what is wrong with a header or trailer field, if anything.
func (p *ResponseParser) badField(line []byte) {
	switch n := nameLength(line); {
	case n == 0 && isBlank(line[0]):
		p.malformed("folded header line without one before", line)
	case n == 0:
		p.malformed("bad header field name", line)
	case !validFieldValue(line[n+1:]):
		p.malformed("control character in header field value", line)
	}
}

// field notes the three fields that decide framing.
func (p *ResponseParser) field(line []byte) {
	n := nameLength(line)
	if n == 0 || !validFieldValue(line[n+1:]) {
		p.badField(line)
		return
	}
	value := line[n+1:]
	// Trailers come after the framing is settled and must not touch it (RFC 9110 §6.5.1).
	if p.state == stateTrailer {
		return
	}
	switch name := line[:n]; {
	case n == len("connection") && equalFold(name, "connection"):
		p.connection(value)
	case n == len("content-length") && equalFold(name, "content-length"):
		p.contentLength(line, value)
	case n == len("transfer-encoding") && equalFold(name, "transfer-encoding"):
		p.transferEncoding(line, value)
	}
}

// connection notes close and keep-alive in a comma-separated list of tokens.
func (p *ResponseParser) connection(value []byte) {
	for more := true; more; {
		var token []byte
		token, value, more = bytes.Cut(value, comma)
		token = trimBlanks(token)
		p.saysClose = p.saysClose || equalFold(token, "close")
		p.saysKeep = p.saysKeep || equalFold(token, "keep-alive")
	}
}

// contentLength takes digits only; a repeated field must repeat the value. Lists
// ("5, 5") are refused as net/http does.
func (p *ResponseParser) contentLength(line, value []byte) {
	value = trimBlanks(value)
	if len(value) == 0 {
		p.malformed("empty Content-Length", line)
		return
	}
	var n int64
	for _, c := range value {
		if !isDigit(c) {
			p.malformed("Content-Length is not a number", line)
			return
		}
		d := int64(c - '0')
		if n > (math.MaxInt64-d)/10 {
			p.malformed("Content-Length overflows", line)
			return
		}
		n = n*10 + d
	}
	if p.hasLength && n != p.length {
		p.malformed("Content-Length fields disagree", line)
		return
	}
	p.hasLength, p.length = true, n
}

// transferEncoding reads a list of codings; over all fields chunked must come once, last.
// Parameters and empty elements are refused: nobody sends them, and readers disagree on them.
func (p *ResponseParser) transferEncoding(line, value []byte) {
	if p.http10 {
		p.coding = codingIgnored
		return
	}
	for more := true; more; {
		var coding []byte
		coding, value, more = bytes.Cut(value, comma)
		coding = trimBlanks(coding)
		switch {
		case !isToken(coding):
			p.malformed("bad Transfer-Encoding", line)
			return
		case p.coding == codingChunked:
			p.malformed("Transfer-Encoding goes on after chunked", line)
			return
		case equalFold(coding, "chunked"):
			p.coding = codingChunked
		default:
			p.coding = codingOther
		}
	}
}

// endOfHeader decides how the body is framed (RFC 9112 §6.3), in the order of that section.
func (p *ResponseParser) endOfHeader() {
	if p.coding == codingOther {
		p.malformed("Transfer-Encoding without a final chunked", nil)
		return
	}
	if p.Status < 200 {
		p.interim++
		switch {
		case p.Status == 101:
			p.malformed("101 without an upgrade asked for", nil)
		case p.interim > maxInterim:
			p.malformed("more than 16 interim responses", nil)
		default:
			p.Continue = p.Continue || p.Status == 100
			p.beginMessage()
		}
		return
	}
	p.KeepAlive = !p.saysClose && (!p.http10 || p.saysKeep) &&
		p.coding != codingIgnored && (p.coding == codingNone || !p.hasLength)
	switch {
	case p.head || p.Status == 204 || p.Status == 304:
		p.state = stateDone
	case p.coding == codingChunked:
		p.state = stateChunkSize
	case !p.hasLength:
		p.KeepAlive = false
		p.state = stateUntilClose
	case p.length > p.bodyLimit():
		p.fail(ErrBodyTooLarge)
	case p.length == 0:
		p.state = stateDone
	default:
		p.remaining = p.length
		p.state = stateLength
	}
}
