package web

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var time0 = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

const aScenario = "requests:\n  - name: a\n    path: /a\n"

func TestOrdersBecomeArguments(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Targets = filepath.Join(o.Scenarios, "targets.yaml")
		for name, content := range map[string]string{
			"targets.yaml": "targets:\n  staging: {url: \"http://127.0.0.1:7\"}\n", "own.yaml": aScenario, "broken.yaml": "requests: 1\n", "compose.yaml": "services: {}\n",
		} {
			if err := os.WriteFile(filepath.Join(o.Scenarios, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	})
	own := filepath.Join(s.Scenarios, "own.yaml")
	for name, tc := range map[string]struct {
		order order
		want  string
	}{
		"as it is":      {order{Kind: "run", Scenario: "mix", Targets: []string{"http://127.0.0.1:1"}}, "run --target=http://127.0.0.1:1 -- mix"},
		"a rate":        {order{Kind: "run", Scenario: "mix", Targets: []string{"staging"}, Rate: "12000/m", Duration: "90s", Warmup: "0s"}, "run --target=staging=staging --rate=200/s --duration=1m30s --warmup=0s -- mix"},
		"users":         {order{Kind: "run", Scenario: "own.yaml", Targets: []string{"staging"}, Users: "16", Tags: []string{"team=search"}}, "run --target=staging=staging --connections=16 --tag=team=search -- " + own},
		"a comparison":  {order{Kind: "compare", Scenario: "mix", Targets: []string{"staging", "http://127.0.0.1:2/x"}, Budget: "1m", Limits: "p99=1%"}, "compare --scenario=mix --budget=1m0s --max-regression=p99=1% -- staging=staging http://127.0.0.1:2/x"},
		"started here":  {order{Kind: "run", Scenario: "mix", Targets: []string{"bundled:modern"}}, "run --target=modern=cmd:'" + s.Program + "' serve modern --addr 127.0.0.1:{port} -- mix"},
		"a question":    {order{Kind: "verify", Scenario: "mix", Targets: []string{"staging", "staging"}}, "verify --quiet --scenario=mix -- staging=staging staging=staging"},
		"the self-test": {order{Kind: "selftest", Scenario: "--output=x"}, "selftest --quiet"},
	} {
		m, err := s.command(&tc.order)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(m.args, " "); got != tc.want {
			t.Errorf("%s:\n%s\nwant\n%s", name, got, tc.want)
		}
	}
	usual := order{Kind: "run", Scenario: "mix", Targets: []string{"staging"}}
	for name, change := range map[string]func(*order){
		"a command as the target":  func(o *order) { o.Targets = []string{"cmd:touch x"} },
		"a label and a command":    func(o *order) { o.Targets = []string{"a=cmd:touch x"} },
		"a program":                func(o *order) { o.Targets = []string{"/bin/true"} },
		"a flag as the target":     func(o *order) { o.Targets = []string{"--start=touch x"} },
		"words of a shell":         func(o *order) { o.Targets = []string{"http://127.0.0.1:1 ; touch x"} },
		"a URL with a password":    func(o *order) { o.Targets = []string{"http://a:b@127.0.0.1:1"} },
		"a file":                   func(o *order) { o.Targets = []string{"file:///etc/passwd"} },
		"started, and not bundled": func(o *order) { o.Targets = []string{"bundled:sh"} },
		"no target":                func(o *order) { o.Targets = nil },
		"an empty target":          func(o *order) { o.Targets = []string{""} },
		"two targets of a run":     func(o *order) { o.Targets = []string{"staging", "staging"} },
		"a scenario elsewhere":     func(o *order) { o.Scenario = "../own.yaml" },
		"a scenario by its path":   func(o *order) { o.Scenario = own },
		"a broken scenario":        func(o *order) { o.Scenario = "broken.yaml" },
		"a flag as the scenario":   func(o *order) { o.Scenario = "--raw=x" },
		"no scenario":              func(o *order) { o.Scenario = "" },
		"a rate that is a flag":    func(o *order) { o.Rate = "--output=x" },
		"users and a rate":         func(o *order) { o.Users, o.Rate = "1", "1/s" },
		"too many users":           func(o *order) { o.Users = "1000000000" },
		"users below 1":            func(o *order) { o.Users = "0" },
		"a duration of nothing":    func(o *order) { o.Duration = "0s" },
		"a duration below":         func(o *order) { o.Duration = "-1s" },
		"a year":                   func(o *order) { o.Duration = "8760h" },
		"a warm-up that is none":   func(o *order) { o.Warmup = "soon" },
		"a label without a name":   func(o *order) { o.Tags = []string{"search"} },
		"a comparison that is too short": func(o *order) {
			o.Kind, o.Targets, o.Budget = "compare", []string{"staging", "staging"}, "1s"
		},
		"limits that are none": func(o *order) {
			o.Kind, o.Targets, o.Limits = "compare", []string{"staging", "staging"}, "p99"
		},
	} {
		o := usual
		change(&o)
		if m, err := s.command(&o); err == nil {
			t.Errorf("%s: %q", name, m.args)
		}
	}
	var names []string
	for _, c := range s.scenarioChoices() {
		if c.File {
			names = append(names, c.Name+" "+c.Error[:min(len(c.Error), 5)])
		}
	}
	if len(names) != 2 || names[1] != "own.yaml " || !strings.HasPrefix(names[0], "broken.yaml ") {
		t.Errorf("files of the folder: %q", names)
	}
}

func TestAllowedTargets(t *testing.T) {
	for _, bad := range []string{"", "ftp://x", "http://", "http://h/path", "http://[", "a[", "http://u@h"} {
		if _, err := parseAllowed([]string{bad}); err == nil {
			t.Errorf("pattern %q is taken", bad)
		}
	}
	s := newSite(t, func(o *Options) {
		o.Targets = filepath.Join(o.Scenarios, "targets.yaml")
		o.Allow = []string{"staging-*", "modern", "http://127.0.0.1:*", "https://*.example.com", "http://[::1]:8080"}
		file := "targets:\n  staging-a: {url: \"http://10.0.0.1\"}\n  local: {url: \"http://127.0.0.1:9\"}\n  prod: {url: \"https://prod.internal\"}\n  run: {command: \"x --port {port}\"}\n"
		if err := os.WriteFile(o.Targets, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	})
	for ref, want := range map[string]bool{
		"staging-a": true, "local": true, "prod": false, "run": false, "bundled:modern": true, "bundled:legacy": false,
		"http://127.0.0.1:8000": true, "http://127.0.0.1": true, "https://127.0.0.1": false, "http://127.0.0.1.evil.example": false,
		"https://api.example.com": true, "https://api.example.com/x?y=1": true, "https://api.example.com:8443": false, "https://example.com": false,
		"https://evil.example/.example.com": false, "https://api.example.com.evil.example": false, "http://[::1]:8080": true, "http://[::1]:8081": false,
		"http://127.0.0.1:1@evil.example": false, "HTTP://127.0.0.1:1": false,
	} {
		if _, err := s.target(ref); (err == nil) != want {
			t.Errorf("%s: %v, want allowed: %t", ref, err, want)
		}
	}
	places, err := s.targetChoices()
	var names []string
	for _, p := range places {
		names = append(names, p.Ref)
	}
	if err != nil || !slices.Equal(names, []string{"bundled:modern", "staging-a", "local", "legacy", "modern", "reference"}) {
		t.Errorf("%q, %v", names, err)
	}
}

func TestListeningElsewhereWantsAToken(t *testing.T) {
	for addr, alone := range map[string]bool{
		"127.0.0.1:0": true, "localhost:8089": true, "[::1]:1": true, "0.0.0.0:8089": false, ":8089": false, "10.0.0.1:1": false, "[::]:1": false, "bench.example.com:1": false,
	} {
		o := Options{Addr: addr}
		if err := o.Validate(); (err == nil) != alone {
			t.Errorf("%s without a token: %v", addr, err)
		}
		o.Token = "0123456789abcdef"
		if err := o.Validate(); err != nil {
			t.Errorf("%s with a token: %v", addr, err)
		}
	}
}
