// Package stats is the mathematics under every number mlbench shows: the
// latency histogram and what is computed from it.
//
// It owns the histogram's geometry (1 µs to 120 s, three significant digits),
// recording, merging, quantiles and their encoding. It does not own files,
// HTTP or formatting, and imports nothing of this module.
package stats
