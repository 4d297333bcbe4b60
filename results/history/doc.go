// Package history is the folder in which results gather.
//
//	folder ─► List ─► Entry ─► cmd/mlbench, cmd/internal/web
//	            └───► trend
//
// It owns which files of a folder are asked for, what a list says of each, and which are
// removed, and never are. It does not own the result file, its labels among it (package
// results), their course over time (package trend), or rendering anything for people.
package history
