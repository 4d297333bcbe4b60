package verdict

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mlbench/mlbench/results"
)

func TestCommonTags(t *testing.T) {
	of := func(tags map[string]string) *results.File { return &results.File{Header: results.Header{Tags: tags}} }
	a := of(map[string]string{"team": "search", "branch": "main", "host": "x"})
	for _, tt := range []struct {
		files []*results.File
		want  map[string]string
	}{
		{[]*results.File{a}, map[string]string{"team": "search", "branch": "main", "host": "x"}},
		{[]*results.File{a, of(map[string]string{"team": "search", "branch": "new"})}, map[string]string{"team": "search"}},
		{[]*results.File{a, of(nil)}, map[string]string{}},
		{[]*results.File{of(nil), a}, nil},
	} {
		if d := cmp.Diff(tt.want, commonTags(tt.files)); d != "" {
			t.Error(d)
		}
	}
	if len(a.Header.Tags) != 3 {
		t.Errorf("a file's own tags are changed: %v", a.Header.Tags)
	}
}
