// Package docs is what mlbench says about itself: the pages of this folder, some of which
// 'mlbench help TOPIC' shows on a terminal.
//
// It owns which pages are topics, and how a page becomes plain text. It does not own the
// help of single commands (cmd/mlbench/help), nor what pages of results look like (package
// report).
package docs
