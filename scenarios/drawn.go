package scenarios

import (
	"fmt"
	"math/rand/v2"

	"github.com/mlbench/mlbench/targets/strict"
)

// Drawn is a JSON value with generators in it, outside of a scenario: to see what
// requests would send.
type Drawn struct{ template template }

// ParseDrawn reads a value as the body of a request would have it, YAML on one
// line: {$vector: {size: 3}}.
func ParseDrawn(yaml string) (*Drawn, error) {
	d, err := strict.Parse([]byte("value: "+yaml+"\n"), "value")
	if err != nil {
		return nil, fmt.Errorf("its body cannot be written: %w", err)
	}
	var read struct {
		Value *strict.Node `yaml:"value"`
	}
	d.Decode(d.Root, &read)
	t := (&validator{d: d}).template(read.Value)
	return &Drawn{t}, d.Err()
}

// Constant says whether there are no generators in it: it is always the same.
func (d *Drawn) Constant() bool {
	_, static := d.template.static()
	return static
}

// Draw is the JSON of one request.
func (d *Drawn) Draw(rng *rand.Rand) ([]byte, error) {
	w := writer{rng: rng, values: &values{}}
	d.template.render(&w)
	return w.buf, w.err
}
