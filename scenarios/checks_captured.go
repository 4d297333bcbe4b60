package scenarios

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/targets/strict"
)

// checkKeys are the keys of a check in which {{name}} stands for a captured value.
func checkKeys() []string { return []string{"text", "equals", "contains"} }

// filled is the check with what the journey has captured in the place of {{name}}.
// It fails where that leaves nothing to check.
func (c *check) filled(captured map[string]string) (*check, error) {
	text := func(s string) string {
		return reference.ReplaceAllStringFunc(s, func(ref string) string { return plainText(captured[references(ref)[0]]) })
	}
	if c.Equals == nil && !strings.Contains(c.Text+c.Contains, "{{") {
		return c, nil
	}
	out := *c
	out.unfilled = c
	out.Text, out.Contains = text(c.Text), text(c.Contains)
	for _, f := range [][2]string{{c.Text, out.Text}, {c.Contains, out.Contains}} {
		if f[0] != "" && f[1] == "" {
			return nil, fmt.Errorf("%s is empty, and an empty text is in every answer", f[0])
		}
	}
	if e := c.Equals; e != nil && e.Kind == strict.String && strings.Contains(e.Text, "{{") {
		filled := strict.Node{Kind: strict.String, Text: text(e.Text)}
		filled.Value = capturedValue{reference: e.Text, value: filled.Text}
		if name := reference.FindString(e.Text); name == e.Text {
			if value, err := answers.Decode([]byte(captured[references(name)[0]])); err == nil {
				filled.Value = capturedValue{reference: name, value: value}
			}
		}
		out.Equals = &filled
	}
	return &out, nil
}

// capturedValue is what a check wants that was captured: messages name the
// reference, since the value may be a secret.
type capturedValue struct {
	reference string
	value     any // as answers.Decode has it
}

// is compares as JSON: two numbers must be written alike.
func (c capturedValue) is(value any) bool {
	a, errA := json.Marshal(c.value)
	b, errB := json.Marshal(value)
	return errA == nil && errB == nil && string(a) == string(b)
}
