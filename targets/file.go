package targets

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
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
type File struct {
	Path    string // empty: there is none
	entries []entry
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
}

// LoadFile reads path; when empty, $MLBENCH_TARGETS, else targets.yaml of the
// working directory, else there is none.
func LoadFile(path string) (*File, error) {
	asked := true
	if path == "" {
		path = os.Getenv("MLBENCH_TARGETS")
	}
	if path == "" {
		path, asked = "targets.yaml", false
	}
	src, err := os.ReadFile(path)
	if !asked && errors.Is(err, fs.ErrNotExist) {
		return &File{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("target file: %w", err)
	}
	f := &File{Path: path}
	return f, f.read(src)
}

// entryList reads a mapping of names to targets, in the file's order.
type entryList []entry

func (l *entryList) DecodeNode(d *Document, n *Node) {
	if !d.want(n, Map, n.Kind == Map) {
		return
	}
	for i, key := range n.Keys {
		e := entry{name: key.Name}
		d.Decode(n.Items[i], &e)
		*l = append(*l, e)
		if !labelForm.MatchString(key.Name) {
			d.BadAt(key.Line, key.Col, "target name %q: want letters, digits, '.', '_' and '-'", key.Name)
		}
		if u := n.Items[i].Get("url"); u == nil {
			d.BadAt(key.Line, key.Col, "target %s: no url", key.Name)
		} else if _, err := parseURL(e.URL); err != nil {
			d.Bad(u, "%v", err)
		}
		if (e.Cert == "") != (e.Key == "") {
			d.BadAt(key.Line, key.Col, "target %s: cert and key go together", key.Name)
		}
		if e.Socket != "" && e.Address != "" {
			d.Bad(n.Items[i].Get("address"), "there is a socket as well: leave one out")
		}
		if e.Ready != "" && !strings.HasPrefix(e.Ready, "/") {
			d.Bad(n.Items[i].Get("ready"), "found %q, want a path that begins with /", e.Ready)
		}
	}
}

func (f *File) read(src []byte) error {
	var file struct {
		Targets entryList `yaml:"targets"`
	}
	if err := DecodeYAML(src, f.Path, &file); err != nil {
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
func (e *entry) target(file string) (Target, error) {
	u, err := parseURL(e.URL)
	if err != nil {
		return Target{}, err
	}
	beside := func(path string) string {
		if path == "" || filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(file), path)
	}
	t := Target{
		Name: e.name, URL: u, Insecure: e.Insecure, Ready: e.Ready, Address: e.Address,
		CAFile: beside(e.CA), CertFile: beside(e.Cert), KeyFile: beside(e.Key), Socket: beside(e.Socket),
	}
	if t.Headers, err = ExpandHeaders(e.Headers, os.LookupEnv); err != nil {
		return Target{}, fmt.Errorf("%s: target %s: %w", file, e.name, err)
	}
	return t, nil
}
