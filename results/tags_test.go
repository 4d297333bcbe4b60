package results

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCommonTags(t *testing.T) {
	of := func(tags map[string]string) *File { return &File{Header: Header{Tags: tags}} }
	a := of(map[string]string{"team": "search", "branch": "main", "host": "x"})
	for _, tt := range []struct {
		files []*File
		want  map[string]string
	}{
		{[]*File{a}, map[string]string{"team": "search", "branch": "main", "host": "x"}},
		{[]*File{a, of(map[string]string{"team": "search", "branch": "new"})}, map[string]string{"team": "search"}},
		{[]*File{a, of(nil)}, map[string]string{}},
		{[]*File{of(nil), a}, nil},
	} {
		if d := cmp.Diff(tt.want, commonTags(tt.files)); d != "" {
			t.Error(d)
		}
	}
	if len(a.Header.Tags) != 3 {
		t.Errorf("a file's own tags are changed: %v", a.Header.Tags)
	}
}
