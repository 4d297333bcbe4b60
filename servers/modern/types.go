package modern

import (
	"fmt"

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

// jsonFormat reads a body twice, as huma wants it, but with one reading of what
// it says: predict.ReadJSON for the check, and the same in predict's decoders
// for the values. encoding/json would read things that the check had not seen,
// and read all of a refused body before refusing it.
var jsonFormat = huma.Format{
	Marshal:   huma.DefaultJSONFormat.Marshal,
	Unmarshal: unmarshal,
}

func unmarshal(data []byte, v any) (err error) {
	switch v := v.(type) {
	case *any:
		*v, err = predict.ReadJSON(data)
	case *loginBody:
		var l predict.Login
		l, err = predict.DecodeLogin(data)
		*v = loginBody(l)
	case *predictBody:
		var r predict.Request
		r, err = predict.DecodeRequest(data)
		*v = predictBody{Features: features(r.Features), RequestID: r.RequestID}
	case *batchBody:
		var r predict.BatchRequest
		r, err = predict.DecodeBatch(data)
		*v = batchBody{Samples: make([]features, len(r.Samples)), RequestID: r.RequestID}
		for i := range r.Samples {
			v.Samples[i] = features(r.Samples[i])
		}
	default:
		err = fmt.Errorf("no decoder of %T", v)
	}
	return err
}
