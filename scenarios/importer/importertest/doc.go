// Package importertest is what the tests of importers share: sources with the
// scenarios that they become beside them, and what every scenario that is made has to keep.
//
// It owns no importer and no test of one.
package importertest
