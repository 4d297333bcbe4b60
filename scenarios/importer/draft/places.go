package draft

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Variable is what a shell would fill in: a variable of the environment, or
// what a command prints, which is asked of the environment, too.
type Variable struct {
	Name     string // in the scenario
	Env      string
	Fallback *string // ${NAME:-fallback}; nil: none
	Command  string  // program whose output it is; empty: none

	// Of other sources than command lines, one of these instead:
	Plain    *string // its value, which the scenario holds
	Captured bool    // from an answer: {{name}}
	Made     any     // a generator
	Sample   string  // what a generator may make, for texts that take none
}

// shellPlaces stand for shell variables while a command is taken apart: letters and
// digits, which neither URLs nor forms nor JSON write in another way. A place
// that ends in e is of a value that is sent percent-encoded.
type shellPlaces struct {
	Mark      string // that the source does not hold
	Variables []Variable
	used      map[int]bool // in what was written
}

// Avoid chooses a mark that the source does not hold.
func (p *shellPlaces) Avoid(source string) {
	p.Mark = "xVARx"
	for n := 0; strings.Contains(source, p.Mark); n++ {
		p.Mark = fmt.Sprintf("xVAR%dx", n)
	}
	p.used = map[int]bool{}
}

// noName is what the name of a variable must not have.
var noName = regexp.MustCompile(`^[^A-Za-z_]|[^A-Za-z0-9_]`)

// Place is what stands for the variable. What is no name of one becomes its like.
func (p *shellPlaces) Place(v Variable) string {
	if v.Env = noName.ReplaceAllString(v.Env, "_"); v.Env == "" {
		v.Env = "_"
	}
	for i, known := range p.Variables {
		same := known.Fallback == v.Fallback || known.Fallback != nil && v.Fallback != nil && *known.Fallback == *v.Fallback
		if known.Env == v.Env && same && v.Command == "" && known.Command == "" {
			return p.at(i)
		}
	}
	v.Name = v.Env
	for n := 2; p.named(v.Name); n++ {
		v.Name = fmt.Sprintf("%s_%d", v.Env, n)
	}
	if v.Command != "" {
		v.Env = v.Name // each is another value
	}
	p.Variables = append(p.Variables, v)
	return p.at(len(p.Variables) - 1)
}

func (p *shellPlaces) named(name string) bool {
	return slices.ContainsFunc(p.Variables, func(v Variable) bool { return v.Name == name })
}

func (p *shellPlaces) at(i int) string { return fmt.Sprintf("%s%dz", p.Mark, i) }

// Form is the expression of places; none matches where there are no variables.
func (p *shellPlaces) Form() *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(cmp.Or(p.Mark, "\x00")) + `(\d+)([ze])`)
}

// HasPlaces says whether a text has some.
func (p *shellPlaces) HasPlaces(s string) bool { return p.Mark != "" && p.Form().MatchString(s) }

// EncodedPlaces says whether places are of values that are percent-encoded, and
// whether some are of others.
func (p *shellPlaces) EncodedPlaces(s string) (encoded, plain bool) {
	if p.Mark == "" {
		return false, false
	}
	for _, m := range p.Form().FindAllStringSubmatch(s, -1) {
		encoded, plain = encoded || m[2] == "e", plain || m[2] == "z"
	}
	return encoded, plain
}

// Encode percent-encodes a text as curl and forms do; values of variables will
// be.
func (p *shellPlaces) Encode(s string) string {
	s = url.QueryEscape(s)
	if p.Mark == "" {
		return s
	}
	return p.Form().ReplaceAllString(s, p.Mark+"${1}e")
}

// references puts ${NAME} in the places.
func (p *shellPlaces) references(s string) string {
	return p.replace(s, func(i int) string {
		p.used[i] = true
		switch v := p.Variables[i]; {
		case v.Captured:
			return "{{" + v.Name + "}}"
		case v.Made != nil:
			return v.Sample
		default:
			return "${" + v.Name + "}"
		}
	})
}

// Shown is for commands and sentences: the variables as a shell has them.
func (p *shellPlaces) Shown(s string) string {
	return p.replace(s, func(i int) string {
		v := p.Variables[i]
		if v.Fallback != nil {
			return "${" + v.Env + ":-" + *v.Fallback + "}"
		}
		return "${" + v.Env + "}"
	})
}

func (p *shellPlaces) replace(s string, with func(int) string) string {
	if p.Mark == "" || !strings.Contains(s, p.Mark) {
		return s
	}
	form := p.Form()
	return form.ReplaceAllStringFunc(s, func(place string) string {
		i := 0
		_, _ = fmt.Sscan(form.FindStringSubmatch(place)[1], &i)
		if i >= len(p.Variables) {
			return place
		}
		return with(i)
	})
}

// Unused forgets the variables that a text does not have.
func (p *shellPlaces) Unused(text string) {
	for i, v := range p.Variables {
		if p.used[i] && !strings.Contains(text, "${"+v.Name+"}") {
			p.used[i] = false
		}
	}
}

// written are the variables that the scenario uses.
func (p *shellPlaces) written() []Variable {
	var out []Variable
	for i, v := range p.Variables {
		if p.used[i] && !v.Captured && v.Made == nil {
			out = append(out, v)
		}
	}
	return out
}

// Explain says where the target is, and what variables of the shell the command
// line has to know.
func (p *shellPlaces) Explain(d *Scenario, address string, o *Options) {
	target := p.Shown(address)
	if target != address {
		d.About = append(d.About, "The address is made of variables of the shell, "+target+": give it as --target, in double quotes.")
		target = `"` + target + `"`
	}
	for _, m := range p.Form().FindAllStringSubmatch(address, -1) {
		i := 0
		_, _ = fmt.Sscan(m[1], &i)
		if v := p.Variables[i]; v.Command != "" {
			d.About = append(d.About, v.Env+" is what a command printed: export "+v.Env+"=\"$("+v.Command+" …)\".")
		}
	}
	o.Target = cmp.Or(o.Target, target)
}
