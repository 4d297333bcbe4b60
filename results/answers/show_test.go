package answers

import "testing"

func TestPrintable(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\té": "a\nb\té", "\x1b[31m\r\x07": "�[31m��", "cut é"[:5]: "cut ", "\xff\xfe\x00": "(3 bytes that are no text)", "": "",
	} {
		if got := Printable([]byte(in)); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
