package importer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
	"github.com/mlbench/mlbench/targets"
)

const (
	servedModel    = "iris"
	servedFeatures = 4
)

// strictly decodes a JSON body with these keys and no others.
func strictly(r *http.Request, into any) error {
	if kind := r.Header.Get("Content-Type"); kind != "application/json" {
		return fmt.Errorf("content type %q", kind)
	}
	d := json.NewDecoder(r.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("more than one value")
	}
	return nil
}

func rowsFit(rows [][]float64) error {
	if len(rows) == 0 {
		return fmt.Errorf("no rows")
	}
	for _, row := range rows {
		if len(row) != servedFeatures {
			return fmt.Errorf("found %d features, want %d", len(row), servedFeatures)
		}
	}
	return nil
}

// predicting answers 400 to what check refuses, in the protocol's form of errors.
func predicting(check func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		out, err := check(r)
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			out = map[string]string{"error": err.Error()}
		}
		json.NewEncoder(w).Encode(out)
	}
}

func okay(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, body) }
}

// protocols are servers that speak each protocol by its published form, and
// refuse everything else.
var protocols = map[string]func(*http.ServeMux){
	// Open Inference Protocol, "required API": id, inputs[name, shape, datatype, data];
	// data is row-major, as many numbers as the shape's product; FP32 here.
	"kserve-v2": func(mux *http.ServeMux) {
		mux.HandleFunc("GET /v2/models/iris/ready", okay(`{"name":"iris","ready":true}`))
		mux.HandleFunc("POST /v2/models/iris/infer", predicting(func(r *http.Request) (any, error) {
			var in struct {
				ID         string          `json:"id"`
				Parameters json.RawMessage `json:"parameters"`
				Outputs    json.RawMessage `json:"outputs"`
				Inputs     []struct {
					Name     string    `json:"name"`
					Shape    []int     `json:"shape"`
					Datatype string    `json:"datatype"`
					Data     []float64 `json:"data"`
				} `json:"inputs"`
			}
			if err := strictly(r, &in); err != nil {
				return nil, err
			}
			if len(in.Inputs) != 1 {
				return nil, fmt.Errorf("%d inputs", len(in.Inputs))
			}
			x := in.Inputs[0]
			if x.Name == "" || x.Datatype != "FP32" || !slices.Equal(x.Shape, []int{1, servedFeatures}) || len(x.Data) != servedFeatures {
				return nil, fmt.Errorf("input %+v", x)
			}
			return map[string]any{"model_name": servedModel, "id": in.ID, "outputs": []any{
				map[string]any{"name": "y", "shape": []int{1}, "datatype": "FP32", "data": x.Data[:1]},
			}}, nil
		}))
	},
	// TensorFlow Serving, REST API: signature_name and one of instances (rows) and
	// inputs (columns).
	"tensorflow-serving": func(mux *http.ServeMux) {
		mux.HandleFunc("GET /v1/models/iris", okay(`{"model_version_status":[{"version":"1","state":"AVAILABLE","status":{"error_code":"OK","error_message":""}}]}`))
		mux.HandleFunc("POST /v1/models/iris:predict", predicting(func(r *http.Request) (any, error) {
			var in struct {
				Signature string      `json:"signature_name"`
				Instances [][]float64 `json:"instances"`
			}
			err := strictly(r, &in)
			if err == nil {
				err = rowsFit(in.Instances)
			}
			return map[string]any{"predictions": in.Instances}, err
		}))
	},
	// TorchServe, inference API: the model's handler gets the body; this one wants
	// its features under data.
	"torchserve": func(mux *http.ServeMux) {
		mux.HandleFunc("GET /ping", okay(`{"status": "Healthy"}`))
		mux.HandleFunc("POST /predictions/iris", predicting(func(r *http.Request) (any, error) {
			var in struct {
				Data []float64 `json:"data"`
			}
			err := strictly(r, &in)
			if err == nil {
				err = rowsFit([][]float64{in.Data})
			}
			return []float64{1}, err
		}))
	},
	// MLflow scoring server: exactly one of inputs, instances, dataframe_split and
	// dataframe_records, and params.
	"mlflow": func(mux *http.ServeMux) {
		mux.HandleFunc("GET /ping", okay("\n"))
		mux.HandleFunc("POST /invocations", predicting(func(r *http.Request) (any, error) {
			var in map[string]json.RawMessage
			if err := strictly(r, &in); err != nil {
				return nil, err
			}
			delete(in, "params")
			if len(in) != 1 || in["inputs"] == nil && in["instances"] == nil {
				return nil, fmt.Errorf("want exactly one of the input fields")
			}
			var rows [][]float64
			for _, raw := range in {
				if err := json.Unmarshal(raw, &rows); err != nil {
					return nil, err
				}
			}
			return map[string]any{"predictions": rows}, rowsFit(rows)
		}))
	},
	// BentoML: a function predict(input_data: list[list[float]]); a body with other
	// parameters is refused.
	"bentoml": func(mux *http.ServeMux) {
		mux.HandleFunc("GET /readyz", okay("\n"))
		mux.HandleFunc("POST /predict", predicting(func(r *http.Request) (any, error) {
			var in struct {
				Input [][]float64 `json:"input_data"`
			}
			err := strictly(r, &in)
			if err == nil {
				err = rowsFit(in.Input)
			}
			return in.Input, err
		}))
	},
	plainPreset: func(mux *http.ServeMux) {
		mux.HandleFunc("GET /health", okay("ok"))
		mux.HandleFunc("POST /predict", predicting(func(r *http.Request) (any, error) {
			var in struct {
				Features []float64 `json:"features"`
			}
			err := strictly(r, &in)
			if err == nil {
				err = rowsFit([][]float64{in.Features})
			}
			return 1, err
		}))
	},
}

