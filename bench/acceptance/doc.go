// Command acceptance measures how often `mlbench compare` cries wolf and how
// much it finds, and puts the table into docs/acceptance.md.
//
// It owns the conditions with their goals (conditions.go, fixed before the
// runs), the order of the runs, the servers of each run, the journal of finished
// runs and the table. It does not own what is measured: mlbench and its servers
// are the real program, built from the tree, and FastAPI's service is that of
// examples/flask-vs-fastapi.
//
// # Method
//
// A run starts both servers anew, on free ports and in an order decided by lot,
// compares them once, and stops them. Launch luck is thus part of what is
// measured. Only with --launches, and in its demo, mlbench starts the servers
// itself. Each run has a seed of its own for arrivals and payloads, and one for
// the work that the reference server draws. The latter is the same for A and B,
// as equal requests cost the same in two builds of one service.
//
// The runs of all conditions are mixed evenly, so that an interrupted series has
// its share of each, and a slow drift of the machine meets all alike. The order
// and all seeds follow from one constant. Conditions can be named to come first.
// A run begins once nothing else uses the cores.
//
// Every finished run is one line in docs/acceptance.jsonl; what stands there is
// not run again. Ctrl-C loses only the run in progress. A run in which the
// program fails, instead of reaching a verdict, counts too: as neither found nor
// passed. Result files are kept, compressed, in results, which git ignores.
//
// All load goes to 127.0.0.1.
package main
