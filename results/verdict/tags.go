package verdict

import (
	"maps"

	"github.com/mlbench/mlbench/results"
)

// commonTags are those that all headers have: what may be said of all of them.
func commonTags(files []*results.File) map[string]string {
	common := maps.Clone(files[0].Header.Tags)
	for _, f := range files[1:] {
		maps.DeleteFunc(common, func(key, value string) bool {
			other, ok := f.Header.Tags[key]
			return !ok || other != value
		})
	}
	return common
}