// statuses sends what a scenario sends, and counts the answers by class.
func statuses(t *testing.T, text []byte, to string) map[string]map[int]int {
	t.Helper()
	sc, err := scenarios.Parse(text, "made.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sc.Env = os.LookupEnv
	at, err := targets.Parse(to, nil)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, PoolSize: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[int]int{}
	for _, c := range plan.Classes {
		out[c.Name] = map[int]int{}
		for _, p := range c.Pool {
			req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(p.AppendHTTP1(nil))))
			if err != nil {
				t.Fatal(err)
			}
			req.RequestURI, req.URL.Scheme, req.URL.Host = "", at.URL.Scheme, at.URL.Host
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			out[c.Name][resp.StatusCode]++
		}
	}
	return out
}

// Each preset's payloads and health check are what its protocol wants; for
// another model, or of another shape, the same server refuses them.
func TestPresets(t *testing.T) {
	for _, name := range Presets() {
		t.Run(name, func(t *testing.T) {
			mux := http.NewServeMux()
			protocols[name](mux)
			srv := httptest.NewServer(mux)
			defer srv.Close()
			text, err := FromPreset(name, Options{Model: servedModel, Features: servedFeatures, File: "f.yaml"})
			if err != nil {
				t.Fatal(err)
			}
			importertest.Valid(t, text)
			if strings.Contains(string(text), "{{") || !strings.HasPrefix(string(text), "# yaml-language-server: $schema=scenario.schema.json\n#\n# ") {
				t.Errorf("not filled in, or without its first lines:\n%s", text)
			}
			for class, got := range statuses(t, text, srv.URL) {
				for status, n := range got {
					if status != http.StatusOK {
						t.Errorf("%s: %d answers of status %d", class, n, status)
					}
				}
			}
			wrong, err := FromPreset(name, Options{Model: servedModel, Features: servedFeatures + 1})
			if err != nil {
				t.Fatal(err)
			}
			refused := false
			for _, got := range statuses(t, wrong, srv.URL) {
				refused = refused || got[http.StatusBadRequest] > 0
			}
			if !refused {
				t.Error("the server is not strict: it takes a feature too many")
			}
		})
	}
}

func TestPresetNames(t *testing.T) {
	text, err := FromPreset("kserve-v2", Options{Model: "a b/c: #d", Features: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "path: /v2/models/a%20b%2Fc:%20%23d/infer\n") {
		t.Errorf("%s", text)
	}
	if _, err := FromPreset("", Options{Features: -1}); err == nil {
		t.Error("accepts -1 features")
	}
	files, err := presets.ReadDir("presets")
	if err != nil || len(files) != len(Presets()) {
		t.Errorf("%d files, %d names: %v", len(files), len(Presets()), err)
	}
}
