package verify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// planted is a small prediction service that can be told to be wrong in one way.
type planted struct {
	fault string
	asked atomic.Int64
}

func (p *planted) is(fault string) bool { return p.fault == fault }

func (p *planted) refuse(w http.ResponseWriter, status int, text string) {
	if p.is("error text") {
		text += "!"
	}
	w.Header().Set("Content-Type", "application/json")
	if status == http.StatusUnauthorized && !p.is("no challenge") {
		w.Header().Set("WWW-Authenticate", "Bearer")
	}
	if status == http.StatusBadRequest && p.is("422 for 400") {
		status = http.StatusUnprocessableEntity
	}
	w.WriteHeader(status)
	if p.is("errors are text") {
		io.WriteString(w, text)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": text})
}

// ServeHTTP answers with noise, too: a time, an id, and a clock of one tick in
// a hundred requests.
func (p *planted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := p.asked.Add(1)
	switch {
	case r.URL.Path == "/text" && r.Method == "GET":
		w.Header().Set("Content-Type", "text/plain")
		if p.is("text") {
			io.WriteString(w, "welcome\nto model 2\n")
			return
		}
		io.WriteString(w, "welcome\nto model 1\n")
	case r.URL.Path == "/info" && r.Method == "GET":
		version := "1.2.0"
		if p.is("nested value") {
			version = "1.2.1"
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"model": map[string]any{"version": version, "trees": 100}, "tick": n / 100})
	case r.URL.Path == "/predict" && (r.Method == "POST" || p.is("GET predicts") && r.Method == "GET"):
		p.predict(w, r, n)
	case r.URL.Path != "/predict" && r.URL.Path != "/info" && r.URL.Path != "/text":
		if p.is("any path is found") {
			fmt.Fprintln(w, "{}")
			return
		}
		p.refuse(w, http.StatusNotFound, "no such page")
	default:
		p.refuse(w, http.StatusMethodNotAllowed, "no such method")
	}
}

func (p *planted) predict(w http.ResponseWriter, r *http.Request, n int64) {
	if r.Header.Get("Authorization") != "Bearer the-test-token" && !p.is("no token needed") {
		p.refuse(w, http.StatusUnauthorized, "who are you?")
		return
	}
	var in map[string]any
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		if p.is("dies of broken JSON") {
			panic(http.ErrAbortHandler)
		}
		p.refuse(w, http.StatusBadRequest, "no JSON")
		return
	}
	list, ok := in["features"].([]any)
	if !ok || len(list) != 3 && !(p.is("any size") && len(list) > 0) {
		p.refuse(w, http.StatusBadRequest, "want three features")
		return
	}
	sum := 0.0
	for _, v := range list {
		x, ok := v.(float64)
		if _, isText := v.(string); isText && p.is("text for numbers") {
			x, ok = 1, true
		}
		if !ok || math.Abs(x) > 10 && !p.is("no limits") {
			p.refuse(w, http.StatusBadRequest, "want numbers from -10 to 10")
			return
		}
		sum += x
	}
	p.answer(w, sum, n)
}

