package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
)

// ParityFormats are the formats of Parity, for help texts.
const ParityFormats = "text, json, markdown"

// ParitySchema is the JSON Schema (draft 2020-12) of Parity as JSON,
// mlbench.parity/1.
func ParitySchema() []byte {
	raw, err := schemas.ReadFile("schema/parity.schema.json")
	if err != nil {
		panic(err) // it is embedded
	}
	return raw
}

// Parity renders in what two targets answer differently.
func Parity(w io.Writer, format Format, p *answers.Parity, o Options) error {
	switch format {
	case JSON:
		return writeJSON(w, JSON, p)
	case Text, Markdown:
		return writePage(w, format, parityPage(p), o)
	}
	return fmt.Errorf("no form %q of a parity report: want one of %s", format, ParityFormats)
}

func parityPage(p *answers.Parity) *page {
	out := &page{verdict: parityVerdict(p)}
	out.title = compose("{}: {} and {} were asked the same {}, {} twice; seed {}; numbers within {} or {}% are the same",
		p.Scenario, p.A.Name, p.B.Name, count(p.Requests, "request"), p.A.Name, p.Seed,
		compact(p.Rules.Absolute), compact(100*p.Rules.Relative))
	out.parts = append(out.parts, part{facts: []fact{
		{"A " + p.A.Name, literal(cmp.Or(p.A.Command, p.A.URL))},
		{"B " + p.B.Name, literal(cmp.Or(p.B.Command, p.B.URL))},
	}})
	for i := range p.Differences {
		out.parts = append(out.parts, differencePart(i+1, p))
	}
	if p.Requests > 0 {
		out.parts = append(out.parts, askedPart(p))
	}
	if len(p.Expected) > 0 {
		t := &Table{Head: Cells(Own, "expected because", "requests"), Left: 1}
		for _, e := range p.Expected {
			t.add(Cell{Text: e.Reason}, Cell{strconv.Itoa(e.Requests), Own})
		}
		out.parts = append(out.parts, part{title: own("Expected differences"), table: t})
	}
	if len(p.Noise) > 0 {
		t := &Table{Head: Cells(Own, "class", "where", "difference", "requests"), Left: 3}
		for _, n := range p.Noise {
			t.add(Cell{Text: n.Class}, Cell{orWhole(n.Where), Literal}, Cell{string(n.Difference), Own}, Cell{strconv.Itoa(n.Requests), Own})
		}
		out.parts = append(out.parts, part{
			title: compose("Noise: {} itself answers differently when asked again", p.A.Name), table: t,
		})
	}
	out.warnings = p.Warnings
	return out
}

func parityVerdict(p *answers.Parity) *opening {
	v := &opening{}
	switch {
	case len(p.Differences) > 0:
		v.word, v.color = "DIFFERENT", ansiRed
		v.reasons = []string{fmt.Sprintf("%s in %d of %s", count(len(p.Differences), "unexpected difference"), p.Differing, count(p.Requests, "request"))}
	case !p.Complete:
		v.word, v.color = "INCOMPLETE", ansiYellow
		v.reasons = []string{fmt.Sprintf("no unexpected difference in the %s made", count(p.Requests, "request"))}
	case len(p.Unshown) > 0:
		v.word, v.color = "NOT SHOWN", ansiYellow
		v.reasons = []string{fmt.Sprintf("no unexpected difference in %s, but %s did no ordinary one of %s",
			count(p.Requests, "request"), p.A.Name, strings.Join(p.Unshown, ", "))}
	default:
		v.word, v.color = "SAME", ansiGreen
		v.reasons = []string{fmt.Sprintf("no unexpected difference in %s", count(p.Requests, "request"))}
	}
	if n := met(p); n > 0 {
		v.reasons = append(v.reasons, count(n, "expected difference")+" found, listed below")
	}
	if !p.Complete {
		v.reasons = append(v.reasons, "not all was asked: "+p.Ended)
	}
	v.heading = fmt.Sprintf("%s: %s against %s, %s", v.word, p.B.Name, p.A.Name, p.Scenario)
	v.says = []paragraph{{rest: compose("{}.", strings.ToUpper(v.reasons[0][:1])+v.reasons[0][1:])}}
	return v
}

// met counts the expected differences that were found.
func met(p *answers.Parity) (n int) {
	for _, e := range p.Expected {
		if e.Requests > 0 {
			n++
		}
	}
	return n
}

