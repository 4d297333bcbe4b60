package servers

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// row is one line of the conformance table: the bytes of a request, and what
// each subject answers to them.
type row struct {
	name string
	request
	answers
}

// answers are the same but for the error form, or they say why they differ.
type answers struct {
	legacy, modern answer
	differs        string
}

// answer is a status and a JSON body. In the body "<number>", "<string>" and
// "<time>" stand for any value of that kind, and text that ends in "…" for all
// that begins so; all else, keys included, is exact.
type answer struct {
	status int
	body   string
}

// both is one answer of both subjects.
func both(status int, body string) answers {
	return answers{legacy: answer{status, body}, modern: answer{status, body}}
}

// invalid is what is answered to a body that breaks the rules: a generic 400
// from legacy; a 422 from modern that names each field as "location: message".
func invalid(legacyError string, fields ...string) answers {
	return answers{
		legacy: legacyFails(400, legacyError),
		modern: modernFails(422, "validation failed", "validation_error", fields...),
	}
}

// refused is an error of the same status from both.
func refused(status int, legacyError, modernError, code string) answers {
	return answers{legacy: legacyFails(status, legacyError), modern: modernFails(status, modernError, code)}
}

// differing is an intended difference.
func differing(why string, legacy, modern answer) answers {
	return answers{legacy, modern, why}
}

func legacyFails(status int, message string) answer {
	return answer{status, string(mustJSON(map[string]any{"error": message}))}
}

func modernFails(status int, message, code string, fields ...string) answer {
	if fields == nil {
		fields = []string{}
	}
	return answer{status, string(mustJSON(map[string]any{
		"error": message, "detail": fields, "error_code": code, "timestamp": "<time>",
	}))}
}

func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

func TestConformance(t *testing.T) {
	table := slices.Concat(validRows(), predictRows(), batchRows(), loginRows(), bodyRows(), tokenRows(t), routeRows())
	for _, name := range subjects {
		t.Run(name, func(t *testing.T) {
			s := start(t, name, nil, nil)
			for _, row := range table { // in order: some rows build on earlier ones
				t.Run(row.name, func(t *testing.T) {
					want := row.legacy
					if name == Modern {
						want = row.modern
					}
					status, header, body := s.send(t, row.request)
					if status != want.status {
						t.Fatalf("status %d, want %d: %.500s", status, want.status, body)
					}
					if row.method == "HEAD" {
						return // no body to check
					}
					if got := header.Get("Content-Type"); !strings.HasPrefix(got, "application/json") {
						t.Errorf("content type %q", got)
					}
					checkBody(t, want.body, body)
				})
			}
		})
	}
}

// A difference between the subjects is either the error form or explained.
func TestConformanceDifferencesAreIntended(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range slices.Concat(validRows(), predictRows(), batchRows(), loginRows(), bodyRows(), tokenRows(t), routeRows()) {
		if seen[row.name] {
			t.Errorf("two rows are called %q", row.name)
		}
		seen[row.name] = true
		same := row.legacy.status == row.modern.status || row.legacy.status == 400 && row.modern.status == 422
		if same != (row.differs == "") {
			t.Errorf("%s: %d and %d, explained as %q", row.name, row.legacy.status, row.modern.status, row.differs)
		}
	}
}

func checkBody(t *testing.T, want string, got []byte) {
	t.Helper()
	var wantValue, gotValue any
	if err := json.Unmarshal([]byte(want), &wantValue); err != nil {
		t.Fatalf("the table's own body: %v: %s", err, want)
	}
	if err := json.Unmarshal(got, &gotValue); err != nil {
		t.Fatalf("not JSON: %v: %.500s", err, got)
	}
	joinDetail(gotValue)
	if diff := cmp.Diff(wantValue, fill(wantValue, gotValue)); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
}

// joinDetail turns modern's list of fields into "location: message" strings.
func joinDetail(v any) {
	object, _ := v.(map[string]any)
	list, ok := object["detail"].([]any)
	if !ok {
		return
	}
	for i, item := range list {
		if field, ok := item.(map[string]any); ok {
			list[i] = fmt.Sprintf("%v: %v", field["location"], field["message"])
		}
	}
}

// fill returns got with the placeholders of want in the place of values that
// they stand for.
func fill(want, got any) any {
	switch w := want.(type) {
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok {
			return got
		}
		filled := map[string]any{}
		for k, v := range g {
			filled[k] = fill(w[k], v)
		}
		return filled
	case []any:
		g, ok := got.([]any)
		if !ok || len(g) != len(w) {
			return got
		}
		filled := make([]any, len(g))
		for i := range g {
			filled[i] = fill(w[i], g[i])
		}
		return filled
	case string:
		if stands(w, got) {
			return want
		}
	}
	return got
}

func stands(placeholder string, v any) bool {
	switch placeholder {
	case "<number>":
		_, ok := v.(float64)
		return ok
	case "<string>":
		s, ok := v.(string)
		return ok && s != ""
	case "<time>":
		s, _ := v.(string)
		at, err := time.Parse(time.RFC3339Nano, s)
		return err == nil && at.Location() == time.UTC && time.Since(at).Abs() < 24*time.Hour
	}
	begin, open := strings.CutSuffix(placeholder, "…")
	s, ok := v.(string)
	return open && ok && strings.HasPrefix(s, begin)
}
