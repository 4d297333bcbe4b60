package targets

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/mlbench/mlbench/targets/strict"
)

// File is a target file:
//
//	targets:
//	  staging:
//	    url: https://staging.example.com/api
//	    headers: {X-Api-Key: "${STAGING_KEY}"}
//	    ca: internal-ca.pem
//	    ready: /health
//	  local:
//	    url: http://model.internal
//	    socket: /run/model.sock
//	  flask:                          # managed: started, measured and stopped
//	    command: gunicorn --bind 127.0.0.1:{port} app:app
//	    ready: /health
//	    start_timeout: 30s
//	    env: {MODEL: large, API_KEY: "${FLASK_KEY}"}
//	    dir: services/flask
//	    log: flask.log
type File struct {
	Path    string // empty: there is none
	entries []entry
	env     func(name string) (value string, set bool)
}

type entry struct {
	name     string
	URL      string  `yaml:"url"`
	Headers  Headers `yaml:"headers"`
	Insecure bool    `yaml:"insecure"`
	CA       string  `yaml:"ca"`
	Cert     string  `yaml:"cert"`
	Key      string  `yaml:"key"`
	Socket   string  `yaml:"socket"`
	Address  string  `yaml:"address"`
	Ready    string  `yaml:"ready"`

	Command commandLine `yaml:"command"`
	Timeout pauseText   `yaml:"start_timeout"`
	Env     variables   `yaml:"env"`
	Dir     string      `yaml:"dir"`
	Log     string      `yaml:"log"`
}

// LoadFile reads path; when empty, $MLBENCH_TARGETS, else targets.yaml of the
// working directory, else there is none. The environment, of which that variable is
// and those that targets name, is env; nil: none is set.
func LoadFile(path string, env func(name string) (value string, set bool)) (*File, error) {
	if env == nil {
		env = func(string) (string, bool) { return "", false }
	}
	asked := true
	if path == "" {
		path, _ = env("MLBENCH_TARGETS")
	}
	if path == "" {
		path, asked = "targets.yaml", false
	}
	src, err := strict.ReadFile(path)
	if !asked && errors.Is(err, fs.ErrNotExist) {
		return &File{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("target file: %w", err)
	}
	f := &File{Path: path, env: env}
	return f, f.read(src)
}

// entryList reads a mapping of names to targets, in the file's order.
type entryList []entry

func (l *entryList) DecodeNode(d *strict.Document, n *strict.Node) {
	if !d.Want(n, strict.Map) {
		return
	}
	for i, key := range n.Keys {
		e := entry{name: key.Name}
		d.Decode(n.Items[i], &e)
		*l = append(*l, e)
		if !labelForm.MatchString(key.Name) {
			d.BadAt(key.Line, key.Col, "target name %q: want letters, digits, '.', '_' and '-'", key.Name)
		}
		e.checkAddress(d, key, n.Items[i])
		e.checkManaged(d, n.Items[i])
		if (e.Cert == "") != (e.Key == "") {
			d.BadAt(key.Line, key.Col, "target %s: cert and key go together", key.Name)
		}
		if e.Socket != "" && e.Address != "" {
			d.Bad(n.Items[i].Get("address"), "there is a socket as well: leave one out")
		}
		if err := ValidPath(e.Ready); err != nil && e.Ready != "" {
			d.Bad(n.Items[i].Get("ready"), "%v", err)
		}
	}
}

// checkAddress wants a URL, or a command that starts the target somewhere.
func (e *entry) checkAddress(d *strict.Document, key strict.Key, n *strict.Node) {
	u := n.Get("url")
	m := e.managed("")
	switch {
	case u == nil && n.Get("command") == nil:
		d.BadAt(key.Line, key.Col, "target %s: no url, and no command that starts it", key.Name)
	case u == nil:
	case m != nil:
		if _, err := m.at("0"); err != nil {
			d.Bad(u, "%v", err)
		}
	case strings.Contains(e.URL, portMark):
		d.Bad(u, "{port} is for targets with a command")
	default:
		if _, err := parseURL(e.URL); err != nil {
			d.Bad(u, "%v", err)
		}
	}
}

func (f *File) read(src []byte) error {
	var file struct {
		Targets entryList `yaml:"targets"`
	}
	if err := strict.Decode(src, f.Path, &file); err != nil {
		return err
	}
	f.entries = file.Targets
	return nil
}

func (f *File) find(name string) *entry {
	for i := range f.entries {
		if f.entries[i].name == name {
			return &f.entries[i]
		}
	}
	return nil
}

// target fills in the environment: only for the target that is used, so that
// the variables of the others need not be set.
func (e *entry) target(file string, env func(name string) (value string, set bool)) (Target, error) {
	t := Target{
		Name: e.name, Source: file, Insecure: e.Insecure, Ready: e.Ready, Address: e.Address, Managed: e.managed(file),
		CAFile: beside(file, e.CA), CertFile: beside(file, e.Cert), KeyFile: beside(file, e.Key), Socket: beside(file, e.Socket),
	}
	var err error
	if t.Managed == nil {
		t.URL, err = parseURL(e.URL)
	} else {
		t.URL, err = t.Managed.at("0")
	}
	if err != nil {
		return Target{}, err
	}
	if t.Headers, err = expandHeaders(e.Headers, env); err != nil {
		return Target{}, fmt.Errorf("%s: target %s: %w", file, e.name, err)
	}
	if t.Managed != nil {
		if t.Managed.Env, err = e.Env.expand(env); err != nil {
			return Target{}, fmt.Errorf("%s: target %s: %w", file, e.name, err)
		}
	}
	return t, nil
}

// beside is a path of the target file, which is relative to the file's folder.
func beside(file, path string) string {
	if path == "" || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(filepath.Dir(file), path)
}
