package servers

import (
	"net"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/servers/predict"
)

// panicker is a model with a bug that one input finds.
type panicker struct{}

func (panicker) Predict(x *predict.Features) float64 {
	if x[0] == 13 {
		panic("thirteen")
	}
	return x[0]
}

func (panicker) Info() model.Info { return model.Info{Version: "panicker"} }

func TestPanicIsAnswered(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, nil, panicker{})
		want := legacyFails(500, "internal server error")
		if name == Modern {
			want = modernFails(500, "internal server error", "internal_error")
		}
		for _, r := range []request{features(list("13")), samples(list("1"), list("13"))} {
			status, _, body := s.send(t, r)
			if status != want.status {
				t.Errorf("%s: status %d, want %d", name, status, want.status)
			}
			checkBody(t, want.body, body)
			if strings.Contains(string(body), "thirteen") {
				t.Errorf("%s tells the cause: %s", name, body)
			}
		}
		if got := s.stderr.String(); !strings.Contains(got, "thirteen") || !strings.Contains(got, "panicker") {
			t.Errorf("%s: the cause and its stack are not on stderr: %s", name, got)
		}
		if got := predictOne(t, s, predict.Features{7}); got != 7 {
			t.Errorf("%s after a panic: %v", name, got)
		}
	}
}

func TestHeadersAreLimited(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, nil, nil)
		r := features(ten)
		r.header = map[string]string{"X-Large": strings.Repeat("x", 8<<10)}
		if status, _, _ := s.send(t, r); status != 200 {
			t.Errorf("%s: %d with a header of 8 kB", name, status)
		}
		r.header["X-Large"] = strings.Repeat("x", 40<<10)
		if status, _, _ := s.send(t, r); status != 431 {
			t.Errorf("%s: %d with a header of 40 kB, want 431", name, status)
		}
	}
}

// What is not HTTP gets an answer or a closed connection, and harms nobody.
func TestNotHTTP(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, nil, nil)
		for _, sent := range []string{
			"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", // a TLS hello
			"GET\r\n\r\n", "\r\n\r\n\r\n", "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
			"POST /predict HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		} {
			conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := conn.Write([]byte(sent)); err != nil {
				t.Error(err)
			}
			conn.(*net.TCPConn).CloseWrite() //nolint:errcheck // it may be closed already
			answer := make([]byte, 16)
			n, _ := conn.Read(answer)
			if got := string(answer[:n]); n > 0 && !strings.HasPrefix(got, "HTTP/1.1 4") {
				t.Errorf("%s: %q got %q", name, sent, got)
			}
			conn.Close()
		}
		predictOne(t, s, predict.Features{}) // it still serves
	}
}
