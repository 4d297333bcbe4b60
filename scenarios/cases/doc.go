// Package cases makes the requests that verify asks several targets alike.
//
//	scenario ─────────► Of ─────────┐
//	OpenAPI document ─► OfDocument ─┴► []Case: ordinary ones, then edge cases made of them
//
// It owns which edge cases there are, and what is unusual about each. It does not
// own how they are sent, nor the comparison of answers (results/answers), nor the
// values that schemas allow (example).
package cases
