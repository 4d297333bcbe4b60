package http1

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// parsed is all that the owner of a parser can see of one response. The results
// are left zero when there is an error, as they mean nothing then.
type parsed struct {
	Status      int
	KeepAlive   bool
	ByClose     bool // ended by the peer's close
	BodyBytes   int64
	HeaderBytes int
	Body        string
	Unsolicited int // bytes after the end
	Err         string
}

// drive feeds the stream in pieces of the sizes that cut returns, then closes it.
func drive(t *testing.T, p *ResponseParser, head bool, stream string, cut func(left int) int) parsed {
	t.Helper()
	p.Reset(head)
	if p.Started {
		t.Fatal("started before any byte")
	}
	consumed, done := 0, false
	var err error
	for rest := stream; len(rest) > 0 && !done && err == nil; {
		piece := rest[:cut(len(rest))]
		var n int
		n, done, err = p.Feed([]byte(piece))
		if !done && err == nil && n != len(piece) || n > len(piece) {
			t.Fatalf("feed took %d of %d bytes without an end", n, len(piece))
		}
		consumed, rest = consumed+n, rest[len(piece):]
	}
	byClose := false
	if !done && err == nil {
		done, err = p.EOF()
		byClose = done
	}
	if p.Started != (stream != "") {
		t.Fatalf("started = %v", p.Started)
	}
	// Whatever came of it stands until reset.
	if n, again, errAgain := p.Feed([]byte("HTTP/1.1 200 OK\r\n\r\n")); n != 0 || again != done || errAgain != err {
		t.Fatalf("feed after the end: %d, %v, %v", n, again, errAgain)
	}
	if again, errAgain := p.EOF(); again != done || errAgain != err {
		t.Fatalf("eof after the end: %v, %v", again, errAgain)
	}
	if err != nil {
		if done {
			t.Fatalf("done in spite of %v", err)
		}
		return parsed{Err: err.Error()}
	}
	return parsed{
		Status: p.Status, KeepAlive: p.KeepAlive, ByClose: byClose,
		BodyBytes: p.BodyBytes, HeaderBytes: p.HeaderBytes, Body: string(p.Body),
		Unsolicited: len(stream) - consumed,
	}
}

// driveAllWays drives the stream whole, bytewise and cut at seeded random places, on p and
// on a new parser, and fails unless all agree.
func driveAllWays(t *testing.T, p *ResponseParser, head bool, stream string, seed uint64) parsed {
	t.Helper()
	whole := drive(t, p, head, stream, func(left int) int { return left })
	check := func(way string, got parsed) {
		t.Helper()
		if diff := cmp.Diff(whole, got); diff != "" {
			t.Fatalf("%s differs from one feed (-whole +%s):\n%s", way, way, diff)
		}
	}
	fresh := &ResponseParser{MaxBody: p.MaxBody, CaptureMax: p.CaptureMax}
	check("bytewise", drive(t, fresh, head, stream, func(int) int { return 1 }))
	rng := rand.New(rand.NewPCG(seed, 1))
	for range 8 {
		most := 1 + rng.IntN(40)
		check("random", drive(t, p, head, stream, func(left int) int { return min(left, 1+rng.IntN(most)) }))
	}
	return whole
}

