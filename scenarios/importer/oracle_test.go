package importer

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// received is a request as it came over the wire.
type received struct {
	Line    string
	Headers []string // sorted by name, in order within one
	Body    string
}

// recorder is a server that keeps every request's bytes.
type recorder struct {
	address string
	mu      sync.Mutex
	got     []received
}

func newRecorder(t *testing.T) *recorder {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{address: l.Addr().String()}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go r.serve(c)
		}
	}()
	return r
}

func (r *recorder) serve(c net.Conn) {
	defer c.Close()
	for br := bufio.NewReader(c); ; {
		var q received
		length, chunked := 0, false
		for i := 0; ; i++ {
			line, err := br.ReadString('\n')
			if err != nil {
				return
			}
			line = strings.TrimRight(line, "\r\n")
			if line == "" {
				break
			}
			if i == 0 {
				q.Line = line
				continue
			}
			name, value, _ := strings.Cut(line, ":")
			value = strings.TrimSpace(value)
			switch {
			case strings.EqualFold(name, "content-length"):
				length, _ = strconv.Atoi(value)
			case strings.EqualFold(name, "transfer-encoding"):
				chunked = true
			case strings.EqualFold(name, "expect"):
				_, _ = io.WriteString(c, "HTTP/1.1 100 Continue\r\n\r\n")
			case strings.EqualFold(name, "user-agent") && (value == "mlbench" || strings.HasPrefix(value, "curl/")):
				q.Headers = append(q.Headers, "User-Agent: the tool's own")
			default:
				q.Headers = append(q.Headers, name+": "+value)
			}
		}
		body := make([]byte, length)
		if _, err := io.ReadFull(br, body); err != nil {
			return
		}
		if chunked {
			body, _ = io.ReadAll(httputil.NewChunkedReader(br))
			_, _ = br.ReadString('\n')
		}
		q.Body = string(body)
		q.normalise()
		r.mu.Lock()
		r.got = append(r.got, q)
		r.mu.Unlock()
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
	}
}

var boundaryForm = regexp.MustCompile(`boundary=(\S+)`)

// normalise leaves out what may differ: the order of headers, and the boundary
// between parts.
func (q *received) normalise() {
	name := func(h string) string { n, _, _ := strings.Cut(h, ":"); return n }
	slices.SortStableFunc(q.Headers, func(a, b string) int { return strings.Compare(name(a), name(b)) })
	if path, query, asks := strings.Cut(q.Line, "?"); asks {
		q.Line = path + "?" + escapeForm.ReplaceAllStringFunc(query, strings.ToUpper)
	}
	for i, h := range q.Headers {
		for n, m := range boundaryForm.FindAllStringSubmatch(h+"\n"+q.Body, -1) {
			if len(m[1]) > 10 {
				q.Headers[i] = strings.Replace(q.Headers[i], m[1], "B", 1)
				q.Body = strings.ReplaceAll(q.Body, m[1], fmt.Sprint("B", n))
			}
		}
	}
}

func (r *recorder) take() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	got := r.got
	r.got = nil
	return got
}

// oracleCase is a paste, and what is in the environment.
type oracleCase struct {
	name, command string
	env           []string
}

func oracleCases(t *testing.T, file string) []oracleCase {
	var out []oracleCase
	for block := range strings.SplitSeq(string(readTest(t, file)), "\n## ") {
		name, rest, _ := strings.Cut(block, "\n")
		c := oracleCase{name: strings.TrimPrefix(name, "## ")}
		for strings.HasPrefix(rest, "ENV ") {
			var line string
			line, rest, _ = strings.Cut(rest, "\n")
			c.env = append(c.env, line[len("ENV "):])
		}
		c.command = strings.TrimSpace(rest)
		out = append(out, c)
	}
	return out
}

// F04, F05, F06, F14, F16, F25: what a scenario made of a curl command sends is
// what curl sends: method, target, body and headers. Not compared: the order of
// headers, the boundary of multipart bodies, Content-Length and chunks, Expect,
// escapes of queries in small letters, and the User-Agent of the tool itself.
func TestImportedCurlCommandsSendWhatCurlSends(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("no curl to compare with")
	}
	cases := oracleCases(t, "testdata/curl_commands.txt")
	if len(cases) < 60 {
		t.Fatalf("%d commands, want at least 60", len(cases))
	}
	r := newRecorder(t)
	_, port, _ := net.SplitHostPort(r.address)
	t.Chdir(t.TempDir())
	t.Setenv("HOME", t.TempDir())
	oracleFiles(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			for _, e := range c.env {
				name, value, _ := strings.Cut(strings.ReplaceAll(e, "SERVER", r.address), "=")
				if value == "PORT" {
					value = port
				}
				t.Setenv(name, value)
			}
			command := strings.ReplaceAll(c.command, "SERVER", r.address)
			run := exec.Command("bash", "-c", command)
			run.Env = append(os.Environ(), "PATH="+filepath.Dir(curl)+":"+os.Getenv("PATH"), "NO_PROXY=*")
			out, err := run.CombinedOutput()
			want := r.take()
			if len(want) == 0 {
				t.Fatalf("curl sent nothing: %v\n%s", err, out)
			}
			if d := cmp.Diff(want, imported(t, command, r)); d != "" {
				t.Errorf("%s\n(-curl +scenario):\n%s", c.command, d)
			}
		})
	}
}

// imported is what the scenario of a command sends.
func imported(t *testing.T, command string, r *recorder) []received {
	t.Helper()
	text, err := FromCurl(command, Options{})
	if err != nil {
		t.Fatalf("%s\n%v", command, err)
	}
	sc, err := scenarios.Parse(text, "my.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	at, err := targets.Parse(targetOf(text, r), nil)
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	all, err := scenarios.Once(sc, scenarios.CompileOptions{Target: at, UserAgent: "mlbench", Seed: 1})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for i := range all.Classes {
		if _, err := all.Classes[i].Send(t.Context(), at, 10*time.Second, 100); err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
	}
	return r.take()
}

var targetLine = regexp.MustCompile(`--target (\S+)\n`)

// targetOf is the target that the first lines name, as a shell reads it.
func targetOf(text []byte, r *recorder) string {
	m := targetLine.FindSubmatch(text)
	if m == nil {
		return "http://" + r.address
	}
	out, _ := exec.Command("bash", "-c", "printf %s "+string(m[1])).Output()
	return string(out)
}

// oracleFiles are those that the commands send.
func oracleFiles(t *testing.T) {
	for name, content := range map[string]string{
		"kitten.jpg": "\xff\xd8\xff\xe0 JPEG \x00\r\n\xfe", "input.json": "{\n  \"instances\": [[1.0, 2.0]]\n}\n", "plain.txt": "a=b&c d\r\nsecond line\n",
		"my file.txt": "hello", "tensor.bin": "\x00\x01\x02=\xff&", "x.csv": "a,b\n1,2\n", "headers.txt": "X-One: 1\r\nX-Two: 2\n\n", "empty": "",
		"input.b64": "aGVsbG8gd29ybGQ=", "model.onnx": strings.Repeat("\x08\x07onnx", 3000), "request.xml": "<a b=\"c\">d &amp; e</a>\n", "long.json": "{\"a\": \"" + strings.Repeat("x", 20_000) + "\"}",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
