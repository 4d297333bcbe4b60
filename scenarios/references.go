package scenarios

import (
	"github.com/mlbench/mlbench/targets/strict"
)

// references notes names that nothing captures, and captures that nothing uses.
func (v *validator) references(n *strict.Node) {
	c := capturing{v: v, before: map[string]bool{}, at: map[string][]*strict.Node{}, used: map[string]bool{}, partly: map[string]bool{}}
	c.captures(c.uses(n, false))
	if steps := n.Get("steps"); steps != nil {
		for _, step := range steps.Items {
			if choose := step.Get("choose"); choose != nil && choose.Kind == strict.List {
				c.choice(choose.Items)
			} else {
				c.captures(c.uses(step, true))
			}
		}
	}
	for name := range c.at {
		c.unused(name)
	}
}

// capturing is what is known of a journey's captures, request by request.
type capturing struct {
	v      *validator
	before map[string]bool           // captured before
	at     map[string][]*strict.Node // last captured here: in branches, at several places
	used   map[string]bool           // since
	partly map[string]bool           // captured by some branches of a choice only
}

// unused notes the last captures of a name if nothing has used them.
func (c *capturing) unused(name string) {
	if c.used[name] {
		return
	}
	for _, n := range c.at[name] {
		c.v.d.Bad(n, "nothing uses it: no later step of the journey has {{%s}} in its path, params, query, headers, body or checks", name)
	}
}

// uses notes what a request refers to, and returns what it captures.
func (c *capturing) uses(node *strict.Node, step bool) *strict.Node {
	for _, key := range []string{"path", "params", "query", "headers", "body"} {
		if from := node.Get(key); from != nil {
			eachText(from, func(text *strict.Node) { c.use(text, step) })
		}
	}
	checks := []*strict.Node{node.Get("checks")}
	if again := node.Get("repeat"); again != nil {
		checks = append(checks, again.Get("until"))
	}
	for _, list := range checks {
		if list == nil || list.Kind != strict.List {
			continue
		}
		for _, check := range list.Items {
			for _, key := range checkKeys() {
				if text := check.Get(key); text != nil && text.Kind == strict.String {
					c.use(text, step)
				}
			}
		}
	}
	if capture := node.Get("capture"); capture != nil && capture.Kind == strict.Map {
		return capture
	}
	return nil
}

func (c *capturing) use(text *strict.Node, step bool) {
	for _, name := range references(text.Text) {
		c.used[name] = true
		if c.partly[name] && !c.before[name] {
			c.v.d.Bad(text, "{{%s}}: only some branches of a choice capture it, and a journey may take another: capture it in each, or before", name)
			continue
		}
		c.v.reference(text, name, c.before, step)
	}
}

// captures takes note of what a request captures.
func (c *capturing) captures(capture *strict.Node) {
	if capture == nil {
		return
	}
	for k, key := range capture.Keys {
		c.unused(key.Name)
		c.before[key.Name], c.at[key.Name], c.used[key.Name] = true, []*strict.Node{capture.Items[k]}, false
	}
}

// choice is that of one of several branches: behind them a name is captured if each
// captures it, or a request before them.
func (c *capturing) choice(branches []*strict.Node) {
	places := map[string][]*strict.Node{}
	for _, b := range branches {
		if capture := c.uses(b, true); capture != nil {
			for k, key := range capture.Keys {
				places[key.Name] = append(places[key.Name], capture.Items[k])
			}
		}
	}
	for name, at := range places {
		switch {
		case len(at) == len(branches):
			c.unused(name)
			c.before[name] = true
		case !c.before[name]:
			c.partly[name] = true
		case !c.used[name]:
			at = append(at, c.at[name]...)
		}
		c.at[name], c.used[name] = at, false
	}
}
