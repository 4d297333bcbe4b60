// Command peers measures mlbench beside wrk, vegeta and k6 in one run and puts
// the tables into docs/performance.md.
//
// It owns the experiments, the command line of each tool, the reading of packet
// captures and the tables. It does not own what is measured: mlbench is built
// from the tree, vegeta and k6 from the versions in this module's go.mod, wrk,
// nginx and tcpdump are Debian's. It is a module of its own, so that none of
// this is a dependency of mlbench.
//
// # Method
//
// The generator has one core and the server another. In each round every tool
// runs once, in an order that rotates from round to round, and ratios are taken
// within the round: slow drift of the machine meets all alike. Tables show
// medians over the rounds.
//
// CPU time is what wait4 accounts to the generator's process, requests are what
// the server counted: neither depends on what a tool says of itself. The CPU
// time that a tool needs to start and stop is measured by the same command line,
// for one second, on a server that takes 0.9 s for an answer, and is taken off.
//
// All load goes to 127.0.0.1, and every process has a time limit. What fails is
// shown as "n/a" with the reason, and the rest goes on.
package main
