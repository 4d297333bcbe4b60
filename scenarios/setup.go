package scenarios

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// onceCall is a request that is sent once, before or after the load, and never
// measured.
type onceCall struct {
	Name    string      `yaml:"name"`   // default: setup-1, setup-2, …
	Method  string      `yaml:"method"` // default POST with a body, else GET
	Path    string      `yaml:"path"`
	Params  parameters  `yaml:"params"`
	Query   parameters  `yaml:"query"`
	Headers headers     `yaml:"headers"`
	Auth    Auth        `yaml:"auth"` // default none
	Body    *Body       `yaml:"body"`
	Chunked bool        `yaml:"chunked"`
	Expect  expectation `yaml:"expect"`

	node *strict.Node
}

// DecodeNode is that of requests.
func (c *onceCall) DecodeNode(d *strict.Document, n *strict.Node) {
	type plain onceCall // without this method
	var p plain
	d.Decode(n, &p)
	*c = onceCall(p)
	c.node, c.Method = n, strings.ToUpper(c.Method)
}

// request is the call as a request of the load.
func (c *onceCall) request() *Request {
	return &Request{
		Name: c.Name, Weight: 1, Method: c.Method, Path: c.Path, Params: c.Params, Query: c.Query,
		Headers: c.Headers, Auth: c.Auth, Body: c.Body, Chunked: c.Chunked, Expect: c.Expect,
		node: c.node,
	}
}

// calls checks a list of calls like the requests that they become.
func (v *validator) calls(key string, list []onceCall) {
	seen := map[string]bool{}
	for i := range list {
		c, n := &list[i], v.d.At(key, i)
		if n.Kind != strict.Map {
			continue
		}
		name := n.Get("name")
		switch {
		case name == nil:
			c.Name = key + "-" + strconv.Itoa(i+1)
		case name.Kind == strict.String && !nameForm.MatchString(c.Name):
			v.d.Bad(name, "found %q, %s", c.Name, nameRule)
		}
		if seen[c.Name] {
			v.d.Bad(cmp.Or(name, n), "the name %q is there twice", c.Name)
		}
		seen[c.Name] = true
		if n.Get("auth") == nil {
			c.Auth = NoAuth
		}
		v.request(c.request(), n)
		v.references(n)
	}
}
