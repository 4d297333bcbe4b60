package http1

import (
	"fmt"
	"strings"
	"testing"
)

const typicalResponse = "HTTP/1.1 200 OK\r\n" +
	"Server: modern\r\n" +
	"Date: Mon, 23 Nov 2026 15:31:07 GMT\r\n" +
	"Content-Type: application/json\r\n" +
	"Content-Length: 100\r\n" +
	"X-Request-Id: 7e1f0b7c-8f5d-4c5e-9d55-0f6e6d1c2b3a\r\n" +
	"X-Process-Time: 0.000113\r\n\r\n" +
	`{"prediction":-123.45678901234567,"cached":false,"model_version":"1.0.0","request_id":"0123456789a"}`

const chunkedResponse = "HTTP/1.1 200 OK\r\n" +
	"Date: Mon, 23 Nov 2026 15:31:07 GMT\r\n" +
	"Content-Type: application/json\r\n" +
	"Transfer-Encoding: chunked\r\n\r\n" +
	"20\r\n0123456789abcdef0123456789abcdef\r\n40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n0\r\n\r\n"

func BenchmarkResponseParser(b *testing.B) {
	for _, c := range []struct{ name, stream string }{
		{"typical", typicalResponse},
		{"chunked", chunkedResponse},
		{"large", okHead + "Content-Length: 1048576\r\n\r\n" + strings.Repeat("x", 1<<20)},
	} {
		for _, step := range []int{len(c.stream), 100} {
			if step == 100 && c.name == "large" {
				step = 16 << 10
			}
			b.Run(fmt.Sprintf("%s/by%d", c.name, step), func(b *testing.B) {
				stream := []byte(c.stream)
				var p ResponseParser
				b.SetBytes(int64(len(stream)))
				b.ReportAllocs()
				for b.Loop() {
					p.Reset(false)
					done := false
					for rest := stream; len(rest) > 0; {
						var n int
						n, done, _ = p.Feed(rest[:min(step, len(rest))])
						rest = rest[n:]
					}
					if !done {
						b.Fatal(p.err)
					}
				}
			})
		}
	}
}
