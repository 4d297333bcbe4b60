package targets

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/targets/strict"
)

// Target is a service under test.
type Target struct {
	Name     string
	URL      *url.URL // base: its path is put before every request's path
	Headers  []Field  // sent with every request
	Insecure bool     // accept any certificate
	CAFile   string   // PEM file of the certificate authorities to trust
	CertFile string   // PEM file of the client's certificate
	KeyFile  string   // PEM file of its key
	Socket   string   // path of a Unix socket to connect to, instead of the URL's host
	Address  string   // host:port to connect to, instead of the URL's
	HTTP2    bool     // speak HTTP/2: over TLS as agreed there, else with prior knowledge
	// Timeout bounds one check, login or look; under 10 s it is 10 s.
	Timeout time.Duration
	Ready   string   // path that answers 200–399 once the service is ready; empty: any answer will do
	Managed *Managed // how to start it; nil: it runs already
	Source  string   // the file that says how to start it, or what its name means; empty: no file
	PID     int      // of its process, once started; else 0
}

// Subjects are the bundled servers and where `mlbench serve NAME` listens.
var subjects = []struct{ name, addr string }{
	{"legacy", "127.0.0.1:5000"},
	{"modern", "127.0.0.1:8000"},
	{"reference", "127.0.0.1:9000"},
}

// Parse resolves a reference: a name (of the target file, or of a bundled
// subject), label=URL, a URL, or host:port. It reads the target file, as LoadFile
// finds it in env.
func Parse(ref string, env func(name string) (value string, set bool)) (Target, error) {
	f, err := LoadFile("", env)
	if err != nil {
		return Target{}, err
	}
	return f.Parse(ref)
}

var labelForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

// Parse is like the function Parse, with this file.
func (f *File) Parse(ref string) (Target, error) {
	label, rest, ok := strings.Cut(ref, "=")
	if ok && labelForm.MatchString(label) {
		t, err := f.resolve(rest)
		t.Name = label
		return t, err
	}
	// A URL that has another one in it has it in its query.
	if scheme, _, isURL := CutScheme(rest); isURL && (scheme == "http" || scheme == "https") && !strings.ContainsAny(label, "?@") && !strings.Contains(label, "://") {
		return Target{}, fmt.Errorf("label %q: want letters, digits, '.', '_' and '-', of which the first is a letter or digit", label)
	}
	return f.resolve(ref)
}

// Bundled says whether name is that of a bundled server.
func Bundled(name string) bool {
	for _, s := range subjects {
		if s.name == name {
			return true
		}
	}
	return false
}

func (f *File) resolve(ref string) (Target, error) {
	if ref == "" {
		return Target{}, fmt.Errorf("empty target: want a name, label=URL or URL")
	}
	if e := f.find(ref); e != nil {
		return e.target(f.Path, f.env)
	}
	for _, s := range subjects {
		if s.name == ref {
			return Target{Name: s.name, URL: &url.URL{Scheme: "http", Host: s.addr}}, nil
		}
	}
	switch _, _, ok := CutScheme(ref); {
	case ok:
	case strings.ContainsAny(ref, ".:") || ref == "localhost" || strings.HasPrefix(ref, "localhost/"):
		ref = "http://" + ref
	default:
		return Target{}, f.unknown(ref)
	}
	u, err := parseURL(ref)
	if err != nil {
		return Target{}, err
	}
	return Target{Name: u.Host, URL: u}, nil
}

// Known is a target that has a name.
type Known struct {
	Name, URL string // without URL, it is where {port} says
	Command   string // that starts it; empty: it runs already
	Source    string // the file that names it, or "bundled"
}

// List is the targets that Parse knows by name: the file's, then the bundled
// subjects that the file does not redefine.
func (f *File) List() []Known {
	var list []Known
	for _, e := range f.entries {
		k := Known{Name: e.name, URL: e.URL, Source: f.Path}
		if m := e.managed(f.Path); m != nil {
			k.Command = m.String()
		}
		list = append(list, k)
	}
	for _, s := range subjects {
		if f.find(s.name) == nil {
			list = append(list, Known{Name: s.name, URL: "http://" + s.addr, Source: "bundled"})
		}
	}
	return list
}

