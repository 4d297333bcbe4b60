package servers

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/crypto/bcrypt"

	"github.com/mlbench/mlbench/servers/model"
	"github.com/mlbench/mlbench/servers/predict"
)

// Every prediction answered is in the log once Serve has returned.
func TestPredictionLogIsCompleteAfterShutdown(t *testing.T) {
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "predictions.jsonl")
			s := start(t, name, map[string]string{"PREDICTION_LOG": path}, nil)
			const clients, each = 4, 25 // and a batch of 10 for each: below the queue's bound
			var answered sync.Map
			var wg sync.WaitGroup
			for c := range clients {
				wg.Go(func() {
					for i := range each {
						id := fmt.Sprintf("%d-%d", c, i)
						one := post("/predict", `{"features":`+list(strconv.Itoa(i))+`,"request_id":"`+id+`"}`)
						if status, _, body := s.send(t, one); status == 200 {
							answered.Store(id, 1)
						} else {
							t.Errorf("%d %s", status, body)
						}
						many := post("/batch-predict", `{"samples":[`+ten+strings.Repeat(","+list(strconv.Itoa(c)), 9)+`],"request_id":"b`+id+`"}`)
						if status, _, body := s.send(t, many); status == 200 {
							answered.Store("b"+id, 10)
						} else {
							t.Errorf("%d %s", status, body)
						}
					}
				})
			}
			wg.Wait()
			s.stop(t)
			logged := logLines(t, path)
			answered.Range(func(id, count any) bool {
				if logged[id.(string)] != count {
					t.Errorf("%v is logged %d times, want %v", id, logged[id.(string)], count)
				}
				delete(logged, id.(string))
				return true
			})
			if len(logged) > 0 {
				t.Errorf("logged but never answered: %v", logged)
			}
		})
	}
}

// logLines counts the lines of each request_id.
func logLines(t *testing.T, path string) map[string]int {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	count := map[string]int{}
	for scanner := bufio.NewScanner(file); scanner.Scan(); {
		var line struct {
			RequestID  string `json:"request_id"`
			Features   []float64
			Prediction *float64
		}
		if err := json.Unmarshal(scanner.Bytes(), &line); err != nil || len(line.Features) != 10 || line.Prediction == nil {
			t.Fatalf("%v: %s", err, scanner.Bytes())
		}
		count[line.RequestID]++
	}
	return count
}

// gate is a model that answers when it is told to.
type gate struct{ entered, open chan struct{} }

func (g gate) Predict(*predict.Features) float64 {
	close(g.entered)
	<-g.open
	return 42
}

func (gate) Info() model.Info { return model.Info{Version: "gate"} }

func TestDrainFinishesRequestsInFlight(t *testing.T) {
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "predictions.jsonl")
			g := gate{make(chan struct{}), make(chan struct{})}
			s := start(t, name, map[string]string{"PREDICTION_LOG": path}, g)
			answer := make(chan float64, 1)
			go func() { answer <- predictOne(t, s, predict.Features{}) }()
			<-g.entered
			s.cancel()
			addr := strings.TrimPrefix(s.url, "http://")
			for { // until it listens no more: the drain has begun
				conn, err := net.Dial("tcp", addr)
				if err != nil {
					break
				}
				conn.Close()
			}
			close(g.open)
			if got := <-answer; got != 42 {
				t.Errorf("the request in flight got %v", got)
			}
			s.stop(t)
			if logged := logLines(t, path); logged[""] != 1 {
				t.Errorf("log after the drain: %v", logged)
			}
		})
	}
}

