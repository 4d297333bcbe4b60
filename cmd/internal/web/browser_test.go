package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser is a headless one at the page, which notes whom it asked.
type browser struct {
	*site
	ctx context.Context

	mu    sync.Mutex
	asked map[string]bool
}

// newBrowser starts the browser, and the server with the real mlbench for its children.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes its time")
	}
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Skip("no chromium here (Debian: apt-get install chromium): the page is not tested in a browser")
	}
	program := filepath.Join(t.TempDir(), "mlbench")
	if out, err := exec.Command("go", "build", "-o", program, "github.com/mlbench/mlbench/cmd/mlbench").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	s := newSite(t, func(o *Options) {
		o.Program, o.Argv0 = program, program
		o.Environ = append(os.Environ(), "PREDICTION_LOG=off", "MODEL_PATH="+filepath.Join(o.Scenarios, "model.onnx"))
	})
	alloc, cancel := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.WindowSize(1280, 900), chromedp.Flag("force-prefers-reduced-motion", true))...)
	ctx, cancelTab := chromedp.NewContext(alloc)
	t.Cleanup(func() { cancelTab(); cancel() })
	b := &browser{site: s, ctx: ctx, asked: map[string]bool{}}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Skip("the chromium here does not start:", err)
	}
	err := chromedp.Listen(ctx, func(ev any) {
		if e, ok := ev.(*network.EventRequestWillBeSent); ok {
			b.mu.Lock()
			defer b.mu.Unlock()
			if u, err := url.Parse(e.Request.URL); err == nil && u.Scheme != "data" && u.Scheme != "about" {
				b.asked[u.Host] = true
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	b.do("open", says(network.Enable, network.EnableParams{}), chromedp.Navigate(s.http.URL+"/"), chromedp.WaitVisible(`form.order`))
	return b
}

// do does what a user does, and fails with what the page then shows.
func (b *browser) do(what string, actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		text, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.body.innerText`))
		focus, _ := chromedp.Run(b.ctx, chromedp.Evaluate[string](`document.activeElement.outerHTML.slice(0, 200)`))
		b.t.Fatalf("%s: %v\nfocus: %s\n%s", what, err, focus, text)
	}
}

type step = chromedp.Action[chromedp.Void]

// get is the value of an expression of the page.
func get[T any](b *browser, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression of the page. The page's policy allows no script of ours in
// it, so it is asked again and again.
func until(expression string) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for {
			// Where the page has just changed, there is nothing yet.
			if ok, err := chromedp.Evaluate[bool](`Promise.resolve(`+expression+`).then(Boolean)`, chromedp.EvalAwaitPromise)(ctx, t); err == nil && ok {
				return nil
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: %w", expression, ctx.Err())
			case <-time.After(100 * time.Millisecond):
			}
		}
	})
}

func js(statement string) step { return chromedp.Evaluate[chromedp.Void](statement) }

func keys(k string) step { return chromedp.KeyEvent(k) }

// says is a command of the protocol as a step.
func says[P, R any](c cdp.Command[P, R], params P) step {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

// to moves the focus by the tab key to what matches, as somebody without a mouse does.
func (b *browser) to(selector string) {
	b.t.Helper()
	b.do("tab to "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		for range 80 {
			if _, err := chromedp.KeyEvent(kb.Tab)(ctx, t); err != nil {
				return err
			}
			if there, err := chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement.matches(%q)`, selector))(ctx, t); err != nil || there {
				return err
			}
		}
		return fmt.Errorf("the tab key does not lead to %s", selector)
	}))
}

// looks keeps a picture of the page where WEB_PICTURES names a folder.
func (b *browser) looks(name string) {
	dir := os.Getenv("WEB_PICTURES")
	if dir == "" {
		return
	}
	for _, form := range []struct {
		name, scheme string
		width        int64
	}{{"light", "light", 1280}, {"dark", "dark", 1280}, {"narrow", "light", 400}} {
		b.do("picture", width(form.width), scheme(form.scheme), chromedp.Sleep(400*time.Millisecond))
		png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
		if err != nil {
			b.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+"-"+form.name+".png"), png, 0o600); err != nil {
			b.t.Error(err)
		}
	}
	b.do("as it was", width(1280), scheme("light"))
}

