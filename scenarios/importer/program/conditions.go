package program

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// conditions says what an expression demands of answers, if all of it can be said;
// want is whether it is to be true.
func (p *program) conditions(n *script.Node, s *scope, want bool) ([]condition, bool) {
	switch n.Kind {
	case script.Unary:
		if n.Text == "!" {
			return p.conditions(n.Kids[0], s, !want)
		}
	case script.Choice:
		return nil, false
	case script.Binary:
		if n.Text == "&&" && want || n.Text == "||" && !want {
			a, ok1 := p.conditions(n.Kids[0], s, want)
			b, ok2 := p.conditions(n.Kids[1], s, want)
			return append(a, b...), ok1 && ok2
		}
		if n.Text == "||" || n.Text == "&&" { // of one status or another
			a, ok1 := p.conditions(n.Kids[0], s, want)
			b, ok2 := p.conditions(n.Kids[1], s, want)
			if ok1 && ok2 && len(a) == 1 && len(b) == 1 && a[0].status != nil && b[0].status != nil {
				a[0].status = append(a[0].status, b[0].status...)
				return a, true
			}
			return nil, false
		}
		return p.compared(n, s, want)
	}
	return p.truthful(p.eval(n, s), want)
}

// truthful is a value that is demanded to be there, or not.
func (p *program) truthful(v any, want bool) ([]condition, bool) {
	switch v := v.(type) {
	case bool:
		return nil, v == want
	case part:
		switch {
		case v.kind == jsonPart && v.path == "$" && want:
			return v.demands("type", nil) // any JSON
		case v.kind == jsonPart && want:
			return []condition{{of: v.of, check: example.Pairs{{Key: "json", Value: v.path}}}}, true
		case v.kind == jsonPart:
			return v.demands("absent", true)
		case v.kind == headerPart && v.path != "" && want:
			return []condition{{of: v.of, check: example.Pairs{{Key: "header", Value: v.path}}}}, true
		case v.kind == textPart && want:
			return v.notEmpty()
		case v.kind == okPart && want:
			return nil, true // as every answer has to be
		}
	case demand:
		if want {
			return v.conditions, true
		}
	}
	return nil, false
}

// demands is a check of one key.
func (x part) demands(key string, value any) ([]condition, bool) {
	subject := example.Pair{Key: "json", Value: x.path}
	switch {
	case x.kind == headerPart && x.path != "":
		subject.Key = "header"
	case x.kind != jsonPart && x.kind != lengthPart || x.path == "":
		return nil, false
	}
	check := example.Pairs{subject}
	if value != nil {
		check = append(check, example.Pair{Key: key, Value: value})
	}
	return []condition{{of: x.of, check: check}}, true
}

var negations = map[string]string{"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<", "in": "not in", "not in": "in"}

