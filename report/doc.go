// Package report renders what packages summary and verdict computed: text for a terminal,
// markdown for a pull request, CSV for a spreadsheet and JSON for programs.
//
//	summary.Run, verdict.Comparison ─► page ─► text, markdown
//	                               └───────► CSV, JSON (+ their schemas), JUnit
//
// So it does with what verify, calibrate, selftest and doctor found out; the lists
// of commands are Tables.
//
// It owns units, digits, wording and escaping: names come from files and from
// the network, and must neither break a table nor reach a terminal as an escape
// sequence. What makes words leaves them raw, with their roles, and only what
// writes a form escapes for it. It does not own any statistics: every number it prints is a field
// of its input, except differences of two shares.
//
//	err := report.Run(os.Stdout, report.Text, summary, report.Options{})
package report
