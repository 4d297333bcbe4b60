package importer

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
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

	vault *draft.Vault
	stdin shellInput
	file  Options
}

// FromCurl makes a scenario of pasted curl command lines: a request of each.
// Nothing is run. Files that they send are read. Secrets of their headers and
// variables of the shell become variables of the environment.
func FromCurl(command string, o Options) ([]byte, error) {
	d := &draft.Scenario{}
	command = strings.TrimPrefix(command, draft.ByteOrderMark)
	if strings.ContainsRune(command, 0) {
		return nil, errors.New("curl command: found a zero byte, want text")
	}
	d.Vault.Avoid(command)
	d.About = []string{""} // of the number of commands, which is not known yet
	calls, err := commands(d, command)
	if err != nil {
		return nil, fmt.Errorf("curl command: %w", err)
	}
	o.Source = "curl command"
	d.About[0] = "A starting point, made of " + pluralOf(len(calls), "a curl command", "curl commands") + "."
	address := ""
	for _, call := range calls {
		all, at, err := curl(d, call, o.WithDefaults())
		if err != nil {
			return nil, fmt.Errorf("curl command: %w", err)
		}
		if address != "" && at != "" && at != address {
			return nil, fmt.Errorf("curl command: requests go to %s and to %s, and a scenario has one target: give the commands one by one",
				d.Vault.Shown(address), d.Vault.Shown(at))
		}
		if at != "" {
			address = at
		}
		d.Requests = append(d.Requests, all...)
	}
	d.Vault.Explain(d, address, &o)
	d.About = unique(d.About)
	return d.Finish(o.WithDefaults())
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
func commands(d *draft.Scenario, paste string) ([]shellCall, error) {
	paste = unprompted(strings.ReplaceAll(paste, "\r\n", "\n"))
	if isCaretForm(paste) {
		return caretCalls(paste)
	}
	r, err := readShell(unticked(paste), &d.Vault)
	if err != nil {
		return nil, err
	}
	d.Left, d.About = append(d.Left, unique(r.left)...), append(d.About, r.notes...)
	return r.calls, nil
}

// curl makes requests of a call: one for each URL and each --next.
func curl(d *draft.Scenario, call shellCall, o Options) (all []draft.Request, address string, err error) {
	for i, words := range splitNext(call.args) {
		c := &curlCommand{vault: &d.Vault, stdin: call.stdin, file: o}
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
					d.Vault.Shown(address), d.Vault.Shown(to))
			}
			address = to
			all = append(all, r)
		}
		d.About = append(d.About, c.notes...)
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
	c.notes = append(c.notes, c.vault.Shown(fmt.Sprintf(format, args...)))
}

// request is the one that the command sends to a URL, and its target: scheme and
// authority.
func (c *curlCommand) request(d *draft.Scenario, at string) (r draft.Request, address string, err error) {
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
	if _, isJSON := draft.ReadJSON(body.raw); isJSON && body.kind == draft.FormMedia && !c.sets("content-type") && strings.HasPrefix(string(body.raw), "{") {
		c.note("curl sends -d as a form where no Content-Type is given, and so does this scenario; " +
			"if the service wants JSON, take the header Content-Type out and write json: instead of text:.")
	}
	x := exchange{method: c.verb(&body), url: &url.URL{Path: "/"}, target: u.target, body: body.raw, typed: true}
	if x.headers, err = c.fields(&body, u); err != nil {
		return r, "", err
	}
	if c.vault.HasPlaces(x.method) || !targets.Token(x.method) || x.method == "CONNECT" {
		return r, "", fmt.Errorf("method %q, want one such as GET or POST", c.vault.Shown(x.method))
	}
	if upper := strings.ToUpper(x.method); upper != x.method {
		c.note("curl sends the method as it is written, %s; a scenario's are in capitals.", x.method)
		x.method = upper
	}
	r = recorded(d, []exchange{x})
	if u.target == "" {
		r.Path, r.Name = "", "root"
	}
	if body.draft != nil {
		r.Body = body.draft
	}
	if r.Body != nil && !slices.ContainsFunc(x.headers, isContentType) && body.implied == "" {
		r.SetHeader(draft.Header{Name: "Content-Type"}) // none, where ours would be added
	}
	for _, name := range c.removed() {
		r.SetHeader(draft.Header{Name: name}) // takes a default away, for curl as for us
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
