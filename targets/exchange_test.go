package targets

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/mlbench/mlbench/loadgen/send"
)

// A body that waits is sent when it is asked for, when its time is over, and not
// after the answer.
func TestExchangeWaitsToBeAsked(t *testing.T) {
	for name, first := range map[string]string{
		"asked": "HTTP/1.1 100 Continue\r\n\r\n", "not asked": "", "refused": "HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			got := make(chan string, 1)
			go func() {
				c, err := l.Accept()
				if err != nil {
					return
				}
				defer c.Close()
				br := bufio.NewReader(c)
				for line := ""; line != "\r\n"; {
					if line, err = br.ReadString('\n'); err != nil {
						return
					}
				}
				_ = c.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
				_, err = br.Peek(1)
				early := err == nil
				_ = c.SetReadDeadline(time.Time{})
				fmt.Fprint(c, first)
				body := make([]byte, len("hello"))
				n, _ := io.ReadFull(br, body)
				got <- fmt.Sprintf("%s early=%v", body[:n], early)
				fmt.Fprint(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
			}()
			target := Target{Name: "x", URL: &url.URL{Scheme: "http", Host: l.Addr().String()}}
			a, err := target.Exchange(t.Context(), &send.Request{
				Method: http.MethodPost, Target: "/", Body: []byte("hello"),
				Header: []send.Field{{Name: "Host", Value: "h"}, {Name: "expect", Value: "100-continue"}},
			}, 10)
			if err != nil {
				t.Fatal(err)
			}
			want, status := "hello early=false", 200
			if strings.Contains(first, "417") {
				want, status = " early=false", 417
			}
			if body := <-got; body != want || a.Status != status {
				t.Errorf("the server got %q, the answer is %d", body, a.Status)
			}
		})
	}
}
