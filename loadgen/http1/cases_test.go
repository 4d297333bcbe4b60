package http1

import (
	"io"
	"strings"
)

type responseCase struct {
	name   string
	head   bool
	stream string
	want   parsed // HeaderBytes is that of the stream less body and chunk framing, given as framed
	framed int    // bytes of the stream that are neither header nor unsolicited
}

const (
	chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
	okHead      = "HTTP/1.1 200 OK\r\n"
)

var acceptedCases = []responseCase{
	{
		name: "length", stream: okHead + "Content-Length: 5\r\n\r\nhello", framed: 5,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 5, Body: "hello"},
	},
	{name: "empty body", stream: okHead + "Content-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "no reason", stream: "HTTP/1.1 404\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 404, KeepAlive: true}},
	{name: "blank reason", stream: "HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 404, KeepAlive: true}},
	{name: "reason in latin-1, blanks before code", stream: "HTTP/1.1   500 \xe9\xff\r\ncontent-length:0\r\n\r\n", want: parsed{Status: 500, KeepAlive: true}},
	{name: "status beyond 599", stream: "HTTP/1.1 999 x\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 999, KeepAlive: true}},
	{name: "later minor version", stream: "HTTP/1.2 200 OK\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{
		name: "bare LF", stream: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "blanks round the value, odd case", stream: okHead + "cONTENT-lENGTH: \t 2 \t\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	// F27: folded lines, replaced by blanks before they are read.
	{
		name: "folded", stream: okHead + "X-Note: one,\r\n two\r\n\tthree\r\n  \r\nContent-Length: 2\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "folded framing", stream: okHead + "Content-Length:\r\n 2\r\nConnection: x,\r\n close\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "folded coding", stream: okHead + "Transfer-Encoding:\r\n\tchunked\r\n\r\n2\r\nok\r\n0\r\nX: a\r\n b\r\n\r\n", framed: 10,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "folded by bare LFs, last", stream: okHead + "Content-Length: 2\nX: a\n b\n\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "leading zeros", stream: okHead + "Content-Length: 0000000000000000000000002\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "length repeated", stream: okHead + "Content-Length: 2\r\nX: y\r\ncontent-length: 2\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "length repeated, other spelling", stream: okHead + "Content-Length: 2\r\nContent-Length: 02\r\n\r\nok", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "names of the same lengths", stream: okHead + "Connectiox: close\r\nContent-Lengtx: 9\r\nTransfer-Encodinx: x\r\nContent-Length: 0\r\n\r\n",
		want: parsed{Status: 200, KeepAlive: true},
	},
	{
		name: "unsolicited bytes", stream: okHead + "Content-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", framed: 2,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok", Unsolicited: 17},
	},
	{
		name: "body longer than captured", stream: okHead + "Content-Length: 40\r\n\r\n" + strings.Repeat("0123456789", 4), framed: 40,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 40, Body: strings.Repeat("0123456789", 4)[:captureInTests]},
	},

	{name: "close", stream: okHead + "Connection: close\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{name: "close in a list", stream: okHead + "Connection: Foo ,\tCLOSE,\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{name: "close in a second field", stream: okHead + "Connection: keep-alive\r\nCONNECTION: close\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{
		name: "close as part of a word", stream: okHead + "Connection: closed, enclose, close;q=1\r\nContent-Length: 0\r\n\r\n",
		want: parsed{Status: 200, KeepAlive: true},
	},
	{name: "1.0", stream: "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{name: "1.0 keep-alive", stream: "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "1.0 keep-alive and close", stream: "HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{name: "1.0 kelvin sign is no k", stream: "HTTP/1.0 200 OK\r\nConnection: \u212aeep-alive\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200}},
	{
		name: "until close", stream: okHead + "Connection: keep-alive\r\n\r\nto the end", framed: 10,
		want: parsed{Status: 200, ByClose: true, BodyBytes: 10, Body: "to the end"},
	},
	{name: "until close, nothing", stream: okHead + "\r\n", want: parsed{Status: 200, ByClose: true}},
	{
		name: "1.0 keep-alive until close", stream: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nx", framed: 1,
		want: parsed{Status: 200, ByClose: true, BodyBytes: 1, Body: "x"},
	},

	{name: "head", head: true, stream: okHead + "Content-Length: 500\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "head chunked", head: true, stream: chunkedHead, want: parsed{Status: 200, KeepAlive: true}},
	{name: "head of huge", head: true, stream: okHead + "Content-Length: 9223372036854775807\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "head without length", head: true, stream: okHead + "\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "204", stream: "HTTP/1.1 204 No Content\r\n\r\n", want: parsed{Status: 204, KeepAlive: true}},
	{
		name: "204 with length and body", stream: "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok",
		want: parsed{Status: 204, KeepAlive: true, Unsolicited: 2},
	},
	{name: "304 with length", stream: "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", want: parsed{Status: 304, KeepAlive: true}},
	{
		name: "205 is ordinary", stream: "HTTP/1.1 205 Reset\r\nContent-Length: 1\r\n\r\nx", framed: 1,
		want: parsed{Status: 205, KeepAlive: true, BodyBytes: 1, Body: "x"},
	},
	{
		name: "interim", stream: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nConnection: close\r\nContent-Length: 7\r\n\r\n" + okHead + "Content-Length: 2\r\n\r\nok",
		framed: 2, want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{name: "16 interim", stream: strings.Repeat("HTTP/1.1 102 Processing\r\n\r\n", 16) + "HTTP/1.1 204 x\r\n\r\n", want: parsed{Status: 204, KeepAlive: true}},

	{
		name: "chunked", stream: chunkedHead + "5\r\nhello\r\n0\r\n\r\n", framed: 13,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 5, Body: "hello"},
	},
	{name: "chunked empty", stream: chunkedHead + "0\r\n\r\n", framed: 3, want: parsed{Status: 200, KeepAlive: true}},
	{
		name: "chunks, hex in both cases", stream: chunkedHead + "A\r\n0123456789\r\n0b\r\nabcdefghijk\r\n000\r\n\r\n", framed: 37,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 21, Body: "0123456789abcdefghijk"[:captureInTests]},
	},
	{
		name: "chunk extensions", stream: chunkedHead + "2;a=\"b;c\";d \r\nok\r\n0;last\r\n\r\n", framed: 26,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "blanks after chunk size", stream: chunkedHead + "2 \t\r\nok\r\n0  \r\n\r\n", framed: 14,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "trailers", stream: chunkedHead + "2\r\nok\r\n0\r\nDigest: abc\r\nContent-Length: 9\r\nConnection: close\r\n\r\nHTTP", framed: 10,
		want: parsed{Status: 200, KeepAlive: true, BodyBytes: 2, Body: "ok", Unsolicited: 4},
	},
	{
		name: "trailers decide nothing", stream: chunkedHead + "0\r\nContent-Length: nonsense\r\nTransfer-Encoding: chunked\r\n\r\n", framed: 3,
		want: parsed{Status: 200, KeepAlive: true},
	},
	{
		name: "trailer announced", stream: okHead + "Trailer: Content-Length\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", framed: 3,
		want: parsed{Status: 200, KeepAlive: true},
	},
	{name: "CHUNKED", stream: okHead + "transfer-encoding:CHUNKED\r\n\r\n0\r\n\r\n", framed: 3, want: parsed{Status: 200, KeepAlive: true}},
	{
		name: "chunked last of a list", stream: okHead + "Transfer-Encoding: gzip , chunked\r\n\r\n0\r\n\r\n", framed: 3,
		want: parsed{Status: 200, KeepAlive: true},
	},
	{
		name: "chunked last of two fields", stream: okHead + "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", framed: 3,
		want: parsed{Status: 200, KeepAlive: true},
	},
	{
		name: "chunked and length", stream: okHead + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", framed: 10,
		want: parsed{Status: 200, BodyBytes: 2, Body: "ok"},
	},
	{
		name: "1.0 ignores chunked", stream: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", framed: 5,
		want: parsed{Status: 200, BodyBytes: 5, Body: "0\r\n\r\n"},
	},
	{
		name: "1.0 head with chunked", head: true, stream: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n",
		want: parsed{Status: 200},
	},
	{
		name: "1.0 chunked without length", stream: "HTTP/1.0 200 OK\r\nTransfer-Encoding: nonsense,\r\n\r\nxy", framed: 2,
		want: parsed{Status: 200, ByClose: true, BodyBytes: 2, Body: "xy"},
	},
	{name: "tab and obs-text in values", stream: okHead + "X-Long-Enough: a\tb\tc\td\te\tf\xff\x80\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "every token character", stream: okHead + "!#$%&'*+-.^_`|~09azAZ: x\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
	{name: "value without content", stream: okHead + "X:\r\nContent-Length: 0\r\n\r\n", want: parsed{Status: 200, KeepAlive: true}},
}

const captureInTests = 16

var refusedCases = []struct {
	name, stream, want string
}{
	{"nothing", "", ErrNoResponse.Error()},
	{"TLS alert", "\x15\x03\x01\x00\x02", `(TLS, HTTP/2?), begins with: "\x15"`},
	{"HTTP/2", "\x00\x00\x12\x04\x00\x00\x00\x00\x00", `begins with: "\x00"`},
	{"HTTP/2.0", "HTTP/2.0 200 OK\r\n\r\n", `begins with: "HTTP/2"`},
	{"HTTP/0.9", "HTTP/0.9 200 OK\r\n\r\n", `begins with: "HTTP/0"`},
	{"lower case", "http/1.1 200 OK\r\n\r\n", `begins with: "h"`},
	{"byte from 0x80", "HTTP\xff1.1 200 OK\r\n\r\n", `begins with: "HTTP\xff"`},
	{"empty line first", "\r\nHTTP/1.1 200 OK\r\n\r\n", `begins with: "\r"`},
	{"two-digit version", "HTTP/1.10 200 OK\r\n\r\n", `bad version in status line: "HTTP/1.10 200 OK"`},
	{"no minor version", "HTTP/1.\r\n\r\n", "bad version"},
	{"no code", "HTTP/1.1\r\n\r\n", "bad version"},
	{"tab for blank", "HTTP/1.1\t200 OK\r\n\r\n", "bad version"},
	{"empty code", "HTTP/1.1 \r\n\r\n", "bad status code"},
	{"code of two digits", "HTTP/1.1 20 OK\r\n\r\n", "bad status code"},
	{"code of four digits", "HTTP/1.1 2000 OK\r\n\r\n", "bad status code"},
	{"code with sign", "HTTP/1.1 +20 OK\r\n\r\n", "bad status code"},
	{"code with letters", "HTTP/1.1 2x0 OK\r\n\r\n", "bad status code"},
	{"code below 100", "HTTP/1.1 099 OK\r\n\r\n", "bad status code"},
	{"CR in status line", "HTTP/1.1 200 OK\rX: y\r\n\r\n", "CR inside status line"},
	{"CR CR LF in status line", "HTTP/1.1 200 OK\r\r\n\r\n", "CR inside status line"},

	{"no colon", okHead + "Content-Length\r\n\r\n", `bad header field name: "Content-Length"`},
	{"empty name", okHead + ": x\r\n\r\n", "bad header field name"},
	{"blank before colon", okHead + "Content-Length : 5\r\n\r\nhello", "bad header field name"},
	{"blank in name", okHead + "Content Length: 5\r\n\r\nhello", "bad header field name"},
	{"byte from 0x80 in name", okHead + "X\xe9: 5\r\n\r\n", "bad header field name"},
	{"folded first", okHead + "\tX: a\r\n\r\n", "folded header line"},
	{"CR in value", okHead + "X: a\rContent-Length: 5\r\n\r\n", "control character"},
	{"CR CR LF", okHead + "X: a\r\r\n\r\n", "control character"},
	{"CR before empty line", okHead + "\r\r\n", "bad header field name"},
	{"NUL in long value", okHead + "X: 0123456789\x00abcdefghij\r\n\r\n", "control character"},
	{"DEL in long value", okHead + "X: 0123456\x7f89abcdefghij\r\n\r\n", "control character"},
	{"escape in short value", okHead + "X: \x1b\r\n\r\n", "control character"},

	{"length empty", okHead + "Content-Length:\r\n\r\n", "empty Content-Length"},
	{"length negative", okHead + "Content-Length: -1\r\n\r\n", "Content-Length is not a number"},
	{"length with plus", okHead + "Content-Length: +1\r\n\r\nx", "Content-Length is not a number"},
	{"length in hex", okHead + "Content-Length: 0x1\r\n\r\nx", "Content-Length is not a number"},
	{"length list", okHead + "Content-Length: 1, 1\r\n\r\nx", "Content-Length is not a number"},
	{"length with blank", okHead + "Content-Length: 1 1\r\n\r\nx", "Content-Length is not a number"},
	{"length 2^63", okHead + "Content-Length: 9223372036854775808\r\n\r\n", "Content-Length overflows"},
	{"length 2^64", okHead + "Content-Length: 18446744073709551616\r\n\r\n", "Content-Length overflows"},
	{"length of 30 digits", okHead + "Content-Length: 100000000000000000000000000000\r\n\r\n", "Content-Length overflows"},
	{"lengths disagree", okHead + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nxy", "Content-Length fields disagree"},
	{"lengths disagree from zero", okHead + "Content-Length: 0\r\nContent-Length: 2\r\n\r\nxy", "Content-Length fields disagree"},
	{"length bad beside chunked", okHead + "Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n0\r\n\r\n", "Content-Length is not a number"},
	{"length bad in 204", "HTTP/1.1 204 x\r\nContent-Length: x\r\n\r\n", "Content-Length is not a number"},

	{"gzip alone", okHead + "Transfer-Encoding: gzip\r\n\r\n", "without a final chunked"},
	{"identity", okHead + "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n", "without a final chunked"},
	{"gzip in 204", "HTTP/1.1 204 x\r\nTransfer-Encoding: gzip\r\n\r\n", "without a final chunked"},
	{"chunked twice", okHead + "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "goes on after chunked"},
	{"chunked first", okHead + "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "goes on after chunked"},
	{"chunked twice in two fields", okHead + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "goes on after chunked"},
	{"coding empty", okHead + "Transfer-Encoding:\r\n\r\n", "bad Transfer-Encoding"},
	{"coding list with a hole", okHead + "Transfer-Encoding: , chunked\r\n\r\n", "bad Transfer-Encoding"},
	{"coding quoted", okHead + "Transfer-Encoding: \"chunked\"\r\n\r\n", "bad Transfer-Encoding"},
	{"coding with parameter", okHead + "Transfer-Encoding: chunked;q=1\r\n\r\n", "bad Transfer-Encoding"},

	{"101", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "101 without an upgrade"},
	{"17 interim", strings.Repeat("HTTP/1.1 100 Continue\r\n\r\n", 17), "more than 16 interim"},
	{"close after interim", "HTTP/1.1 100 Continue\r\n\r\n", io.ErrUnexpectedEOF.Error()},

	{"chunk size empty", chunkedHead + "\r\n", "bad chunk size"},
	{"chunk size only extension", chunkedHead + ";a=b\r\n", "bad chunk size"},
	{"chunk size no hex", chunkedHead + "g\r\n", "bad chunk size"},
	{"chunk size negative", chunkedHead + "-1\r\n", "bad chunk size"},
	{"chunk size with 0x", chunkedHead + "0x1\r\n", "bad chunk size"},
	{"chunk size after blank", chunkedHead + " 1\r\nx\r\n0\r\n\r\n", "bad chunk size"},
	{"chunk size of 17 digits", chunkedHead + "00000000000000001\r\n", "bad chunk size"},
	{"chunk size 2^64-1", chunkedHead + "ffffffffffffffff\r\n", ErrBodyTooLarge.Error()},
	{"chunk size bare LF", chunkedHead + "1\nx\r\n0\r\n\r\n", "does not end with CRLF"},
	{"chunk size CR in extension", chunkedHead + "1;a\rb\r\nx\r\n", "does not end with CRLF"},
	{"last chunk bare LF", chunkedHead + "0\n\r\n", "does not end with CRLF"},
	{"chunk longer than told", chunkedHead + "1\r\nxy\r\n0\r\n\r\n", `no CRLF after the data of a chunk, but: "y"`},
	{"chunk ends with LF", chunkedHead + "1\r\nx\n0\r\n\r\n", `no CRLF after the data of a chunk, but: "\n"`},
	{"chunk ends with CR only", chunkedHead + "1\r\nx\r0\r\n\r\n", `no CRLF after the data of a chunk, but: "0"`},
	{"chunks end in LF", chunkedHead + "0\r\n\n", "bare LF"},
	{"trailer bare LF", chunkedHead + "0\r\nX: y\n\r\n", `trailer line ends with a bare LF: "X: y\n"`},
	{"trailer folded by a bare LF", chunkedHead + "0\r\nX: y\n z\r\n\r\n", "bare LF"},
	{"folded name", okHead + "X\r\n : a\r\n\r\n", "bad header field name"},
	{"folded control character", okHead + "X: a\r\n b\x01\r\n\r\n", "control character"},
	{"folded lengths that disagree", okHead + "Content-Length:\r\n 2\r\nContent-Length: 3\r\n\r\nok", "disagree"},
	{"folded length that is a list", okHead + "Content-Length: 2\r\n 2\r\n\r\nok", "not a number"},
	{"trailer no field", chunkedHead + "0\r\nxy\r\n\r\n", "bad header field name"},
	{"trailer control character", chunkedHead + "0\r\nX: \x00\r\n\r\n", "control character"},
}