// A server told to stop before it serves must stop, whether it was ready or not.
func TestStopsAtOnce(t *testing.T) {
	f, err := forest()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range subjects {
		for _, early := range []bool{true, false} {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if early {
				cancel()
			}
			announced := false
			stdout := writerFunc(func(p []byte) (int, error) { announced = true; cancel(); return len(p), nil })
			err := Serve(ctx, Options{
				Subject: name, Addr: "127.0.0.1:0", Stdout: stdout, Stderr: io.Discard,
				Getenv: noLog, model: f, passwordCost: bcrypt.MinCost,
			})
			if err != nil || announced == early {
				t.Errorf("%s, early %v: %v, announced %v", name, early, err, announced)
			}
		}
	}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestRefusesToStart(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	notAModel := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(notAModel, []byte("not a model"), 0o600); err != nil {
		t.Fatal(err)
	}
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	for _, tc := range []struct {
		name   string
		o      Options
		env    map[string]string
		config bool
		err    string
	}{
		{"no credentials, all interfaces", Options{Addr: "0.0.0.0:0"}, nil, true, "set MLBENCH_USERNAME, MLBENCH_PASSWORD, SECRET_KEY"},
		{"no credentials, no host", Options{Addr: ":0"}, nil, true, "listen on 127.0.0.1"},
		{"weak secret", Options{Addr: "0.0.0.0:0"}, map[string]string{
			"MLBENCH_USERNAME": "alice", "MLBENCH_PASSWORD": "correct horse", "SECRET_KEY": "weak",
		}, true, "SECRET_KEY has 4 bytes"},
		{"published login", Options{Addr: "0.0.0.0:0"}, map[string]string{
			"MLBENCH_USERNAME": "admin", "MLBENCH_PASSWORD": "password", "SECRET_KEY": testSecret,
		}, true, "MLBENCH_PASSWORD is the published one"},
		{"address in use", Options{Addr: busy.Addr().String()}, nil, false, "is in use"},
		{"no port", Options{Addr: "localhost"}, nil, true, "is not host:port"},
		{"bad PORT", Options{}, map[string]string{"PORT": "http"}, true, `PORT "http" is not a port number`},
		{"large PORT", Options{}, map[string]string{"PORT": "65536"}, true, `PORT "65536" is not a port number`},
		{"damaged model", Options{Addr: "127.0.0.1:0", ModelPath: notAModel}, nil, false, notAModel},
		{"damaged MODEL_PATH", Options{Addr: "127.0.0.1:0"}, map[string]string{"MODEL_PATH": notAModel}, false, notAModel},
		{"unwritable log", Options{Addr: "127.0.0.1:0"}, map[string]string{"PREDICTION_LOG": "/none/log"}, false, "PREDICTION_LOG"},
		{"named pipe as log", Options{Addr: "127.0.0.1:0"}, map[string]string{"PREDICTION_LOG": pipe}, false, "is a named pipe, not a file"},
		{"bad origin, before any model", Options{Addr: "127.0.0.1:0", ModelPath: notAModel}, map[string]string{"CORS_ORIGINS": "example.com"}, true, `"example.com" is not an origin`},
		{"bad origin", Options{Addr: "127.0.0.1:0"}, map[string]string{"CORS_ORIGINS": "example.com"}, true, `"example.com" is not an origin`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := forest()
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			started := writerFunc(func(p []byte) (int, error) { t.Errorf("stdout %q", p); cancel(); return len(p), nil })
			o := tc.o
			o.Subject, o.Stdout, o.Stderr, o.passwordCost = Modern, started, io.Discard, bcrypt.MinCost
			o.Getenv = func(key string) string { return cmp.Or(tc.env[key], noLog(key)) }
			if !strings.Contains(tc.name, "model") && !strings.Contains(tc.name, "MODEL") {
				o.model = f
			}
			err = Serve(ctx, o)
			if err == nil || !strings.Contains(err.Error(), tc.err) || errors.Is(err, ErrConfig) != tc.config {
				t.Errorf("error %v, want %q (of configuration: %v)", err, tc.err, tc.config)
			}
		})
	}
}

func TestDemoLoginIsAnnounced(t *testing.T) {
	for _, name := range subjects {
		s := start(t, name, map[string]string{"SECRET_KEY": ""}, nil)
		if got := s.stderr.String(); !strings.Contains(got, "demo login admin/password") || !strings.Contains(got, "random SECRET_KEY") {
			t.Errorf("%s: stderr %q", name, got)
		}
		if regexp.MustCompile(`^http://127\.0\.0\.1:\d+$`).FindString(s.url) == "" {
			t.Errorf("%s: url %q", name, s.url)
		}
	}
}

func TestIPv6Loopback(t *testing.T) {
	probe, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip(err)
	}
	probe.Close()
	f, err := forest()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var line string
	stdout := writerFunc(func(p []byte) (int, error) { line = string(p); cancel(); return len(p), nil })
	if err := Serve(ctx, Options{
		Subject: Legacy, Addr: "[::1]:0", Stdout: stdout, Stderr: io.Discard,
		Getenv: noLog, model: f, passwordCost: bcrypt.MinCost,
	}); err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`^listening on http://\[::1\]:\d+\n$`).FindString(line) == "" {
		t.Errorf("announced %q", line)
	}
}
