package servers

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlbench/mlbench/servers/predict"
)

// H2: more connections than descriptors never end a server.
func TestRunningOutOfDescriptorsEndsNoServer(t *testing.T) {
	for _, name := range everyServer {
		t.Run(name, func(t *testing.T) {
			s, _, stderr := startProcess(t, name, 40)
			var all []net.Conn
			for range 80 {
				c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, c)
			}
			for line := ""; !strings.Contains(line, "too many open files"); {
				var err error
				if line, err = stderr.ReadString('\n'); err != nil {
					t.Fatalf("it ended, or never ran out: %v", err)
				}
			}
			for _, c := range all {
				c.Close()
			}
			if status, _, body := s.send(t, get("/health")); status != 200 {
				t.Errorf("afterwards: %d %s", status, body)
			}
		})
	}
}

// H5: one document, one reading: no second key brings in what the limit of a
// field would have kept out.
func TestNoKeyGoesAroundTheLimitOfAField(t *testing.T) {
	huge := strings.Repeat("y", 900_000)
	for _, name := range subjects {
		path := filepath.Join(t.TempDir(), "log")
		s := start(t, name, map[string]string{"PREDICTION_LOG": path}, constant{})
		for _, keys := range []string{
			`"request_id":"` + huge + `","request_id":null`, `"request_id":null,"request_id":"` + huge + `"`,
			`"request_id":"` + huge + `","Request_ID":"a"`, `"Request_ID":"` + huge + `","request_id":"a"`,
			`"request_id":"` + huge + `","\u0072equest_id":null`, `"request_id":"` + huge + `","reque\u017ft_id":null`,
			`"request_id":"` + huge + `"`, `"samples":[[1]],"request_id":null,"features":[` + strings.Repeat("0,", 400_000) + `0]`,
		} {
			for _, r := range []request{post("/predict", `{"features":`+ten+`,`+keys+`}`), post("/batch-predict", `{"samples":[`+ten+`],`+keys+`}`)} {
				status, _, body := s.send(t, r)
				if status != 400 && status != 422 || len(body) > 4<<10 {
					t.Errorf("%s %s with %.60s…: %d, %d bytes", name, r.path, keys, status, len(body))
				}
			}
		}
		s.stop(t)
		if info, err := os.Stat(path); err != nil || info.Size() > 0 {
			t.Errorf("%s: the log of refused requests: %v, %v", name, info.Size(), err)
		}
	}
}

// H6: an error tells a client nothing of what else came over its connection.
func TestMalformedRequestsGetOneSentence(t *testing.T) {
	const secrets = "Authorization: Bearer VICTIM\r\nCookie: sid=VICTIM\r\n"
	const victim = "POST /predict HTTP/1.1\r\nHost: localhost\r\n" + secrets + "Content-Length: 6\r\n\r\nVICTIM"
	for _, name := range everyServer {
		s, stderr := startAny(t, name)
		for _, sent := range []string{
			"GET /health HTTP/1.1\r\nHost: localhost\r\nX : a\r\n\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\n X: a\r\n\r\n",
			"GET /health HTTP/1.1\r\nHost: localhost\r\nX\r\n\r\n", "GET /health HTTP/1.1\r\nHost: localhost\r\n: a\r\n\r\n",
			"GET /health HTTP/1.1\r\nHost: localhost\r\nX: a\x00b\r\n\r\n", "GET /health HTTP/9.9\r\nHost: localhost\r\n\r\n",
			"GET /health VICTIM/1.1\r\n" + secrets + "\r\n", "VICTIM\r\n" + secrets + "\r\n", "G\x01T /VICTIM HTTP/1.1\r\n" + secrets + "\r\n",
			"GET VICTIM HTTP/1.1\r\nHost: localhost\r\n\r\n", "GET http://VICTIM:x/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /health HTTP/1.1\r\nHost: VIC TIM\r\n\r\n",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: VICTIM\r\n\r\n",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: VICTIM\r\n\r\n",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nVICTIM\r\n",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: VICTIM/VICTIM\r\nContent-Length: 2\r\n\r\n{}",
			"POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: VICTIM\r\nContent-Length: 2\r\n\r\n{}",
			"GET /VICTIM HTTP/1.1\r\nHost: localhost\r\n" + secrets + "\r\n", "VICTIM /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Large: " + strings.Repeat("VICTIM", 20_000) + "\r\n\r\n",
			strings.Repeat("\xff", 15_000) + "VICTIM\r\n\r\n",
		} {
			answer := raw(t, s.url, sent+victim)
			// An injected request that is read as one of its own answers 401.
			if strings.Contains(strings.ToLower(answer), "victim") || len(answer) > 2<<10 {
				t.Errorf("%s: %.60q is answered with %.400q (%d bytes)", name, sent, answer, len(answer))
			}
			for _, words := range []string{"buffer size", "contents", "header key", "fasthttp", "strconv"} {
				if strings.Contains(answer, words) {
					t.Errorf("%s: %.60q is answered in a library's words: %.400q", name, sent, answer)
				}
			}
		}
		s.client.CloseIdleConnections()
		if told := stderr(); strings.Contains(strings.ToLower(told), "victim") {
			t.Errorf("%s logs requests: %.500s", name, told)
		}
	}
}

