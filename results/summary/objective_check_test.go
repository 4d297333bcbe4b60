package summary

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
)

// checked is a run whose class predict has 20 answers, of which 19 pass the check
// ok and all the check fast, and whose class health passes ok, too.
func checked() *Run {
	predict, health := served(20), served(20)
	predict.CountCheck("ok", 19, 1)
	predict.ExemplifyCheck("ok", 2, "$.a: not in the answer")
	predict.CountCheck("fast", 20, 0)
	health.CountCheck("ok", 20, 0)
	f := openFile(map[string]*results.ClassData{"predict": predict, "health": health})
	f.Header.Classes[0].Checks, f.Header.Classes[1].Checks = []string{"ok", "fast", "$.a number"}, []string{"ok"}
	return Of(f, Select{}, nil)
}

func TestObjectivesOfChecks(t *testing.T) {
	s := checked()
	for expr, want := range map[string]struct {
		value float64
		held  bool
	}{
		"check:ok>97%":           {97.5, true}, // 39 of 40
		"check:ok>=98%":          {97.5, false},
		"predict:check:ok>=95%":  {95, true},
		"predict : check:ok<95%": {95, false},
		"health:check:ok>=100%":  {100, true},
		"check:fast>=100%":       {100, true},
	} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		out, err := o.Judge(s)
		if err != nil || out.Value == nil || *out.Value != want.value || out.Held != want.held || o.Unit() != "%" {
			t.Errorf("%s: %+v, %v; want %v", expr, out, err, want)
		}
	}
	// Nothing was judged: not held.
	o, err := ParseObjective("health:check:fast>=0%")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := o.Judge(s); err != nil || out.Held || out.Value != nil {
		t.Errorf("a check without answers: %+v, %v", out, err)
	}
	// 19 of 20 may by chance be 78.4% (Clopper and Pearson, one-sided 95%).
	if out := confident(t, "predict:check:ok>90%", s); out.Held || !out.Undecided || out.Note != "not decided: with 20 answers it may at 95% be 78.39%" {
		t.Errorf("with confidence: %+v", out)
	}
	if out := confident(t, "predict:check:ok>75%", s); !out.Held {
		t.Errorf("with confidence: %+v", out)
	}
}

func TestObjectivesOfChecksAreRefused(t *testing.T) {
	for expr, want := range map[string]string{
		"check:ok<1":       `limit "1": want the share of answers that pass, such as 99%`,
		"check:ok<50ms":    `limit "50ms": want the share of answers that pass`,
		"check:ok>101%":    `limit "101%": want the share`,
		"check:>99%":       objectiveHelp,
		"check:two w>99%":  objectiveHelp,
		"check:p99<99%":    `limit "99%": want a duration`, // of a class called check
		"check:ok:fast>9%": objectiveHelp,
	} {
		if _, err := ParseObjective(expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", expr, err, want)
		}
	}
	classes := checked().classesOf()
	for expr, want := range map[string]string{
		"check:ok>99%":           "",
		"predict:check:fast>99%": "",
		"check:okk>99%":          `objective "check:okk>99%": the scenario has no check "okk" (those with a name: fast, ok)`,
		"health:check:fast>99%":  `request class health has no check "fast" (those with a name: ok)`,
		"nobody:check:ok>99%":    `no request class "nobody", but predict, health`,
		"check:p99<1s":           `no request class "check"`,
	} {
		o, err := ParseObjective(expr)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.CheckClasses(classes); want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", expr, err, want)
		}
	}
	o, _ := ParseObjective("check:ok>99%")
	if err := o.CheckClasses([]results.Class{{Name: "a"}}); err == nil || !strings.Contains(err.Error(), "give one that name by its key name") {
		t.Errorf("without any: %v", err)
	}
}

// classesOf are the run's classes as the header of its file has them.
func (s *Run) classesOf() (out []results.Class) {
	for _, c := range s.Classes {
		h := results.Class{Name: c.Name}
		for _, check := range c.Checks {
			h.Checks = append(h.Checks, check.Name)
		}
		out = append(out, h)
	}
	return out
}

func TestChecksOfARun(t *testing.T) {
	s := checked()
	want := []checkSummary{{Name: "ok", Passed: 19, Failed: 1, First: "$.a: not in the answer"}, {Name: "fast", Passed: 20}, {Name: "$.a number"}}
	if got := s.Class("predict").Checks; len(got) != 3 || got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("%+v, want %+v", got, want)
	}
	if got := s.Class("health").Checks; len(got) != 1 || got[0].Passed != 20 || got[0].Failed != 0 {
		t.Errorf("health: %+v", got)
	}
}
