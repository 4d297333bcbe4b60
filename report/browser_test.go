package report

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a headless one; the test is skipped where there is none.
func browser(t *testing.T, listen func(any)) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless_shell"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" || testing.Short() {
		t.Skip("no browser: install chromium to look at pages")
	}
	ctx, end := chromedp.NewContext(t.Context(), chromedp.WithListener(listen), chromedp.WithAllocatorOptions(chromedp.ExecPath(path), chromedp.NoSandbox))
	t.Cleanup(end)
	return ctx
}

// seen is what a page did that it must not.
type seen struct {
	sync.Mutex
	requests, complaints []string
}

func (s *seen) listen(event any) {
	s.Lock()
	defer s.Unlock()
	switch e := event.(type) {
	case *network.EventRequestWillBeSent:
		s.requests = append(s.requests, e.Request.URL)
	case *runtime.EventConsoleAPICalled:
		s.complaints = append(s.complaints, fmt.Sprint(e.Type, e.Args))
	case *runtime.EventExceptionThrown:
		s.complaints = append(s.complaints, e.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		s.complaints = append(s.complaints, e.Entry.Text)
	}
}

// violations are what axe finds.
type violations []struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
		Why  string `json:"failureSummary"`
	} `json:"nodes"`
}

// In a real browser pages open without a word of complaint and without a request,
// pass an automated check of accessibility in light and dark, and need no scrolling
// sideways at 400 pixels.
func TestPagesInABrowser(t *testing.T) {
	axe, err := os.ReadFile("testdata/axe/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	var watch seen
	ctx := browser(t, watch.listen)
	var several strings.Builder
	if err := Documents(&several, HTML, []Document{{Comparison: regressed()}, {Comparison: slots()}, {Run: openRun()}}, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"regressed", "slots", "staged", "hostile", "gone", "several"} {
		path, text := filepath.Join(t.TempDir(), name+".html"), several.String()
		if name != "several" {
			text = render(t, name, HTML, Options{})
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		for _, look := range []struct {
			scheme string
			width  int64
		}{{"light", 1100}, {"dark", 400}} {
			t.Run(fmt.Sprintf("%s %s %d", name, look.scheme, look.width), func(t *testing.T) {
				media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: look.scheme}}}
				if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, media); err != nil {
					t.Fatal(err)
				}
				if err := chromedp.Do(ctx, chromedp.EmulateViewport(look.width, 900), chromedp.Navigate("file://"+path)); err != nil {
					t.Fatal(err)
				}
				overflow, err := chromedp.Run(ctx, chromedp.Evaluate[int64](`document.querySelectorAll('details').forEach(d => d.open = true); document.documentElement.scrollWidth - window.innerWidth`))
				if err != nil {
					t.Fatal(err)
				}
				if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](string(axe)+"; true")); err != nil {
					t.Fatal(err)
				}
				found, err := chromedp.Run(ctx, chromedp.Evaluate[string](`axe.run(document, {resultTypes: ['violations']}).then(r => JSON.stringify(r.violations))`, chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				if overflow > 0 {
					t.Errorf("the page is %d pixels wider than its window", overflow)
				}
				var v violations
				if err := json.Unmarshal([]byte(found), &v); err != nil {
					t.Fatal(err)
				}
				for _, x := range v {
					for i, n := range x.Nodes {
						if i < 3 {
							t.Errorf("%s: %s\n%s\n%s", x.ID, x.Help, n.HTML, n.Why)
						}
					}
				}
			})
		}
	}
	watch.Lock()
	defer watch.Unlock()
	for _, r := range watch.requests {
		if !strings.HasPrefix(r, "file://") {
			t.Errorf("a request to %s", r)
		}
	}
	for _, c := range watch.complaints {
		t.Errorf("the browser says: %s", c)
	}
}
