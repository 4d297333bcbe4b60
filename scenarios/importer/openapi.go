package importer

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
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
	o = o.withDefaults()
	d := &draft{about: []string{
		fmt.Sprintf("A starting point, made of the OpenAPI document %s. Numbers are drawn from the limits that it gives. "+
			"All weights are 1: give each request the share that it has in your traffic.", o.Source),
	}, left: notes}
	if err := knownParams(ops, o); err != nil {
		return nil, err
	}
	var login int
	login, d.login = loginOperation(ops)
	for i, op := range ops {
		if i == login {
			continue
		}
		r, why := d.operation(op, o)
		if why != "" {
			d.left = append(d.left, fmt.Sprintf("%s %s: %s", op.Method, op.Base+op.Path, why))
			continue
		}
		d.requests = append(d.requests, r)
	}
	return d.finish(o)
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

func (d *draft) operation(op openapi.Operation, o Options) (r draftRequest, why string) {
	if why := unfit(op); why != "" {
		return r, why
	}
	r = draftRequest{method: op.Method, weight: 1, name: pathName(op.Path)}
	if !strings.EqualFold(notOfNames.ReplaceAllString(op.Summary, "-"), r.name) && op.Summary != "" { // frameworks derive one from the other
		r.about = append(r.about, strings.TrimSuffix(op.Summary, ".")+".")
	}
	if why := d.fillPath(&r, op, o); why != "" {
		return r, why
	}
	if why := d.authorize(&r, op); why != "" {
		return r, why
	}
	if op.Body.WantsPassword() {
		return r, "a login whose answer has no token that is known; set MLBENCH_TOKEN to what it gives, " +
			"and give auth: bearer to the requests that need it and have it not"
	}
	if op.Body != nil && (op.Body.Required || op.Method == http.MethodPost) {
		if why := d.fillBody(&r, op.Body, o); why != "" {
			return r, why
		}
	}
	for _, answer := range op.Responses {
		if answer.Status >= 200 && answer.Status < 400 {
			r.status = append(r.status, answer.Status)
		}
	}
	return r, ""
}

// authorization is the token, unless the document shows that it is something
// else.
func (r *draftRequest) authorization(p openapi.Parameter) {
	shown, _ := example.Of(p.Example, p.Schema).(string)
	if scheme, _, has := strings.Cut(shown, " "); has && !strings.EqualFold(scheme, "bearer") {
		r.setHeader(secretHeader(p.Name, shown))
		return
	}
	r.bearer = true
	if !p.Required {
		r.about = append(r.about, "The header Authorization is optional: without auth: bearer it is not sent.")
	}
}

func (r *draftRequest) fillHeader(p openapi.Parameter, value string) {
	if (targets.Field{Name: p.Name, Value: value}).Validate() != nil {
		return // mlbench sets it
	}
	r.setHeader(secretHeader(p.Name, value))
}

// authorize meets the first alternative that it can.
func (d *draft) authorize(r *draftRequest, op openapi.Operation) (why string) {
	if len(op.Security) == 0 {
		return ""
	}
	for _, need := range op.Security {
		tried := *r
		tried.headers = slices.Clone(r.headers)
		if why = d.meet(&tried, need); why == "" {
			*r = tried
			return ""
		}
	}
	return why
}

func (d *draft) meet(r *draftRequest, need openapi.Requirement) (why string) {
	for _, s := range need {
		switch {
		case s.Bearer():
			r.bearer = true
			r.headers = slices.DeleteFunc(r.headers, func(h draftHeader) bool { return strings.EqualFold(h.name, "authorization") })
		case s.Type == "http" && s.Scheme == "basic":
			r.setHeader(secretHeader("Authorization", "Basic …"))
		case s.Type == "apiKey" && s.In == "header" && targets.Token(s.Parameter):
			r.setHeader(environmentHeader(s.Parameter))
		case s.Type == "apiKey" && s.In == "query":
			joint := "?"
			if strings.Contains(r.path, "?") {
				joint = "&"
			}
			r.path += joint + url.QueryEscape(s.Parameter) + "=" + d.vault.ref(s.Parameter)
		case s.Type == "apiKey" && s.In == "cookie":
			r.setHeader(draftHeader{name: "Cookie", value: "${COOKIE}", note: "export COOKIE=" + shellWord(s.Parameter+"=…")})
		default:
			return fmt.Sprintf("it asks for %q, which scenarios cannot give", s.Name)
		}
	}
	return ""
}
