package send

import (
	"bytes"
	"fmt"
	"io"
	"math/bits"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Request is one prepared request. Each transport makes its own form of it.
type Request struct {
	Method string
	Target string  // path and query, as they are sent
	Header []Field // in the order of sending, Host among them, without Content-Length
	Body   []byte  // nil: none
	// Chunked sends the body in a chunk instead of with its length, where the
	// protocol has chunks.
	Chunked bool
	// Fresh and FreshTarget are offsets into Body and Target of FreshDigits ASCII
	// digits which the engine overwrites with the request's number, as those of
	// fields, so that a cycled pool never sends the same bytes twice and a target's
	// cache is not what is measured.
	Fresh, FreshTarget []int
	// HiddenTarget and HiddenBody are where secrets are in both, in order. Those of
	// the header are whole values.
	HiddenTarget, HiddenBody []Span
	// Fill, of a step only, is r, which is this request with its number in place,
	// completed by what the journey has captured. nil: r as it is. It must be safe
	// for concurrent use, and leave what r refers to as it is.
	Fill func(r Request, captured map[string]string) Request
}

// Field is one header field.
type Field struct {
	Name, Value string
	Fresh       []int // offsets into Value, as Request.Fresh are into its body
	Hidden      bool  // the value is a secret
}

// Span is a part of a text: from one offset until before another.
type Span struct{ From, To int }

// FreshDigits is the width of the number written at each fresh place.
const FreshDigits = 12

// Hidden stands for a secret in what people read.
const Hidden = "[redacted]"

// Numbered is the request with its number in place.
func (r *Request) Numbered(number uint64) Request {
	out := r.NumberedHead(number)
	if len(r.Fresh) > 0 {
		out.Body = bytes.Clone(r.Body)
		writeNumber(out.Body, r.Fresh, number)
	}
	return out
}

// NumberedHead is the request with its number in place, but for that in its body.
func (r *Request) NumberedHead(number uint64) Request {
	out := *r
	if !r.FreshHead() {
		return out
	}
	within := func(text string, at []int) string {
		if len(at) == 0 {
			return text
		}
		b := []byte(text)
		writeNumber(b, at, number)
		return string(b)
	}
	out.Target = within(r.Target, r.FreshTarget)
	out.Header = slices.Clone(r.Header)
	for i, f := range r.Header {
		out.Header[i].Value = within(f.Value, f.Fresh)
	}
	return out
}

// FreshHead says whether a number is written before the body.
func (r *Request) FreshHead() bool {
	return len(r.FreshTarget) > 0 || slices.ContainsFunc(r.Header, func(f Field) bool { return len(f.Fresh) > 0 })
}

// HeadFresh are the places of FreshTarget and of those of fields in what
// AppendHead appends.
func (r *Request) HeadFresh() (at []int) {
	from := len(r.Method) + len(" ")
	for _, i := range r.FreshTarget {
		at = append(at, from+i)
	}
	from += len(r.Target) + len(" HTTP/1.1\r\n")
	for _, f := range r.Header {
		from += len(f.Name) + len(": ")
		for _, i := range f.Fresh {
			at = append(at, from+i)
		}
		from += len(f.Value) + len("\r\n")
	}
	return at
}

// Filled is the request completed by what was captured.
func (r *Request) Filled(captured map[string]string) Request {
	if r.Fill == nil {
		return *r
	}
	return r.Fill(*r, captured)
}

// Number writes a request's number into what AppendBody appended behind the head.
func (r *Request) Number(framed []byte, number uint64) {
	if r.Chunked && len(r.Fresh) > 0 {
		framed = framed[bytes.IndexByte(framed, '\n')+1:]
	}
	writeNumber(framed, r.Fresh, number)
}

// NumberHead writes a request's number into what AppendHead appended, at the places
// that HeadFresh found.
func (*Request) NumberHead(head []byte, at []int, number uint64) { writeNumber(head, at, number) }

func writeNumber(b []byte, at []int, number uint64) {
	if len(at) == 0 {
		return
	}
	// Neighbours differ in the first digits, not in the last ones only: a target
	// that rounds its features sees different numbers, too. The factor has no
	// divisor in common with 10^12, so no two numbers fall together.
	hi, lo := bits.Mul64(number, 618_033_988_749)
	number = bits.Rem64(hi, lo, 1e12)
	var digits [FreshDigits]byte
	for i := FreshDigits - 1; i >= 0; i-- {
		digits[i] = byte('0' + number%10)
		number /= 10
	}
	for _, i := range at {
		copy(b[i:], digits[:])
	}
}

// AppendHTTP1 appends the request as HTTP/1.1 has it.
func (r *Request) AppendHTTP1(b []byte) []byte {
	b, _ = r.AppendBody(r.AppendHead(b))
	return b
}

// AppendHead appends request line and header, but for the framing of the body.
func (r *Request) AppendHead(b []byte) []byte {
	b = append(b, r.Method+" "+r.Target+" HTTP/1.1\r\n"...)
	for _, f := range r.Header {
		b = append(b, f.Name+": "+f.Value+"\r\n"...)
	}
	return b
}

// AppendBody appends the rest: the body's length, where HTTP wants to know it
// (RFC 9110 §8.6), and the body, in its framing, which begins at from.
func (r *Request) AppendBody(b []byte) (out []byte, from int) {
	b = r.appendLength(b)
	return r.appendFramed(b, r.Body), len(b)
}

// appendFramed appends the body, or what is shown in its place.
func (r *Request) appendFramed(b, body []byte) []byte {
	if !r.Chunked {
		return append(b, body...)
	}
	if len(r.Body) > 0 {
		b = strconv.AppendInt(b, int64(len(r.Body)), 16)
		b = append(b, "\r\n"...)
		b = append(b, body...)
		b = append(b, "\r\n"...)
	}
	return append(b, "0\r\n\r\n"...)
}

// continueWait is how long a body waits: targets may not know how to ask for it.
const continueWait = time.Second

// Waits is how long the body waits for the target to ask for it (RFC 9110
// §10.1.1); 0: not at all.
func (r *Request) Waits() time.Duration {
	if len(r.Body) > 0 && slices.ContainsFunc(r.Header, func(f Field) bool { return strings.EqualFold(f.Name, "expect") }) {
		return continueWait
	}
	return 0
}

func (r *Request) appendLength(b []byte) []byte {
	if r.Chunked {
		return append(b, "Transfer-Encoding: chunked\r\n\r\n"...)
	}
	if r.Body != nil || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = append(b, "Content-Length: "...)
		b = strconv.AppendInt(b, int64(len(r.Body)), 10)
		b = append(b, "\r\n"...)
	}
	return append(b, "\r\n"...)
}

