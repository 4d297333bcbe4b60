package loadgen

import "bytes"

// takeBody consumes bytes of a body or chunk whose length is known and within the limit.
func (p *responseParser) takeBody(b []byte) int {
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

func (p *responseParser) takeUntilClose(b []byte) int {
	if int64(len(b)) > p.bodyLimit()-p.bodyBytes {
		p.fail(errBodyTooLarge)
		return 0
	}
	p.count(b)
	return len(b)
}

// count adds body bytes, and keeps them while there is room.
func (p *responseParser) count(b []byte) {
	p.bodyBytes += int64(len(b))
	most := p.captureMax
	if most == 0 && !expects(p.expect, p.status) {
		most = sampleBody
	}
	if room := most - len(p.body); room > 0 {
		p.body = append(p.body, b[:min(room, len(b))]...)
	}
}

func (p *responseParser) bodyLimit() int64 {
	if p.maxBody > 0 {
		return p.maxBody
	}
	return defaultMaxBody
}

// chunkSize reads `1*16HEXDIG *blank [";" extension] CRLF`. No bare LF here, as readers
// that allow it can be made to see other chunks than those that do not.
func (p *responseParser) chunkSize(line []byte) {
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
	if size > uint64(p.bodyLimit()-p.bodyBytes) {
		p.fail(errBodyTooLarge)
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
func (p *responseParser) takeChunkEnd(c byte) {
	switch {
	case p.state == stateChunkCR && c == '\r':
		p.state = stateChunkLF
	case p.state == stateChunkLF && c == '\n':
		p.state = stateChunkSize
	default:
		p.malformed("no CRLF after the data of a chunk, but", []byte{c})
	}
}
