package servers

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
)

// BenchmarkPredict is one request at a time over one kept-alive connection,
// each with features that were never seen: the cache is not the subject.
func BenchmarkPredict(b *testing.B) {
	for _, name := range subjects {
		b.Run(name, func(b *testing.B) {
			s := start(b, name, nil, nil)
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			answers := bufio.NewReader(conn)
			b.ReportAllocs() // of both ends
			for i := 0; b.Loop(); i++ {
				body := fmt.Sprintf(`{"features":[0.%09d,-0.2,0.3,1.4,0.5,-1.6,0.7,0.8,-0.9,1]}`, i%1_000_000_000)
				fmt.Fprintf(conn, "POST /predict HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
					s.token, len(body), body)
				resp, err := http.ReadResponse(answers, nil)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
					b.Fatal(resp.Status, err)
				}
			}
		})
	}
}
