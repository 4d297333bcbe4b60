package plan

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// postmanCollection is what is read of a collection of Postman's (v2.0, v2.1).
type postmanCollection struct {
	Info *struct {
		Name   string `json:"name"`
		Schema string `json:"schema"`
	} `json:"info"`
	postmanItem
	Variable []postmanPair `json:"variable"`
}

// postmanItem is a folder or a request.
type postmanItem struct {
	Name    string          `json:"name"`
	Item    []postmanItem   `json:"item"`
	Request json.RawMessage `json:"request"` // an address alone, or postmanRequest
	Event   []postmanEvent  `json:"event"`
	Auth    *postmanAuth    `json:"auth"`
}

type postmanRequest struct {
	Method string          `json:"method"`
	URL    json.RawMessage `json:"url"`    // a text, or postmanURL
	Header json.RawMessage `json:"header"` // a text, or postmanPairs
	Body   *postmanBody    `json:"body"`
	Auth   *postmanAuth    `json:"auth"`
}

type postmanURL struct {
	Raw      string          `json:"raw"`
	Variable []postmanPair   `json:"variable"` // of :name in the path
	Query    []postmanPair   `json:"query"`
	Path     json.RawMessage `json:"path"`
	Host     json.RawMessage `json:"host"`
	Port     string          `json:"port"`
	Protocol string          `json:"protocol"`
}

type postmanPair struct {
	Key         string          `json:"key"`
	ID          string          `json:"id"` // of variables of older files
	Value       json.RawMessage `json:"value"`
	Type        string          `json:"type"`
	Disabled    bool            `json:"disabled"`
	Src         json.RawMessage `json:"src"`
	ContentType string          `json:"contentType"`
}

type postmanBody struct {
	Mode       string          `json:"mode"`
	Raw        string          `json:"raw"`
	Urlencoded json.RawMessage `json:"urlencoded"`
	Formdata   json.RawMessage `json:"formdata"`
	GraphQL    json.RawMessage `json:"graphql"`
	File       json.RawMessage `json:"file"`
	Disabled   bool            `json:"disabled"`
	Options    struct {
		Raw struct {
			Language string `json:"language"`
		} `json:"raw"`
	} `json:"options"`
}

type postmanEvent struct {
	Listen string `json:"listen"`
	Script struct {
		Exec json.RawMessage `json:"exec"` // lines, or a text
	} `json:"script"`
	Disabled bool `json:"disabled"`
}

// text is a value as Postman sends it: numbers and truth values are texts.
func (p *postmanPair) text() string { return rawText(p.Value) }

func rawText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	if t := string(bytes.TrimSpace(raw)); t != "null" {
		return t
	}
	return ""
}

// pairsOf are enabled names and values; a text has a line for each, or
// name=value&….
func pairsOf(raw json.RawMessage) []postmanPair {
	var all []postmanPair
	if json.Unmarshal(raw, &all) == nil {
		return slices.DeleteFunc(all, func(p postmanPair) bool { return p.Disabled })
	}
	var text string
	if json.Unmarshal(raw, &text) != nil {
		return nil
	}
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		name, value, ok := strings.Cut(line, ":")
		if ok && strings.TrimSpace(name) != "" && !strings.HasPrefix(line, "//") {
			all = append(all, postmanPair{Key: strings.TrimSpace(name), Value: quotedJSON(strings.TrimSpace(value))})
		}
	}
	return all
}

func quotedJSON(s string) json.RawMessage {
	raw, _ := json.Marshal(s) // a string always encodes
	return raw
}

// postman reads a collection. Of its scripts those lines count that only check the
// answer or keep a part of it; nothing is run.
type postman struct {
	draft.Filler
	o   *draft.Options
	raw []byte

	defined    map[string]string
	captured   map[string]bool
	originalOf map[string]string // names that captures had
	origin     string
	token      string // variable that the login sets
	login      *postmanItem
	seen       int // requests
}

// postmanScope is what folders hand down.
type postmanScope struct {
	auth   *postmanAuth
	events []postmanEvent
	folder string
}

// FromPostman makes a scenario of a collection: a class of each request; one
// journey of all, where later ones use what earlier ones were answered.
func FromPostman(raw []byte, o draft.Options) ([]byte, error) {
	return draft.WithFiles(o, func(o draft.Options) ([]byte, error) {
		text, err := postmanScenario(raw, o, true)
		if errors.Is(err, draft.ErrNoScenario) { // what looks like a login may be none
			return postmanScenario(raw, o, false)
		}
		return text, err
	})
}

