package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// VegetaTarget is one request of a target list of vegeta's.
type VegetaTarget struct {
	Method string
	URL    string
	Header http.Header
	Body   []byte
}

// ReadVegetaTargets reads a target list as `vegeta attack` does, in its http or
// its json format, whichever it is. Bodies that the http format names by file
// are read.
func ReadVegetaTargets(list []byte) ([]VegetaTarget, error) {
	targeter := vegeta.NewHTTPTargeter(bytes.NewReader(list), nil, nil)
	if bytes.HasPrefix(bytes.TrimSpace(list), []byte("{")) {
		if !bytes.HasSuffix(list, []byte("\n")) {
			list = append(bytes.Clone(list), '\n') // vegeta does not see a last line without
		}
		targeter = vegeta.NewJSONTargeter(bytes.NewReader(list), nil, nil)
	}
	all, err := vegeta.ReadAllTargets(targeter)
	if errors.Is(err, vegeta.ErrNoTargets) {
		return nil, errors.New("no targets: want lines such as GET http://127.0.0.1:8000/health, or vegeta's JSON format")
	}
	if err != nil {
		return nil, fmt.Errorf("vegeta targets: %w", err)
	}
	out := make([]VegetaTarget, len(all))
	for i, t := range all {
		out[i] = VegetaTarget{Method: t.Method, URL: t.URL, Header: t.Header, Body: t.Body}
	}
	return out, nil
}