var mirrored = map[string]string{"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}

func (p *program) compared(n *script.Node, s *scope, want bool) ([]condition, bool) {
	op := n.Text
	if !want {
		op = negations[op]
	}
	if x := n.Kids[0]; x.Kind == script.Unary && x.Text == "typeof" {
		kind, _ := p.eval(n.Kids[1], s).(string)
		return typed(p.eval(x.Kids[0], s), op, kind)
	}
	a, b := p.eval(n.Kids[0], s), p.eval(n.Kids[1], s)
	if op == "in" {
		if x, ok := b.(part); ok { // "a" in the text, or a key in an object
			return x.containing(a)
		}
	}
	if _, ok := a.(part); !ok && mirrored[op] != "" {
		a, b, op = b, a, mirrored[op]
	}
	x, ok := a.(part)
	if !ok {
		if d, ok := a.(demand); ok && (op == "==" && b == true || op == "!=" && (b == false || b == json.Number("-1"))) || ok && op == ">" && b == json.Number("-1") || ok && op == ">=" && b == json.Number("0") {
			return d.conditions, true
		}
		return nil, false
	}
	return x.compared(op, b)
}

// typed is typeof x === "number".
func typed(v any, op, kind string) ([]condition, bool) {
	x, ok := v.(part)
	switch {
	case !ok || x.kind != jsonPart:
	case op == "==" && (kind == "number" || kind == "string" || kind == "boolean"):
		return x.demands("type", kind)
	case kind == "undefined" && op == "!=":
		return x.demands("", nil)
	case kind == "undefined" && op == "==":
		return x.demands("absent", true)
	}
	return nil, false
}

// containing is of a text that the answer has.
func (x part) containing(v any) ([]condition, bool) {
	text, ok := v.(string)
	switch {
	case !ok || text == "":
	case x.kind == textPart:
		return []condition{{of: x.of, check: example.Pairs{{Key: "text", Value: text}}}}, true
	case x.kind == jsonPart: // a key of an object
		if in, ok := x.member(text, &script.Node{}).(part); ok && plainMember.MatchString(text) {
			return []condition{{of: x.of, check: example.Pairs{{Key: "json", Value: in.path}}}}, true
		}
	case x.kind == headerPart && x.path == "":
		return []condition{{of: x.of, check: example.Pairs{{Key: "header", Value: text}}}}, true
	case x.kind == headerPart:
		return x.demands("contains", text)
	}
	return nil, false
}

func (x part) compared(op string, b any) ([]condition, bool) {
	f, isNumber := numberOf(b)
	text, isText := textOf(b)
	switch x.kind {
	case statusPart:
		return x.status(op, b)
	case secondsPart, millisecondsPart:
		if x.kind == secondsPart {
			f *= 1000
		}
		if isNumber && (op == "<" || op == "<=") && f >= 1 {
			return []condition{{of: x.of, check: example.Pairs{{Key: "latency", Value: strconv.FormatFloat(f, 'f', -1, 64) + "ms"}}}}, true
		}
	case okPart:
		return nil, op == "==" && b == true
	case lengthPart:
		return x.length(op, f, isNumber)
	case textPart:
		switch {
		case isText && op == "==":
			return []condition{{of: x.of, check: example.Pairs{{Key: "regex", Value: `^` + regexp.QuoteMeta(text) + `$`}}}}, true
		case op == "!=" && (b == nil || b == ""):
			return x.notEmpty()
		}
	case jsonPart, headerPart:
		switch {
		case op == "==" && b == nil:
			return x.demands("absent", true)
		case op == "!=" && b == nil:
			return x.demands("", nil)
		case op == "==" && (isText || x.kind == jsonPart && isNumber):
			return x.demands("equals", b)
		case op == "in":
			if list, ok := b.([]any); ok && len(list) > 0 && !slices.ContainsFunc(list, func(v any) bool { _, plain := textOf(v); return !plain }) {
				return x.demands("one_of", list)
			}
		case isNumber && (op == ">=" || op == ">"):
			all, ok := x.demands("min", b)
			return strictly(all, op), ok
		case isNumber && (op == "<=" || op == "<"):
			all, ok := x.demands("max", b)
			return strictly(all, op), ok
		}
	}
	return nil, false
}

// strictly marks what excludes the limit itself.
func strictly(all []condition, op string) []condition {
	for i := range all {
		all[i].strict = op == "<" || op == ">"
	}
	return all
}

// notEmpty is of a body that has something.
func (x part) notEmpty() ([]condition, bool) {
	return []condition{{of: x.of, check: example.Pairs{{Key: "regex", Value: `(?s).`}}}}, true
}

// status are the statuses for which the comparison holds.
func (x part) status(op string, b any) ([]condition, bool) {
	var holds func(status int) bool
	f, isNumber := numberOf(b)
	list, isList := b.([]any)
	one := func(status int) bool {
		return slices.ContainsFunc(list, func(v any) bool { f, ok := numberOf(v); return ok && int(f) == status })
	}
	switch {
	case isList && op == "in":
		holds = one
	case isList && op == "not in":
		holds = func(status int) bool { return !one(status) }
	case !isNumber:
		return nil, false
	case op == "==":
		holds = func(status int) bool { return float64(status) == f }
	case op == "!=":
		holds = func(status int) bool { return float64(status) != f }
	case op == "<":
		holds = func(status int) bool { return float64(status) < f }
	case op == "<=":
		holds = func(status int) bool { return float64(status) <= f }
	case op == ">":
		holds = func(status int) bool { return float64(status) > f }
	case op == ">=":
		holds = func(status int) bool { return float64(status) >= f }
	default:
		return nil, false
	}
	var all []int
	for status := 200; status < 600; status++ {
		if holds(status) {
			all = append(all, status)
		}
	}
	return []condition{{of: x.of, status: all}}, len(all) > 0
}

// length is that of a text, list or object.
func (x part) length(op string, f float64, isNumber bool) ([]condition, bool) {
	if !isNumber || f < 0 || f > 1e6 {
		return nil, false
	}
	least, most := int(f), 1_000_000
	switch op {
	case ">":
		least++
	case ">=":
	case "==":
		most = least
	case "!=":
		if f != 0 {
			return nil, false
		}
		least = 1
	case "<":
		least, most = 0, int(f)-1
	case "<=":
		least, most = 0, int(f)
	}
	if x.path == "" {
		if least > 0 && most == 1_000_000 {
			return x.notEmpty()
		}
		return nil, false
	}
	var span any = json.Number(strconv.Itoa(least))
	if least != most {
		span = strconv.Itoa(least) + ".." + strconv.Itoa(max(least, most))
	}
	return x.demands("length", span)
}
