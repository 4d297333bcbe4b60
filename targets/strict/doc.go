// Package strict reads YAML files strictly, for people who write them by hand.
//
//	path ─► ReadFile ─► bytes ─► Parse ─► Document of Nodes ─► Document.Decode ─► struct
//	                      └────────────── Decode ────────────────────────────────► struct, or Mistakes
//
// It owns the bounds that are held before a file is parsed, the tree of values
// that know where they stand, decoding into structs that takes known keys only,
// and mistakes: all at once, each with its place and, for a misspelt word, a
// suggestion. It does not own what a file means: that is of those who read one
// (targets, scenarios, the gate file), which note mistakes of their own in the
// same Document.
package strict
