package report

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/verdict"
)

func markdownOf(t *testing.T, c *verdict.Comparison) string {
	t.Helper()
	var b bytes.Buffer
	if err := Comparison(&b, Markdown, c, Options{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// A18: what a reviewer sees of a pull request without unfolding is a sentence and
// a table of at most five rows, and no port that nothing listens at any more.
func TestPullRequestIsShort(t *testing.T) {
	for name, show := range map[string]func() *verdict.Comparison{
		"regressed": regressed, "improved": improvedInAll, "throughput": closedComparison, "saved": savedRuns, "unmeasured": unmeasured, "undecided": func() *verdict.Comparison { return judged(pairedFile(12, constantly(1.04))) },
	} {
		page := markdownOf(t, show())
		seen, folded, ok := strings.Cut(page, "<details>")
		if !ok || strings.Count(page, "<details>") != 1 || !strings.HasSuffix(page, "\n</details>\n") {
			t.Fatalf("%s is not folded once:\n%s", name, page)
		}
		rows := 0
		for line := range strings.Lines(seen) {
			if strings.HasPrefix(line, "|") {
				rows++
			}
		}
		if rows > 2+mostBrief || name == "unmeasured" && rows > 0 || name != "unmeasured" && rows < 3 {
			t.Errorf("%s: %d lines of table in\n%s", name, rows, seen)
		}
		if strings.Contains(seen, "127.0.0.1") || strings.Contains(seen, "p=") {
			t.Errorf("%s: a port, or a p value, in\n%s", name, seen)
		}
		for _, want := range []string{"mlbench v1.2.3", "2026-01-02 15:04:05 UTC", "0123456789ab on main, with changes", "2 cores"} {
			if !strings.Contains(folded, want) {
				t.Errorf("%s: no %q in\n%s", name, want, folded)
			}
		}
	}
	managed := markdownOf(t, managedPair(results.ArmA, results.ArmB))
	if strings.Contains(managed, "127.0.0.1") || !strings.Contains(managed, "`./old/server --port {port}`") {
		t.Errorf("of managed targets the command is shown, not the port:\n%s", managed)
	}
	differing := judged(pairedFile(24, constantly(1)))
	differing.Parity = &results.Parity{Requests: 10, Differing: 2}
	if seen, _, _ := strings.Cut(markdownOf(t, differing), "<details>"); !strings.Contains(seen, "**The answers differ: ") {
		t.Errorf("answers that differ are folded away:\n%s", seen)
	}
}

// A comment on GitHub holds 65,536 characters: of too many classes the last ones
// are left out, and that is said.
func TestPullRequestFitsACommentOfGitHub(t *testing.T) {
	f := pairedFile(3, constantly(1))
	f.Header.Classes = nil
	for i := range 90 {
		name := fmt.Sprintf("%03d-%s", i, strings.Repeat("x", 60))
		f.Header.Classes = append(f.Header.Classes, results.Class{Name: name, Share: 1. / 90})
		for k := range f.Slices {
			f.Slices[k].Classes[name] = class(2, 1, 2)
		}
	}
	for k := range f.Slices {
		delete(f.Slices[k].Classes, "predict")
		delete(f.Slices[k].Classes, "health")
	}
	page := markdownOf(t, judged(f))
	if len(page) > 65_536 || len(page) < 10_000 || !strings.Contains(page, " tables left out") || !strings.HasSuffix(page, "</details>\n") {
		t.Errorf("%d bytes, ending\n%s", len(page), page[max(0, len(page)-2000):])
	}
	hostile := judged(pairedFile(24, constantly(1)))
	hostile.ArmA.Warnings = notes(strings.Repeat("@everyone ", 1e5))
	if page := markdownOf(t, hostile); len(page) > 65_536 {
		t.Errorf("a warning makes it %d bytes", len(page))
	}
}

// L17: text of a target calls nobody and links nowhere.
func TestMentionsAndLinksOfTargetsAreText(t *testing.T) {
	c := regressed()
	c.ArmA.Warnings = notes("status (2 times), for example: @everyone see https://evil.example/x or www.evil.example, mail a@evil.example, #12, owner/repo#34")
	c.Parity = &results.Parity{Requests: 1, Differing: 1, Differences: []string{"@org/team http://evil.example"}}
	page := markdownOf(t, c)
	for _, bad := range []string{"@everyone", "@org", "a@evil", "https://evil", "http://evil", "www.evil", "#12", "#34"} {
		if strings.Contains(page, bad) {
			t.Errorf("%s is in\n%s", bad, page)
		}
	}
	if !strings.Contains(page, "@&#8203;everyone see https:&#8203;//evil.example") {
		t.Errorf("its text is gone:\n%s", page)
	}
}

// A15: where the columns and the judged change say different things, the report
// says why, and the verdict's line does not pretend that one follows the other.
func TestColumnsAndChangeThatContradictAreExplained(t *testing.T) {
	c := regressed()
	m := c.Row("health", "p50")
	a, b := 16.8, 16.0
	m.A, m.B, m.PooledPct = &a, &b, percentChange(&a, &b)
	var page bytes.Buffer
	if err := Comparison(&page, Text, c, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"REGRESSION  health p50 16.8 → 16.0 ms over all requests, the slow ones in few slices; in the typical\n    pair +30% (95% sure: +29% to +31%), allowed 5%\n",
		"\np50: change and estimate differ, as the slow ones come in few slices; the estimate is what is judged\n",
		"-0.8 ms, -4.8%   +30.3% [+29.3, +31.4]",
	} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("no %q in\n%s", want, page.String())
		}
	}
	page.Reset()
	if err := Comparison(&page, Text, regressed(), Options{}); err != nil || strings.Contains(page.String(), "come in few slices") {
		t.Errorf("an explanation of nothing:\n%s", page.String())
	}
}

// A15: so it is where only the signs differ, within the interval.
func TestSignsThatDifferAreExplained(t *testing.T) {
	c := judged(pairedFile(48, constantly(1)))
	m := c.Row(results.TotalClass, "p99")
	a, b, change := 1.42, 1.45, -7.7
	m.A, m.B, m.PooledPct, m.ChangePct, m.CI95Pct = &a, &b, percentChange(&a, &b), &change, &[2]float64{-28.2, 19.8}
	if page := markdownOf(t, c); !strings.Contains(page, "p99: change and estimate differ, as the slow ones come in few slices") || !strings.Contains(page, "p99 1.42 → 1.45 ms over all requests; in the typical pair -7.7% (95% sure: at most ") {
		t.Error(page)
	}
}

// A16: errors are said as counts.
func TestErrorsAreSaidAsCounts(t *testing.T) {
	f := pairedFile(24, constantly(1))
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Arm == results.ArmB {
			d := s.Classes["predict"]
			d.Errors, d.Status = map[string]int64{results.ErrStatus: 6}, map[string]int64{"200": d.Sent - 6, "503": 6}
		}
	}
	c := judged(f)
	if got := sentences(c)[0]; !strings.HasPrefix(got, "errors 0 of 4800 → 144 of 4800 requests failed (+3.00 pp; 95% sure: +") || !strings.HasSuffix(got, ", allowed 0.5 pp") {
		t.Errorf("%s: %s", c.Verdict, got)
	}
}

