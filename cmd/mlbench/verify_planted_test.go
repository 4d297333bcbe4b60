package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
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

func plantedFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "planted.yaml")
	if err := os.WriteFile(path, []byte(plantedScenario), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
