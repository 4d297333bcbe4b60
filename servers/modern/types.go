package modern

import (
	"fmt"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/mlbench/mlbench/servers/predict"
)

// The bodies of requests. huma checks each against its type before a handler
// sees it: lengths and limits below are the validation.

type loginBody struct {
	Username string `json:"username" minLength:"3" maxLength:"50" example:"admin"`
	Password string `json:"password" minLength:"8" format:"password" example:"password"`
	wrong    []error
}

type predictBody struct {
	Features  features `json:"features"`
	RequestID string   `json:"request_id,omitempty" maxLength:"128" doc:"echoed, and written to the prediction log"`
	wrong     []error
}

type batchBody struct {
	Samples   []features           `json:"samples" minItems:"1" maxItems:"100" nullable:"false"`
	RequestID string               `json:"request_id,omitempty" maxLength:"128" doc:"echoed, and written to the prediction log"`
	read      predict.BatchRequest // its values: fields above are the schema alone
	wrong     []error
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

// format reads JSON bodies. huma would read each twice, once for the check of its
// schema and once for the values (SkipValidateBody keeps it from that): here both
// are of one reading, predict.ReadJSON. encoding/json would read things that the
// check had not seen, and read all of a refused body before refusing it.
type format struct {
	registry huma.Registry
	schemas  map[reflect.Type]*huma.Schema // of the bodies, by pointers to them
}

func newFormat() *format { return &format{schemas: map[reflect.Type]*huma.Schema{}} }

// bind takes the schemas that an API was registered with.
func (f *format) bind(api huma.API) {
	f.registry = api.OpenAPI().Components.Schemas
	for _, t := range []reflect.Type{reflect.TypeFor[loginBody](), reflect.TypeFor[predictBody](), reflect.TypeFor[batchBody]()} {
		f.schemas[reflect.PointerTo(t)] = f.registry.Schema(t, true, "")
	}
}

func (f *format) huma() huma.Format {
	return huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: f.unmarshal}
}

// unmarshal fills in a body, or its offences: huma keeps only the text of an error.
func (f *format) unmarshal(data []byte, v any) error {
	if _, asked := v.(*anyBody); asked {
		return nil
	}
	schema := f.schemas[reflect.TypeOf(v)]
	if schema == nil {
		return fmt.Errorf("no decoder of %T", v)
	}
	read, err := predict.ReadJSON(data)
	if err != nil {
		v.(checked).refuse([]error{&huma.ErrorDetail{Location: "body", Message: err.Error()}})
		return nil
	}
	found, at := &huma.ValidateResult{}, huma.NewPathBuffer([]byte("body"), 4)
	if huma.Validate(f.registry, schema, at, huma.ModeWriteToServer, read, found); len(found.Errors) > 0 {
		v.(checked).refuse(found.Errors)
		return nil
	}
	switch v := v.(type) {
	case *loginBody:
		var l predict.Login
		l, err = predict.DecodeLogin(read, nil)
		v.Username, v.Password = l.Username, l.Password
	case *predictBody:
		var r predict.Request
		r, err = predict.DecodeRequest(read, nil)
		v.Features, v.RequestID = features(r.Features), r.RequestID
	case *batchBody:
		v.read, err = predict.DecodeBatch(read, nil)
	}
	return err
}

// anyBody asks whether bodies of a content type are read at all.
type anyBody struct{}

// checked is a body that knows what is wrong with it.
type checked interface{ refuse([]error) }

func (b *loginBody) refuse(errs []error)          { b.wrong = errs }
func (b *loginBody) Resolve(huma.Context) []error { return b.wrong }

func (b *predictBody) refuse(errs []error)          { b.wrong = errs }
func (b *predictBody) Resolve(huma.Context) []error { return b.wrong }

func (b *batchBody) refuse(errs []error)          { b.wrong = errs }
func (b *batchBody) Resolve(huma.Context) []error { return b.wrong }
