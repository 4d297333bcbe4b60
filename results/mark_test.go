package results

import (
	"errors"
	"strings"
	"testing"
)

// F18: editors and shells put a byte order mark before a result file.
func TestResultFileWithAByteOrderMark(t *testing.T) {
	const header = `{"type":"header","schema":"` + ownSchema + `"}` + "\n"
	for _, text := range []string{header, "\ufeff" + header} {
		if f, err := readFrom(strings.NewReader(text), "f"); err != nil || f.Header.Schema != ownSchema {
			t.Errorf("%q: %v", text, err)
		}
	}
	const utf16 = "\xff\xfe{\x00\"\x00"
	if _, err := readFrom(strings.NewReader(utf16), "f"); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "f:1: ") || !strings.Contains(err.Error(), "UTF-16") {
		t.Error(err)
	}
}
