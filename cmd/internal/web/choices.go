package web

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// choice is a scenario that can be chosen, and the load that it has by itself.
type choice struct {
	Name        string  `json:"name"` // shipped, or of a file in the folder
	Description string  `json:"description,omitempty"`
	File        bool    `json:"file,omitempty"`
	Model       string  `json:"model,omitempty"`
	Rate        float64 `json:"rate,omitempty"` // per second; open model
	Users       int     `json:"users,omitempty"`
	Shape       string  `json:"shape,omitempty"` // a rate over time
	Duration    string  `json:"duration,omitempty"`
	Warmup      string  `json:"warmup,omitempty"`
	Error       string  `json:"error,omitempty"` // why it cannot be chosen
}

const (
	maxScenarios = 200     // files that are read
	maxScenario  = 1 << 20 // bytes of one
)

// scenarioChoices are what is shipped, and the files of the folder that are scenarios.
func (o *Options) scenarioChoices() []choice {
	var list []choice
	for _, name := range scenarios.Names() {
		if sc, err := scenarios.Load(name); err == nil {
			list = append(list, choiceOf(name, sc))
		}
	}
	entries, _ := os.ReadDir(o.Scenarios)
	n := 0
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		info, err := e.Info()
		if ext != ".yaml" && ext != ".yml" || err != nil || !info.Mode().IsRegular() || info.Size() > maxScenario || n >= maxScenarios {
			continue
		}
		n++
		sc, err := scenarios.Load(o.scenarioFile(e.Name()))
		switch {
		case err == nil:
			c := choiceOf(e.Name(), sc)
			c.File = true
			list = append(list, c)
		case o.meant(e.Name()):
			first, _, _ := strings.Cut(err.Error(), "\n")
			list = append(list, choice{Name: e.Name(), File: true, Error: first})
		}
	}
	return list
}

// meant says whether a file that is no valid scenario was to be one.
func (o *Options) meant(name string) bool {
	src, err := os.ReadFile(o.scenarioFile(name))
	return err == nil && (strings.HasPrefix(string(src), "requests:") || strings.Contains(string(src), "\nrequests:"))
}

func (o *Options) scenarioFile(name string) string {
	return filepath.Join(o.Scenarios, name)
}

func choiceOf(name string, sc *scenarios.Scenario) choice {
	c := choice{Name: name, Description: sc.Description}
	l, err := sc.Overridden(scenarios.Overrides{})
	if err != nil {
		return c
	}
	c.Model, c.Shape = string(l.Model), l.Shape.String()
	c.Duration, c.Warmup = time.Duration(l.Duration).String(), time.Duration(l.Warmup).String()
	if l.Model == results.Closed {
		c.Users = l.Connections.Most
	} else {
		c.Rate = float64(l.Rate)
	}
	return c
}

// place is a target that can be chosen.
type place struct {
	Ref   string `json:"ref"` // what the page sends back
	Name  string `json:"name"`
	About string `json:"about"`
}

// startedHere begins the reference of a bundled server that is started for the measurement.
const startedHere = "bundled:"

// targetChoices are the targets of the target file and the bundled servers that may be
// loaded.
func (s *server) targetChoices() ([]place, error) {
	file, err := targets.LoadFile(s.Targets, s.Env)
	if err != nil {
		return nil, err
	}
	list := []place{}
	for _, name := range []string{"modern", "legacy", "reference"} {
		if s.allowed.named(name, "") {
			list = append(list, place{Ref: startedHere + name, Name: name, About: "bundled server, started for the measurement"})
		}
	}
	for _, k := range file.List() {
		if !s.allowed.named(k.Name, k.URL) {
			continue
		}
		about := k.URL
		if k.Command != "" {
			about = strings.TrimSpace(about + " started by: " + targets.ShownCommand(k.Command))
		}
		list = append(list, place{Ref: k.Name, Name: k.Name, About: about + " (" + k.Source + ")"})
	}
	return list, nil
}

// target makes an argument of what the page sent: the name of a target, bundled:NAME, or a
// URL. Commands, files and all else that a command line takes are none here.
func (s *server) target(ref string) (arg string, err error) {
	file, err := targets.LoadFile(s.Targets, s.Env)
	if err != nil {
		return "", refusef(http.StatusUnprocessableEntity, "%v", err)
	}
	refused := refusef(http.StatusForbidden, "the target %.200q is not among those that --allow-target names", ref)
	if name, ok := strings.CutPrefix(ref, startedHere); ok && targets.Bundled(name) {
		if !s.allowed.named(name, "") {
			return "", refused
		}
		return name + "=cmd:" + s.serveCommand(name), nil
	}
	known := file.List()
	if i := slices.IndexFunc(known, func(k targets.Known) bool { return k.Name == ref }); i >= 0 {
		if !s.allowed.named(ref, known[i].URL) {
			return "", refused
		}
		return ref + "=" + ref, nil // a label keeps it from being read as a file
	}
	u, err := address(ref)
	if err != nil {
		return "", refusef(http.StatusUnprocessableEntity, "%v", err)
	}
	if !s.allowed.at(u) {
		return "", refused
	}
	return ref, nil
}

// address reads what is to be a URL.
func address(ref string) (*url.URL, error) {
	if ref == "" {
		return nil, errors.New("which target? choose one, or give its URL")
	}
	if !strings.HasPrefix(ref, "http://") && !strings.HasPrefix(ref, "https://") {
		return nil, refusef(http.StatusUnprocessableEntity, "%.200q is no target that is known here: want a name of the list, or a URL such as http://127.0.0.1:8000", ref)
	}
	t, err := (&targets.File{}).Parse(ref)
	if err != nil {
		return nil, err
	}
	return t.URL, nil
}

// serveCommand starts a bundled server on a free port.
func (s *server) serveCommand(name string) string {
	return quoted(cmp.Or(s.Program, "mlbench")) + " serve " + name + " --addr 127.0.0.1:{port}"
}

// quoted is a path as the shells of both kinds of systems read it.
func quoted(path string) string {
	if filepath.Separator == '\\' {
		return `"` + path + `"`
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
