package scenarios

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// values are what ${NAME} stands for in one compilation: the scenario's
// variables, then the environment.
type values struct {
	declared map[string]value
	redact   bool            // for showing: anything goes, set or not
	seen     map[string]bool // secrets that were used, or could be
}

type value struct {
	text   string
	secret bool
}

const (
	hidden = "[redacted]"
	unset  = "unset" // what an unknown variable is when only its place is shown
)

// values resolves all variables, so that what is not set is said at once.
func (s *Scenario) values(redact bool) (*values, error) {
	v := &values{declared: map[string]value{}, redact: redact, seen: map[string]bool{}}
	var errs []error
	for i := range s.Variables {
		text, secret, err := s.Variables[i].resolve(s)
		if err != nil && redact {
			text, secret, err = unset, true, nil
		}
		errs = append(errs, err)
		v.declared[s.Variables[i].Name] = value{text, secret}
		if secret && !redact {
			v.seen[text] = true
		}
	}
	return v, errors.Join(errs...)
}

// CheckVariables says which variables are not set, before anything is contacted.
func (s *Scenario) CheckVariables() error {
	if _, err := s.values(false); err != nil {
		return fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return nil
}

func (v *values) get(name string) (value, bool) {
	if val, ok := v.declared[name]; ok {
		return val, true
	}
	text, ok := os.LookupEnv(name)
	if !ok && v.redact {
		return value{unset, true}, true
	}
	if ok && text != "" {
		v.seen[text] = true
	}
	return value{text, true}, ok
}

// expand fills in ${NAME}s; secret says whether a secret was among them, which
// masked leaves out. The escape is for values; nil: none.
func (v *values) expand(s string, escape func(string) string, masked bool) (out string, secret bool, err error) {
	out, err = targets.Expand(s, func(name string) (string, bool) {
		val, ok := v.get(name)
		secret = secret || ok && val.secret && val.text != ""
		if ok && masked && val.secret && val.text != "" {
			return hidden, true
		}
		return val.text, ok
	}, func(text string) string {
		if escape == nil || masked && text == hidden {
			return text
		}
		return escape(text)
	})
	if err != nil && len(v.declared) > 0 {
		err = fmt.Errorf("%w (and no variable of the scenario)", err)
	}
	return out, secret, err
}

// expandPath escapes values so that none adds a segment or a parameter; one that
// takes a segment away is refused.
func (v *values) expandPath(path string, masked bool) (out string, secret bool, err error) {
	path, query, asks := strings.Cut(path, "?")
	out, secret, err = v.expand(path, url.PathEscape, masked)
	if err == nil {
		err = keepsSegments(path, out)
	}
	if err == nil && asks {
		more, also, qerr := v.expand(query, url.QueryEscape, masked)
		out, secret, err = out+"?"+more, secret || also, qerr
	}
	return out, secret, err
}

// keepsSegments compares a path with what became of it.
func keepsSegments(path, filled string) error {
	shape, err := targets.Expand(path, func(string) (string, bool) { return "x", true }, nil)
	if err != nil {
		return err
	}
	written, sent := strings.Split(shape, "/"), strings.Split(filled, "/")
	for i, segment := range sent {
		if i < len(written) && segment != written[i] && noSegment(segment) {
			return fmt.Errorf("a variable is empty, or all dots, where it makes up a whole segment of %s: it would take the segment away", path)
		}
	}
	return nil
}

// expandHeaders fills in values and marks headers that hold a secret.
func (v *values) expandHeaders(in []targets.Field) ([]targets.Field, error) {
	out := slices.Clone(in)
	for i, f := range in {
		text, secret, err := v.expand(f.Value, nil, false)
		if err != nil {
			return nil, fmt.Errorf("header %s: %w", f.Name, err)
		}
		out[i].Value, out[i].Secret = text, f.Secret || secret
		if err := out[i].Validate(); err != nil {
			if secret {
				err = fmt.Errorf("header %s: what ${…} stands for is not allowed there (a line break, or not what the header wants)", f.Name)
			}
			return nil, err
		}
	}
	return out, nil
}

// keep remembers the values of headers that must not show, and their last words:
// Bearer TOKEN.
func (v *values) keep(fields []targets.Field) {
	for _, f := range fields {
		if f.Shown() != f.Value && f.Value != "" {
			v.seen[f.Value] = true
			v.seen[f.Value[strings.LastIndex(f.Value, " ")+1:]] = true
		}
	}
}

// jsonEscape makes a text fit between the quotes of a JSON string.
func jsonEscape(s string) string {
	b, _ := Marshal(s) // a string always encodes
	return string(b[1 : len(b)-1])
}

// escapePlain escapes what stands between the ${NAME}s of a template that is in
// order; $${ becomes a plain ${ and is escaped, too.
func escapePlain(s string, escape func(string) string) string {
	var out strings.Builder
	for {
		i := strings.Index(s, "${")
		if i < 0 {
			return out.String() + escape(s)
		}
		if i > 0 && s[i-1] == '$' {
			out.WriteString(escape(s[:i-1] + "${"))
			s = s[i+2:]
			continue
		}
		ref, rest, _ := strings.Cut(s[i+2:], "}")
		name, def, hasDef := strings.Cut(ref, ":-")
		out.WriteString(escape(s[:i]) + "${" + name)
		if hasDef {
			out.WriteString(":-" + escape(def))
		}
		out.WriteString("}")
		s = rest
	}
}
