package importer

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// curlCommand is what a curl command line says, as far as it matters.
type curlCommand struct {
	method   string
	urls     []string
	headers  []string // as given: "Name: value"
	agent    *string
	referer  string
	cookies  []string
	data     []curlData
	queries  []string // of --url-query
	forms    []curlForm
	upload   string // -T
	basic    bool   // a name and password, which are not kept
	bearer   string
	json     bool
	get      bool   // -G: data belongs to the query
	head     bool   // -I
	compress bool   // --compressed
	target   string // --request-target
	ranges   string
	asIs     bool // --path-as-is
	noGlob   bool // -g
	escape   bool // --form-escape
	notes    []string

	vault *vault
	stdin shellInput
	file  Options
}

// FromCurl makes a scenario of pasted curl command lines: a request of each.
// Nothing is run. Files that they send are read. Secrets of their headers and
// variables of the shell become variables of the environment.
func FromCurl(command string, o Options) ([]byte, error) {
	d := &draft{}
	command = strings.TrimPrefix(command, byteOrderMark)
	if strings.ContainsRune(command, 0) {
		return nil, errors.New("curl command: found a zero byte, want text")
	}
	d.vault.avoid(command)
	d.about = []string{""} // of the number of commands, which is not known yet
	calls, err := d.commands(command)
	if err != nil {
		return nil, fmt.Errorf("curl command: %w", err)
	}
	o.Source = "curl command"
	d.about[0] = "A starting point, made of " + pluralOf(len(calls), "a curl command", "curl commands") + "."
	address := ""
	for _, call := range calls {
		all, at, err := d.curl(call, o.withDefaults())
		if err != nil {
			return nil, fmt.Errorf("curl command: %w", err)
		}
		if address != "" && at != "" && at != address {
			return nil, fmt.Errorf("curl command: requests go to %s and to %s, and a scenario has one target: give the commands one by one",
				d.vault.shown(address), d.vault.shown(at))
		}
		if at != "" {
			address = at
		}
		d.requests = append(d.requests, all...)
	}
	d.vault.explain(d, address, &o)
	d.about = unique(d.about)
	return d.finish(o.withDefaults())
}

func pluralOf(n int, one, several string) string {
	if n == 1 {
		return one
	}
	return several
}

func unique(all []string) []string {
	var out []string
	for _, s := range all {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// commands are the calls of curl in a paste of any shell.
func (d *draft) commands(paste string) ([]shellCall, error) {
	paste = unprompted(strings.ReplaceAll(paste, "\r\n", "\n"))
	if isCaretForm(paste) {
		return caretCalls(paste)
	}
	r, err := readShell(unticked(paste), &d.vault)
	if err != nil {
		return nil, err
	}
	d.left, d.about = append(d.left, unique(r.left)...), append(d.about, r.notes...)
	return r.calls, nil
}

// curl makes requests of a call: one for each URL and each --next.
func (d *draft) curl(call shellCall, o Options) (all []draftRequest, address string, err error) {
	for i, words := range splitNext(call.args) {
		c := &curlCommand{vault: &d.vault, stdin: call.stdin, file: o}
		if err := c.read(words); err != nil {
			return nil, "", err
		}
		if len(c.urls) == 0 {
			return nil, "", errors.New("it has no URL")
		}
		for _, at := range c.urls {
			r, to, err := c.request(d, at)
			switch {
			case err != nil:
				return nil, "", err
			case (i > 0 || len(all) > 0) && to != address:
				return nil, "", fmt.Errorf("it has more than one URL, of %s and of %s, and a scenario has one target: give one command for each",
					d.vault.shown(address), d.vault.shown(to))
			}
			address = to
			all = append(all, r)
		}
		d.about = append(d.about, c.notes...)
	}
	return all, address, nil
}

// splitNext takes the commands apart that --next joins.
func splitNext(words []string) [][]string {
	parts := [][]string{nil}
	for _, w := range words {
		if w == "--next" || w == "-:" {
			parts = append(parts, nil)
			continue
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], w)
	}
	return parts
}

func (c *curlCommand) note(format string, args ...any) {
	c.notes = append(c.notes, c.vault.shown(fmt.Sprintf(format, args...)))
}

// request is the one that the command sends to a URL, and its target: scheme and
// authority.
func (c *curlCommand) request(d *draft, at string) (r draftRequest, address string, err error) {
	u, err := c.locate(at)
	if err != nil {
		return r, "", err
	}
	body, err := c.body()
	if err != nil {
		return r, "", err
	}
	if err := c.complete(u, &body); err != nil {
		return r, "", err
	}
	if _, isJSON := readJSON(body.raw); isJSON && body.kind == formMedia && !c.sets("content-type") && strings.HasPrefix(string(body.raw), "{") {
		c.note("curl sends -d as a form where no Content-Type is given, and so does this scenario; " +
			"if the service wants JSON, take the header Content-Type out and write json: instead of text:.")
	}
	x := exchange{method: c.verb(&body), url: &url.URL{Path: "/"}, target: u.target, body: body.raw, typed: true}
	if x.headers, err = c.fields(&body, u); err != nil {
		return r, "", err
	}
	if c.vault.hasPlaces(x.method) || !targets.Token(x.method) || x.method == "CONNECT" {
		return r, "", fmt.Errorf("method %q, want one such as GET or POST", c.vault.shown(x.method))
	}
	if upper := strings.ToUpper(x.method); upper != x.method {
		c.note("curl sends the method as it is written, %s; a scenario's are in capitals.", x.method)
		x.method = upper
	}
	r = d.recorded([]exchange{x})
	if u.target == "" {
		r.path, r.name = "", "root"
	}
	if body.draft != nil {
		r.body = body.draft
	}
	if r.body != nil && !slices.ContainsFunc(x.headers, isContentType) && body.implied == "" {
		r.setHeader(draftHeader{name: "Content-Type"}) // none, where ours would be added
	}
	for _, name := range c.removed() {
		r.setHeader(draftHeader{name: name}) // takes a default away, for curl as for us
	}
	return r, u.address, nil
}

func isContentType(f targets.Field) bool { return strings.EqualFold(f.Name, "content-type") }

func (c *curlCommand) verb(b *curlBody) string {
	switch {
	case c.method != "":
		return c.method
	case c.head:
		return "HEAD"
	case c.upload != "":
		return "PUT"
	case b.sent:
		return "POST"
	}
	return "GET"
}