func postmanScenario(raw []byte, o draft.Options, login bool) ([]byte, error) {
	raw = bytes.TrimPrefix(raw, []byte(draft.ByteOrderMark))
	c, err := readCollection(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Source, err)
	}
	name := ""
	if c.Info != nil && c.Info.Name != "" {
		name = fmt.Sprintf(", %s", draft.Shortened(c.Info.Name))
	}
	p := &postman{
		Filler: draft.NewFiller(raw, fmt.Sprintf("Made of the Postman collection %s%s.", o.Source, name)), o: &o, raw: raw,
		defined: map[string]string{}, captured: map[string]bool{},
		originalOf: map[string]string{},
	}
	for _, v := range c.Variable {
		if key := cmp2(v.Key, v.ID); key != "" && !v.Disabled {
			p.defined[key] = v.text()
		}
	}
	p.findOrigin(c.Item)
	scope := postmanScope{auth: c.Auth, events: c.Event}
	if login {
		p.findLogin(c.Item, scope)
	}
	p.Scenario.Cookies = true
	p.walk(c.Item, scope, 0)
	if p.seen > draft.MaxRequests {
		return nil, fmt.Errorf("%s: %d requests: want at most %d", o.Source, p.seen, draft.MaxRequests)
	}
	p.Scenario.Left = append(p.Scenario.Left, p.TakeNotes()...)
	p.journey()
	return p.Scenario.Finish(o.WithDefaults())
}

func cmp2(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func readCollection(raw []byte) (*postmanCollection, error) {
	var file struct {
		postmanCollection
		Collection *postmanCollection `json:"collection"`
		Requests   json.RawMessage    `json:"requests"`
		Values     json.RawMessage    `json:"values"`
	}
	if err := json.Unmarshal(raw, &file); err != nil {
		return nil, fmt.Errorf("no collection of Postman's: %w", err)
	}
	c := &file.postmanCollection
	if file.Collection != nil {
		c = file.Collection
	}
	switch {
	case c.Item != nil:
		return c, nil
	case file.Requests != nil:
		return nil, errors.New("a collection of Postman's version 1: export it as v2.1")
	case file.Values != nil:
		return nil, errors.New("an environment of Postman's, not a collection: export its values as variables of the environment")
	}
	return nil, errors.New("no collection of Postman's: it has no item")
}

// maxFolders is the depth of folders within one another.
const maxFolders = 50

// walk makes a request of each item.
func (p *postman) walk(items []postmanItem, outer postmanScope, depth int) {
	for i := range items {
		item := &items[i]
		scope := outer
		if item.Auth != nil {
			scope.auth = item.Auth
		}
		scope.events = append(scope.events[:len(scope.events):len(scope.events)], item.Event...)
		if item.Request == nil {
			if depth < maxFolders {
				scope.folder = item.Name
				p.walk(item.Item, scope, depth+1)
			}
			continue
		}
		if item == p.login {
			continue
		}
		p.Scenario.Of++
		if p.seen++; p.seen > draft.MaxRequests {
			return
		}
		r, why := p.request(item, scope)
		if why != "" {
			p.Note("", fmt.Sprintf("%s%s is not read: %s.", p.lineOf(item.Name), quotedName(item.Name), why))
			continue
		}
		p.Scenario.Read++
		r.Weight, r.About = 1, p.TakeNotes()
		p.Scenario.Requests = append(p.Scenario.Requests, r)
	}
}

func quotedName(s string) string { return fmt.Sprintf("%q", draft.Shortened(s)) }

// lineOf says where a text stands in the original, if it can be found.
func (p *postman) lineOf(text string) string {
	i := bytes.Index(p.raw, quotedJSON(text))
	if text == "" || i < 0 {
		return ""
	}
	return fmt.Sprintf("Line %d: ", 1+bytes.Count(p.raw[:i], []byte("\n")))
}

// journey makes one of all requests, if some use what others were answered.
func (p *postman) journey() {
	all := p.Scenario.Requests
	uses := false
	for i := range all {
		for _, c := range all[i].Capture {
			uses = uses || draft.UsedIn(c.Key, all[i+1:])
		}
	}
	if !uses || len(all) < 2 {
		for i := range all {
			all[i].Capture = nil
		}
		return
	}
	for i := range all[1:] {
		all[1+i].Weight = 0
	}
	first := all[0]
	first.Steps = all[1:]
	first.About = append([]string{"Later requests use what earlier ones were answered: a journey of all, in their order."}, first.About...)
	p.Scenario.Requests = []draft.Request{first}
}
