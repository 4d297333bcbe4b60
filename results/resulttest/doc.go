// Package resulttest makes measurements by hand, for tests of what is computed of them.
//
// It owns files, classes and histograms of known content. It does not own what any of
// them mean (results), and no program imports it.
package resulttest
