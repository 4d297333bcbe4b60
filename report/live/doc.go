// Package live shows a measurement on a terminal while it runs: how long it takes yet,
// what was asked and achieved, errors, latencies of the last seconds, the health of the
// generator, and of a comparison both arms and what is still open.
//
// It owns what the view says, its layout and its redrawing, at most four times a second.
// It does not own whether there is one, nor results: it is told what an observer of a
// session is told, of slices that exist anyway, and nobody ever waits for it. It reads no
// keys and changes no mode of the terminal, so that ctrl-C stays with its owner and
// nothing is left to restore, however the process ends.
package live
