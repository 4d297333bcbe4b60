package program

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// timed notes the timeout of a call, and what it says of the connection.
func (l *locustfile) timed(a arguments, n *script.Node) {
	text := ""
	switch v := a.named["timeout"].(type) {
	case nil:
	case []any: // of connecting, and of the answer
		if len(v) > 0 {
			text = timeoutOf(v[len(v)-1])
		}
	default:
		text = timeoutOf(v)
	}
	if _, has := a.named["timeout"]; has && text == "" && a.named["timeout"] != nil {
		l.note(n.Line, "its timeout is not known")
	}
	if !slices.Contains(l.timeouts, text) {
		l.timeouts = append(l.timeouts, text)
	}
	if v, ok := a.named["verify"]; ok && v == false {
		l.d.Once("Certificates are not verified there: run it with --insecure.")
	}
	if v, ok := a.named["allow_redirects"]; ok && v != false {
		l.note(n.Line, "redirects are not followed here: allow_redirects is not taken over")
	}
}

func timeoutOf(v any) string {
	if f, ok := numberOf(v); ok && f > 0 && f <= 3600 {
		return seconds(f)
	}
	return ""
}

// settings are what classes of users say of themselves and of their connections.
func (l *locustfile) settings(c *class) {
	for _, name := range []string{"connection_timeout", "network_timeout", "fixed_count", "insecure", "max_redirects", "max_retries", "concurrency", "pool_manager", "proxy_host", "default_headers", "ssl_context_factory", "client_pool"} {
		v, ok := l.classValue(c, name, maxProgramCalls)
		switch {
		case !ok:
		case name == "insecure" && v == true:
			l.d.Once("Certificates are not verified there: run it with --insecure.")
		case name == "network_timeout" && timeoutOf(v) != "":
			l.network = timeoutOf(v)
		case name == "fixed_count":
			l.load.About = append(l.load.About, fmt.Sprintf("line %d: fixed_count of %s, so many users of its kind, is not taken over: the shares are those of weights.", l.lineOf(c, name), c.node.Text))
		default:
			l.load.About = append(l.load.About, fmt.Sprintf("line %d: %s of %s is not taken over.", l.lineOf(c, name), name, c.node.Text))
		}
	}
}

// lineOf is where a class, or one that it is made of, says it.
func (l *locustfile) lineOf(c *class, name string) int {
	for _, n := range c.node.Block {
		if n.Kind == script.Assign && n.Kids[0].Is(name) {
			return n.Line
		}
	}
	for _, base := range c.node.Kids {
		if b, ok := l.eval(base, c.scope).(*class); ok {
			return l.lineOf(b, name)
		}
	}
	return c.node.Line
}

// timeout is that of the load.
func (l *locustfile) timeout() {
	for i, s := range l.timeouts {
		l.timeouts[i] = cmp.Or(s, l.network)
	}
	told := slices.DeleteFunc(slices.Clone(l.timeouts), func(s string) bool { return s == "" })
	slices.Sort(told)
	told = slices.Compact(told)
	switch none := slices.Contains(l.timeouts, ""); {
	case len(told) == 1 && !none:
		l.load.Lines = append(l.load.Lines, "timeout: "+told[0])
	case len(told) == 0:
		l.load.Lines = append(l.load.Lines, "timeout: 1m # as FastHttpUser has it, HttpUser none")
	default:
		l.load.About = append(l.load.About, "Requests have several timeouts there ("+strings.Join(told, ", ")+", others none); a load has one: the longest.")
		l.load.Lines = append(l.load.Lines, "timeout: "+longest(append(told, "1m")))
	}
	l.load.Lines = append(l.load.Lines, "warmup: 0s")
}
