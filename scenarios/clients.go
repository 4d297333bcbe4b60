package scenarios

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/loadgen"
)

// connections are a number of them; in the closed model, where each is a client, also a
// number over time:
//
//	stages(30s:50, 1m:50, 30s:0)   up to 50 clients in 30 s, 50 for a minute, then down
//	steps(1m:10, 1m:20)            10 clients for a minute, then 20
//
// They are a flag value, too.
type connections struct {
	Most   int           // at once
	text   string        // as written, if they change
	over   loadgen.Shape // time; nil: always as many
	length time.Duration // of all stages
}

const connectionForms = "a whole number of at least 1, or clients over time such as stages(30s:50, 1m:50, 30s:0)"

// UnmarshalText reads both forms.
func (c *connections) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	if n, err := strconv.Atoi(text); err == nil {
		*c = connections{Most: n}
		return nil
	}
	var s rateShape
	if name, args, err := call(text); err != nil || name != "stages" && name != "steps" {
		return fmt.Errorf("found %q, want %s", b, connectionForms)
	} else if err = s.stages(name, args, clientStages); err != nil {
		return fmt.Errorf("found %q: %w; want %s", b, err, connectionForms)
	} else {
		s.text = name + "(" + strings.Join(args, ", ") + ")"
	}
	out := connections{text: s.text, over: s.shape, length: s.length}
	for _, n := range s.levels {
		out.Most = max(out.Most, int(n))
	}
	if out.Most == 0 {
		return fmt.Errorf("found %q: %w; want %s", b, errNoClients, connectionForms)
	}
	*c = out
	return nil
}

// clientStages are those of connections.
var clientStages = stageWords{
	level: "CONNECTIONS", first: "the clients to begin with",
	read: func(text string) (float64, error) {
		var n Count
		if err := n.UnmarshalText([]byte(text)); err != nil || n > maxConnections {
			return 0, fmt.Errorf("found %q clients, want a whole number from 0 to %d", text, maxConnections)
		}
		return float64(n), nil
	},
}

var errNoClients = errors.New("there is never a client")

// Set makes them a flag value.
func (c *connections) Set(text string) error {
	out := *c
	if err := out.UnmarshalText([]byte(text)); err != nil {
		return err
	}
	switch {
	case out.Most > maxConnections:
		return fmt.Errorf("found %q, want at most %d", text, maxConnections)
	case out.Most < 1:
		return fmt.Errorf("found %q, want %s", text, connectionForms)
	}
	*c = out
	return nil
}

// String is the number, if there is one, or the text that it was read of.
func (c connections) String() string {
	if c.text != "" || c.Most == 0 {
		return c.text
	}
	return strconv.Itoa(c.Most)
}

// Change says whether they are a number over time.
func (c connections) Change() bool { return c.over != nil }

// MarshalJSON writes a number as one.
func (c connections) MarshalJSON() ([]byte, error) {
	if c.text == "" {
		return strconv.AppendInt(nil, int64(c.Most), 10), nil
	}
	return Marshal(c.text)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *connections) UnmarshalJSON(b []byte) error {
	return c.UnmarshalText([]byte(strings.Trim(string(b), `"`)))
}

// Type names the flag value in help texts.
func (connections) Type() string { return "number" }

// pacing is the least time from a client's request to its next: a time, or a rate. It
// is a flag value, too.
type pacing struct {
	text  string
	every time.Duration
}

// UnmarshalText reads 5s, or 2/s.
func (p *pacing) UnmarshalText(b []byte) error {
	text := strings.TrimSpace(string(b))
	out := pacing{text: text}
	var every duration
	var rate Rate
	switch {
	case strings.Contains(text, "/") && rate.UnmarshalText([]byte(text)) == nil:
		out.every = time.Duration(float64(time.Second) / float64(rate))
	case every.UnmarshalText([]byte(text)) == nil:
		out.every = time.Duration(every)
	}
	if out.every <= 0 {
		return fmt.Errorf("found %q, want a time such as 5s, from request to request of a client, or its rate such as 2/s", b)
	}
	*p = out
	return nil
}

// Set makes it a flag value.
func (p *pacing) Set(text string) error { return p.UnmarshalText([]byte(text)) }

// String is the pacing as written.
func (p pacing) String() string { return p.text }

// MarshalText writes the text that it was read of.
func (p pacing) MarshalText() ([]byte, error) { return []byte(p.text), nil }

// Type names the flag value in help texts.
func (pacing) Type() string { return "pacing" }
