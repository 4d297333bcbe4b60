package verify

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results/answers"
)

func TestParseExpected(t *testing.T) {
	const good = "expected:\n  - {reason: because, difference: header, where: X-Id}\n"
	list, err := parseExpected([]byte(good), "e.yaml")
	if diff := cmp.Diff([]answers.Expected{{Reason: "because", Difference: answers.Header, Where: "X-Id"}}, list); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	for _, tc := range []struct{ src, want string }{
		{"", "e.yaml:1:1: the file is empty"},
		{"differences: []", `e.yaml:1:1: unknown key "differences" (known: expected)` + "\n" + "e.yaml:1:1: no key expected: want a list of differences, each with a reason"},
		{"expected: {}", "e.yaml:1:11: expected: found a mapping, want a list"},
		{"expected: [{difference: status}]", "e.yaml:1:12: expected[0]: no reason: say why the difference is meant to be"},
		{"expected: [{reason: because}]", "e.yaml:1:12: expected[0]: nothing but a reason, which would excuse all: give difference, where, class, case, a_status or b_status"},
		{"expected: [{reason: because, difference: statsu}]", `e.yaml:1:42: expected[0].difference: found "statsu", want one of ` + kindNames()},
		{"expected: [{reason: because, a_status: 42, wher: x}]", "e.yaml:1:40: expected[0].a_status: found 42, want a status of 100 to 599\n" + `e.yaml:1:44: expected[0]: unknown key "wher", did you mean "where"? (known: reason, difference, where, class, case, a_status, b_status)`},
	} {
		if _, err := parseExpected([]byte(tc.src), "e.yaml"); err == nil || err.Error() != tc.want {
			t.Errorf("%q: %v, want %s", tc.src, err, tc.want)
		}
	}
}
