package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/scenarios"
)

// onceFlags are those of run that mean something with --once.
var onceFlags = []string{
	"once", "target", "url", "start", "ready", "start-timeout", "allow-files", "header", "method", "body", "seed", "timeout", "quiet",
	"transport", "insecure", "cacert", "cert", "key", "unix-socket", "resolve", "host-header",
}

// validateOnce refuses flags of a measurement: nobody is to wait for its result.
func (o *runOptions) validateOnce() (err error) {
	o.load.flags.Visit(func(f *pflag.Flag) {
		if !slices.Contains(onceFlags, f.Name) && err == nil {
			err = cli.Usagef("--once measures nothing, so --%s has no meaning: leave one of them out", f.Name)
		}
	})
	return err
}

// bodyShown is how much of a body --once shows.
const bodyShown = 4 << 10

// sendOnce sends each request once and shows what came of it. It is a check by a
// person, so an unexpected answer is a failure, unlike in a measurement.
func (o *runOptions) sendOnce(ctx context.Context, sc *scenarios.Scenario, p *prepared) error {
	all, err := scenarios.Once(sc, p.options)
	if err != nil {
		return cli.Usagef("%w", err)
	}
	for _, n := range p.notes {
		fmt.Fprintln(o.Err, "note:", n)
	}
	sent, wrong := 0, 0
	list := func(what string, exchanges []scenarios.Exchange) (ok bool, err error) {
		ok = true
		for i := range exchanges {
			e := &exchanges[i]
			if e.Follows && !ok {
				fmt.Fprintf(o.Streams.Out, "--- %s%s: not sent, as the step before it failed\n\n", what, e.Name)
				continue
			}
			sent++
			if ok, err = o.showExchange(ctx, what, e, p); err != nil {
				return false, err
			}
			if !ok {
				wrong++
			}
			if !ok && what == setupLabel {
				return false, nil // nothing can be expected of the rest
			}
		}
		return ok, nil
	}
	ready, err := list(setupLabel, all.Setup)
	if ready && err == nil {
		_, err = list("", all.Classes)
	}
	after := ctx
	ctx = context.WithoutCancel(ctx) // what was set up is to go
	if _, terr := list("teardown ", all.Teardown); err == nil {
		err = terr
	}
	switch {
	case err != nil:
		return err
	case after.Err() != nil:
		return after.Err()
	case wrong > 0:
		return fmt.Errorf("%d of %s not answered as expected", wrong, cli.Plural(sent, "request"))
	}
	return nil
}

const setupLabel = "setup "

// showExchange sends a request and shows it with its answer; false: it was not as
// expected. Its error is the end of everything: an interrupt, or of stdout.
func (o *runOptions) showExchange(ctx context.Context, what string, e *scenarios.Exchange, p *prepared) (bool, error) {
	var page bytes.Buffer
	defer func() { _, _ = o.Streams.Out.Write(page.Bytes()) }()
	fmt.Fprintf(&page, "--- %s%s\n", what, e.Name)
	request := e.Shown()
	showMessage(&page, request, bodySize(request))
	s, err := e.Send(ctx, p.target, p.plan.Timeout, bodyShown)
	switch {
	case errors.Is(err, context.Canceled):
		return false, err
	case err != nil:
		fmt.Fprintf(&page, "--- no answer: %v\n\n", err)
		return false, nil
	}
	verdict := "as expected"
	if s.Wrong != "" {
		verdict = "NOT AS EXPECTED: " + scenarios.Printable([]byte(s.Wrong))
	}
	took := s.Answer.Took.Round(10 * time.Microsecond)
	fmt.Fprintf(&page, "--- answer to %s%s: %d %s after %s, %s\n", what, e.Name, s.Answer.Status, http.StatusText(s.Answer.Status), took, verdict)
	size := int64(0)
	if s.Cut {
		size = s.Answer.Size
	}
	showMessage(&page, slices.Concat(s.Answer.Head, []byte("\r\n\r\n"), s.Answer.Body), size)
	return s.Wrong == "", nil
}

// bodySize is that of a body of which bodyShown is not all, else 0.
func bodySize(message []byte) int64 {
	if _, body, _ := bytes.Cut(message, []byte("\r\n\r\n")); len(body) > bodyShown {
		return int64(len(body))
	}
	return 0
}

// showMessage prints a message with plain line ends, and no more of its body than
// bodyShown; size is that of the whole body, if there is more.
func showMessage(page *bytes.Buffer, message []byte, size int64) {
	head, body, _ := bytes.Cut(message, []byte("\r\n\r\n"))
	body = body[:min(len(body), bodyShown)]
	page.WriteString(scenarios.Printable(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n"))) + "\n\n")
	if len(body) == 0 {
		return
	}
	page.WriteString(scenarios.Printable(body))
	if size > 0 {
		fmt.Fprintf(page, "… (%d bytes in all)", size)
	}
	if !bytes.HasSuffix(body, []byte("\n")) {
		page.WriteString("\n")
	}
	page.WriteString("\n")
}
