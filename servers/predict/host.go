package predict

import (
	"errors"
	"net"
	"net/netip"
	"strings"
)

// errHost is returned by CheckHost. Its text may be shown to a client.
var errHost = errors.New("this server has the demo login and answers to localhost, 127.0.0.1 and [::1] only: " +
	"set MLBENCH_USERNAME and MLBENCH_PASSWORD for other names")

// CheckHost checks the Host header of a request. With the demo login, which
// everybody knows, a page whose name its owner has pointed to this machine (DNS
// rebinding) could log in from a visitor's browser: names of this machine alone
// are let in then.
func (s *Service) CheckHost(host string) error {
	if !s.demo || isLoopbackHost(host) {
		return nil
	}
	return errHost
}

// isLoopbackHost takes a host with or without a port. An empty one is HTTP/1.0,
// which no browser speaks.
func isLoopbackHost(host string) bool {
	if host == "" {
		return true
	}
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
