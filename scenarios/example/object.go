package example

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/mlbench/mlbench/scenarios/openapi"
)

func sortedKeys(m map[string]*openapi.Schema) []string { return slices.Sorted(maps.Keys(m)) }

// object has the required properties; all of them, if none is.
func (g *Filler) object(s *openapi.Schema, hint any, depth int) (any, error) {
	given, _ := hint.(map[string]any)
	o := objectFiller{g: g, s: s, given: given, depth: depth}
	if err := o.named(); err != nil {
		return nil, err
	}
	if err := o.unnamed(); err != nil {
		return nil, err
	}
	if len(s.Properties) == 0 && len(s.Required) == 0 && s.MinProperties == 0 && given != nil && s.Check(hint) == nil {
		return Ordered(hint), nil
	}
	return o.out, o.further()
}

type objectFiller struct {
	g     *Filler
	s     *openapi.Schema
	given map[string]any
	depth int
	out   Pairs
}

func (o *objectFiller) has(name string) bool {
	return slices.ContainsFunc(o.out, func(p Pair) bool { return p.Key == name })
}

func (o *objectFiller) add(name string, p *openapi.Schema) error {
	v, err := o.g.value(p, o.given[name], o.depth+1)
	if err == nil {
		o.out = append(o.out, Pair{Key: name, Value: v, Note: commentOf(p)})
	}
	return err
}

// required are the names that must be there, and those that these bring along.
func (o *objectFiller) required() []string {
	names := slices.Clone(o.s.Required)
	for i := 0; i < len(names); i++ {
		for _, other := range o.s.Dependent[names[i]] {
			if !slices.Contains(names, other) {
				names = append(names, other)
			}
		}
	}
	return names
}

// named are the properties that the schema lists.
func (o *objectFiller) named() error {
	required := o.required()
	everything := o.g.All || len(o.s.Required) == 0
	for _, name := range sortedKeys(o.s.Properties) {
		p := o.s.Properties[name]
		must := slices.Contains(required, name)
		switch {
		case p.ReadOnly, !must && (!everything || slices.Contains(o.s.Avoid, name) || len(o.s.Dependent[name]) > 0):
			continue
		case o.s.MaxProperties != nil && !must && len(o.out)+len(required) >= *o.s.MaxProperties:
			continue
		}
		if err := o.add(name, p); err != nil && must {
			return err
		} else if err != nil && !p.Recursive {
			o.g.note(fmt.Sprintf("%s, which is optional, is left out: %v.", name, err))
		}
	}
	return nil
}

// unnamed are those that are required, and of which nothing else is said.
func (o *objectFiller) unnamed() error {
	for _, name := range o.required() {
		if o.s.Properties[name] != nil {
			continue
		}
		p := o.ofName(name)
		if p != nil && (schemaKind(p) != "" || len(p.Enum) > 0 || p.Hard || p.Forms() > 1 || p.Never) {
			if err := o.add(name, p); err != nil {
				return err
			}
			continue
		}
		if p == nil && o.s.Closed {
			return fmt.Errorf("it requires %s, and allows no such property", name)
		}
		v := o.given[name]
		if v == nil {
			v = "text"
		}
		o.out = append(o.out, Pair{Key: name, Value: Ordered(v)})
	}
	return nil
}

// ofName is the schema of a property that is not listed; nil: none is known.
func (o *objectFiller) ofName(name string) *openapi.Schema {
	for _, pattern := range sortedKeys(o.s.Patterns) {
		if re, err := regexp.Compile(pattern); err == nil && re.MatchString(name) {
			return o.s.Patterns[pattern]
		}
	}
	return o.s.Additional
}

// further properties are made up until there are enough.
func (o *objectFiller) further() error {
	least := o.s.MinProperties
	if len(o.s.Properties) == 0 && len(o.s.Required) == 0 && o.s.Additional != nil && (o.s.MaxProperties == nil || *o.s.MaxProperties > 0) {
		least = max(least, 1)
	}
	for _, name := range sortedKeys(o.s.Properties) { // those that are optional first
		if p := o.s.Properties[name]; len(o.out) < least && !o.has(name) && !p.ReadOnly && !slices.Contains(o.s.Avoid, name) && len(o.s.Dependent[name]) == 0 {
			_ = o.add(name, p) // another may do
		}
	}
	if len(o.out) >= least {
		return nil
	}
	if least > maxFilled {
		return errTooLarge
	}
	for _, name := range o.names(least) {
		if len(o.out) >= least {
			break
		}
		p := o.ofName(name)
		switch {
		case o.has(name) || o.s.Properties[name] != nil || p == nil && o.s.Closed:
			continue
		case p == nil:
			o.out = append(o.out, Pair{Key: name, Value: "text"})
		default:
			if err := o.add(name, p); err != nil && o.s.MinProperties == 0 {
				return nil // none is needed
			} else if err != nil {
				return err
			}
		}
	}
	if len(o.out) < o.s.MinProperties {
		return errors.New("its least number of properties is more than could be made up")
	}
	return nil
}

// names are some that properties may have, n or more if there are so many.
func (o *objectFiller) names(n int) (out []string) {
	n += len(o.s.Properties)
	if o.s.Names != nil {
		for _, v := range o.s.Names.Enum {
			if text, is := v.(string); is {
				out = append(out, text)
			}
		}
		out = append(out, o.s.Names.Texts(n)...)
	} else if !o.s.Closed {
		for i := range n {
			out = append(out, fmt.Sprintf("key%d", i+1))
		}
	}
	for _, pattern := range sortedKeys(o.s.Patterns) {
		out = append(out, (&openapi.Schema{Pattern: pattern}).Texts(n)...)
	}
	return out
}
