package report

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// junitEnd closes the root element.
const junitEnd = "</testsuites>\n"

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"` // seconds measured
	Cases    []junitCase `xml:"testcase"`
	Output   string      `xml:"system-out,omitempty"`
}

// junitCase has at most one of its outcomes; none means passed.
type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	Failure *junitOutcome `xml:"failure"`
	Error   *junitOutcome `xml:"error"`
	Skipped *junitOutcome `xml:"skipped"`
}

type junitOutcome struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

func (s *junitSuite) add(c junitCase) {
	s.Tests++
	switch {
	case c.Failure != nil:
		s.Failures++
	case c.Error != nil:
		s.Errors++
	case c.Skipped != nil:
		s.Skipped++
	}
	s.Cases = append(s.Cases, c)
}

// runSuite has a case for the measurement itself, so that no suite is empty, and one
// for each objective and each check.
func runSuite(s *summary.Run) *junitSuite {
	suite := &junitSuite{Name: plain(fmt.Sprintf("%s on %s", cmp.Or(s.Title, s.Scenario), cmp.Or(s.Target.Name, s.Target.URL))), Time: fixed(s.DurationS, 3)}
	class := plain("mlbench." + s.Scenario)
	var warnings []string
	for _, w := range Sentences(s.Warnings) {
		warnings = append(warnings, plain(w))
	}
	measurement := junitCase{Class: class, Name: "measurement"}
	switch {
	case !s.Valid:
		measurement.Error = &junitOutcome{Message: invalidAlarm, Type: "invalid", Text: strings.Join(warnings, "\n")}
	case s.Unfinished != nil:
		measurement.Error = &junitOutcome{Message: plain(Sentence(*s.Unfinished)), Type: "unfinished", Text: strings.Join(warnings, "\n")}
	}
	suite.add(measurement)
	suite.objectives(s.Objectives, class)
	suite.checks(s, class)
	suite.Output = strings.Join(warnings, "\n")
	return suite
}

// checks adds a case for each check of each class: failed if an answer failed it, with
// the first that did, and skipped where there was none to judge. Where an objective says
// how many answers may fail it, that decides.
func (s *junitSuite) checks(r *summary.Run, class string) {
	for _, row := range runChecks(r) {
		c := junitCase{Class: plain(class + "." + row.class), Name: plain("check " + row.name)}
		switch a := &row.arms[0]; {
		case a.judged() == 0:
			c.Skipped = &junitOutcome{Message: "no answer of expected status", Type: "check"}
		case a.failed > 0 && !allowed(r.Objectives, row.class, row.name):
			c.Failure = &junitOutcome{
				Message: fmt.Sprintf("%s of %s failed it", a.failedText(false), count(a.judged(), "answer")),
				Type:    "check", Text: plain(a.first),
			}
		}
		s.add(c)
	}
}

// allowed says that objectives of a check have held, so that its failures are no more
// than they may be.
func allowed(outcomes []summary.ObjectiveResult, class, check string) bool {
	held := false
	for i := range outcomes {
		for _, prefix := range []string{"check:" + check, class + ":check:" + check} {
			limit, of := strings.CutPrefix(outcomes[i].Expr, prefix)
			if !of || limit == "" || !strings.ContainsRune("<>", rune(limit[0])) {
				continue
			}
			if outcomes[i].Missed() {
				return false
			}
			held = true
		}
	}
	return held
}

// objectives adds a case for each.
func (s *junitSuite) objectives(outcomes []summary.ObjectiveResult, class string) {
	for _, o := range outcomes {
		c := junitCase{Class: class, Name: plain(o.Expr)}
		switch {
		case o.Undecided:
			c.Skipped = &junitOutcome{Message: fmt.Sprintf("%s %s: measured %s", c.Name, o.Note, outcomeText(o)), Type: "objective"}
		case o.AbortedS > 0:
			c.Failure = &junitOutcome{Message: fmt.Sprintf("%s ended the run after %.1f s: %s", c.Name, o.AbortedS, outcomeText(o)), Type: "abort"}
		case o.Missed():
			c.Failure = &junitOutcome{Message: fmt.Sprintf("%s missed: %s", c.Name, outcomeText(o)), Type: "objective"}
		}
		s.add(c)
	}
}