func width(n int64) step { return chromedp.EmulateViewport(n, 900) }

func scheme(name string) step {
	return says(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}})
}

// accessible has axe-core look at the page in both colour schemes, and at 400 px, where
// nothing may need to be scrolled sideways.
func (b *browser) accessible(name string) {
	b.t.Helper()
	b.looks(name)
	axe, err := os.ReadFile("../../../report/testdata/axe/axe.min.js")
	if err != nil {
		b.t.Fatal(err)
	}
	for _, colours := range []string{"light", "dark"} {
		b.do("axe on "+name, scheme(colours), chromedp.Evaluate[chromedp.Void](string(axe)+`;undefined`))
		found := get[string](b, `axe.run(document, {iframes: false}).then((r) => JSON.stringify(r.violations.map((v) => [v.id, v.help, v.nodes.map((n) => n.html + ' ' + n.failureSummary)])))`)
		if found != "[]" {
			var indented any
			_ = json.Unmarshal([]byte(found), &indented)
			pretty, _ := json.MarshalIndent(indented, "", "  ")
			b.t.Errorf("%s, %s: %s", name, colours, pretty)
		}
	}
	b.do("narrow", scheme("light"), width(400), chromedp.Sleep(200*time.Millisecond))
	over := get[float64](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	b.do("wide", width(1280))
	if over > 0 {
		b.t.Errorf("%s is %g px too wide at 400 px", name, over)
	}
}

// aloneAsked fails if anybody but the server was asked.
func (b *browser) aloneAsked() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	own := strings.TrimPrefix(b.http.URL, "http://")
	for host := range b.asked {
		if host != own {
			b.t.Errorf("the page asked %s", host)
		}
	}
	if !b.asked[own] {
		b.t.Error("the server was never asked: the test sees no requests")
	}
}

// By keyboard alone: start a run, see the chart move, stop it, measure another, compare the
// two, delete one.
func TestInABrowser(t *testing.T) {
	b := newBrowser(t)
	b.accessible("empty")
	b.run("64/s")
	b.do("the chart moves",
		until(`document.querySelectorAll('.chart canvas').length === 4`),
		until(`import('/assets/api.js').then((m) => m.live.points.length >= 2)`))
	before := get[string](b, picture)
	b.do("more points", until(`import('/assets/api.js').then((m) => m.live.points.length >= 4)`), chromedp.Sleep(200*time.Millisecond))
	after := get[string](b, picture)
	if before == after || before == "" {
		t.Error("the chart has not moved")
	}
	b.accessible("running")

	b.do("a reload loses nothing", chromedp.Reload(), until(`import('/assets/api.js').then((m) => m.live.points.length >= 4)`), chromedp.WaitVisible(`.live .danger`))
	b.to(`.live .danger`)
	b.do("stop it", keys(kb.Enter), until(`document.querySelector('.state').textContent.startsWith('Stopped')`))
	b.accessible("stopped")

	b.run("64/s")
	b.do("points of the second", until(`import('/assets/api.js').then((m) => m.live.points.length >= 2)`))
	b.to(`.live .danger`)
	b.do("stop the second", keys(kb.Enter), until(`document.querySelector('.state').textContent.startsWith('Stopped')`))

	b.to(`nav a[href="#/results"]`)
	b.do("the list", keys(kb.Enter), until(`document.querySelectorAll('.results tbody tr').length === 2`), until(`document.activeElement.tagName === 'H1'`))
	b.to(`.results input`)
	b.do("choose one", keys(" "))
	b.to(`.results tr:nth-child(2) input`)
	b.do("and the other", keys(" "))
	b.accessible("results")
	b.do("back to the top", js(`document.querySelector('h1').focus()`))
	b.to(`.filters button`)
	b.do("compare", keys(kb.Enter), chromedp.WaitVisible(`iframe.report`), until(reported))
	b.accessible("compare")

	b.to(`nav a[href="#/results"]`)
	b.do("the list again", keys(kb.Enter), until(`document.querySelectorAll('.results tbody tr').length === 2`))
	b.to(`.results a`)
	b.do("open one", keys(kb.Enter), until(reported))
	b.to(`.course summary`)
	b.do("its course", keys(kb.Enter), until(`document.querySelectorAll('.course canvas').length === 4`))
	b.accessible("result")
	b.do("from the top", js(`document.querySelector('h1').focus()`))
	b.to(`button.danger`)
	b.do("delete it", keys(kb.Enter), chromedp.WaitVisible(`dialog`))
	b.accessible("dialog")
	b.to(`dialog button.danger`)
	b.do("yes", keys(kb.Enter), until(`document.querySelectorAll('.results tbody tr').length === 1`))
	files, err := b.list()
	if err != nil || len(files) != 1 {
		t.Errorf("%d files, %v, want one", len(files), err)
	}
	for _, part := range []string{"checks"} {
		b.to(`nav a[href="#/` + part + `"]`)
		b.do(part, keys(kb.Enter), until(`document.activeElement.tagName === 'H1'`))
		b.accessible(part)
	}
	b.aloneAsked()
}

