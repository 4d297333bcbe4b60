package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
)

// saidOf are reasons and what is said of them.
var saidOf = []struct {
	reason summary.Reason
	want   string
}{
	{
		summary.Reason{Code: summary.LateGenerator, Args: map[string]any{"lag_p99_ms": 5.204, "response_p99_ms": 100.0, "share_pct": 30.0, "percentile": "p50"}},
		"the load generator was late (lag p99 5.2ms, response p99 100ms), which makes up 30% of the response time's p50: use a quieter machine, fewer CPUs for the target, or a lower rate",
	},
	{
		summary.Reason{Code: summary.LateGenerator, Invalid: true, Args: map[string]any{"lag_p99_ms": 51.0, "response_p99_ms": 100.0}},
		"invalid: the load generator was late (lag p99 51ms, response p99 100ms): use a quieter machine, fewer CPUs for the target, or a lower rate. These numbers describe this machine, not the target",
	},
	{
		summary.Reason{Code: summary.StaleConnections, Args: map[string]any{"connections": int64(1)}},
		"1 kept connection was of no use for the next request, as the target had just closed its end or sent bytes that nobody asked for: that was sent on a new one",
	},
	{
		summary.Reason{Code: summary.Throttled, Args: map[string]any{"ms": 900.0, "pct": 49.0}},
		"the container's CPU limit stopped the generator for 900 ms, in 49% of the limit's periods: raise the limit",
	},
	{
		summary.Reason{Code: summary.FailedLeftOut, Args: map[string]any{"requests": int64(2), "errors": results.Errors{Total: 2, ByClass: map[string]int64{"timeout": 1, "reset": 1}}}},
		"2 requests more failed in what is left out of figures (reset 1, timeout 1)",
	},
	{
		summary.Reason{Code: summary.DroppedRequests, Args: map[string]any{"requests": int64(5), "planned": int64(205)}},
		"5 of 205 planned requests were dropped because the in-flight limit was reached: percentiles are censored; raise --connections or lower the rate",
	},
	{
		summary.Reason{Code: summary.NoneAnswered, Args: map[string]any{"protocol": "h2"}},
		"no request was answered; does the target speak HTTP/1.1 only (leave out --transport h2), or want https://, or a certificate or header?",
	},
	{
		summary.Reason{Code: summary.NonePassed, Args: map[string]any{"unauthorized": int64(0)}},
		"no request succeeded: latencies are of failed requests only",
	},
	{
		summary.Reason{Code: summary.Failure, Args: map[string]any{"error": "status", "status": 500, "requests": int64(1), "class": "predict", "text": "worker crashed"}},
		"status 500 (once), for example of predict: worker crashed",
	},
	{
		summary.Reason{Code: summary.UnsoundRun, Args: map[string]any{"file": "x.jsonl", "reason": summary.Reason{Code: summary.NoRequest, Invalid: true}}},
		"x.jsonl is left out: invalid: no request was sent",
	},
	{
		summary.Reason{Code: summary.Aborted, Args: map[string]any{"rule": "p99>2s for 5s", "value": 2345.6, "after_s": 14.02}},
		"ended after 14.0 s by the rule p99>2s for 5s (at last 2346 ms); figures are of what was measured until then",
	},
	{summary.Reason{Code: "of_a_later_version"}, "of a later version"},
}

func TestSentencesSayWhatTheirReasonsHave(t *testing.T) {
	for _, tt := range saidOf {
		if got := Sentence(tt.reason); got != tt.want {
			t.Errorf("%s:\n got %s\nwant %s", tt.reason.Code, got, tt.want)
		}
	}
}

// Whoever adds a code adds its sentence, whose verbs are as many as its arguments,
// and makes a reason of it somewhere.
func TestEveryCodeHasASentence(t *testing.T) {
	codes, parts := 0, map[string]bool{}
	for _, folder := range []string{"../results/summary", "../results/verdict"} {
		for name, code := range codesIn(t, folder) {
			codes++
			if !usedIn(t, folder, name) {
				t.Errorf("%s: no reason has the code %s", folder, name)
			}
			p, known := phrases[code]
			if verbs := strings.Count(strings.ReplaceAll(p.format, "%%", ""), "%"); !known || verbs != len(p.args) {
				t.Errorf("%s: known %v, %d verbs, %d arguments", code, known, verbs, len(p.args))
			}
			for _, arg := range p.args {
				if parts[arg] = true; arg[0] == '_' && wordings[arg] == nil {
					t.Errorf("%s: there is no wording %s", code, arg)
				}
			}
		}
	}
	if codes != len(phrases) || codes == 0 {
		t.Errorf("%d codes, %d sentences", codes, len(phrases))
	}
	for name := range wordings {
		if !parts[name] {
			t.Errorf("no sentence has the wording %s", name)
		}
	}
}

// codesIn are the constants of codes in a package, by their names.
func codesIn(t *testing.T, folder string) map[string]summary.Code {
	file, err := parser.ParseFile(token.NewFileSet(), folder+"/reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]summary.Code{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok && len(spec.Values) == 1 {
			text, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			out[spec.Names[0].Name] = summary.Code(text)
		}
		return true
	})
	return out
}

// usedIn says that code of a package, or of verdict, which makes reasons of both,
// has the name.
func usedIn(t *testing.T, folder, name string) bool {
	word := regexp.MustCompile(`\b` + name + `\b`)
	n := 0
	for _, pattern := range slices.Compact([]string{folder + "/*.go", "../results/verdict/*.go"}) {
		paths, _ := filepath.Glob(pattern)
		for _, path := range paths {
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.HasSuffix(path, "_test.go") {
				n += len(word.FindAll(text, -1))
			}
		}
	}
	return n > 1 // where it is declared
}

// Whoever adds a code says what to do about it.
func TestEveryCodeIsInTroubleshooting(t *testing.T) {
	page, err := os.ReadFile("../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]bool{}
	for line := range strings.Lines(string(page)) {
		if first, _, is := strings.Cut(strings.TrimPrefix(line, "| "), " | "); is && strings.HasPrefix(line, "| `") {
			for _, code := range strings.Split(first, ", ") {
				entries[strings.Trim(code, "`")] = true
			}
		}
	}
	for code := range phrases {
		if !entries[string(code)] {
			t.Errorf("%s has no entry in docs/troubleshooting.md", code)
		}
	}
	for code := range entries {
		if _, known := phrases[summary.Code(code)]; !known {
			t.Errorf("docs/troubleshooting.md has %s, which is no code", code)
		}
	}
}
