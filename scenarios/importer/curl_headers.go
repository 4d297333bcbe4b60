package importer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// fields are the headers of the command, in its order, with those that its other
// options imply.
func (c *curlCommand) fields(b *curlBody, u *curlURL) ([]targets.Field, error) {
	var out []targets.Field
	add := func(name, value string) {
		if value != "" && !c.sets(name) {
			out = append(out, targets.Field{Name: name, Value: value})
		}
	}
	if c.agent != nil {
		add("User-Agent", *c.agent)
	}
	add("Referer", c.referer)
	add("Range", c.ranges)
	if c.compress {
		add("Accept-Encoding", "deflate, gzip, br, zstd") // as curl says where it is built with all
	}
	switch {
	case c.bearer != "":
		add("Authorization", "Bearer "+c.bearer)
	case c.basic || u.user:
		add("Authorization", "Basic "+draft.RedactedText)
	}
	add("Cookie", strings.Join(c.cookies, ";"))
	for _, h := range c.headers {
		f, err := c.field(h, b)
		if err != nil {
			return nil, err
		}
		if f.Name != "" {
			out = append(out, f)
		}
	}
	add("Content-Type", b.kind)
	if c.json {
		add("Accept", "application/json")
	}
	return out, nil
}

// field reads a header as curl's -H does; a zero one is not sent.
func (c *curlCommand) field(h string, b *curlBody) (f targets.Field, err error) {
	name, value, ok := strings.Cut(h, ":")
	if !ok {
		if name, ok = strings.CutSuffix(h, ";"); !ok {
			return f, nil // curl does not send it either
		}
		f.Empty = true
	}
	f.Name, f.Value = strings.TrimRight(name, " \t"), strings.Trim(value, " \t")
	if c.vault.HasPlaces(h) && !c.vault.HasPlaces(value) || c.vault.HasPlaces(name) {
		return f, errors.New(`-H: a header whose name is a variable: write it as "Name: $VALUE"`)
	}
	if !targets.Token(f.Name) {
		return f, errors.New(`-H: want "Name: value"`)
	}
	if f.Value == "" && !f.Empty {
		return targets.Field{}, nil // takes away: see removed
	}
	switch strings.ToLower(f.Name) {
	case "content-length":
		if f.Value == fmt.Sprint(len(b.raw)) && b.draft == nil {
			return targets.Field{}, nil
		}
		return f, errors.New("-H Content-Length: mlbench sends the length that the body has, not another")
	case "transfer-encoding":
		return f, errors.New("-H Transfer-Encoding: a scenario says so by chunked: true beside the body")
	case "expect":
		if len(b.raw) == 0 && b.draft == nil || !strings.EqualFold(f.Value, "100-continue") {
			c.note("Expect is not sent: there is no body that could wait, or it wants something else than 100-continue.")
			return targets.Field{}, nil
		}
	case "content-type":
		if len(c.forms) > 0 && !c.get && strings.EqualFold(f.Value, "multipart/form-data") {
			return targets.Field{}, nil // curl adds the boundary, as we do
		}
	}
	if m := scenarios.FindReference(f.Value); m != "" {
		return f, fmt.Errorf("-H: %s is a placeholder of another tool: write its value, or $NAME", m)
	}
	if err := f.Validate(); err != nil {
		return f, fmt.Errorf("-H: %w", err)
	}
	return f, nil
}

// sets says whether the command gives the header itself, or takes it away.
func (c *curlCommand) sets(name string) bool {
	return slices.ContainsFunc(c.headers, func(h string) bool {
		n, _, ok := strings.Cut(h, ":")
		if !ok {
			n, ok = strings.CutSuffix(h, ";")
		}
		return ok && strings.EqualFold(strings.TrimSpace(n), name)
	})
}

// removed are the default headers that the command takes away: -H 'Accept:'.
// Those of framing are not sent in any case.
func (c *curlCommand) removed() []string {
	var out []string
	given := func(name string) bool {
		return slices.ContainsFunc(c.headers, func(h string) bool {
			n, value, ok := strings.Cut(h, ":")
			return strings.EqualFold(strings.TrimSpace(n), name) && (!ok || strings.TrimSpace(value) != "")
		})
	}
	for _, h := range c.headers {
		name, value, ok := strings.Cut(h, ":")
		name = strings.TrimSpace(name)
		if !ok || strings.TrimSpace(value) != "" || given(name) || (targets.Field{Name: name}).Validate() != nil {
			continue
		}
		out = append(out, name)
	}
	if c.agent != nil && *c.agent == "" && !c.sets("user-agent") {
		out = append(out, "User-Agent")
	}
	return out
}
