package web

import (
	"fmt"
	"net/url"
	"path"
	"strings"
)

// allowed are the targets that may be loaded; none: all.
type allowed []rule

// rule is a pattern, of names or of addresses, in which * stands for anything.
type rule struct {
	name         string // "": it is of addresses
	scheme, host string
	port         string
}

// parseAllowed reads patterns: staging-* of names, http://127.0.0.1:* of addresses.
func parseAllowed(patterns []string) (allowed, error) {
	var out allowed
	for _, p := range patterns {
		scheme, rest, isURL := strings.Cut(p, "://")
		r := rule{name: p}
		if isURL {
			host, port := splitPort(rest)
			r = rule{scheme: scheme, host: strings.ToLower(host), port: port}
			if r.port == "" {
				r.port = usualPort(scheme)
			}
			if scheme != "http" && scheme != "https" || host == "" || strings.ContainsAny(rest, "/?#@") {
				return nil, fmt.Errorf("--allow-target %q: want the name of a target, or SCHEME://HOST:PORT, such as http://127.0.0.1:* or https://*.example.com", p)
			}
		}
		for _, part := range []string{r.name, r.host, r.port} {
			if _, err := path.Match(part, ""); err != nil || p == "" {
				return nil, fmt.Errorf("--allow-target %q: it is no pattern", p)
			}
		}
		out = append(out, r)
	}
	return out, nil
}

// splitPort parts HOST:PORT, where either may be a pattern, and the host [v6].
func splitPort(s string) (host, port string) {
	if at := strings.LastIndexByte(s, ':'); at > strings.LastIndexByte(s, ']') {
		return s[:at], s[at+1:]
	}
	return s, ""
}

func usualPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// named says whether a target of this name, at this address if it has one, may be loaded.
func (a allowed) named(name, address string) bool {
	for _, r := range a {
		if r.name != "" && matches(r.name, name) {
			return true
		}
	}
	if len(a) == 0 {
		return true
	}
	u, err := url.Parse(address)
	return err == nil && address != "" && a.at(u)
}

// at says whether what is at this address may be loaded.
func (a allowed) at(u *url.URL) bool {
	if len(a) == 0 {
		return true
	}
	port := u.Port()
	if port == "" {
		port = usualPort(u.Scheme)
	}
	host := strings.ToLower(u.Hostname())
	for _, r := range a {
		if r.name == "" && r.scheme == u.Scheme && matches(strings.Trim(r.host, "[]"), host) && matches(r.port, port) {
			return true
		}
	}
	return false
}

// matches is path.Match, for which * is no slash: neither names nor hosts have any.
func matches(pattern, s string) bool {
	ok, err := path.Match(pattern, s)
	return err == nil && ok
}