// P11: numbers agree with their nouns, and what took or did little is not zero.
func TestSmallNumbersAreNotZero(t *testing.T) {
	for in, want := range map[float64]string{0.012: "0.012 s", 0.5: "0.5 s", 0.1: "0.1 s", 0: "0.0 s", 1: "1.0 s", 12: "12.0 s"} {
		if got := secondsText(in); got != want {
			t.Errorf("%v s is %q, want %q", in, got, want)
		}
	}
	for in, want := range map[float64]string{0.0033: "0.0033", 0.33: "0.33", 0: "0.00", 1.5: "1.50", 0.99: "0.99"} {
		if got := rateText(in); got != want {
			t.Errorf("%v/s is %q, want %q", in, got, want)
		}
	}
	f := pairedFile(24, constantly(1))
	for i := range f.Slices {
		if s := &f.Slices[i]; s.Pair == 3 {
			s.Excluded = "the host slept"
		}
	}
	page := markdownOf(t, judged(f))
	for _, want := range []string{"23 of 24 pairs, ", "1 of 24 pairs is left out because a slice was excluded"} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
	// Where late pairs are shown for want of others, that is said.
	late := pairedFile(24, constantly(1))
	for i := range late.Slices {
		if s := &late.Slices[i]; s.Pair < 20 {
			s.Classes["predict"].Clocks[results.ClockLag] = spread(190, 50, 60)
		}
	}
	if page := markdownOf(t, judged(late)); !strings.Contains(page, "24 pairs, of which 5 can be judged (figures are of late ones, too)") || !strings.Contains(page, "4800 requests in 12.0 s") {
		t.Errorf("figures of all pairs beside 5:\n%s", page)
	}
	one := judged(pairedFile(1, constantly(1)))
	if page := markdownOf(t, one); !strings.Contains(page, ", 1 pair, ") || strings.Contains(page, "1 pairs") {
		t.Errorf("one pair:\n%s", page)
	}
}
