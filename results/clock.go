package results

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/mlbench/mlbench/results/stats"
)

// Clock is a time that is measured again and again: of requests, or of
// connections. How often it was is not the number of requests: not all of them
// have an answer, and one may have many values.
type Clock struct {
	Name string // in files, JSON, CSV and objectives: first_byte_p99<80ms
	Unit string // in which all forms show it
	Of   string // what has a value: "request", "answer", "connection"
	Doc  string // what it is, for people
	// Always: every summary has it, with or without values.
	Always bool
	// values is how many there must be; nil: any number.
	values func(*ClassData) int64
}

// The clocks that this version records.
const (
	ClockResponse  = "response"
	ClockService   = "service"
	ClockLag       = "lag"
	ClockFirstByte = "first_byte"
	ClockDial      = "dial"
	ClockTLS       = "tls"
)

// Clocks are all there are, in the order of reports. Everything that reads or
// shows clocks goes by this table.
var Clocks = []Clock{
	{ClockResponse, "ms", "request", "from the planned instant to the answer's end", true, timed},
	{ClockService, "ms", "request", "from sending to the answer's end", true, timed},
	{ClockLag, "ms", "request", "from the planned instant to sending: the generator's own lateness", true, wereSent},
	{ClockFirstByte, "ms", "answer", "from sending to the answer's first byte", false, haveAnswer},
	{ClockDial, "ms", "connection", "opening a connection: DNS and TCP", false, nil},
	{ClockTLS, "ms", "connection", "the TLS handshake", false, nil},
}

func timed(d *ClassData) int64      { return d.Done + d.Errors[ErrTimeout] }
func wereSent(d *ClassData) int64   { return d.Sent }
func haveAnswer(d *ClassData) int64 { return d.Done }

// OfConnections says that a clock has no request class.
func (c *Clock) OfConnections() bool { return c.Of == "connection" }

// histograms are what clocks recorded, by their names.
type histograms map[string]*stats.Histogram

// add merges from into h, which it makes if need be.
func (h histograms) add(from histograms) histograms {
	if h == nil && len(from) > 0 {
		h = histograms{}
	}
	for name, x := range from {
		h[name] = mergeInto(h[name], x)
	}
	return h
}

// sealed puts each histogram into an object under its clock's name, as files
// have had them since the first version.
func (h histograms) sealed(object []byte, err error) ([]byte, error) {
	if err != nil || len(h) == 0 {
		return object, err
	}
	out := bytes.TrimSuffix(object, []byte("}"))
	for _, name := range slices.SortedFunc(maps.Keys(h), byTable) {
		if h[name] == nil {
			continue
		}
		x, err := h[name].MarshalJSON()
		if err != nil {
			return nil, err
		}
		out = append(append(out, `,"`+name+`":`...), x...)
	}
	return append(out, '}'), nil
}

// byTable orders names of clocks.
func byTable(a, b string) int {
	at := func(name string) int { return slices.IndexFunc(Clocks, func(c Clock) bool { return c.Name == name }) }
	return at(a) - at(b)
}

// read takes the clocks, of connections or not, out of an object. Those of later
// versions are not ours to judge.
func (h *histograms) read(object []byte, ofConnections bool) error {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(object, &fields); err != nil {
		return err
	}
	for i := range Clocks {
		raw, ok := fields[Clocks[i].Name]
		if !ok || Clocks[i].OfConnections() != ofConnections {
			continue
		}
		var x *stats.Histogram
		if err := json.Unmarshal(raw, &x); err != nil {
			return err
		}
		if x == nil {
			continue
		}
		if *h == nil {
			*h = histograms{}
		}
		(*h)[Clocks[i].Name] = x
	}
	return nil
}

// MarshalJSON is for the result file.
func (d ClassData) MarshalJSON() ([]byte, error) {
	type counts ClassData
	return d.Clocks.sealed(json.Marshal(counts(d)))
}

// UnmarshalJSON is for the result file.
func (d *ClassData) UnmarshalJSON(b []byte) error {
	type counts ClassData
	if err := json.Unmarshal(b, (*counts)(d)); err != nil {
		return err
	}
	return d.Clocks.read(b, false)
}

// MarshalJSON is for the result file.
func (c Connections) MarshalJSON() ([]byte, error) {
	type counts Connections
	return c.Clocks.sealed(json.Marshal(counts(c)))
}

// UnmarshalJSON is for the result file.
func (c *Connections) UnmarshalJSON(b []byte) error {
	type counts Connections
	if err := json.Unmarshal(b, (*counts)(c)); err != nil {
		return err
	}
	return c.Clocks.read(b, true)
}

// Clock is what a clock recorded; nil if nothing. Where response times are
// absent, in the closed model, they equal service times.
func (d *ClassData) Clock(name string) *stats.Histogram {
	if h := d.Clocks[name]; h != nil || name != ClockResponse {
		return h
	}
	return d.Clocks[ClockService]
}

// Response is the response-time histogram in either load model; may be nil.
func (d *ClassData) Response() *stats.Histogram { return d.Clock(ClockResponse) }
