package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

// The last version of each line is shown, from the first that is wanted on, with its
// colours, and nothing of it is markup.
func TestPicture(t *testing.T) {
	const shown = "before\r\n\rrunning 1\r\x1b[K\r\x1b[K\x1b[1m\x1b[32mOK\x1b[0m  p50 <b>\r\n\r\nA \x1b[38;5;33m▁█\x1b[0m\r\n\r\nresult file: x\r\nafter\r\n"
	lines, err := page(strings.NewReader(shown), "OK", "result file", 60)
	if err != nil || len(lines) != 3 {
		t.Fatalf("%q, %v", lines, err)
	}
	svg := picture(lines, "a & b")
	for _, want := range []string{`class="b g">OK</text>`, `>  p50 &lt;b&gt;</text>`, `class="u">▁█</text>`, "<title>a &amp; b</title>"} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in\n%s", want, svg)
		}
	}
	for dec := xml.NewDecoder(strings.NewReader(svg)); ; {
		if _, err := dec.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("%v in\n%s", err, svg)
		}
	}
	if _, err := page(strings.NewReader(shown), "nothing", "", 60); err == nil {
		t.Error("a page without lines is none")
	}
}
