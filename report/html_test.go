package report

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/net/html"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/summary"
	"github.com/mlbench/mlbench/results/verdict"
)

// pageElements and pageAttributes are all that a page is made of.
var (
	pageElements   = strings.Fields("html head meta title style body a header main nav footer section div p h1 h2 h3 ul li dl dt dd strong code pre span table thead tbody tr th td details summary figure figcaption svg desc g line path rect circle text")
	pageAttributes = strings.Fields("lang charset http-equiv content name class id href tabindex role aria-label aria-hidden scope colspan open width height viewbox preserveaspectratio x y x1 x2 y1 y2 cx cy r d fill-opacity stroke-opacity stroke-width stroke-dasharray stroke-linecap stroke-linejoin text-anchor")
)

// checkPage parses a page and says what in it is not of this program.
func checkPage(t *testing.T, page string) *html.Node {
	t.Helper()
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]bool{}
	var links []string
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			t.Errorf("a comment: %q", n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(pageElements, n.Data) {
			t.Errorf("an element %q", n.Data)
		}
		for _, a := range n.Attr {
			if !slices.Contains(pageAttributes, strings.ToLower(a.Key)) {
				t.Errorf("an attribute %s=%q of %s", a.Key, a.Val, n.Data)
			}
			switch a.Key {
			case "id":
				if ids[a.Val] {
					t.Errorf("two elements are called %q", a.Val)
				}
				ids[a.Val] = true
			case "href":
				links = append(links, a.Val)
			}
		}
	}
	for _, link := range links {
		if id, ok := strings.CutPrefix(link, "#"); !ok || !ids[id] {
			t.Errorf("a link to %q, which is nowhere in the page", link)
		}
	}
	return root
}

func TestPagesAreOfThisProgramAlone(t *testing.T) {
	for name := range documents {
		t.Run(name, func(t *testing.T) { checkPage(t, render(t, name, HTML, Options{})) })
	}
}

// evil is what would act if any form of escaping were left out.
const evil = `</pre></style></script><script>alert(1)</script><img src=x onerror=alert(2)> " onload="alert(3)" ' onfocus='x ]]> <!-- javascript:alert(4) ` + "\x00\x1b[31m\u202e\u0085|`"

// evilFile has it wherever a file takes text.
func evilFile() *results.File {
	f := pairedFile(24, constantly(1.2))
	f.Path = evil
	h := &f.Header
	h.Argv, h.Tags, h.Warnings, h.Tool = []string{"mlbench", evil}, map[string]string{evil: evil}, []string{evil}, evil
	h.Scenario = results.Scenario{Name: evil, Title: evil, Digest: evil, Text: evil + "\n" + evil}
	h.Targets = []results.Target{{Arm: results.ArmA, Name: evil, URL: evil}, {Arm: results.ArmB, Name: "b" + evil, URL: evil, Command: evil}}
	h.Classes = []results.Class{{Name: evil, Share: 0.95}, {Name: "health", Share: 0.05}}
	h.Host.CPU, h.Source.Branch = evil, evil
	for i := range f.Slices {
		s := &f.Slices[i]
		s.StartS = float64(i)
		d := s.Classes["predict"]
		delete(s.Classes, "predict")
		s.Classes[evil] = d
		d.Errors, d.Status = map[string]int64{results.ErrStatus: 1, evil: 1}, map[string]int64{evil: d.Done}
		s.Examples = []results.Example{{Error: evil, Class: evil, Text: evil}, {Error: results.ErrStatus, Status: evil, Class: evil, Text: evil}}
		if s.Pair == 3 {
			s.Excluded = evil
		}
	}
	return f
}

func TestHostileTextExecutesNowhere(t *testing.T) {
	f := evilFile()
	single := *f
	single.Header.Targets = single.Header.Targets[:1]
	ds := []Document{{Comparison: verdict.Compare(f, verdict.Options{})}, {Run: summary.Of(&single, summary.Select{}, nil)}}
	for _, of := range [][]Document{ds[:1], ds[1:], ds} {
		var b strings.Builder
		if err := Documents(&b, HTML, of, Options{}); err != nil {
			t.Fatal(err)
		}
		checkPage(t, b.String())
		for _, r := range b.String() {
			if r != '\n' && !unicode.IsGraphic(r) {
				t.Errorf("the page holds %U", r)
			}
		}
		if !strings.Contains(b.String(), "alert(1)") {
			t.Error("what is hostile is not shown at all: nothing was tested")
		}
	}
}

func TestPageForbidsEverything(t *testing.T) {
	root := checkPage(t, render(t, "comparison", HTML, Options{}))
	policy := ""
	for n := range root.Descendants() {
		if n.Data != "meta" {
			continue
		}
		for _, a := range n.Attr {
			if a.Key == "content" && strings.Contains(a.Val, "default-src") {
				policy = a.Val
			}
		}
	}
	if !strings.HasPrefix(policy, "default-src 'none';") || strings.Contains(policy, "script-src") {
		t.Errorf("the policy is %q", policy)
	}
}
