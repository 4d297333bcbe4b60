package results

import "maps"

// commonTags are those that all headers have: what may be said of all of them.
func commonTags(files []*File) map[string]string {
	common := maps.Clone(files[0].Header.Tags)
	for _, f := range files[1:] {
		maps.DeleteFunc(common, func(key, value string) bool {
			other, ok := f.Header.Tags[key]
			return !ok || other != value
		})
	}
	return common
}
