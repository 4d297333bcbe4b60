package http1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// Bounds of what one response may cost its reader, whatever the peer sends.
const (
	// MaxHeaderBytes bounds status lines, header fields and trailers together.
	MaxHeaderBytes = 64 << 10
	// DefaultMaxBody bounds a body, in bytes, where the owner sets no other limit.
	DefaultMaxBody = 64 << 20
	// ExampleBytes is how much is kept of a body whose status was not expected.
	ExampleBytes = 200

	maxChunkLine    = 4 << 10 // one chunk-size line with its extensions and line end
	maxInterim      = 16      // 1xx answers before the final one
	responsePrefix  = "HTTP/1."
	inlineCarrySize = 256 // holds a usual header line that two reads cut in half
)

var (
	// ErrMalformed is wrapped by every error about bytes that are no HTTP/1.x response.
	ErrMalformed = errors.New("malformed response")
	// ErrBodyTooLarge is returned as soon as a body is known to pass ResponseParser.MaxBody.
	ErrBodyTooLarge = errors.New("response body exceeds the limit")
	// ErrNoResponse means that the peer closed before it sent a single byte.
	ErrNoResponse = errors.New("connection closed before any byte of the response")
)

type parserState uint8

const (
	stateStatus     parserState = iota // a status line, of an interim answer or of the final one
	stateHeader                        // header fields up to the empty line
	stateLength                        // a body of known length, remaining bytes to go
	stateUntilClose                    // a body that ends where the connection does
	stateChunkSize
	stateChunkData // remaining bytes of this chunk to go
	stateChunkCR   // the CR, then the LF, that close a chunk's data
	stateChunkLF
	stateTrailer // header fields after the last chunk up to the empty line
	stateDone    // from here on nothing more is consumed until Reset
	stateFailed
)

// ResponseParser takes the bytes of one connection as they come and says where
// each answer ends. It is pushed, so that a blocking loop and an event loop can
// both use it; it keeps no body unless CaptureMax asks for one. It must not be copied
// once used, and Reset comes before each request.
//
// It accepts what net/http's client accepts, with these differences on purpose:
//   - refused: a version other than HTTP/1.x, a status that is not three digits from 100,
//     a CR inside the status line, blanks in field names, trailer lines ended by a
//     bare LF, 101 (never asked for), more than maxInterim interim answers, blocks beyond the bounds above. Most of
//     them let two readers of one connection disagree on where a response ends.
//   - accepted: transfer codings before a final chunked (the framing is plain;
//     the body is not decoded), repeated Content-Length fields of equal value but
//     different spelling ("5", "05"), a Trailer field that announces framing fields
//     (trailers are skipped and decide nothing).
//   - not reused: a connection that sent both Transfer-Encoding and Content-Length,
//     or Transfer-Encoding in HTTP/1.0 where it is ignored (RFC 9112 §6.1).
//
// As in net/http a bare LF may end a status or header line, never a chunk-size line,
// and a field may go on in a line that begins with a blank (RFC 9112 §5.2).
type ResponseParser struct {
	// Set by the owner, kept over reset.
	MaxBody    int64        // bytes; 0 means DefaultMaxBody
	CaptureMax int          // bytes kept in Body; 0 keeps ExampleBytes, and only if the status is not expected
	Expect     map[int]bool // the expected statuses, see Expects

	// Results, valid once Feed or EOF said done (Started and Begun at any time).
	Status      int
	KeepAlive   bool   // the connection may carry another request
	Started     bool   // at least one byte came
	Begun       bool   // so did a whole status line: what comes is an answer
	Continue    bool   // 100 came: the body is asked for
	BodyBytes   int64  // length of the body, chunked framing taken off
	HeaderBytes int    // status lines, fields, trailers, with line ends, interim answers too
	Body        []byte // the first bytes of the body, see CaptureMax; reused by Reset

	state     parserState
	head      bool // the request was HEAD: no body whatever the fields say
	http10    bool
	hasLength bool
	saysClose bool // Connection: close
	saysKeep  bool // Connection: keep-alive
	coding    transferCoding
	interim   int
	length    int64 // Content-Length, if hasLength
	remaining int64 // of the body or of the chunk
	overhead  int64 // chunk framing beyond what is fair, see chunkSize
	err       error // sticky, in stateFailed
	carry     []byte
	inline    [inlineCarrySize]byte // first room of carry
}

// Reset prepares for the response to the next request; head says that its method is HEAD.
func (p *ResponseParser) Reset(head bool) {
	p.head = head
	p.Started, p.Begun, p.Continue, p.BodyBytes, p.HeaderBytes = false, false, false, 0, 0
	p.Body, p.carry = p.Body[:0], p.carry[:0]
	p.interim, p.remaining, p.overhead, p.err = 0, 0, 0, nil
	p.beginMessage()
}

