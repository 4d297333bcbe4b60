package program

import (
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/scenarios/importer/script"
)

var locustVerbs = []string{"get", "post", "put", "patch", "delete", "head", "options", "request", "rest"}

// request is a call of a user's client.
func (l *locustfile) request(on any, verb string, n *script.Node, s *scope) (any, bool) {
	c, isClient := on.(client)
	if u, ok := on.(*instance); ok && verb == "rest" {
		c, isClient = client{u}, true
	}
	if !isClient || !slices.Contains(locustVerbs, verb) {
		return nil, false
	}
	a := l.arguments(n, s)
	o := outgoing{method: verb, has: map[string]bool{}}
	if verb == "request" || verb == "rest" {
		method, _ := a.get(0, "method").(string)
		if o.method = method; method == "" {
			o.method = "GET"
		}
		if len(a.list) > 0 {
			a.list = a.list[1:]
		}
	}
	o.url = a.get(0, "url")
	if v, ok := a.at(0, "path"); ok && o.url == nil {
		o.url = v
	}
	if verb != "get" && verb != "head" {
		o.data = a.get(1, "data")
		o.json, o.has["json"] = a.at(2, "json")
	} else {
		o.params = a.get(1, "")
		o.json, o.has["json"] = a.at(-1, "json")
	}
	if o.json == nil {
		o.has["json"] = false
	}
	if v, ok := a.named["params"]; ok {
		o.params = v
	}
	o.headers = a.named["headers"]
	o.name = a.named["name"]
	l.timed(a, n)
	for _, key := range []string{"files", "cookies", "auth", "stream", "hooks", "cert", "proxies"} {
		if v, ok := a.named[key]; ok && v != nil && v != false {
			o.notes = append(o.notes, fmt.Sprintf("line %d: %s= is not taken over", n.Line, key))
		}
	}
	return l.send(n, o, c.of.headers), true
}

// toolCall are functions of Locust and time.
func (l *locustfile) toolCall(path string, n *script.Node, s *scope) (any, bool) {
	switch path {
	case "time.sleep", "gevent.sleep":
		l.flow.pause = pauseOf(l.arguments(n, s).get(0, ""))
		return nil, true
	case "requests.get", "requests.post", "requests.put", "requests.delete":
		l.note(n.Line, "%s is not of the load test's client", path)
		return nil, false
	case "open":
		if name, ok := l.arguments(n, s).get(0, "file").(string); ok {
			return fileText{name}, true
		}
	case "csv.DictReader", "json.load", "pandas.read_csv", "pandas.read_parquet":
		return l.rowsOf(l.arguments(n, s).get(0, "filepath_or_buffer"), n), true
	}
	return nil, false
}
