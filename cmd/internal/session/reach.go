package session

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/targets"
)

// Reach says how targets are reached, and started. Its zero value is the usual way.
type Reach struct {
	Transport   string // see loadgen.Transport; "" is lean, or net/http to follow redirects
	Insecure    bool   // accept any TLS certificate
	CAFile      string // PEM, as are the next two
	CertFile    string
	KeyFile     string
	Socket      string // Unix socket to connect to instead of the URL's host
	Address     string // HOST:PORT to connect to instead of the URL's
	Host        string // of the Host header
	MaxRequests int    // per connection; 0: no limit
	NoKeepAlive bool
	Follow      bool // redirects

	Headers []targets.Field // of every request
	Timeout time.Duration   // of one, also of checks and logins; 0: the default

	Ready        string        // path that tells that a started target is ready
	StartTimeout time.Duration // within which it must be; 0: the target's, or 3 minutes

	// Env is the environment, of which target files and scenarios name variables; nil:
	// none is set.
	Env func(name string) (value string, set bool) `json:"-"`
}

// Validate reports all mistakes at once, by the names of flags.
func (r *Reach) Validate() error {
	var m mistakes
	r.check(&m)
	return m.err()
}

func (r *Reach) check(m *mistakes) {
	if r.Ready != "" {
		if err := targets.ValidPath(r.Ready); err != nil {
			m.addf("--ready: %w", err)
		}
	}
	transport := loadgen.Transport(r.Transport)
	if !slices.Contains([]loadgen.Transport{"", loadgen.Lean, loadgen.NetHTTP, loadgen.HTTP2}, transport) {
		m.addf("--transport %q: want lean, net/http or h2", r.Transport)
	}
	if r.Follow && transport == loadgen.Lean {
		m.addf("--follow needs --transport net/http or h2: the lean client does not follow redirects")
	}
	if (r.CertFile == "") != (r.KeyFile == "") {
		m.addf("--cert and --key go together")
	}
	if r.Socket != "" && r.Address != "" {
		m.addf("--unix-socket and --resolve both say where to connect: give one")
	}
	if r.NoKeepAlive && r.MaxRequests > 1 {
		m.addf("--no-keepalive is --requests-per-connection 1: give one")
	}
	if r.MaxRequests < 0 {
		m.addf("--requests-per-connection %d: want 1 or more", r.MaxRequests)
	}
	if r.Address != "" {
		if _, port, err := net.SplitHostPort(r.Address); err != nil || port == "" {
			m.addf("--resolve %q: want HOST:PORT, such as 127.0.0.1:8000", r.Address)
		}
	}
	if _, err := r.host(); err != nil {
		m.addf("--host-header: %w", err)
	}
}

// host is the Host header; its name is empty where there is none.
func (r *Reach) host() (targets.Field, error) {
	if r.Host == "" {
		return targets.Field{}, nil
	}
	return targets.ParseField("Host: " + strings.TrimSpace(r.Host))
}

// Fields are the headers of every request, Host among them where it is not the URL's.
func (r *Reach) Fields() []targets.Field {
	if host, err := r.host(); err == nil && host.Name != "" {
		return append(slices.Clone(r.Headers), host)
	}
	return r.Headers
}

// apply sets what concerns the target itself.
func (r *Reach) apply(t *targets.Target) {
	t.Insecure = t.Insecure || r.Insecure
	for _, s := range []struct {
		given string
		into  *string
	}{{r.CAFile, &t.CAFile}, {r.CertFile, &t.CertFile}, {r.KeyFile, &t.KeyFile}, {r.Socket, &t.Socket}, {r.Address, &t.Address}} {
		if s.given != "" {
			*s.into = s.given
		}
	}
	if r.Address != "" {
		t.Socket = ""
	}
	t.HTTP2 = loadgen.Transport(r.Transport) == loadgen.HTTP2
	t.Headers = targets.Merge(t.Headers, r.Fields())
	t.Timeout = r.Timeout
}

// connect is the engine's part.
func (r *Reach) connect() loadgen.Connect {
	c := loadgen.Connect{Transport: loadgen.Transport(r.Transport), MaxRequests: r.MaxRequests, Follow: r.Follow}
	if r.Follow && r.Transport == "" {
		c.Transport = loadgen.NetHTTP
	}
	if r.NoKeepAlive {
		c.MaxRequests = 1
	}
	return c
}
