package report

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"github.com/mlbench/mlbench/results/answers"
)

// MostBody is how much of a body is shown of an Exchange, in bytes.
const MostBody = 4 << 10

// Exchange is a request that was sent once, and what came of it.
type Exchange struct {
	Name    string // setup and teardown say so in it
	Request []byte // as HTTP/1.1 has it, without secrets
	Skipped bool   // not sent, as the step before it failed

	Failed error // there is no answer
	Status int
	Took   time.Duration
	Wrong  string // what was not as expected; "" if nothing was
	Times  int    // that it was sent; this is the last
	Head   []byte // status line and headers
	Body   []byte
	Size   int64 // of the whole body, if Body is not all of it; else 0
}

// Write shows the exchange as text.
func (e *Exchange) Write(w io.Writer) error {
	var b bytes.Buffer
	switch {
	case e.Skipped:
		fmt.Fprintf(&b, "--- %s: not sent, as the step before it failed\n\n", e.Name)
	default:
		fmt.Fprintf(&b, "--- %s\n", e.Name)
		size := int64(0)
		if _, body, _ := bytes.Cut(e.Request, headEnd); len(body) > MostBody {
			size = int64(len(body))
		}
		writeMessage(&b, e.Request, size)
		e.writeAnswer(&b)
	}
	_, err := w.Write(b.Bytes())
	return err
}

func (e *Exchange) writeAnswer(b *bytes.Buffer) {
	if e.Failed != nil {
		fmt.Fprintf(b, "--- no answer: %s\n\n", answers.Printable([]byte(e.Failed.Error())))
		return
	}
	if e.Status == 0 {
		return // interrupted
	}
	verdict := "as expected"
	if e.Wrong != "" {
		verdict = "NOT AS EXPECTED: " + answers.Printable([]byte(e.Wrong))
	}
	if e.Times > 1 {
		verdict += fmt.Sprintf(" (sent %d times)", e.Times)
	}
	fmt.Fprintf(b, "--- answer to %s: %d %s after %s, %s\n", e.Name, e.Status, http.StatusText(e.Status), e.Took.Round(10*time.Microsecond), verdict)
	writeMessage(b, slices.Concat(e.Head, headEnd, e.Body), e.Size)
}

var headEnd = []byte("\r\n\r\n")

// writeMessage shows a message with plain line ends, and no more of its body than
// MostBody; size is that of the whole body, if there is more.
func writeMessage(b *bytes.Buffer, message []byte, size int64) {
	head, body, _ := bytes.Cut(message, headEnd)
	body = body[:min(len(body), MostBody)]
	b.WriteString(answers.Printable(bytes.ReplaceAll(head, []byte("\r\n"), []byte("\n"))) + "\n\n")
	if len(body) == 0 {
		return
	}
	b.WriteString(answers.Printable(body))
	if size > 0 {
		fmt.Fprintf(b, "… (%d bytes in all)", size)
	}
	if !bytes.HasSuffix(body, []byte("\n")) {
		b.WriteString("\n")
	}
	b.WriteString("\n")
}
