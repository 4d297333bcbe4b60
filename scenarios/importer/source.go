package importer

import (
	"context"
	"net/url"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/plan"
	"github.com/mlbench/mlbench/scenarios/importer/program"
	"github.com/mlbench/mlbench/scenarios/openapi"
	"github.com/mlbench/mlbench/targets"
)

// Options shape a scenario that is made of something else.
type Options = draft.Options

// Kinds are what scenarios are made of.
var Kinds = []string{"openapi", "curl", "har", "vegeta", "locust", "k6", "jmeter", "postman", "preset"}

// From makes a scenario of a source of one of the Kinds, of which a preset's is its
// name; "" is as preset.
func From(kind string, source []byte, o Options) ([]byte, error) {
	switch kind {
	case "openapi":
		return FromOpenAPI(source, o)
	case "curl":
		return FromCurl(string(source), o)
	case "har":
		return FromHAR(source, o)
	case "vegeta":
		return FromVegeta(source, o)
	case "locust":
		return program.FromLocust(source, o)
	case "k6":
		return program.FromK6(source, o)
	case "jmeter":
		return plan.FromJMeter(source, o)
	case "postman":
		return plan.FromPostman(source, o)
	}
	return FromPreset(string(source), o)
}

// Fetch gets the OpenAPI document of a live service, at /openapi.json unless the
// target has a path, and notes in o what it is for.
func Fetch(ctx context.Context, t targets.Target, o *Options) ([]byte, error) {
	if t.URL.Path == "" {
		t.URL.Path = "/openapi.json"
	}
	o.Target = (&url.URL{Scheme: t.URL.Scheme, Host: t.URL.Host}).String()
	o.Source = o.Target + t.URL.Path // without a query, which may hold secrets
	config, err := t.TLSConfig()
	if err != nil {
		return nil, err
	}
	return openapi.Fetch(ctx, t.URL, config)
}