func (f *File) unknown(ref string) error {
	var names []string
	for _, k := range f.List() {
		names = append(names, k.Name)
	}
	hint := ""
	if s := strict.Suggest(ref, names); s != "" {
		hint = fmt.Sprintf(", did you mean %q?", s)
	}
	return fmt.Errorf("unknown target %q%s (known: %s; or give a URL such as http://127.0.0.1:8000)",
		ref, hint, strings.Join(names, ", "))
}

// parseURL refuses what could not be measured. Its errors never show a
// password that the URL may hold.
func parseURL(s string) (*url.URL, error) {
	if err := visible(s); err != nil {
		return nil, fmt.Errorf("target URL: %w", err)
	}
	u, err := url.Parse(s)
	if err != nil {
		// The parser's error quotes the whole URL: keep its cause only.
		if cause, ok := err.(*url.Error); ok {
			err = cause.Err
		}
		if !strings.Contains(s, "://") && !strings.Contains(s, "@") {
			return nil, fmt.Errorf("target URL %q: no scheme, did you mean %q?", s, "http://"+s)
		}
		return nil, fmt.Errorf("target URL: %w", err)
	}
	shown := u.Redacted()
	switch {
	case u.Scheme != "http" && u.Scheme != "https" && !strings.Contains(s, "://") && u.User == nil:
		return nil, fmt.Errorf("target URL %q: no scheme, did you mean %q?", s, "http://"+s)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fmt.Errorf("target %s: scheme %q, want http or https", shown, u.Scheme)
	case u.Hostname() == "":
		return nil, fmt.Errorf("target %s: no host", shown)
	case u.User != nil:
		return nil, fmt.Errorf("target %s: credentials in the URL would end up in reports; "+
			"leave them out and give a header (-H 'Authorization: Basic …'), or MLBENCH_TOKEN; "+
			"MLBENCH_USERNAME and MLBENCH_PASSWORD are for a scenario's login", shown)
	case u.Fragment != "":
		return nil, fmt.Errorf("target %s: a #fragment is never sent; leave it out", shown)
	}
	if p := u.Port(); p != "" || strings.HasSuffix(u.Host, ":") {
		if n, err := strconv.Atoi(p); err != nil || n < 1 || n > 65535 {
			return nil, fmt.Errorf("target %s: port %q, want 1 to 65535", shown, p)
		}
	}
	if u.Path == "/" && u.RawQuery == "" {
		u.Path = ""
	}
	return u, nil
}

// Resolve puts the target's path before the given one, and adds the target's
// query. An empty path is the target's own URL.
func (t Target) Resolve(path string) (*url.URL, error) {
	u := *t.URL
	if path == "" {
		return &u, nil
	}
	if err := ValidPath(path); err != nil {
		return nil, err
	}
	path, query, asks := strings.Cut(path, "?")
	joined, err := url.ParseRequestURI(strings.TrimSuffix(t.URL.EscapedPath(), "/") + path)
	if err != nil {
		return nil, fmt.Errorf("path %s: %w", path, err)
	}
	u.Path, u.RawPath = joined.Path, joined.RawPath
	u.ForceQuery = asks && query == ""
	switch {
	case u.RawQuery == "":
		u.RawQuery = query
	case query != "":
		u.RawQuery = query + "&" + u.RawQuery
	}
	return &u, nil
}

// ValidPath says what is wrong with a request's path and query.
func ValidPath(path string) error {
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("found %q, want a path that begins with /", path)
	}
	if strings.Contains(path, "#") {
		return fmt.Errorf("path %q: a #fragment is never sent (write %%23 for the character)", path)
	}
	if err := visible(path); err != nil {
		return fmt.Errorf("path %q: %w", path, err)
	}
	if _, err := url.ParseRequestURI(path); err != nil {
		return fmt.Errorf("path %q: want a path and query, percent-encoded", path)
	}
	return nil
}

// visible refuses what would break a request line, or be sent differently than
// written.
func visible(s string) error {
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f {
			return fmt.Errorf("character 0x%02x: write it percent-encoded (%%%02X)", c, c)
		}
	}
	return nil
}

// loopback says whether the target is on this machine.
func (t Target) loopback() bool {
	host := t.URL.Hostname()
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}

// CutScheme cuts a URL at "://", which counts only before the first slash or
// question mark: localhost:8081/x?url=https://y has no scheme.
func CutScheme(ref string) (scheme, rest string, ok bool) {
	if i := strings.IndexAny(ref, "/?#"); i < 1 || !strings.HasPrefix(ref[i-1:], "://") {
		return "", ref, false
	}
	return strings.Cut(ref, "://")
}
