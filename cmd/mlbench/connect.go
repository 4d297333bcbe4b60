package main

import (
	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
)

// registerConnection adds the flags that say how load connects to a target.
func registerConnection(f *pflag.FlagSet, r *session.Reach) {
	defer cli.Section(f, "Connection")()
	registerReach(f, r)
	f.IntVar(&r.MaxRequests, "requests-per-connection", 0, "close each connection after so many requests (default: keep it)")
	f.BoolVar(&r.NoKeepAlive, "no-keepalive", false, "a new connection for every request")
	f.BoolVar(&r.Follow, "follow", false, "follow redirects (needs --transport net/http or h2); else they are answers like others")
	cli.Exclude(f, "requests-per-connection", "no-keepalive")
}

// registerReach is for the flags that say how a target is reached, load or none.
func registerReach(f *pflag.FlagSet, r *session.Reach) {
	defer cli.For(f, cli.Once)()
	f.StringVar(&r.Transport, "transport", "", "HTTP `CLIENT`: lean (HTTP/1.1, the default), net/http, or h2 (HTTP/2; for http:// without negotiation)")
	f.BoolVarP(&r.Insecure, "insecure", "k", false, "accept any TLS certificate")
	f.StringVar(&r.CAFile, "cacert", "", "PEM `FILE` of certificate authorities to trust")
	f.StringVar(&r.CertFile, "cert", "", "PEM `FILE` of the client's certificate")
	f.StringVar(&r.KeyFile, "key", "", "PEM `FILE` of its key")
	f.StringVar(&r.Socket, "unix-socket", "", "connect to this Unix `SOCKET` instead of the URL's host")
	f.StringVar(&r.Address, "resolve", "", "connect to this `HOST:PORT` instead of the URL's")
	f.StringVar(&r.Host, "host-header", "", "Host header, as `HOST`, if it is not the URL's")
	cli.Exclude(f, "unix-socket", "resolve")
}

// registerReady is for commands that start targets.
func registerReady(f *pflag.FlagSet, r *session.Reach) {
	defer cli.Section(f, "Target")()
	defer cli.For(f, cli.Once)()
	f.StringVar(&r.Ready, "ready", "", "`PATH` that answers 200 to 399 once a target is ready (default: what the target file says, or else any answer will do)")
	f.DurationVar(&r.StartTimeout, "start-timeout", 0, "`TIME` within which a started server must be ready (default 3m, or what the target file says)")
	cli.Positive(f, "start-timeout")
}
