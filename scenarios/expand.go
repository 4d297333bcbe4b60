package scenarios

import (
	"errors"
	"fmt"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets"
)

// values are what ${NAME} stands for in one compilation: the scenario's
// variables, then the environment.
type values struct {
	declared map[string]value
	env      func(name string) (value string, set bool)
	forShow  bool            // nothing is sent: anything goes, set or not
	seen     map[string]bool // secrets that were used, or could be
	held     int             // of those, which vary
	// inHeaders are values of headers whose names promise a secret, and the parts that
	// rows of files are of them.
	inHeaders map[string]bool
	tooMany   bool // not all of these are in seen
}

type value struct {
	text   string
	secret bool
}

// unset is what an unknown variable is when only its place is shown.
const unset = "unset"

func (s *Scenario) getenv(name string) (value string, set bool) {
	if s.Env == nil {
		return "", false
	}
	return s.Env(name)
}

// values resolves all variables, so that what is not set is said at once.
func (s *Scenario) values(forShow bool) (*values, error) {
	v := &values{declared: map[string]value{}, env: s.getenv, forShow: forShow, seen: map[string]bool{}}
	var errs []error
	for i := range s.Variables {
		text, secret, err := s.Variables[i].resolve(s)
		if err != nil && forShow {
			text, secret, err = unset, true, nil
		}
		errs = append(errs, err)
		v.declared[s.Variables[i].Name] = value{text, secret}
		if secret && !forShow {
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
	text, ok := v.env(name)
	if !ok && v.forShow {
		return value{unset, true}, true
	}
	if ok && text != "" {
		v.seen[text] = true
	}
	return value{text, true}, ok
}

// expand fills in ${NAME}s; hidden is where secrets are. The escape is for values;
// nil: none.
func (v *values) expand(s string, escape func(string) string) (out string, hidden []send.Span, err error) {
	lookup := func(name string) (string, bool) {
		val, set := v.get(name)
		if escape != nil {
			val.text = escape(val.text)
		}
		return val.text, set
	}
	var b strings.Builder
	for p, err := range targets.Filled(s, lookup) {
		if errors.Is(err, targets.ErrNotSet) && len(v.declared) > 0 {
			err = fmt.Errorf("%w (and no variable of the scenario)", err)
		}
		if err != nil {
			return "", nil, err
		}
		from := b.Len()
		b.WriteString(p.Text)
		if declared, is := v.declared[p.Name]; p.Name != "" && (!is || declared.secret) {
			hidden = append(hidden, send.Span{From: from, To: b.Len()})
		}
	}
	return b.String(), hidden, nil
}

// shifted are the spans as of a text that begins so many bytes earlier.
func shifted(spans []send.Span, by int) []send.Span {
	out := make([]send.Span, len(spans))
	for i, s := range spans {
		out[i] = send.Span{From: s.From + by, To: s.To + by}
	}
	return out
}

// expandHeaders fills in values and marks headers that hold a secret.
func (v *values) expandHeaders(in headers) ([]targets.Field, error) {
	out := in.fields()
	for i, f := range out {
		text, hidden, err := v.expand(f.Value, nil)
		if err != nil {
			return nil, placed(in[i].node, fmt.Errorf("header %s: %w", f.Name, err))
		}
		out[i].Value, out[i].Secret = text, f.Secret || hidden != nil
		if err := out[i].Validate(); err != nil {
			if hidden != nil {
				err = fmt.Errorf("header %s: what ${…} stands for is not allowed there (a line break, or not what the header wants)", f.Name)
			}
			return nil, placed(in[i].node, err)
		}
	}
	return out, nil
}

// keep remembers the values of headers that must not show, and their last words:
// Bearer TOKEN.
func (v *values) keep(fields []targets.Field) {
	for _, f := range fields {
		if f.Shown() != f.Value && f.Value != "" {
			for _, text := range []string{f.Value, f.Value[strings.LastIndex(f.Value, " ")+1:]} {
				v.seen[text] = true
				v.inHeader(text)
			}
		}
	}
}

// inHeader notes a value, or a part of one, that is hidden wherever else it is sent.
// What is not set, and only shown, is nobody's.
func (v *values) inHeader(text string) {
	if !v.forShow || text != unset && text != string(shownToken) {
		if v.inHeaders == nil {
			v.inHeaders = map[string]bool{}
		}
		v.inHeaders[text] = true
	}
}

// shownToken stands for one where nothing is sent.
const shownToken targets.Secret = "redacted"

// mostHeld bounds what redactors look for.
const mostHeld = 10_000

// hold remembers one of many values of a header that must not show. Names of people
// and the like have a last word that is no secret.
func (v *values) hold(f targets.Field) {
	v.inHeader(f.Value)
	switch {
	case f.Value == "", v.seen[f.Value]:
	case v.held >= mostHeld:
		v.tooMany = true
	case strings.EqualFold(f.Name, "authorization"):
		v.keep([]targets.Field{f})
		v.held++
	default:
		v.seen[f.Value] = true
		v.held++
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
	for p := range targets.Pieces(s) {
		switch {
		case p.Name == "":
			out.WriteString(escape(p.Text))
		case p.Default:
			out.WriteString("${" + p.Name + ":-" + escape(p.Text) + "}")
		default:
			out.WriteString("${" + p.Name + "}")
		}
	}
	return out.String()
}
