package importer

import (
	"cmp"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// shellVariable is what a shell would fill in: a variable of the environment, or
// what a command prints, which is asked of the environment, too.
type shellVariable struct {
	name     string // in the scenario
	env      string
	fallback *string // ${NAME:-fallback}; nil: none
	command  string  // program whose output it is; empty: none

	// Of other sources than command lines, one of these instead:
	plain    *string // its value, which the scenario holds
	captured bool    // from an answer: {{name}}
	made     any     // a generator
	sample   string  // what a generator may make, for texts that take none
}

// shellPlaces stand for shell variables while a command is taken apart: letters and
// digits, which neither URLs nor forms nor JSON write in another way. A place
// that ends in e is of a value that is sent percent-encoded.
type shellPlaces struct {
	mark      string // that the source does not hold
	variables []shellVariable
	used      map[int]bool // in what was written
}

// avoid chooses a mark that the source does not hold.
func (p *shellPlaces) avoid(source string) {
	p.mark = "xVARx"
	for n := 0; strings.Contains(source, p.mark); n++ {
		p.mark = fmt.Sprintf("xVAR%dx", n)
	}
	p.used = map[int]bool{}
}

// place is what stands for the variable.
func (p *shellPlaces) place(v shellVariable) string {
	for i, known := range p.variables {
		same := known.fallback == v.fallback || known.fallback != nil && v.fallback != nil && *known.fallback == *v.fallback
		if known.env == v.env && same && v.command == "" && known.command == "" {
			return p.at(i)
		}
	}
	v.name = v.env
	for n := 2; p.named(v.name); n++ {
		v.name = fmt.Sprintf("%s_%d", v.env, n)
	}
	if v.command != "" {
		v.env = v.name // each is another value
	}
	p.variables = append(p.variables, v)
	return p.at(len(p.variables) - 1)
}

func (p *shellPlaces) named(name string) bool {
	return slices.ContainsFunc(p.variables, func(v shellVariable) bool { return v.name == name })
}

func (p *shellPlaces) at(i int) string { return fmt.Sprintf("%s%dz", p.mark, i) }

// form is the expression of places; none matches where there are no variables.
func (p *shellPlaces) form() *regexp.Regexp {
	return regexp.MustCompile(regexp.QuoteMeta(cmp.Or(p.mark, "\x00")) + `(\d+)([ze])`)
}

func (p *shellPlaces) hasPlaces(s string) bool { return p.mark != "" && p.form().MatchString(s) }

// encodedPlaces says whether places are of values that are percent-encoded, and
// whether some are of others.
func (p *shellPlaces) encodedPlaces(s string) (encoded, plain bool) {
	if p.mark == "" {
		return false, false
	}
	for _, m := range p.form().FindAllStringSubmatch(s, -1) {
		encoded, plain = encoded || m[2] == "e", plain || m[2] == "z"
	}
	return encoded, plain
}

// encode percent-encodes a text as curl and forms do; values of variables will
// be.
func (p *shellPlaces) encode(s string) string {
	s = url.QueryEscape(s)
	if p.mark == "" {
		return s
	}
	return p.form().ReplaceAllString(s, p.mark+"${1}e")
}

// references puts ${NAME} in the places.
func (p *shellPlaces) references(s string) string {
	return p.replace(s, func(i int) string {
		p.used[i] = true
		switch v := p.variables[i]; {
		case v.captured:
			return "{{" + v.name + "}}"
		case v.made != nil:
			return v.sample
		default:
			return "${" + v.name + "}"
		}
	})
}

// shown is for commands and sentences: the variables as a shell has them.
func (p *shellPlaces) shown(s string) string {
	return p.replace(s, func(i int) string {
		v := p.variables[i]
		if v.fallback != nil {
			return "${" + v.env + ":-" + *v.fallback + "}"
		}
		return "${" + v.env + "}"
	})
}

func (p *shellPlaces) replace(s string, with func(int) string) string {
	if p.mark == "" || !strings.Contains(s, p.mark) {
		return s
	}
	form := p.form()
	return form.ReplaceAllStringFunc(s, func(place string) string {
		i := 0
		_, _ = fmt.Sscan(form.FindStringSubmatch(place)[1], &i)
		if i >= len(p.variables) {
			return place
		}
		return with(i)
	})
}

// written are the variables that the scenario uses.
func (p *shellPlaces) written() []shellVariable {
	var out []shellVariable
	for i, v := range p.variables {
		if p.used[i] && !v.captured && v.made == nil {
			out = append(out, v)
		}
	}
	return out
}

// explain says where the target is, and what variables of the shell the command
// line has to know.
func (p *shellPlaces) explain(d *draft, address string, o *Options) {
	target := p.shown(address)
	if target != address {
		d.about = append(d.about, "The address is made of variables of the shell, "+target+": give it as --target, in double quotes.")
		target = `"` + target + `"`
	}
	for _, m := range p.form().FindAllStringSubmatch(address, -1) {
		i := 0
		_, _ = fmt.Sscan(m[1], &i)
		if v := p.variables[i]; v.command != "" {
			d.about = append(d.about, v.env+" is what a command printed: export "+v.env+"=\"$("+v.command+" …)\".")
		}
	}
	o.Target = cmp.Or(o.Target, target)
}
