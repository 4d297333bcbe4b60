package http1

import "bytes"

// takeBody consumes bytes of a body or chunk whose length is known and within the limit.
func (p *ResponseParser) takeBody(b []byte) int {
	n := int(min(int64(len(b)), p.remaining))
	p.count(b[:n])
	p.remaining -= int64(n)
	if p.remaining == 0 {
		if p.state == stateLength {
			p.state = stateDone
		} else {
			p.state = stateChunkCR
		}
	}
	return n
}

func (p *ResponseParser) takeUntilClose(b []byte) int {
	if int64(len(b)) > p.bodyLimit()-p.BodyBytes {
		p.fail(ErrBodyTooLarge)
		return 0
	}
	p.count(b)
	return len(b)
}

// count adds body bytes, and keeps them while there is room.
func (p *ResponseParser) count(b []byte) {
	p.BodyBytes += int64(len(b))
	most := p.CaptureMax
	if most == 0 && !Expects(p.Expect, p.Status) {
		most = ExampleBytes
	}
	if room := most - len(p.Body); room > 0 {
		p.Body = append(p.Body, b[:min(room, len(b))]...)
	}
}

// Expects says whether a status is in the set of those expected; nil is any 2xx.
func Expects(set map[int]bool, status int) bool {
	if set != nil {
		return set[status]
	}
	return status >= 200 && status < 300
}

func (p *ResponseParser) bodyLimit() int64 {
	if p.MaxBody > 0 {
		return p.MaxBody
	}
	return DefaultMaxBody
}

// chunkSize reads `1*16HEXDIG *blank [";" extension] CRLF`. No bare LF here, as readers
// that allow it can be made to see other chunks than those that do not.
func (p *ResponseParser) chunkSize(line []byte) {
	end := len(line) - 2
	if end < 0 || bytes.IndexByte(line, '\r') != end {
		p.malformed("chunk-size line does not end with CRLF", line)
		return
	}
	digits, _, _ := bytes.Cut(bytes.TrimRight(line[:end], " \t"), semicolon)
	if len(digits) == 0 || len(digits) > 16 {
		p.malformed("bad chunk size", line)
		return
	}
	var size uint64
	for _, c := range digits {
		d := hexValue(c)
		if d > 15 {
			p.malformed("bad chunk size", line)
			return
		}
		size = size<<4 | uint64(d)
	}
	if size > uint64(p.bodyLimit()-p.BodyBytes) {
		p.fail(ErrBodyTooLarge)
		return
	}
	// The rule of net/http against extensions without end: 16 bytes of framing
	// per chunk and twice its data are fair, 16 KiB beyond that is not.
	p.overhead = max(0, p.overhead+int64(end)+2-16-2*int64(size))
	switch {
	case p.overhead > 16<<10:
		p.malformed("chunk extensions out of proportion to the body", line)
	case size == 0:
		p.state = stateTrailer
	default:
		p.remaining = int64(size)
		p.state = stateChunkData
	}
}

// takeChunkEnd checks one of the two bytes after a chunk's data.
func (p *ResponseParser) takeChunkEnd(c byte) {
	switch {
	case p.state == stateChunkCR && c == '\r':
		p.state = stateChunkLF
	case p.state == stateChunkLF && c == '\n':
		p.state = stateChunkSize
	default:
		p.malformed("no CRLF after the data of a chunk, but", []byte{c})
	}
}
