package report

import "testing"

// What is put into own words is foreign unless it says otherwise, and each form
// escapes for itself.
func TestInlineIsRawUntilItIsWritten(t *testing.T) {
	in := compose("{} [95% CI {}] of {}: {}", "a*b\x1b[1m", 1.5, literal("http://h/a_b"), own("<5%"))
	for form, want := range map[form]string{
		inText:     "a*b[1m [95% CI 1.5] of http://h/a_b: <5%",
		inMarkdown: "a\\*b\\[1m [95% CI 1.5] of `http://h/a_b`: <5%",
	} {
		if got := form.inline(in); got != want {
			t.Errorf("form %d: %q, want %q", form, got, want)
		}
	}
	signs := compose("– {} → {} ✓ {}", own("≥ 5 ms"), "世é", literal("…"))
	if got, want := inASCII.inline(signs), "- >= 5 ms -> ?? + ..."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	list := compose("{}; {}", enumerate(foreignLines([]string{"a|b", "#1"}), ", "), compose("{}", "{}"))
	if got, want := inMarkdown.inline(list), `a\|b, \#&#8203;1; {}`; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
