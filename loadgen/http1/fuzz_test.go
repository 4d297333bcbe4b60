package http1

import (
	"bufio"
	"bytes"
	"hash/fnv"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// differenceSize keeps fuzzed streams below every bound on which the two readers differ
// (header block, chunk line, trailers); TestResponseParserBounds covers those.
const differenceSize = 4 << 10

// byNetHTTP reads what the parser should have read. header is the raw block of
// the final response, from which net/http deletes the framing fields.
func byNetHTTP(stream []byte, head bool) (got parsed, header string, err error) {
	raw := bytes.NewReader(stream)
	br := bufio.NewReaderSize(raw, 2*differenceSize)
	position := func() int { return len(stream) - raw.Len() - br.Buffered() }
	req := &http.Request{Method: http.MethodGet}
	if head {
		req.Method = http.MethodHead
	}
	for {
		start := position()
		resp, err := http.ReadResponse(br, req)
		if err != nil {
			return parsed{}, "", err
		}
		if resp.StatusCode/100 == 1 && resp.StatusCode != http.StatusSwitchingProtocols {
			continue
		}
		header = string(stream[start:position()])
		// It answers Content-Length -1 for HEAD without a length, too.
		byClose := resp.ContentLength < 0 && resp.TransferEncoding == nil && resp.Body != http.NoBody
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			return parsed{}, "", err
		}
		return parsed{
			Status: resp.StatusCode, KeepAlive: !resp.Close, ByClose: byClose,
			BodyBytes: int64(len(body)), Body: string(body), Unsolicited: len(stream) - position(),
		}, header, nil
	}
}

// What the parser refuses on purpose though net/http takes it: the reason that the parser
// gives, and what must then be true of the stream, found without the parser.
var stricter = []struct {
	reason string
	stream *regexp.Regexp
}{
	{"not HTTP/1.x", regexp.MustCompile(`(?m)^HTTP/[02-9]\.\d `)},
	{"bad status code", regexp.MustCompile(`(?m)^HTTP/1\.\d +[-+0]\d\d( |\r?$)`)},
	{"CR inside status line", regexp.MustCompile(`(?m)^HTTP/1\.\d +\d\d\d[^\n]*\r[^\n]`)},
	{"folded header line", regexp.MustCompile(`(?m)^HTTP/1\.[^\n]*\n[ \t]`)},
	{"bad header field name", regexp.MustCompile(`(?m)^[^:\n]* [^:\n]*:`)},
	{"trailer line ends with a bare LF", regexp.MustCompile(`(?s)\n0+[ \t]*(;[^\n]*)?\r\n(.*[^\r])?\n`)},
	{"101 without", regexp.MustCompile(`(?m)^HTTP/1\.\d +101( |\r?$)`)},
	{"more than 16 interim", regexp.MustCompile(`(?s)(HTTP/1\.\d +1\d\d.*){17}`)},
}

// What the parser takes on purpose though net/http refuses it: net/http's error, and the header.
var laxer = []struct {
	reason string
	header *regexp.Regexp
}{
	{"unsupported transfer encoding", regexp.MustCompile(`(?im)^transfer-encoding:[^\n]*,[ \t]*chunked[ \t]*\r?$`)},
	{"too many transfer encodings", regexp.MustCompile(`(?ims)^transfer-encoding:.*^transfer-encoding:[^\n]*chunked[ \t]*\r?$`)},
	{"bad trailer key", regexp.MustCompile(`(?im)^trailer:`)},
	{"multiple Content-Length", regexp.MustCompile(`(?ims)^content-length:.*^content-length:`)},
}

var (
	hasCoding = regexp.MustCompile(`(?im)^transfer-encoding:`)
	hasLength = regexp.MustCompile(`(?im)^content-length:`)
)

// FuzzResponseReader holds the parser against net/http's reader, and against itself
// when the same stream comes cut in other places.
func FuzzResponseReader(f *testing.F) {
	for _, c := range acceptedCases {
		f.Add([]byte(c.stream), c.head)
	}
	for _, c := range refusedCases {
		f.Add([]byte(c.stream), false)
	}
	f.Add([]byte(typicalResponse), false)
	f.Add([]byte(chunkedResponse), false)
	f.Fuzz(func(t *testing.T, stream []byte, head bool) {
		if len(stream) > differenceSize {
			t.Skip("beyond the bounds that differ")
		}
		seed := fnv.New64a()
		seed.Write(stream)
		p := &ResponseParser{CaptureMax: differenceSize}
		got := driveAllWays(t, p, head, string(stream), seed.Sum64())
		want, header, err := byNetHTTP(stream, head)
		switch {
		case err != nil && got.Err != "":
		case err != nil:
			for _, d := range laxer {
				if strings.Contains(err.Error(), d.reason) && d.header.Match(stream) {
					return
				}
			}
			t.Fatalf("accepted as %+v, net/http: %v", got, err)
		case got.Err != "":
			for _, d := range stricter {
				if strings.Contains(got.Err, d.reason) && d.stream.Match(stream) {
					return
				}
			}
			t.Fatalf("refused: %s; net/http: %+v", got.Err, want)
		default:
			if hasCoding.MatchString(header) && (hasLength.MatchString(header) || strings.HasPrefix(header, "HTTP/1.0")) {
				want.KeepAlive = false
			}
			want.HeaderBytes = got.HeaderBytes // net/http does not tell
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("-net/http +parser:\n%s", diff)
			}
		}
	})
}