// run fills in the form without a mouse and starts it.
func (b *browser) run(rate string) {
	b.t.Helper()
	b.do("from the top", js(`document.querySelector('h1').focus()`))
	b.to(`.order select`) // the scenario
	b.to(`.order select`) // the target: a bundled server by itself
	b.to(`.order select`) // the load
	b.do("a rate", keys("r"), until(`!document.querySelector('.order input[inputmode]').hidden`))
	b.to(`.order input[inputmode]`)
	b.do("so much", js(`document.activeElement.select()`), keys(rate))
	b.to(`.order input`)
	b.do("a minute", js(`document.activeElement.select()`), keys("60s"))
	b.to(`.order input`)
	b.do("no warm-up", js(`document.activeElement.select()`), keys("0s"))
	b.to(`.order button.main`)
	b.do("start", keys(kb.Enter), chromedp.WaitVisible(`.live .danger`))
}

// reported says that the report in its frame is there.
const reported = `((text) => text.length > 200 && text.includes('legacy') && !text.includes('cannot be shown'))(document.querySelector('iframe')?.contentDocument?.body?.innerText ?? '')`

// picture is what the chart of latencies shows.
const picture = `document.querySelectorAll('.chart canvas')[1].toDataURL()`

// hostile text in a result is shown, and executes nowhere.
func TestHostileTextInABrowser(t *testing.T) {
	b := newBrowser(t)
	hostile := `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>`
	saved(t, filepath.Join(b.dir, "hostile.jsonl"), hostile)
	if err := os.WriteFile(filepath.Join(b.dir, `<b>broken.jsonl`), []byte(hostile), 0o600); err != nil {
		t.Fatal(err)
	}
	b.do("the list", chromedp.Navigate(b.http.URL+"/#/results"), chromedp.Reload(), until(`document.querySelectorAll('.results tbody tr').length === 2`))
	title, text := get[string](b, `document.title`), get[string](b, `document.querySelector('.results').innerText`)
	if !strings.Contains(text, "<img src=x") || !strings.Contains(text, "<b>broken.jsonl cannot be read") || title == "owned" {
		t.Errorf("title %q, list\n%s", title, text)
	}
	b.accessible("hostile")
	b.do("the result", chromedp.Navigate(b.http.URL+"/#/result/hostile.jsonl"), until(`document.querySelector('iframe')?.contentDocument?.readyState === 'complete'`),
		until(`document.querySelector('iframe').contentDocument.body?.innerText.length > 20`))
	title = get[string](b, `document.title`)
	images := get[int](b, `document.querySelector('iframe').contentDocument.querySelectorAll('img[src=x], script').length`)
	if images != 0 || title == "owned" || !strings.Contains(title, "<img") {
		t.Errorf("%d elements of a hostile name, title %q", images, title)
	}
	b.aloneAsked()
}
