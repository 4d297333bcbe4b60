package predict

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Decoding by hand, as services written before typed validation do it: the
// body as a generic map, every field picked out and checked in code. Unknown
// fields are ignored, names are compared exactly, and null stands for a field
// that was not sent.

var (
	errNotObject = errors.New("request body must be a JSON object")
	errFeatures  = fmt.Errorf("features must be a list of %d numbers from %g to %g",
		len(Features{}), -FeatureLimit, FeatureLimit)
	errSamples = fmt.Errorf("samples must be a list of 1 to %d lists of %d numbers from %g to %g",
		MaxSamples, len(Features{}), -FeatureLimit, FeatureLimit)
	errRequestID = fmt.Errorf("request_id must be a string of at most %d characters", MaxRequestID)
	errUsername  = fmt.Errorf("username must be a string of %d to %d characters", MinUsername, MaxUsername)
	errPassword  = fmt.Errorf("password must be a string of at least %d characters", MinPassword)
)

// DecodeLogin checks what ReadJSON read of the body of POST /login.
func DecodeLogin(read any, err error) (Login, error) {
	fields, err := object(read, err)
	if err != nil {
		return Login{}, err
	}
	username, ok := fields["username"].(string)
	if n := utf8.RuneCountInString(username); !ok || n < MinUsername || n > MaxUsername {
		return Login{}, errUsername
	}
	password, ok := fields["password"].(string)
	if !ok || utf8.RuneCountInString(password) < MinPassword {
		return Login{}, errPassword
	}
	return Login{Username: username, Password: password}, nil
}

// DecodeRequest checks what ReadJSON read of the body of POST /predict.
func DecodeRequest(read any, err error) (Request, error) {
	fields, err := object(read, err)
	if err != nil {
		return Request{}, err
	}
	var r Request
	if !decodeFeatures(fields["features"], &r.Features) {
		return Request{}, errFeatures
	}
	if r.RequestID, err = decodeRequestID(fields); err != nil {
		return Request{}, err
	}
	return r, nil
}

// DecodeBatch checks what ReadJSON read of the body of POST /batch-predict.
func DecodeBatch(read any, err error) (BatchRequest, error) {
	fields, err := object(read, err)
	if err != nil {
		return BatchRequest{}, err
	}
	list, ok := fields["samples"].([]any)
	if !ok || len(list) < 1 || len(list) > MaxSamples {
		return BatchRequest{}, errSamples
	}
	r := BatchRequest{Samples: make([]Features, len(list))}
	for i, sample := range list {
		if !decodeFeatures(sample, &r.Samples[i]) {
			return BatchRequest{}, errSamples
		}
	}
	if r.RequestID, err = decodeRequestID(fields); err != nil {
		return BatchRequest{}, err
	}
	return r, nil
}

// object refuses what is no JSON object, NaN and Infinity among it.
func object(read any, err error) (map[string]any, error) {
	fields, ok := read.(map[string]any)
	var syntax *SyntaxError
	if errors.As(err, &syntax) || err == nil && !ok {
		return nil, errNotObject
	}
	return fields, err
}

func decodeFeatures(v any, out *Features) bool {
	list, ok := v.([]any)
	if !ok || len(list) != len(out) {
		return false
	}
	for i, item := range list {
		number, ok := item.(json.Number)
		if !ok {
			return false
		}
		x, err := strconv.ParseFloat(string(number), 64) // an error is 1e999 and the like
		if err != nil || x < -FeatureLimit || x > FeatureLimit {
			return false
		}
		out[i] = x
	}
	return true
}

func decodeRequestID(fields map[string]any) (string, error) {
	v, sent := fields["request_id"]
	if !sent || v == nil {
		return "", nil
	}
	id, ok := v.(string)
	if !ok || utf8.RuneCountInString(id) > MaxRequestID {
		return "", errRequestID
	}
	return strings.Clone(id), nil // it outlives the body, in the prediction log's queue
}
