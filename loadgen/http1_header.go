package loadgen

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
func (p *responseParser) checkPrefix(b []byte) bool {
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
func (p *responseParser) statusLine(line []byte) {
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
	p.status = int(code[0]-'0')*100 + int(code[1]-'0')*10 + int(code[2]-'0')
	p.state, p.begun = stateHeader, true
}

// field checks one header or trailer field and notes the three that decide framing.
func (p *responseParser) field(line []byte) {
	n := 0
	for n < len(line) && isTokenChar[line[n]] {
		n++
	}
	if n == 0 || n == len(line) || line[n] != ':' {
		if line[0] == ' ' || line[0] == '\t' {
			p.malformed("folded header line", line)
		} else {
			p.malformed("bad header field name", line)
		}
		return
	}
	value := line[n+1:]
	if !validFieldValue(value) {
		p.malformed("control character in header field value", line)
		return
	}
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
func (p *responseParser) connection(value []byte) {
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
func (p *responseParser) contentLength(line, value []byte) {
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
func (p *responseParser) transferEncoding(line, value []byte) {
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
func (p *responseParser) endOfHeader() {
	if p.coding == codingOther {
		p.malformed("Transfer-Encoding without a final chunked", nil)
		return
	}
	if p.status < 200 {
		p.interim++
		switch {
		case p.status == 101:
			p.malformed("101 without an upgrade asked for", nil)
		case p.interim > maxInterim:
			p.malformed("more than 16 interim responses", nil)
		default:
			p.beginMessage()
		}
		return
	}
	p.keepAlive = !p.saysClose && (!p.http10 || p.saysKeep) &&
		p.coding != codingIgnored && (p.coding == codingNone || !p.hasLength)
	switch {
	case p.head || p.status == 204 || p.status == 304:
		p.state = stateDone
	case p.coding == codingChunked:
		p.state = stateChunkSize
	case !p.hasLength:
		p.keepAlive = false
		p.state = stateUntilClose
	case p.length > p.bodyLimit():
		p.fail(errBodyTooLarge)
	case p.length == 0:
		p.state = stateDone
	default:
		p.remaining = p.length
		p.state = stateLength
	}
}