func TestResponseParserAccepts(t *testing.T) {
	// One parser for all: what a response leaves behind must not reach the next.
	p := &ResponseParser{CaptureMax: captureInTests}
	for i, c := range acceptedCases {
		t.Run(c.name, func(t *testing.T) {
			c.want.HeaderBytes = len(c.stream) - c.framed - c.want.Unsolicited
			got := driveAllWays(t, p, c.head, c.stream, uint64(i))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestResponseParserRefuses(t *testing.T) {
	p := &ResponseParser{CaptureMax: captureInTests}
	for i, c := range refusedCases {
		t.Run(c.name, func(t *testing.T) {
			got := driveAllWays(t, p, false, c.stream, uint64(i))
			if got.Err == "" || !strings.Contains(got.Err, c.want) {
				t.Errorf("got %+v, want an error with %q", got, c.want)
			}
			for _, known := range []error{ErrMalformed, ErrBodyTooLarge, ErrNoResponse, io.ErrUnexpectedEOF} {
				if errors.Is(p.err, known) {
					return
				}
			}
			t.Errorf("%v wraps no known error", p.err)
		})
	}
}

// Every response cut short by a close is an unexpected EOF, at whatever byte, unless
// the close is what ends it.
func TestResponseParserTruncated(t *testing.T) {
	p := &ResponseParser{CaptureMax: captureInTests}
	for _, c := range acceptedCases {
		for n := 1; n < len(c.stream)-c.want.Unsolicited; n++ {
			got := drive(t, p, c.head, c.stream[:n], func(left int) int { return left })
			if got.ByClose && c.want.ByClose {
				continue
			}
			if !errors.Is(p.err, io.ErrUnexpectedEOF) {
				t.Fatalf("%s cut after %d bytes: %+v", c.name, n, got)
			}
		}
	}
}

func TestResponseParserBounds(t *testing.T) {
	const field = "X-Padding: "
	// headerOf makes a header block of n bytes in one long field.
	headerOf := func(n int) string {
		fixed := len(okHead) + len("Content-Length: 0\r\n") + len(field) + 2 + 2
		return okHead + "Content-Length: 0\r\n" + field + strings.Repeat("a", n-fixed) + "\r\n\r\n"
	}
	many := func(n int) string { return okHead + strings.Repeat("A: b\r\n", n) + "Content-Length: 0\r\n\r\n" }
	tiny := strings.Repeat("1;"+strings.Repeat("e", 1000)+"\r\nx\r\n", 17)
	const ok = ""
	for i, c := range []struct {
		name    string
		maxBody int64
		stream  string
		want    string
	}{
		{"header of 64 KiB", 0, headerOf(MaxHeaderBytes), ok},
		{"header of 64 KiB and one", 0, headerOf(MaxHeaderBytes + 1), "larger than 64 KiB"},
		{"many fields", 0, many(10000), ok},
		{"too many fields", 0, many(11000), "larger than 64 KiB"},
		{"endless status line", 0, "HTTP/1.1 200 " + strings.Repeat("a", MaxHeaderBytes), "larger than 64 KiB"},
		{"interim answers count", 0, strings.Repeat("HTTP/1.1 100 "+strings.Repeat("a", 8000)+"\r\n\r\n", 9) + headerOf(100), "larger than 64 KiB"},
		{"trailers count", 0, chunkedHead + "0\r\n" + strings.Repeat("A: b\r\n", 11000) + "\r\n", "larger than 64 KiB"},
		{"chunk line of 4 KiB", 0, chunkedHead + "0;" + strings.Repeat("a", maxChunkLine-4) + "\r\n\r\n", ok},
		{"chunk line of 4 KiB and one", 0, chunkedHead + "0;" + strings.Repeat("a", maxChunkLine-3) + "\r\n\r\n", "longer than 4 KiB"},
		{"endless chunk line", 0, chunkedHead + strings.Repeat("0", 2*maxChunkLine), "longer than 4 KiB"},
		{"extensions, 16 kB", 0, chunkedHead + tiny[:16*(1000+7)] + "0\r\n\r\n", ok},
		{"extensions, 17 kB", 0, chunkedHead + tiny + "0\r\n\r\n", "out of proportion"},
		{"length at the limit", 3, okHead + "Content-Length: 3\r\n\r\nabc", ok},
		{"length beyond", 3, okHead + "Content-Length: 4\r\n\r\n", ErrBodyTooLarge.Error()},
		{"default length beyond", 0, okHead + fmt.Sprintf("Content-Length: %d\r\n\r\n", DefaultMaxBody+1), ErrBodyTooLarge.Error()},
		{"until close at the limit", 3, okHead + "\r\nabc", ok},
		{"until close beyond", 3, okHead + "\r\nabcd", ErrBodyTooLarge.Error()},
		{"chunks at the limit", 3, chunkedHead + "1\r\na\r\n2\r\nbc\r\n0\r\n\r\n", ok},
		{"chunks beyond", 3, chunkedHead + "1\r\na\r\n3\r\n", ErrBodyTooLarge.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &ResponseParser{MaxBody: c.maxBody, CaptureMax: captureInTests}
			got := driveAllWays(t, p, false, c.stream, uint64(i))
			if c.want == ok && got.Err != "" || c.want != ok && !strings.Contains(got.Err, c.want) {
				t.Errorf("got %+v, want error %q", got, c.want)
			}
			if errors.Is(p.err, ErrMalformed) && errors.Is(p.err, ErrBodyTooLarge) {
				t.Error("a large body is no malformed one")
			}
			if cap(p.carry) > 2*MaxHeaderBytes {
				t.Errorf("carry grew to %d bytes", cap(p.carry))
			}
		})
	}
}

// A body of 1 GiB is counted, not kept.
func TestResponseParserHugeBody(t *testing.T) {
	const size = 1 << 30
	for _, head := range []string{
		fmt.Sprintf("%sContent-Length: %d\r\n\r\n", okHead, size),
		fmt.Sprintf("%s%x\r\n", chunkedHead, size),
		okHead + "\r\n",
	} {
		p := &ResponseParser{MaxBody: size}
		p.Reset(false)
		if n, done, err := p.Feed([]byte(head)); n != len(head) || done || err != nil {
			t.Fatal(n, done, err)
		}
		block := make([]byte, 1<<20)
		for range size / len(block) {
			if n, _, err := p.Feed(block); n != len(block) || err != nil {
				t.Fatal(n, err)
			}
		}
		if p.BodyBytes != size || cap(p.Body) != 0 {
			t.Errorf("counted %d bytes, kept %d", p.BodyBytes, cap(p.Body))
		}
		if p.state == stateChunkCR {
			p.Feed([]byte("\r\n0\r\n\r\n"))
		} else if p.state == stateUntilClose {
			p.EOF()
		}
		if p.state != stateDone {
			t.Errorf("%q: not done: %v", head, p.err)
		}
	}
}

func TestResponseParserAllocatesNothing(t *testing.T) {
	p := &ResponseParser{CaptureMax: 64, Body: make([]byte, 0, 64)}
	for name, stream := range map[string]string{"typical": typicalResponse, "chunked": chunkedResponse} {
		b := []byte(stream)
		for _, step := range []int{len(b), 100, 7, 1} {
			allocs := testing.AllocsPerRun(100, func() {
				p.Reset(false)
				done := false
				for rest := b; len(rest) > 0; {
					var n int
					n, done, _ = p.Feed(rest[:min(step, len(rest))])
					rest = rest[n:]
				}
				if !done {
					t.Fatalf("%s by %d: not done: %v", name, step, p.err)
				}
			})
			if allocs != 0 {
				t.Errorf("%s by %d bytes: %v allocations", name, step, allocs)
			}
		}
	}
}

// A7: good answers keep nothing, and allocate nothing.
func TestGoodAnswersKeepNothing(t *testing.T) {
	var p ResponseParser
	answer := []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
	allocs := testing.AllocsPerRun(100, func() {
		p.Reset(false)
		if _, done, err := p.Feed(answer); !done || err != nil || len(p.Body) > 0 {
			t.Fatalf("done %v, %v, kept %q", done, err, p.Body)
		}
	})
	if allocs > 0 {
		t.Errorf("%v allocations per answer", allocs)
	}
}

// Each byte at each place of a value, around the words of eight that are tried at once.
func TestFieldValueBytes(t *testing.T) {
	for size := 1; size <= 25; size++ {
		for at := range size {
			for c := range 256 {
				b := []byte(strings.Repeat("~", size))
				b[at] = byte(c)
				want := c == '\t' || c >= ' ' && c != 0x7f
				if got := validFieldValue(b); got != want {
					t.Fatalf("%q: %v, want %v", b, got, want)
				}
			}
		}
	}
}

func TestHexValue(t *testing.T) {
	for c := range 256 {
		want, err := strconv.ParseUint(string(rune(c)), 16, 8)
		if err != nil {
			want = 255
		}
		if got := hexValue(byte(c)); uint64(got) != want {
			t.Errorf("%#x: %d, want %d", c, got, want)
		}
	}
}