// startAny starts any of the three servers, and says what it told on stderr.
func startAny(t *testing.T, name string) (*subject, func() string) {
	if name != Reference {
		s := start(t, name, nil, constant{})
		return s, s.stderr.String
	}
	url, stderr, _ := startReference(t)
	return newClient(name, url), stderr.String
}

// raw sends bytes and reads what comes until the server ends the connection or
// is silent.
func raw(t *testing.T, url, sent string) string {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	go func() {
		_, _ = io.WriteString(conn, sent) // it may be refused half-way
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	answer, _ := io.ReadAll(conn) // a reset is an end, too
	return string(answer)
}

// H7: what is refused costs about what it weighs, however many send it at a time.
func TestRefusedBodiesCostLittle(t *testing.T) {
	const mb = 1<<20 - 100
	fill := func(begin, item, end string) string {
		return begin + strings.Repeat(item+",", (mb-len(begin)-len(end))/(len(item)+1)-1) + item + end
	}
	fields := strings.Builder{}
	for i := 0; fields.Len() < mb-20; i++ {
		fmt.Fprintf(&fields, `"k%d":1,`, i)
	}
	bodies := []struct{ path, body string }{
		{"/login", fill(`{"username":[`, "0", `]}`)},
		{"/predict", "{" + fields.String() + `"z":1}`},
		{"/batch-predict", fill(`{"samples":[`, "[]", `]}`)},
		{"/batch-predict", fill(`{"samples":[[`, `"a"`, `]]}`)},
		{"/predict", fill(`{"features":[`, "0", `]}`)},
		{"/predict", strings.Repeat("[", mb)},
		{"/predict", `{"features":"` + strings.Repeat(`\u00e9`, mb/6-10) + `"}`},
	}
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			s, pid, _ := startProcess(t, name, 1024)
			s.login(t)
			before := peakMemory(t, pid)
			for _, b := range bodies {
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() {
						status, header, body := s.send(t, post(b.path, b.body))
						if !slices.Contains([]int{400, 413, 422, 503}, status) || status == 503 && header.Get("Retry-After") == "" || len(body) > 32<<10 {
							t.Errorf("%s %.30s: %d with %d bytes, Retry-After %q", b.path, b.body, status, len(body), header.Get("Retry-After"))
						}
					})
				}
				wg.Wait()
			}
			if grew := peakMemory(t, pid) - before; grew > 250 {
				t.Errorf("20 clients with bodies of 1 MB cost %d MB", grew)
			}
		})
	}
}