// differencePart shows one cause.
func differencePart(n int, p *answers.Parity) part {
	g := &p.Differences[n-1]
	out := part{title: compose("{}. {}: {}", n, differenceTitle(g), count(g.Requests, "request"))}
	request := compose("{}, {}", g.Example.Class, g.Example.Case)
	if g.Example.About != "" {
		request = compose("{}: {}", request, literal(g.Example.About))
	}
	out.facts = []fact{
		{"seen in", seenIn(g.Seen, p)},
		{"request", request},
		{"A", absent(g.Example.A)},
		{"B", absent(g.Example.B)},
		{"again", literal(g.Example.Curl)},
	}
	return out
}

func differenceTitle(g *answers.Group) inline {
	where := literal(g.Where)
	statuses := ""
	switch {
	case g.StatusA == 0 || g.StatusB == 0 || g.Difference == answers.Status:
	case g.StatusA == g.StatusB:
		statuses = fmt.Sprintf(", both %d", g.StatusA)
	default:
		statuses = fmt.Sprintf(", %d and %d", g.StatusA, g.StatusB)
	}
	what := foreign(string(g.Difference))
	switch g.Difference {
	case answers.NoAnswer:
		what = own("no answer")
	case answers.Status:
		return compose("status {} in A, {} in B", g.StatusA, g.StatusB)
	case answers.Header:
		what = compose("header {}", where)
	case answers.Form:
		what = own("form of the body")
	case answers.Text:
		what = own("text of the body")
	case answers.Missing:
		what = compose("{} is missing in B", where)
	case answers.Extra:
		what = compose("{} is in B only", where)
	case answers.Type, answers.Length, answers.Value:
		what = compose("{} of {}", g.Difference, where)
	}
	return append(what, own(statuses)...)
}

// mostKinds of requests are named for each class; JSON has them all.
const mostKinds = 6

// seenIn lists classes, and the kinds of requests of each.
func seenIn(seen []answers.Seen, p *answers.Parity) inline {
	var classes []inline
	for i := 0; i < len(seen); {
		class, total := seen[i].Class, 0
		var kinds []string
		for ; i < len(seen) && seen[i].Class == class; i++ {
			kinds = append(kinds, fmt.Sprintf("%s %d", seen[i].Case, seen[i].Requests))
			total += seen[i].Requests
		}
		all := slices.ContainsFunc(p.Classes, func(k answers.ClassCount) bool { return k.Class == class && k.Requests == total })
		switch n := len(kinds) - mostKinds; {
		case all && len(kinds) > 1:
			kinds = []string{fmt.Sprintf("all %d", total)}
		case n > 1:
			kinds = append(kinds[:mostKinds], fmt.Sprintf("%d more kinds", n))
		}
		classes = append(classes, compose("{}: {}", class, enumerate(foreignLines(kinds), ", ")))
	}
	return enumerate(classes, "; ")
}

func absent(value string) inline {
	if value == "" {
		return own("absent")
	}
	return literal(value)
}

func orWhole(where string) string {
	if where == "" {
		return "the whole"
	}
	return where
}

// askedPart says what was compared.
func askedPart(p *answers.Parity) part {
	t := &Table{Head: Cells(Own, "class", "requests", "accepted by A", "differing"), Left: 1}
	for _, k := range p.Classes {
		t.add(append([]Cell{{Text: k.Class}}, Cells(Own, strconv.Itoa(k.Requests), strconv.Itoa(k.Accepted), strconv.Itoa(k.Differing))...)...)
	}
	var kinds []string
	for _, k := range p.Cases {
		kinds = append(kinds, fmt.Sprintf("%s %d", k.Case, k.Requests))
	}
	notes := []inline{compose("kinds of requests: {}", enumerate(foreignLines(kinds), ", "))}
	notes = append(notes, compose("headers by value: {}; of others, whether they are there", enumerate(foreignLines(p.Rules.Headers), ", ")))
	if len(p.Rules.Ignored) > 0 {
		var ignored []inline
		for _, path := range p.Rules.Ignored {
			ignored = append(ignored, literal(path))
		}
		notes = append(notes, compose("ignored: {}", enumerate(ignored, ", ")))
	}
	return part{title: own("Compared"), table: t, notes: notes}
}

func compact(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// count is a number of things.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
