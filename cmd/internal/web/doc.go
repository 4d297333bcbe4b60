// Package web is the page of 'mlbench ui': it starts measurements, shows them while they
// run, and what is saved of them.
//
//	browser ─► Serve ─► child processes of the same binary ─► result files
//	                └─────────── follows and lists ◄──────────────┘
//
// It owns the page (page/), its API, who may use it, the one measurement that runs at a
// time with its lock, and following its result file. All there is to know stands in the
// folder of results, so that a page that is closed and a server that is restarted lose
// nothing. It does not own measuring, judging or rendering: children do, each a command of
// mlbench, and it computes no figure.
package web