// H7: without a token nothing is read that is worth holding.
func TestStalledBodiesHoldNoMemory(t *testing.T) {
	for _, name := range everyServer {
		s, pid, _ := startProcess(t, name, 1024)
		before := peakMemory(t, pid)
		half := strings.Repeat(" ", 512<<10)
		for _, path := range []string{"/predict", "/login", "/nowhere", "/cache/clear"} {
			for range 25 {
				conn, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				go fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048000\r\n\r\n%s", path, half)
				if name == Reference || path != "/cache/clear" && path != "/predict" {
					continue
				}
				answer := make([]byte, 12)
				if _, err := io.ReadFull(conn, answer); err != nil || string(answer) != "HTTP/1.1 401" {
					t.Errorf("%s %s: %q %v", name, path, answer, err)
				}
			}
		}
		if grew := peakMemory(t, pid) - before; grew > 40 {
			t.Errorf("%s: 100 stalled bodies cost %d MB", name, grew)
		}
	}
}

// L2, L4: an error repeats little, and nothing that may be a password.
func TestErrorsRepeatLittle(t *testing.T) {
	s := start(t, Modern, nil, constant{})
	long := strings.Repeat("z", 500_000)
	for _, tc := range []struct{ path, body, not string }{
		{"/predict", `{"features":` + ten + `,"` + long + `":1}`, strings.Repeat("z", 100)},
		{"/predict", `{"features":` + ten + `,"` + long + `":1,"` + long + `":1}`, strings.Repeat("z", 100)},
		{"/login", `{"username":"admin","password":12345678}`, "12345678"},
		{"/login", `{"username":12345678,"password":"x"}`, "12345678"},
		{"/login", `{"username":"admin","password":true}`, "true"},
		{"/login", `{"username":"admin","password":["12345678"]}`, "12345678"},
		{"/login", `{"username":"admin","password":{"a":"12345678"}}`, "12345678"},
		{"/login", `{"username":"admin","Password":12345678}`, "12345678"},
		{"/login", `12345678`, "12345678"},
		{"/login", `"12345678"`, "12345678"},
	} {
		status, _, body := s.send(t, post(tc.path, tc.body))
		if status != 422 || len(body) > 2<<10 || strings.Contains(string(body), tc.not) {
			t.Errorf("%.60s: %d %.300s", tc.body, status, body)
		}
	}
	if _, _, body := s.send(t, samples(slices.Repeat([]string{list(`"a"`, `"b"`)}, 100)...)); strings.Count(string(body), `"location"`) > 51 {
		t.Errorf("%d offences are named", strings.Count(string(body), `"location"`))
	}
}

// The budget of large bodies is given back, whatever became of them.
func TestLargeBodiesAreServedAfterwards(t *testing.T) {
	padded := `{"features":` + ten + `}` + strings.Repeat(" ", 900_000)
	for _, name := range subjects {
		s := start(t, name, nil, constant{})
		for range 40 { // twice the budget, one after the other
			if status, _, body := s.send(t, post("/predict", padded)); status != http.StatusOK {
				t.Fatalf("%s: %d %s", name, status, body)
			}
			s.send(t, post("/predict", strings.Replace(padded, "1", "x", 1)))
			raw(t, s.url, fmt.Sprintf("POST /predict HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 900000\r\n\r\n{", s.token))
		}
		predictOne(t, s, predict.Features{})
	}
}

// An answer arrives though its request's body was refused unread and the
// connection ends: unread bytes would reset it.
func TestAnswersToUnreadBodiesArrive(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, nil, constant{})
		for _, size := range []int{100, 9_000, 40_000, 64 << 10, 70_000, 300_000, 1_000_000, 5_000_000} {
			for _, framing := range []string{
				fmt.Sprintf("Content-Length: %d\r\n\r\n%s", size, strings.Repeat(" ", size)),
				fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", size, strings.Repeat(" ", size)),
			} {
				for range 5 {
					answer := raw(t, s.url, "POST /predict HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"+framing)
					if !strings.HasPrefix(answer, "HTTP/1.1 401") {
						t.Errorf("%s: %d bytes, %.10s…: %q", name, size, framing, answer)
					}
				}
			}
		}
	}
}
