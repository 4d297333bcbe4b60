package web

import (
	"bytes"
	"context"
	"errors"
	"html"
	"io"
	"net/http"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/report"
)

const (
	renderTime  = 2 * time.Minute
	mostReports = 2        // rendered at the same time
	maxRendered = 64 << 20 // bytes
)

// formats are the renderings that can be downloaded.
func formats() []string { return strings.Split(report.FormatNames, ", ") }

// types are the media types and endings of formats.
var types = map[string][2]string{
	"text":       {"text/plain; charset=utf-8", "txt"},
	"json":       {"application/json", "json"},
	"jsonl":      {"application/jsonl", "jsonl"},
	"markdown":   {"text/markdown; charset=utf-8", "md"},
	"csv":        {"text/csv; charset=utf-8", "csv"},
	"junit":      {"application/xml", "xml"},
	"html":       {"text/html; charset=utf-8", "html"},
	"svg":        {"image/svg+xml", "svg"},
	"hlog":       {"text/plain; charset=utf-8", "hlog"},
	"gobench":    {"text/plain; charset=utf-8", "txt"},
	"prometheus": {"text/plain; charset=utf-8", "prom"},
}

// asked is what is to be rendered: a file, or two, by other limits than their own.
type asked struct {
	names      []string
	limits     string
	objectives []string
}

// askedOf reads the query of a request: file, with, max_regression, objective.
func (s *server) askedOf(r *http.Request) (*asked, error) {
	q := r.URL.Query()
	a := &asked{names: q["file"], limits: q.Get("max_regression"), objectives: q["objective"]}
	if len(a.names) < 1 || len(a.names) > 2 {
		return nil, refusef(http.StatusBadRequest, "want one file, or two to compare")
	}
	for _, name := range a.names {
		if err := s.has(name); err != nil {
			return nil, err
		}
	}
	if len(a.limits) > 1000 || len(a.objectives) > 20 {
		return nil, refusef(http.StatusBadRequest, "that is more than limits can be")
	}
	return a, nil
}

// args is the command line that renders it. Files are named by a path, which no flag and no
// target looks like.
func (a *asked) args(format string) []string {
	args := []string{"report"}
	if len(a.names) == 2 || a.limits != "" {
		args = []string{"compare", "--quiet"}
	}
	args = append(args, "--format="+format)
	if a.limits != "" {
		args = append(args, "--max-regression="+a.limits)
	}
	for _, o := range a.objectives {
		args = append(args, "--objective="+o)
	}
	args = append(args, "--")
	for _, name := range a.names {
		args = append(args, "./"+name)
	}
	return args
}

// rendered is what a child makes of it. That a verdict is bad is no failure.
func (s *server) rendered(ctx context.Context, args []string) ([]byte, error) {
	select {
	case s.rendering <- struct{}{}:
		defer func() { <-s.rendering }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	ctx, cancel := context.WithTimeout(ctx, renderTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.Program, args...)
	cmd.Args[0], cmd.Env, cmd.Dir = s.argv0(), s.Environ, s.dir
	cmd.WaitDelay = time.Second
	out, said := &bounded{most: maxRendered}, &bounded{most: maxSaid}
	cmd.Stdout, cmd.Stderr = out, said
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return nil, refusef(http.StatusGatewayTimeout, "rendering took longer than %s and was ended: on the command line it may take its time: mlbench %s", renderTime, strings.Join(args, " "))
	case errors.As(err, &exit) && (exit.ExitCode() == cli.ExitFailure || exit.ExitCode() == cli.ExitUsage || out.Len() == 0):
		return nil, refusef(http.StatusUnprocessableEntity, "%s", strings.TrimPrefix(strings.TrimSpace(said.String()), "mlbench: "))
	case err != nil && exit == nil:
		return nil, err
	}
	return out.Bytes(), nil
}

// bounded keeps so many bytes, and refuses more.
type bounded struct {
	bytes.Buffer
	most int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, io.ErrShortBuffer
	}
	return b.Buffer.Write(p)
}

// report is a result, or two compared, as a page without scripts that the page shows in a
// frame of its own.
func (s *server) report(w http.ResponseWriter, r *http.Request) error {
	a, err := s.askedOf(r)
	var page []byte
	if err == nil {
		page, err = s.page(r.Context(), a)
	}
	status := http.StatusOK
	if err != nil {
		var known *refusal
		if status = http.StatusInternalServerError; errors.As(err, &known) {
			status = known.status
		}
		page = plainPage("It cannot be shown", []byte(err.Error()))
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-same-origin allow-popups")
	w.WriteHeader(status)
	_, _ = w.Write(page)
	return nil
}

// page is the HTML report; of a version without one, the report for terminals.
func (s *server) page(ctx context.Context, a *asked) ([]byte, error) {
	if slices.Contains(formats(), "html") {
		return s.rendered(ctx, a.args("html"))
	}
	text, err := s.rendered(ctx, a.args("text"))
	if err != nil {
		return nil, err
	}
	return plainPage("Report", text), nil
}

// plainPage is a text as a page.
func plainPage(title string, text []byte) []byte {
	return []byte(`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">` +
		`<title>` + html.EscapeString(title) + `</title><style>:root{color-scheme:light dark}body{margin:1rem;font:14px/1.5 ui-monospace,monospace}` +
		`pre{white-space:pre-wrap;overflow-wrap:anywhere}</style><main><h1>` + html.EscapeString(title) + `</h1><pre>` +
		html.EscapeString(string(text)) + `</pre></main></html>`)
}

// export is a rendering to download.
func (s *server) export(w http.ResponseWriter, r *http.Request) error {
	a, err := s.askedOf(r)
	if err != nil {
		return err
	}
	format := r.PathValue("format")
	if format != "file" && !slices.Contains(formats(), format) {
		return refusef(http.StatusNotFound, "there is no format %.40q: want file, %s", format, report.FormatNames)
	}
	name := strings.TrimSuffix(a.names[0], suffix)
	if format == "file" {
		f, err := s.root.Open(a.names[0])
		if err != nil {
			return refusef(http.StatusConflict, "%v", reason(err))
		}
		defer f.Close()
		attach(w, "application/jsonl", a.names[0])
		http.ServeContent(w, r, "", time.Time{}, f)
		return nil
	}
	made, err := s.rendered(r.Context(), a.args(format))
	if err != nil {
		return err
	}
	kind, known := types[format]
	if !known {
		kind = [2]string{"application/octet-stream", format}
	}
	if len(a.names) == 2 {
		name += "-and-" + strings.TrimSuffix(a.names[1], suffix)
	}
	attach(w, kind[0], name+"."+kind[1])
	_, _ = w.Write(made)
	return nil
}

// attach has a browser save what comes, and never show it as a page of this server.
func attach(w http.ResponseWriter, kind, name string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Disposition", `attachment; filename="`+strings.Map(func(r rune) rune {
		if r == '"' || r == '\\' || r < ' ' || r > '~' {
			return '_'
		}
		return r
	}, name)+`"`)
}
