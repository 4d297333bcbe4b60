package cli

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// M3: what a target says cannot command the terminal, nor fill it.
func TestMessagesAreCleanedAndBounded(t *testing.T) {
	evil := "it has: \x1b]0;PWNED\x07, \u009b31m, \u202etxt.exe, \xff\r\n"
	var out bytes.Buffer
	fmt.Fprintf(Messages(&out), "mlbench: %s", evil)
	if want := "mlbench: it has: �]0;PWNED�, �31m, �txt.exe, ��\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	out.Reset()
	n, err := fmt.Fprintln(Messages(&out), strings.Repeat("x", 469_000))
	if out.Len() > longestMessage+64 || n != 469_001 || err != nil || !strings.Contains(out.String(), "bytes more") {
		t.Errorf("%d bytes of %d, %v", out.Len(), n, err)
	}
}

func TestNoColorForFiles(t *testing.T) {
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, w := range map[string]io.Writer{"file": f, "buffer": &strings.Builder{}} {
		if (Streams{Out: w}).Colored() {
			t.Errorf("colour for a %s", name)
		}
	}
}

// Signs beyond ASCII go where the locale is UTF-8, or not known.
func TestWhereASCIIMustDo(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want bool
	}{
		{nil, false},
		{map[string]string{"LANG": "C"}, true},
		{map[string]string{"LANG": "POSIX", "TERM": "xterm"}, true},
		{map[string]string{"LANG": "de_DE.ISO-8859-1"}, true},
		{map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{map[string]string{"LANG": "C.utf8"}, false},
		{map[string]string{"LANG": "C", "LC_CTYPE": "en_US.UTF-8"}, false},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_ALL": "C"}, true},
		{map[string]string{"LANG": "en_US.UTF-8", "TERM": "dumb"}, true},
	} {
		s := Streams{Out: &strings.Builder{}, Env: func(name string) (string, bool) { v, set := tt.env[name]; return v, set }}
		if got := s.asciiOnly(); got != tt.want {
			t.Errorf("%v: ASCII alone is %v", tt.env, got)
		}
		if s.Plain() || s.Columns() != 0 {
			t.Errorf("%v: a buffer is a terminal", tt.env)
		}
	}
}
