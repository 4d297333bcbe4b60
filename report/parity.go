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
		return writeJSON(w, p)
	case Text, Markdown:
		return writePage(w, format, parityPage(p, form{markdown: format == Markdown}), o)
	}
	return fmt.Errorf("no form %q of a parity report: want one of %s", format, ParityFormats)
}

func parityPage(p *answers.Parity, f form) *page {
	out := &page{verdict: parityVerdict(p, f)}
	out.title = fmt.Sprintf("%s: %s and %s were asked the same %s, %s twice; seed %d; numbers within %s or %s%% are the same",
		f.name(p.Scenario), f.name(p.A.Name), f.name(p.B.Name), count(p.Requests, "request"), f.name(p.A.Name), p.Seed,
		compact(p.Rules.Absolute), compact(100*p.Rules.Relative))
	out.parts = append(out.parts, part{facts: []fact{
		{"A " + f.name(p.A.Name), f.code(cmp.Or(p.A.Command, p.A.URL))},
		{"B " + f.name(p.B.Name), f.code(cmp.Or(p.B.Command, p.B.URL))},
	}})
	for i := range p.Differences {
		out.parts = append(out.parts, differencePart(i+1, p, f))
	}
	if p.Requests > 0 {
		out.parts = append(out.parts, askedPart(p, f))
	}
	if len(p.Expected) > 0 {
		t := &Table{Head: Cells(Own, "expected because", "requests"), Left: 1}
		for _, e := range p.Expected {
			t.add(Cell{Text: e.Reason}, Cell{strconv.Itoa(e.Requests), Own})
		}
		out.parts = append(out.parts, part{title: "Expected differences", table: t})
	}
	if len(p.Noise) > 0 {
		t := &Table{Head: Cells(Own, "class", "where", "difference", "requests"), Left: 3}
		for _, n := range p.Noise {
			t.add(Cell{Text: n.Class}, Cell{orWhole(n.Where), Literal}, Cell{string(n.Difference), Own}, Cell{strconv.Itoa(n.Requests), Own})
		}
		out.parts = append(out.parts, part{
			title: fmt.Sprintf("Noise: %s itself answers differently when asked again", f.name(p.A.Name)), table: t,
		})
	}
	for _, w := range p.Warnings {
		out.warnings = append(out.warnings, f.name(w))
	}
	return out
}

func parityVerdict(p *answers.Parity, f form) *opening {
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
			count(p.Requests, "request"), f.name(p.A.Name), f.name(strings.Join(p.Unshown, ", ")))}
	default:
		v.word, v.color = "SAME", ansiGreen
		v.reasons = []string{fmt.Sprintf("no unexpected difference in %s", count(p.Requests, "request"))}
	}
	if n := met(p); n > 0 {
		v.reasons = append(v.reasons, count(n, "expected difference")+" found, listed below")
	}
	if !p.Complete {
		v.reasons = append(v.reasons, "not all was asked: "+f.name(p.Ended))
	}
	v.heading = fmt.Sprintf("%s: %s against %s, %s", v.word, f.name(p.B.Name), f.name(p.A.Name), f.name(p.Scenario))
	v.says = strings.ToUpper(v.reasons[0][:1]) + v.reasons[0][1:] + "."
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
func differencePart(n int, p *answers.Parity, f form) part {
	g := &p.Differences[n-1]
	out := part{title: fmt.Sprintf("%d. %s: %s", n, differenceTitle(g, f), count(g.Requests, "request"))}
	request := f.name(g.Example.Class) + ", " + f.name(g.Example.Case)
	if g.Example.About != "" {
		request += ": " + f.code(g.Example.About)
	}
	out.facts = []fact{
		{"seen in", seenIn(g.Seen, p, f)},
		{"request", request},
		{"A", absent(g.Example.A, f)},
		{"B", absent(g.Example.B, f)},
		{"again", f.code(g.Example.Curl)},
	}
	return out
}

func differenceTitle(g *answers.Group, f form) string {
	where := f.code(g.Where)
	statuses := ""
	switch {
	case g.StatusA == 0 || g.StatusB == 0 || g.Difference == answers.Status:
	case g.StatusA == g.StatusB:
		statuses = fmt.Sprintf(", both %d", g.StatusA)
	default:
		statuses = fmt.Sprintf(", %d and %d", g.StatusA, g.StatusB)
	}
	what := string(g.Difference)
	switch g.Difference {
	case answers.NoAnswer:
		what = "no answer"
	case answers.Status:
		return fmt.Sprintf("status %d in A, %d in B", g.StatusA, g.StatusB)
	case answers.Header:
		what = "header " + where
	case answers.Form:
		what = "form of the body"
	case answers.Text:
		what = "text of the body"
	case answers.Missing:
		what = where + " is missing in B"
	case answers.Extra:
		what = where + " is in B only"
	case answers.Type, answers.Length, answers.Value:
		what = fmt.Sprintf("%s of %s", g.Difference, where)
	}
	return what + statuses
}

// mostKinds of requests are named for each class; JSON has them all.
const mostKinds = 6

// seenIn lists classes, and the kinds of requests of each.
func seenIn(seen []answers.Seen, p *answers.Parity, f form) string {
	var classes []string
	for i := 0; i < len(seen); {
		class, total := seen[i].Class, 0
		var kinds []string
		for ; i < len(seen) && seen[i].Class == class; i++ {
			kinds = append(kinds, fmt.Sprintf("%s %d", f.name(seen[i].Case), seen[i].Requests))
			total += seen[i].Requests
		}
		all := slices.ContainsFunc(p.Classes, func(k answers.ClassCount) bool { return k.Class == class && k.Requests == total })
		switch n := len(kinds) - mostKinds; {
		case all && len(kinds) > 1:
			kinds = []string{fmt.Sprintf("all %d", total)}
		case n > 1:
			kinds = append(kinds[:mostKinds], fmt.Sprintf("%d more kinds", n))
		}
		classes = append(classes, f.name(class)+": "+strings.Join(kinds, ", "))
	}
	return strings.Join(classes, "; ")
}

func absent(value string, f form) string {
	if value == "" {
		return "absent"
	}
	return f.code(value)
}

func orWhole(where string) string {
	if where == "" {
		return "the whole"
	}
	return where
}

// askedPart says what was compared.
func askedPart(p *answers.Parity, f form) part {
	t := &Table{Head: Cells(Own, "class", "requests", "accepted by A", "differing"), Left: 1}
	for _, k := range p.Classes {
		t.add(append([]Cell{{Text: k.Class}}, Cells(Own, strconv.Itoa(k.Requests), strconv.Itoa(k.Accepted), strconv.Itoa(k.Differing))...)...)
	}
	var kinds []string
	for _, k := range p.Cases {
		kinds = append(kinds, fmt.Sprintf("%s %d", f.name(k.Case), k.Requests))
	}
	notes := []string{"kinds of requests: " + strings.Join(kinds, ", ")}
	var by []string
	for _, h := range p.Rules.Headers {
		by = append(by, f.name(h))
	}
	notes = append(notes, "headers by value: "+strings.Join(by, ", ")+"; of others, whether they are there")
	if len(p.Rules.Ignored) > 0 {
		var ignored []string
		for _, path := range p.Rules.Ignored {
			ignored = append(ignored, f.code(path))
		}
		notes = append(notes, "ignored: "+strings.Join(ignored, ", "))
	}
	return part{title: "Compared", table: t, notes: notes}
}

func compact(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }

// count is a number of things.
func count[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
