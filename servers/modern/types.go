package modern

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mlbench/mlbench/servers/predict"
)

// The bodies of requests. huma checks each against its type before a handler
// sees it: lengths and limits below are the validation.

type loginBody struct {
	Username string `json:"username" minLength:"3" maxLength:"50" example:"admin"`
	Password string `json:"password" minLength:"8" format:"password" example:"password"`
}

type predictBody struct {
	Features  features `json:"features"`
	RequestID string   `json:"request_id,omitempty" maxLength:"128" doc:"echoed, and written to the prediction log"`
}

type batchBody struct {
	Samples   []features `json:"samples" minItems:"1" maxItems:"100" nullable:"false"`
	RequestID string     `json:"request_id,omitempty" maxLength:"128" doc:"echoed, and written to the prediction log"`
}

// features has a schema of its own because struct tags reach only one level
// into a list of lists.
type features predict.Features

// Schema is the JSON schema of one sample.
func (features) Schema(huma.Registry) *huma.Schema {
	n, least, most := len(predict.Features{}), -predict.FeatureLimit, predict.FeatureLimit
	item := &huma.Schema{Type: huma.TypeNumber, Format: "double", Minimum: &least, Maximum: &most}
	item.PrecomputeMessages()
	return &huma.Schema{
		Type: huma.TypeArray, Items: item, MinItems: &n, MaxItems: &n,
		Examples: []any{[]float64{0.5, -1.2, 0.3, 0.9, -0.4, 1.1, -0.7, 0.2, 0.8, -0.1}},
	}
}

// body carries any body in or out of an operation.
type body[T any] struct {
	Body T
}

// answer is a body with a status of its own.
type answer[T any] struct {
	Status int
	Body   T
}

// jsonFormat is huma's JSON but for one thing: numbers are kept as they were
// sent until they are checked. So 1e999 is an offence of its own field, where
// encoding/json would give up on the whole body.
var jsonFormat = huma.Format{
	Marshal:   huma.DefaultJSONFormat.Marshal,
	Unmarshal: unmarshal,
}

func unmarshal(data []byte, v any) error {
	generic, ok := v.(*any)
	if !ok {
		return typed(json.Unmarshal(data, v))
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(generic); err != nil {
		return unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("invalid JSON: more than one value")
	}
	return nil
}

func unreadable(err error) error {
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		return fmt.Errorf("invalid JSON at byte %d", syntax.Offset)
	}
	return errors.New("invalid JSON: it ends too early")
}

// typed explains the one way in which a checked body can still fail to decode:
// the check saw the last of equal keys, the decoder sees each.
func typed(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s is given more than once, and not always with the right type", wrong.Field)
	}
	return err
}