// comparisonSuite has a case for the verdict, one for the answers if they were
// compared, one for each objective of B and one for each judged metric.
func comparisonSuite(c *verdict.Comparison, o Options) *junitSuite {
	a, b := armNames(c)
	scenario, title, seconds := "comparison", "comparison", 0.0
	if c.ArmA != nil && c.ArmB != nil {
		scenario, title, seconds = c.ArmA.Scenario, cmp.Or(c.ArmA.Title, c.ArmA.Scenario), c.ArmA.DurationS+c.ArmB.DurationS
	}
	// Names stay the same from run to run: CI servers keep a history by them.
	name := plain(fmt.Sprintf("%s against %s", b, a))
	suite := &junitSuite{Name: plain(title + ": " + name), Time: fixed(seconds, 3)}
	var reasons []string
	for _, r := range Explain(c) {
		reasons = append(reasons, plain(r))
	}
	whole := &junitOutcome{Type: string(c.Verdict), Text: strings.Join(reasons, "\n")}
	whole.Message = verdictWord(c.Verdict) + ": " + plain(sentences(c)[0])
	decided := junitCase{Class: plain("mlbench." + scenario), Name: name}
	switch c.Verdict {
	case verdict.OK:
	case verdict.Regression:
		decided.Failure = whole
	case verdict.Inconclusive:
		switch {
		case o.Inconclusive == "fail":
			decided.Failure = whole
		case o.Inconclusive != "pass" || !c.LacksData():
			decided.Skipped = whole
		}
	default:
		decided.Error = whole
	}
	suite.findings(c, decided)
	for i := range c.Metrics {
		if m := &c.Metrics[i]; m.Judged {
			suite.add(metricCase(m, plain("mlbench."+scenario+"."+m.Class)))
		}
	}
	var output []string
	for _, w := range armWarnings(c, a, b) {
		output = append(output, plain(w))
	}
	if decided.Failure == nil && decided.Skipped == nil && decided.Error == nil { // the others have their reasons above
		output = append(reasons, output...)
	}
	suite.Output = strings.Join(output, "\n")
	return suite
}

// findings adds the verdict, the answers and the objectives, the weightiest first.
func (s *junitSuite) findings(c *verdict.Comparison, decided junitCase) {
	weightiest := c.Weightiest()
	if weightiest == verdict.ByVerdict {
		s.add(decided)
	}
	if c.Parity != nil {
		s.add(parityCase(c.Parity, decided.Class))
	}
	s.objectives(c.Objectives, decided.Class)
	if weightiest != verdict.ByVerdict {
		s.add(decided)
	}
}

// parityCase fails where the targets answered differently.
func parityCase(p *results.Parity, class string) junitCase {
	c := junitCase{Class: class, Name: "answers"}
	switch {
	case p.Differing > 0:
		var differences []string
		for _, d := range p.Differences {
			differences = append(differences, plain(d))
		}
		c.Failure = &junitOutcome{Message: parityText(p), Type: "parity", Text: strings.Join(differences, "\n")}
	case p.Ended != "":
		c.Skipped = &junitOutcome{Message: plain("the check of answers ended early: " + p.Ended)}
	}
	return c
}

func metricCase(m *verdict.MetricRow, class string) junitCase {
	c := junitCase{Class: class, Name: plain(m.Metric)}
	text := fmt.Sprintf("%s %s", c.Name, changeText(m))
	if m.Unit == "pairs" {
		text = fmt.Sprintf("%s only in A in %s pairs, only in B in %s", c.Name, unitText(m.A, m.Unit), unitText(m.B, m.Unit))
	}
	if limit := limitText(m); limit != "" {
		text += ", limit " + limit
	}
	if m.PHolm != nil {
		text += fmt.Sprintf(", p=%.2g", *m.PHolm)
	}
	switch m.Outcome {
	case "regression":
		c.Failure = &junitOutcome{Message: text, Type: m.Outcome}
	case "inconclusive":
		c.Skipped = &junitOutcome{Message: "inconclusive: " + text}
	}
	return c
}

// writeJUnit writes a document of one suite, or adds the suite to the document
// that w, a buffer, ends with.
func writeJUnit(w io.Writer, s *junitSuite, o Options) error {
	body, err := xml.MarshalIndent(s, "  ", "  ")
	if err != nil {
		return fmt.Errorf("render junit: %w", err)
	}
	var out bytes.Buffer
	if o.Continued {
		buf, ok := w.(*bytes.Buffer)
		if !ok || !bytes.HasSuffix(buf.Bytes(), []byte(junitEnd)) {
			return errors.New("render junit: XML holds one document: give the others a file of their own, or all of them --export junit=FILE")
		}
		buf.Truncate(buf.Len() - len(junitEnd))
	} else {
		out.WriteString(xml.Header + "<testsuites>\n")
	}
	out.Write(body)
	out.WriteString("\n" + junitEnd)
	_, err = w.Write(out.Bytes())
	return err
}
