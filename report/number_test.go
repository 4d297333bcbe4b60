package report

import (
	"math"
	"testing"

	"github.com/mlbench/mlbench/results/summary"
)

func TestNumbers(t *testing.T) {
	tests := []struct{ name, got, want string }{
		{"ms NaN", msText(math.NaN()), "–"},
		{"ms 0", msText(0), "0.000"},
		{"ms 1 µs", msText(0.001), "0.001"},
		{"ms 0.3127", msText(0.3127), "0.313"},
		{"ms 0.9996 is not 1.000", msText(0.9996), "1.00"},
		{"ms 9.994", msText(9.994), "9.99"},
		{"ms 9.996 is not 10.00", msText(9.996), "10.0"},
		{"ms 99.96 is not 100.0", msText(99.96), "100"},
		{"ms 1234.5", msText(1234.4), "1234"},
		{"rate", rateText(199.94), "199.9"},
		{"rate small", rateText(0.5), "0.50"},
		{"rate large", rateText(12345.6), "12346"},
		{"rate 999.96 is not 1000.0", rateText(999.96), "1000"},
		{"rate NaN", rateText(math.NaN()), "–"},
		{"share 0", shareText(0), "0"},
		{"share tiny", shareText(0.0001), "<0.01"},
		{"share", shareText(0.054), "0.05"},
		{"share all", shareText(100), "100.00"},
		{"share NaN", shareText(math.NaN()), "–"},
		{"change up", signedText(31.04, 1), "+31.0"},
		{"change down", signedText(-31.04, 1), "-31.0"},
		{"change none", signedText(0, 1), "0.0"},
		{"change rounds to none", signedText(-0.04, 1), "0.0"},
		{"change large", signedText(1234.5, 1), "+1234"},
		{"no value", unitText(nil, "ms"), "–"},
		{"footnote", tooFew([]float64{0.99, 0.999, 0.99}), "– too few requests: p99 needs 100, p99.9 needs 1000"},
		{"no footnote", tooFew(nil), ""},
		{"csv", csvNumber(1.0000004), "1"},
		{"csv exact", csvNumber(123456.5), "123456.5"},
		{"csv NaN", csvNumber(math.NaN()), ""},
	}
	for _, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, tt.got, tt.want)
		}
	}
}

func TestNeededIsTheSmallestEnough(t *testing.T) {
	for _, q := range []float64{0.001, 0.29, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 0.999999} {
		n := needed(q)
		if !summary.Enough(n, q) || n > 1 && summary.Enough(n-1, q) {
			t.Errorf("needed(%v) = %d", q, n)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"":                        "",
		" a\tb\nc ":               "a b c",
		"\x1b[31mred\x1b[0m":      "[31mred[0m",
		"a\u202eb\u200bc\u009bd":  "abcd",
		"\xff\xfe":                "��",
		"é 世界 🚀":                  "é 世界 🚀",
		"line\u2028separator\x00": "line separator",
	} {
		if got := plain(in); got != want {
			t.Errorf("plain(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownEscapes(t *testing.T) {
	md := inMarkdown
	for in, want := range map[string]string{
		"batch-predict":  "batch-predict",
		"a|b":            `a\|b`,
		"<img>":          `\<img\>`,
		"*_`[x](y)~#&\\": "\\*\\_\\`\\[x\\](y)\\~\\#&#8203;\\&\\\\",
	} {
		if got := md.name(in); got != want {
			t.Errorf("name(%q) = %s, want %s", in, got, want)
		}
	}
	for in, want := range map[string]string{
		"":                 "",
		"http://h/a_b?c=d": "`http://h/a_b?c=d`",
		"a|b":              `a\|b`,
		"a`b":              "a\\`b",
		"\x1b[31m":         "`[31m`",
	} {
		if got := md.code(in); got != want {
			t.Errorf("code(%q) = %s, want %s", in, got, want)
		}
	}
}
