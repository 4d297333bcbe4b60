// Package reference is a server of known behaviour: the ground truth that
// selftest, tests and rehearsals of the gate measure mlbench's own numbers
// against.
//
// It owns a queueing model (service time with an optional spread and second
// mode, stalls, FIFO workers or unlimited parallelism, a share of errors) and an
// HTTP server that answers each request at the instant the model says. It does
// not own the prediction API: whatever is asked is answered with the same small
// JSON object.
//
// # The model
//
// A request arrives when its body is complete. Its work is drawn from the seed
// and, when it has a body, from the bytes of that body: the same payload costs
// the same on every server started with the same seed, so two arms under
// comparison differ in what was configured and in nothing else. Requests without
// a body, and all errors, are drawn by number in order of arrival. An error
// takes as long as any other answer.
//
// Luck makes starts of one program differ, as they do: each draws a factor on all
// of its work, exp(N(0, Luck)), and GET /health tells which.
//
// Workers = 0 answers all requests in parallel. A stall is then a gate: who
// arrives during it waits until its end and takes the service time after that;
// work already in hand goes on. With Workers = c there is one FIFO queue, and a
// stall freezes the work in hand too.
//
// With fixed service time s, stalls of length S once every T, constant rate R
// over whole periods, and ρ = 0 (gate) or ρ = R·s/c (FIFO), the quantile q of
// the response time is therefore
//
//	Q(q) = s + max(0, S − (1−ρ)(1−q)T)   valid for S/(1−ρ) < T
//
// which an open-model generator must report and a closed one cannot see.
//
// The clock of the stalls starts with the first request after start or after
// POST /_reset, and the first stall begins a tenth of a period later, so that a
// stall and the queue it leaves lie within one period of the clock. A reset also
// empties the queue and restarts the count of requests.
//
// # What it answers
//
//   - GET /health and POST /login answer at once: set-up and readiness checks are
//     no part of the model and do not start its clock.
//   - POST /_reset answers 204.
//   - Any other method and path is a request to the model. The answer says in
//     its headers, in nanoseconds, what was done: X-Arrival-Time (since the
//     clock started), X-Queue-Time (waiting for a worker or for the end of a
//     stall), X-Work-Time (the work drawn) and X-Service-Time (arrival to answer
//     less X-Queue-Time). X-Service-Time − X-Work-Time is how late the answer
//     was: the server's own error, never negative.
//
// # Time passing
//
// The model alone decides when an answer is due; Options.Burn decides only how
// the time until then passes. Sleeping keeps to the due instant within tens of
// microseconds (see sleeper). Burning spins until the wall clock says that the
// work is over, rather than for an amount of CPU time or a calibrated count of
// loops: a calibration differs from one start to the next, and CPU time stretches
// with whatever else runs, so two arms would differ by more than was asked for.
// A burner that gets its core late burns less; it does not answer later.
package reference