// Shown is the request as HTTP/1.1 has it, but for its secrets; the length is
// that of the body that is sent.
func (r *Request) Shown() []byte {
	shown := *r
	shown.Target, shown.Header = r.ShownTarget(), slices.Clone(r.Header)
	for i, f := range shown.Header {
		if f.Hidden {
			shown.Header[i].Value = Hidden
		}
	}
	return r.appendFramed(r.appendLength(shown.AppendHead(nil)), []byte(hide(string(r.Body), r.HiddenBody)))
}

// ShownTarget is the request's target without its secrets.
func (r *Request) ShownTarget() string { return hide(r.Target, r.HiddenTarget) }

func hide(text string, spans []Span) string {
	var out strings.Builder
	from := 0
	for _, s := range spans {
		if s.From >= from { // else it goes on where the one before is
			out.WriteString(text[from:s.From])
			out.WriteString(Hidden)
		}
		from = max(from, s.To)
	}
	return out.String() + text[from:]
}

// HTTP is the request for net/http, to the scheme and host of a target's URL.
func (r *Request) HTTP(to *url.URL) (*http.Request, error) {
	u, err := url.ParseRequestURI(r.Target)
	if err != nil {
		return nil, fmt.Errorf("path %q: want a path and query, percent-encoded", r.ShownTarget())
	}
	u.Scheme, u.Host = to.Scheme, to.Host
	req := &http.Request{
		Method: r.Method, URL: u, Host: u.Host, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"User-Agent": nil}, // else net/http has one of its own
	}
	for _, f := range r.Header {
		if strings.EqualFold(f.Name, "host") {
			req.Host = f.Value
			continue
		}
		req.Header.Add(f.Name, f.Value)
	}
	req.Close = strings.EqualFold(req.Header.Get("Connection"), "close")
	r.SetBody(req, r.Body)
	return req, nil
}

// SetBody gives net/http's form of the request a body: its own, with a number in
// place.
func (r *Request) SetBody(req *http.Request, body []byte) {
	if len(body) == 0 && !r.Chunked {
		return
	}
	if req.ContentLength = int64(len(body)); r.Chunked {
		req.ContentLength = -1
	}
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = req.GetBody()
}
