// Package stats is the mathematics under every number mlbench shows: the
// latency histogram and what is computed from it, and the judgement of two
// targets.
//
// It owns the histogram's geometry (1 µs to 1 h, three significant digits),
// recording, merging, quantiles and their encoding; the tests, estimates and
// intervals; and [Judge], which makes a verdict of them. It does not own files,
// HTTP or formatting, nor how pairs are measured and their quantiles taken, and
// imports nothing of this module.
//
// The unit of comparison is the pair, never the request: one slice on each
// target, in an order decided by a fair coin. The logarithm of a pair's ratio is
// then as likely positive as negative between identical targets, whatever the
// noise, and [SignedRank], [HodgesLehmann] and [HLInterval] take no more than
// that; what standing second in its pair does to a slice is taken out
// ([WithoutSlot]). [Holm] corrects for judging many metrics at once, [Look] for
// judging data as they grow ([JudgeLooks]). What percentiles of short slices
// cannot show has guards: [Stalls] by [SignTest], [Errors] by [SignFlip] and
// [Newcombe]; whether the pairs speak of a state that lasts, and not of each
// other, a [Course]. Where builds are launched again and again
// the launch is the unit ([ByLaunches]). Single runs, which nothing pairs, are
// compared as one value each ([Welch], [Calibrated]).
package stats
