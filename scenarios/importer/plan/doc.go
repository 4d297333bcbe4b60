// Package plan makes scenarios of files that other tools write: test plans of JMeter's,
// collections of Postman's.
//
//	source ─► elements, their variables and answers ─► draft
//
// It owns what becomes of which element, and the comments of what was not read. It runs
// none of the programs in them. It does not own how a scenario is written (draft).
package plan
