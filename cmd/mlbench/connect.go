package main

import (
	"net"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/loadgen"
	"github.com/mlbench/mlbench/targets"
)

// connectOptions are the flags that say how to connect to a target.
type connectOptions struct {
	transport   string
	insecure    bool
	ca          string
	cert, key   string
	socket      string
	address     string
	host        string
	maxRequests int
	noKeepAlive bool
	follow      bool

	// Flags of others that are for checks and logins, too.
	fields  []targets.Field // headers of every request
	timeout time.Duration   // of one; 0: the default
}

func (o *connectOptions) register(cmd *cobra.Command) {
	f := cmd.Flags()
	defer cli.Section(f, "Connection")()
	o.registerTarget(f)
	f.IntVar(&o.maxRequests, "requests-per-connection", 0, "close each connection after so many requests (default: keep it)")
	f.BoolVar(&o.noKeepAlive, "no-keepalive", false, "a new connection for every request")
	f.BoolVar(&o.follow, "follow", false, "follow redirects (needs --transport net/http or h2); else they are answers like others")
}

// registerTarget is for the flags that say how a target is reached, load or none.
func (o *connectOptions) registerTarget(f *pflag.FlagSet) {
	f.StringVar(&o.transport, "transport", "", "HTTP `CLIENT`: lean (HTTP/1.1, the default), net/http, or h2 (HTTP/2; for http:// without negotiation)")
	f.BoolVarP(&o.insecure, "insecure", "k", false, "accept any TLS certificate")
	f.StringVar(&o.ca, "cacert", "", "PEM `FILE` of certificate authorities to trust")
	f.StringVar(&o.cert, "cert", "", "PEM `FILE` of the client's certificate")
	f.StringVar(&o.key, "key", "", "PEM `FILE` of its key")
	f.StringVar(&o.socket, "unix-socket", "", "connect to this Unix `SOCKET` instead of the URL's host")
	f.StringVar(&o.address, "resolve", "", "connect to this `HOST:PORT` instead of the URL's")
	f.StringVar(&o.host, "host-header", "", "Host header, as `HOST`, if it is not the URL's")
}

// validate checks the flags; the header it returns, if any, is to be sent.
func (o *connectOptions) validate() ([]targets.Field, error) {
	switch loadgen.Transport(o.transport) {
	case "", loadgen.Lean, loadgen.NetHTTP, loadgen.HTTP2:
	default:
		return nil, cli.Usagef("--transport %q: want lean, net/http or h2", o.transport)
	}
	switch {
	case o.follow && o.transport == "":
		o.transport = string(loadgen.NetHTTP)
	case o.follow && loadgen.Transport(o.transport) == loadgen.Lean:
		return nil, cli.Usagef("--follow needs --transport net/http or h2: the lean client does not follow redirects")
	case (o.cert == "") != (o.key == ""):
		return nil, cli.Usagef("--cert and --key go together")
	case o.socket != "" && o.address != "":
		return nil, cli.Usagef("--unix-socket and --resolve both say where to connect: give one")
	case o.noKeepAlive && o.maxRequests > 1:
		return nil, cli.Usagef("--no-keepalive is --requests-per-connection 1: give one")
	case o.maxRequests < 0:
		return nil, cli.Usagef("--requests-per-connection %d: want 1 or more", o.maxRequests)
	}
	if o.address != "" {
		if _, port, err := net.SplitHostPort(o.address); err != nil || port == "" {
			return nil, cli.Usagef("--resolve %q: want HOST:PORT, such as 127.0.0.1:8000", o.address)
		}
	}
	if o.noKeepAlive {
		o.maxRequests = 1
	}
	if o.host == "" {
		return nil, nil
	}
	f, err := targets.ParseField("Host: " + strings.TrimSpace(o.host))
	if err != nil {
		return nil, cli.Usagef("--host-header: %w", err)
	}
	return []targets.Field{f}, nil
}

// apply sets what concerns the target itself.
func (o *connectOptions) apply(t *targets.Target) {
	t.Insecure = t.Insecure || o.insecure
	for _, s := range []struct {
		flag string
		into *string
	}{{o.ca, &t.CAFile}, {o.cert, &t.CertFile}, {o.key, &t.KeyFile}, {o.socket, &t.Socket}, {o.address, &t.Address}} {
		if s.flag != "" {
			*s.into = s.flag
		}
	}
	if o.address != "" {
		t.Socket = ""
	}
	t.HTTP2 = loadgen.Transport(o.transport) == loadgen.HTTP2
	t.Headers = targets.Merge(t.Headers, o.fields)
	t.Timeout = o.timeout
}

// plan is the engine's part.
func (o *connectOptions) plan() loadgen.Connect {
	return loadgen.Connect{Transport: loadgen.Transport(o.transport), MaxRequests: o.maxRequests, Follow: o.follow}
}
