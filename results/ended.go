package results

import (
	"fmt"
	"strings"
)

// TargetEnd is a line of its own in the file of a comparison: a target ended, or
// answered no more, before its time, and the comparison ended with it.
type TargetEnd struct {
	Type     string  `json:"type"` // "target_end"
	Arm      string  `json:"arm"`
	AtS      float64 `json:"at_s"` // seconds after Header.Start
	Pairs    int     `json:"pairs"`
	Planned  int     `json:"planned_pairs"`        // 0: it was in the warm-up
	Ended    string  `json:"ended,omitempty"`      // how its process did, as "exit 137"; "" if it is only silent
	Said     string  `json:"said,omitempty"`       // by its process, last
	Answered bool    `json:"answered,omitempty"`   // it had answered before
	Error    string  `json:"last_error,omitempty"` // that a request to it came to
}

// Text says so of a target called name.
func (e *TargetEnd) Text(name string) string {
	var b strings.Builder
	b.WriteString(name)
	switch {
	case e.Ended == "exit 0":
		b.WriteString(" ended by itself (exit 0)")
	case e.Ended != "":
		fmt.Fprintf(&b, " crashed (%s)", e.Ended)
	case e.Answered:
		b.WriteString(" answered no more")
	default:
		b.WriteString(" never answered")
	}
	switch {
	case e.Planned == 0:
		b.WriteString(" in the warm-up")
	case e.Ended != "" || e.Answered:
		fmt.Fprintf(&b, " after %d of %d pairs", e.Pairs, e.Planned)
	}
	if why := e.Said + e.Error; why != "" {
		b.WriteString(": " + why)
	}
	return b.String()
}