// beginMessage forgets the fields of an interim answer, or of the response before.
func (p *ResponseParser) beginMessage() {
	p.state, p.Status, p.KeepAlive = stateStatus, 0, false
	p.http10, p.hasLength, p.saysClose, p.saysKeep = false, false, false, false
	p.coding, p.length = codingNone, 0
}

// Feed takes the next bytes of the connection and consumes up to the end of the
// response. Bytes left over when done is true were not asked for. An error is
// final: the connection cannot be used further. Where the stream was cut between
// calls never changes the outcome.
func (p *ResponseParser) Feed(b []byte) (n int, done bool, err error) {
	if len(b) > 0 {
		p.Started = true
	}
	for n < len(b) && p.state < stateDone {
		switch p.state {
		case stateLength, stateChunkData:
			n += p.takeBody(b[n:])
		case stateUntilClose:
			n += p.takeUntilClose(b[n:])
		case stateChunkCR, stateChunkLF:
			p.takeChunkEnd(b[n])
			n++
		case stateHeader:
			n += p.takeFields(b[n:])
		case stateTrailer:
			n += p.takeField(b[n:])
		default:
			n += p.takeLine(b[n:])
		}
	}
	return n, p.state == stateDone, p.err
}

// InHeader says that the end of the final answer's header has not come yet.
func (p *ResponseParser) InHeader() bool { return p.state <= stateHeader }

// EOF says that the peer closed. This completes a body delimited by the close;
// anywhere else the error is io.ErrUnexpectedEOF, or ErrNoResponse if nothing came at all.
func (p *ResponseParser) EOF() (done bool, err error) {
	switch {
	case p.state == stateUntilClose:
		p.state = stateDone
	case p.state == stateDone || p.state == stateFailed:
	case !p.Started:
		p.fail(ErrNoResponse)
	default:
		p.fail(io.ErrUnexpectedEOF)
	}
	return p.state == stateDone, p.err
}

// takeLine consumes a status or chunk-size line, or the part of it that b holds, and
// acts on whole ones. A line in one piece is read where it lies; only a cut one is copied.
func (p *ResponseParser) takeLine(b []byte) int {
	limit := MaxHeaderBytes - p.HeaderBytes
	switch p.state {
	case stateStatus:
		// Checked before the line is whole: a peer that speaks TLS or HTTP/2 may never send a LF.
		if !p.checkPrefix(b) {
			return 0
		}
	case stateChunkSize:
		limit = maxChunkLine
	}
	end := bytes.IndexByte(b, '\n') + 1
	used := end
	if end == 0 {
		used = len(b)
	}
	if len(p.carry)+used > limit {
		if p.state == stateChunkSize {
			p.malformed("chunk-size line longer than 4 KiB", nil)
		} else {
			p.malformed("header block larger than 64 KiB", nil)
		}
		return 0
	}
	line := b[:used]
	if end == 0 || len(p.carry) > 0 {
		p.keepPart(line)
		if end == 0 {
			return used
		}
		line, p.carry = p.carry, p.carry[:0]
	}
	p.wholeLine(line)
	return used
}

// keepPart carries a part of a line until the rest comes.
func (p *ResponseParser) keepPart(line []byte) {
	if p.carry == nil {
		p.carry = p.inline[:0]
	}
	p.carry = append(p.carry, line...)
}

// wholeLine acts on one line, given with its LF.
func (p *ResponseParser) wholeLine(line []byte) {
	if p.state == stateChunkSize {
		p.chunkSize(line)
		return
	}
	p.HeaderBytes += len(line)
	n := len(line) - 1
	if n > 0 && line[n-1] == '\r' {
		n--
	} else if p.state == stateTrailer {
		p.malformed("trailer line ends with a bare LF", line)
		return
	}
	switch line = line[:n]; {
	case p.state == stateStatus:
		p.statusLine(line)
	case n > 0:
		p.field(line)
	case p.state == stateTrailer:
		p.state = stateDone
	default:
		p.endOfHeader()
	}
}

// malformed ends the response for good and says why, quoting the line at fault.
func (p *ResponseParser) malformed(why string, line []byte) {
	const quoted = 64 // bytes; enough to recognise a field, short enough for a table
	switch {
	case line == nil:
		p.fail(fmt.Errorf("%w: %s", ErrMalformed, why))
	case len(line) > quoted:
		p.fail(fmt.Errorf("%w: %s: %q…", ErrMalformed, why, line[:quoted]))
	default:
		p.fail(fmt.Errorf("%w: %s: %q", ErrMalformed, why, line))
	}
}

func (p *ResponseParser) fail(err error) {
	p.state, p.err = stateFailed, err
}