func (p *planted) answer(w http.ResponseWriter, sum float64, n int64) {
	out := map[string]any{
		"prediction": math.Tanh(sum), "label": "low", "count": 3, "scores": []any{sum, sum / 2, -sum},
		"at": fmt.Sprintf("time %d", n), "id": n, "meta": map[string]any{"by": "forest"},
	}
	if sum > 0 {
		out["label"] = "high"
	}
	switch p.fault {
	case "value":
		out["prediction"] = math.Tanh(sum) * 1.01
	case "value, slightly":
		out["prediction"] = math.Tanh(sum) + 1e-5
	case "rounded":
		out["prediction"] = math.Round(100*math.Tanh(sum)) / 100
	case "value, rarely":
		if sum > 2 {
			out["prediction"] = 1
		}
	case "count by one":
		out["count"] = 4
	case "missing":
		delete(out, "label")
	case "missing noise":
		delete(out, "id")
	case "extra":
		out["debug"] = true
	case "type":
		out["count"] = "3"
	case "type of noise":
		out["at"] = n
	case "null":
		out["prediction"] = nil
	case "length":
		out["scores"] = []any{sum, sum / 2}
	case "order":
		out["scores"] = []any{-sum, sum / 2, sum}
	case "nested":
		out["meta"] = map[string]any{"by": "forest", "of": 1}
	case "label":
		out["label"] = strings.ToUpper(out["label"].(string))
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("X-Model", "1")
	switch p.fault {
	case "content type":
		w.Header().Set("Content-Type", "text/json")
	case "no header":
		w.Header().Del("X-Model")
	case "more headers":
		w.Header().Set("X-Debug", fmt.Sprint(n))
	case "created":
		w.WriteHeader(http.StatusCreated)
	}
	_ = json.NewEncoder(w).Encode(out)
}

const plantedScenario = `
name: planted
login: {optional: true}
requests:
  - name: predict
    path: /predict
    auth: bearer
    body: {json: {features: {$vector: {size: 3, min: -10, max: 10}}}}
  - {name: info, path: /info}
  - {name: text, path: /text}
`

func plantedTarget(t *testing.T, fault string) string {
	t.Helper()
	srv := httptest.NewServer(&planted{fault: fault})
	srv.Config.ErrorLog = nil
	t.Cleanup(srv.Close)
	return srv.URL
}

// verifyPlanted asks two planted services, with edge cases.
func verifyPlanted(t *testing.T, requests scenarios.Count, a, b string) (*answers.Parity, error) {
	t.Helper()
	sc, err := scenarios.Parse([]byte(plantedScenario), "planted.yaml")
	if err != nil {
		t.Fatal(err)
	}
	q, err := Prepare(t.Context(), Spec{Scenario: sc, Requests: requests, Edges: true, Seed: 1, Timeout: 10 * time.Second, Connections: 4, Rules: Usual()})
	if err != nil {
		t.Fatal(err)
	}
	var sides [2]Party
	for i, ref := range []string{"a=" + a, "b=" + b} {
		target, err := targets.Parse(ref, nil)
		if err != nil {
			t.Fatal(err)
		}
		sides[i] = Party{Target: target, Token: "the-test-token"}
	}
	v, err := q.Between(sides[0], sides[1])
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	err = v.Run(t.Context(), cli.NewProgress(cli.Streams{Err: io.Discard}, true))
	return v.Parity(err), err
}

// Each of these faults is found, under its own name, and nothing else is.
func TestPlantedDifferencesAreFound(t *testing.T) {
	a := plantedTarget(t, "")
	for fault, want := range map[string][]string{
		"value":               {"value $.prediction"},
		"value, slightly":     {"value $.prediction"},
		"rounded":             {"value $.prediction"},
		"value, rarely":       {"value $.prediction"},
		"count by one":        {"value $.count"},
		"label":               {"value $.label"},
		"missing":             {"missing $.label"},
		"missing noise":       {"missing $.id"},
		"extra":               {"extra $.debug"},
		"nested":              {"extra $.meta.of"},
		"nested value":        {"value $.model.version"},
		"type":                {"type $.count"},
		"type of noise":       {"type $.at"},
		"null":                {"type $.prediction"},
		"length":              {"length $.scores"},
		"order":               {"value $.scores[*]"},
		"text":                {"text "},
		"content type":        {"header Content-Type"},
		"no header":           {"header X-Model"},
		"more headers":        {"header X-Debug"},
		"no challenge":        {"header Www-Authenticate"},
		"created":             {"status  200 201"},
		"422 for 400":         {"status  400 422"},
		"error text":          {"value $.error"},
		"errors are text":     {"form "},
		"no token needed":     {"status  401 200"},
		"any path is found":   {"status  404 200"},
		"GET predicts":        {"status  405 400"},
		"no limits":           {"status  400 200"},
		"any size":            {"status  400 200"},
		"text for numbers":    {"status  400 200"},
		"dies of broken JSON": {"no-answer "},
	} {
		t.Run(fault, func(t *testing.T) {
			p, err := verifyPlanted(t, 20, a, plantedTarget(t, fault))
			if err != nil || p.Same || !p.Complete {
				t.Fatalf("%v, same %v, complete %v", err, p.Same, p.Complete)
			}
			// What a refusal becomes differs in more than its status: that is told
			// with it, and only there.
			var got []string
			for _, d := range p.Differences {
				text := fmt.Sprintf("%s %s", d.Difference, d.Where)
				if d.Difference == answers.Status {
					text += fmt.Sprintf(" %d %d", d.StatusA, d.StatusB)
				}
				if len(got) == 0 || got[0] != text {
					got = append(got, text)
				}
				if d.Example.Curl == "" || strings.Contains(d.Example.Curl, "the-test-token") {
					t.Errorf("curl line: %s", d.Example.Curl)
				}
			}
			if len(got) == 0 || got[0] != want[0] {
				t.Errorf("found %q, want %q first", got, want)
			}
			follows := map[string]bool{"header X-Model": true, "header Content-Type": true, "header Www-Authenticate": true, "value $.error": true}
			for _, text := range got[1:] {
				if !strings.HasPrefix(want[0], "status") || !follows[text] {
					t.Errorf("found %q as well", text)
				}
			}
		})
	}
}

// Two services of one kind, with noise of all kinds, are the same.
func TestIdenticalServicesAreTheSame(t *testing.T) {
	p, err := verifyPlanted(t, 300, plantedTarget(t, ""), plantedTarget(t, ""))
	if err != nil || !p.Same || !p.Complete || p.Requests < 900 || p.Differing != 0 || len(p.Differences) > 0 {
		t.Fatalf("%v: %+v", err, p)
	}
	var noise []string
	for _, n := range p.Noise {
		noise = append(noise, n.Class+" "+n.Where)
	}
	for _, want := range []string{"predict $.at", "predict $.id"} {
		if !slices.Contains(noise, want) {
			t.Errorf("noise %v is without %s", noise, want)
		}
	}
}

// B answers for a while and then is gone: what was found is told, and why it
// ended.
func TestATargetThatGoesAwayEndsIt(t *testing.T) {
	mortal := &planted{}
	var srv *httptest.Server
	srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if mortal.asked.Load() > 10 {
			srv.Listener.Close()
			panic(http.ErrAbortHandler)
		}
		mortal.ServeHTTP(w, r)
	}))
	defer srv.Close()
	p, err := verifyPlanted(t, 20, plantedTarget(t, ""), srv.URL)
	if !errors.Is(err, targets.ErrUnreachable) || p.Complete || p.Requests < 5 || !strings.Contains(p.Ended, "does not answer any more") {
		t.Errorf("%v: %+v", err, p)
	}
}
