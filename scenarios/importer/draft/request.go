package draft

import (
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
)

// SetHeader replaces a header of the same name.
func (r *Request) SetHeader(h Header) {
	for i := range r.Headers {
		if strings.EqualFold(r.Headers[i].Name, h.Name) {
			r.Headers[i] = h
			return
		}
	}
	r.Headers = append(r.Headers, h)
}

// AddCapture replaces one of the same name.
func (r *Request) AddCapture(name string, take any) {
	for i := range r.Capture {
		if r.Capture[i].Key == name {
			r.Capture[i].Value = take
			return
		}
	}
	r.Capture = append(r.Capture, example.Pair{Key: name, Value: take})
}

// AddCheck adds a check, of those that can be said.
func (r *Request) AddCheck(c example.Pairs) {
	const most = 100
	if scenarios.FindReference(example.Flow(c)) != "" {
		r.After = append(r.After, "A check of a text with {{ }} is left out: those are captures.")
		return
	}
	if len(r.Checks) < most {
		r.Checks = append(r.Checks, c)
	}
}

// AddStatus expects that status, too.
func (r *Request) AddStatus(status int) {
	for _, s := range r.Status {
		if s == status {
			return
		}
	}
	r.Status = append(r.Status, status)
}

// AddQuery makes a list of what has one name.
func (r *Request) AddQuery(name string, value any) {
	if scenarios.FindReference(name) != "" { // no capture of ours
		name = strings.ReplaceAll(name, "{{", "{ {")
	}
	for i := range r.Query {
		if r.Query[i].Key != name {
			continue
		}
		list, several := r.Query[i].Value.([]any)
		if !several {
			list = []any{r.Query[i].Value}
		}
		r.Query[i].Value = append(list, value)
		return
	}
	r.Query = append(r.Query, example.Pair{Key: name, Value: value})
}

// NoiseHeader are headers that speak of the browser or the connection.
func NoiseHeader(name string) bool {
	if strings.HasPrefix(name, ":") || strings.HasPrefix(name, "sec-") || strings.HasPrefix(name, "if-") {
		return true
	}
	return slices.Contains([]string{
		"host", "connection", "content-length", "transfer-encoding", "keep-alive", "te", "trailer", "upgrade", "expect",
		"accept-encoding", "accept-language", "user-agent", "referer", "origin", "cache-control", "pragma", "dnt",
		"priority", "upgrade-insecure-requests", "proxy-connection",
	}, name)
}
