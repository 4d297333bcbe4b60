package send

import (
	"bufio"
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func sample() Request {
	return Request{
		Method: http.MethodPost, Target: "/a/s3cret?b=c",
		Header: []Field{{Name: "Host", Value: "h"}, {Name: "x-key", Value: "s3cret", Hidden: true}, {Name: "X-Many", Value: "1"}, {Name: "X-Many", Value: "2"}},
		Body:   []byte(`{"k":"s3cret","n":000000000000}`), Fresh: []int{18},
		HiddenTarget: []Span{{3, 9}}, HiddenBody: []Span{{6, 12}},
	}
}

func TestSecretsAreHiddenByPosition(t *testing.T) {
	r := sample()
	want := "POST /a/[redacted]?b=c HTTP/1.1\r\nHost: h\r\nx-key: [redacted]\r\nX-Many: 1\r\nX-Many: 2\r\nContent-Length: 31\r\n\r\n" +
		`{"k":"[redacted]","n":000000000000}`
	if got := string(r.Shown()); got != want {
		t.Errorf("shown as %q, want %q", got, want)
	}
	if sent := r.AppendHTTP1(nil); bytes.Count(sent, []byte("s3cret")) != 3 {
		t.Errorf("showing it changed what is sent: %q", sent)
	}
	// One within another, or reaching into it, is hidden with it.
	r.HiddenTarget = []Span{{1, 5}, {2, 4}, {3, 9}}
	if got := r.ShownTarget(); got != "/[redacted]?b=c" {
		t.Errorf("overlapping secrets show as %q", got)
	}
}

func TestNumbersChangeNoOtherRequest(t *testing.T) {
	r := sample()
	one, two := r.Numbered(1), r.Numbered(2)
	if bytes.Equal(one.Body, two.Body) || !bytes.Equal(r.Body, sample().Body) || len(one.Body) != len(r.Body) {
		t.Errorf("%s and %s of %s", one.Body, two.Body, r.Body)
	}
	if r.FreshHead() || r.HeadFresh() != nil || one.Target != r.Target {
		t.Errorf("a number in a head without places: %s", one.AppendHead(nil))
	}
	r.Target, r.FreshTarget = "/a/000000000000?b", []int{3}
	r.Header[2].Value, r.Header[2].Fresh = "x000000000000", []int{1}
	before := string(r.AppendHTTP1(nil))
	one = r.Numbered(1)
	byHand := r.AppendHead(nil)
	r.NumberHead(byHand, r.HeadFresh(), 1)
	if got := string(one.AppendHead(nil)); got != string(byHand) || bytes.Count(byHand, one.Body[18:30]) != 2 {
		t.Errorf("numbered as %q, and in place as %q", got, byHand)
	}
	if string(r.AppendHTTP1(nil)) != before {
		t.Errorf("changed to %q, from %q", r.AppendHTTP1(nil), before)
	}
}

// net/http sends what the request says and nothing of its own: no User-Agent, no
// Cache-Control beside Pragma.
func TestNetHTTPAddsNothing(t *testing.T) {
	r := sample()
	r.Header = append(r.Header, Field{Name: "Pragma", Value: "no-cache"})
	req, err := r.HTTP(&url.URL{Scheme: "http", Host: "127.0.0.1:1"})
	if err != nil {
		t.Fatal(err)
	}
	var wire bytes.Buffer
	if err := req.Write(&wire); err != nil {
		t.Fatal(err)
	}
	got, err := http.ReadRequest(bufio.NewReader(strings.NewReader(wire.String())))
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(got.Body)
	if got.Host != "h" || got.RequestURI != r.Target || !bytes.Equal(body, r.Body) || strings.Join(got.Header["X-Many"], " ") != "1 2" {
		t.Errorf("sent %q", wire.String())
	}
	if strings.Contains(wire.String(), "User-Agent") || strings.Contains(wire.String(), "Cache-Control") {
		t.Errorf("net/http added a header: %q", wire.String())
	}
}
