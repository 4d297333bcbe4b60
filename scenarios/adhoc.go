package scenarios

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/targets"
)

// MaxAdHocBody keeps result files, which hold the scenario's text, of a sane
// size.
const MaxAdHocBody = 8 << 20

// AdHoc is the scenario ping with a request shaped by flags. An empty method is
// the default; a nil body is none. The file is the one that the body is of, if
// any: it has the content type that it would have in a scenario.
func AdHoc(method string, headers []targets.Field, body []byte, file string) (*Scenario, error) {
	sc, err := Load("ping")
	if err != nil {
		return nil, err
	}
	r := &sc.Requests[0]
	var errs []error
	method = strings.ToUpper(method)
	if method != "" && !targets.Token(method) || method == "CONNECT" {
		errs = append(errs, fmt.Errorf("method %q: want a method such as GET or POST", method))
	}
	r.Method = method
	for _, h := range headers {
		if err := h.Validate(); err != nil {
			errs = append(errs, err)
		}
		h.Value = strings.ReplaceAll(h.Value, "${", "$${") // flags hold plain values
		r.Headers = append(r.Headers, header{Field: h})
	}
	if len(body) > MaxAdHocBody {
		errs = append(errs, fmt.Errorf("body of %d bytes, want at most %d MB", len(body), MaxAdHocBody>>20))
	}
	if body != nil {
		r.Body = adHocBody(body, file)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sc.text = adHocText(sc, r)
	return sc, nil
}

func adHocBody(body []byte, file string) *Body {
	b := &Body{template: literal(body), kind: kindOfFile(file, body)}
	if text := string(body); utf8.ValidString(text) {
		b.Text = &text
		return b
	}
	raw := base64.StdEncoding.EncodeToString(body)
	b.Base64 = &raw
	return b
}

// adHocText is the scenario as YAML (which JSON is): the same again from a file,
// except for headers that look like secrets.
func adHocText(sc *Scenario, r *Request) string {
	type object = map[string]any
	request := object{"name": r.Name}
	if len(r.Expect.Status) > 0 {
		request["expect"] = object{"status": r.Expect.Status}
	}
	if r.Method != "" {
		request["method"] = r.Method
	}
	headers := object{}
	if r.Body != nil {
		headers["Content-Type"] = r.Body.kind
		if r.Body.Text != nil && reference.MatchString(*r.Body.Text) {
			request["body"] = object{"base64": base64.StdEncoding.EncodeToString([]byte(*r.Body.Text))}
		} else if r.Body.Text != nil {
			request["body"] = object{"text": strings.ReplaceAll(*r.Body.Text, "${", "$${")}
		} else {
			request["body"] = object{"base64": *r.Body.Base64}
		}
	}
	for _, h := range r.Headers {
		var all []string
		for _, other := range r.Headers {
			if strings.EqualFold(h.Name, other.Name) {
				all = append(all, other.Shown())
			}
		}
		for name := range headers {
			if strings.EqualFold(name, h.Name) {
				delete(headers, name)
			}
		}
		if headers[h.Name] = all; len(all) == 1 {
			headers[h.Name] = all[0]
		}
	}
	if len(headers) > 0 {
		request["headers"] = headers
	}
	load := object{
		"model": sc.Load.Model, "rate": sc.Load.Rate.String(), "arrivals": sc.Load.Arrivals, "connections": sc.Load.Connections.Most,
		"duration": sc.Load.Duration.String(), "warmup": sc.Load.Warmup.String(), "timeout": sc.Load.Timeout.String(),
	}
	text, _ := json.MarshalIndent(object{"name": sc.Name, "description": sc.Description, "load": load, "requests": []object{request}}, "", "  ")
	return string(text) + "\n"
}
