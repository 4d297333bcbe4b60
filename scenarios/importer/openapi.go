package importer

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// FromOpenAPI makes a scenario of a service's OpenAPI document: a request per
// operation, with a body within the limits of its schema.
func FromOpenAPI(document []byte, o Options) ([]byte, error) {
	ops, notes, err := openapi.Load(document)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Source, err)
	}
	o = o.WithDefaults()
	d := &draft.Scenario{About: []string{
		fmt.Sprintf("A starting point, made of the OpenAPI document %s. Numbers are drawn from the limits that it gives. "+
			"All weights are 1: give each request the share that it has in your traffic.", o.Source),
	}, Left: notes}
	if err := knownParams(ops, o); err != nil {
		return nil, err
	}
	var login int
	login, d.Login = loginOperation(ops)
	for i, op := range ops {
		if i == login {
			continue
		}
		r, why := operation(d, op, o)
		if why != "" {
			d.Left = append(d.Left, fmt.Sprintf("%s %s: %s", op.Method, op.Base+op.Path, why))
			continue
		}
		d.Requests = append(d.Requests, r)
	}
	return d.Finish(o)
}

// Words of operations that change more than a load test should: of any, and of
// those that are not only read.
var (
	destroying = []string{
		"clear", "reset", "delete", "remove", "purge", "flush", "drop", "destroy", "shutdown", "restart", "stop", "kill", "logout",
	}
	changing = []string{
		"train", "retrain", "load", "reload", "unload", "deploy", "rollback", "register", "signup", "upload", "revoke", "refresh",
	}
)

var opWords = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

// unfit says why an operation is no request of a load test, or nothing.
func unfit(op openapi.Operation) string {
	switch op.Method {
	case http.MethodDelete, http.MethodPut, http.MethodPatch:
		return "it changes or removes what is there"
	case http.MethodGet, http.MethodPost:
	default:
		return "no request of ordinary traffic"
	}
	if op.Deprecated {
		return "deprecated"
	}
	for _, word := range opWords.FindAllString(op.ID+" "+op.Path, -1) {
		word = strings.ToLower(word)
		if slices.Contains(destroying, word) || op.Method == http.MethodPost && slices.Contains(changing, word) {
			return fmt.Sprintf("by its name (%s) it changes the service", word)
		}
	}
	for _, answer := range op.Responses {
		if answer.MediaType == "text/event-stream" {
			return "its answer is a stream without an end"
		}
	}
	return ""
}

func operation(d *draft.Scenario, op openapi.Operation, o Options) (r draft.Request, why string) {
	if why := unfit(op); why != "" {
		return r, why
	}
	r = draft.Request{Method: op.Method, Weight: 1, Name: draft.PathName(op.Path)}
	if !strings.EqualFold(draft.WordOf(op.Summary), r.Name) && op.Summary != "" { // frameworks derive one from the other
		r.About = append(r.About, strings.TrimSuffix(op.Summary, ".")+".")
	}
	if why := fillPath(d, &r, op, o); why != "" {
		return r, why
	}
	if why := authorize(d, &r, op); why != "" {
		return r, why
	}
	if op.Body.WantsPassword() {
		return r, "a login whose answer has no token that is known; set MLBENCH_TOKEN to what it gives, " +
			"and give auth: bearer to the requests that need it and have it not"
	}
	if op.Body != nil && (op.Body.Required || op.Method == http.MethodPost) {
		if why := fillBody(d, &r, op.Body, o); why != "" {
			return r, why
		}
	}
	for _, answer := range op.Responses {
		if answer.Status >= 200 && answer.Status < 400 {
			r.Status = append(r.Status, answer.Status)
		}
	}
	return r, ""
}

// authorization is the token, unless the document shows that it is something
// else.
func authorization(r *draft.Request, p openapi.Parameter) {
	shown, _ := example.Of(p.Example, p.Schema).(string)
	if scheme, _, has := strings.Cut(shown, " "); has && !strings.EqualFold(scheme, "bearer") {
		r.SetHeader(draft.SecretHeader(p.Name, shown))
		return
	}
	r.Bearer = true
	if !p.Required {
		r.About = append(r.About, "The header Authorization is optional: without auth: bearer it is not sent.")
	}
}

func fillHeader(r *draft.Request, p openapi.Parameter, value string) {
	if (targets.Field{Name: p.Name, Value: value}).Validate() != nil {
		return // mlbench sets it
	}
	r.SetHeader(draft.SecretHeader(p.Name, value))
}

// authorize meets the first alternative that it can.
func authorize(d *draft.Scenario, r *draft.Request, op openapi.Operation) (why string) {
	if len(op.Security) == 0 {
		return ""
	}
	for _, need := range op.Security {
		tried := *r
		tried.Headers = slices.Clone(r.Headers)
		if why = meet(d, &tried, need); why == "" {
			*r = tried
			return ""
		}
	}
	return why
}

func meet(d *draft.Scenario, r *draft.Request, need openapi.Requirement) (why string) {
	for _, s := range need {
		switch {
		case s.Bearer():
			r.Bearer = true
			r.Headers = slices.DeleteFunc(r.Headers, func(h draft.Header) bool { return strings.EqualFold(h.Name, "authorization") })
		case s.Type == "http" && s.Scheme == "basic":
			r.SetHeader(draft.SecretHeader("Authorization", "Basic …"))
		case s.Type == "apiKey" && s.In == "header" && targets.Token(s.Parameter):
			r.SetHeader(draft.EnvironmentHeader(s.Parameter))
		case s.Type == "apiKey" && s.In == "query":
			joint := "?"
			if strings.Contains(r.Path, "?") {
				joint = "&"
			}
			r.Path += joint + url.QueryEscape(s.Parameter) + "=" + d.Vault.Ref(s.Parameter)
		case s.Type == "apiKey" && s.In == "cookie":
			r.SetHeader(draft.Header{Name: "Cookie", Value: "${COOKIE}", Note: "export COOKIE=" + draft.ShellWord(s.Parameter+"=…")})
		default:
			return fmt.Sprintf("it asks for %q, which scenarios cannot give", s.Name)
		}
	}
	return ""
}
