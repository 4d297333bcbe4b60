package main

// badGateFiles have every mistake, and all that is said of them. What only the
// loader finds, and the schema cannot, is marked.
var badGateFiles = []struct {
	name, src  string
	loaderOnly bool
	want       string
}{
	{"empty", "# nothing\n", false, `f:1:1: the file is empty`},
	{"no mapping", "- base", false, `f:1:1: found a list, want a mapping`},
	{"no YAML", "base: [", false, ``}, // the parser's words
	{
		"unknown keys", "haed: x\nbudegt: 60s\nmax_regression: p50=5%\nschema: true\nfile: x\n", false,
		`f:1:1: unknown key "haed", did you mean "head"? (KNOWN)
f:2:1: unknown key "budegt", did you mean "budget"? (KNOWN)
f:3:1: unknown key "max_regression", did you mean "max-regression"? (KNOWN)
f:4:1: unknown key "schema" (KNOWN)
f:5:1: unknown key "file" (KNOWN)`,
	},
	{
		"wrong values, all at once", `base: 5
head:
ready: health
scenario: mxi
budget: soon
rate: fast
connections: 0
extend: maybe
strict: 1
inconclusive: pas
calibration: ""
export: [junit, "yaml=x", 7]
`, false,
		`f:1:7: base: found "5", want text
f:2:1: head: found nothing, want text
f:3:8: ready: found "health", want a path that begins with /
f:4:11: scenario: unknown scenario "mxi", did you mean "mix"? (shipped: sequential, concurrent, mix, users, ramp, spike, soak, ping; a file's name has a slash or ends in .yaml)
f:5:9: budget: found "soon", want a length of time above 0, such as 30s or 2m
f:6:7: rate: found "fast", want a rate such as 200/s, 12000/m or 1.5k/s
f:7:14: connections: found "0", want a whole number of at least 1, or clients over time such as stages(30s:50, 1m:50, 30s:0)
f:8:9: extend: found the text "maybe", want true or false
f:9:9: strict: found "1", want true or false
f:10:15: inconclusive: found "pas", want fail, pass or exit4, did you mean "pass"?
f:11:14: calibration: found the text "", want text
f:12:10: export[0]: "junit": want FORMAT=FILE, for example json=result.json
f:12:17: export[1]: "yaml=x": unknown format "yaml": want one of text, json, jsonl, markdown, csv, junit, html, svg
f:12:27: export[2]: found "7", want FORMAT=FILE, a list of them, or a mapping`,
	},
	{
		"what is not there, all at once", "base: ./nothing\nhead: moderm\nscenario: nothere.yaml\nparity: lots\n", true,
		`f:1:7: base: "./nothing" is no program that can be run: is the path right, and the file executable? With blanks in it, or as cmd:COMMAND, it is a command for the shell
f:2:7: head: unknown target "moderm", did you mean "modern"? (known: legacy, modern, reference; or give a URL such as http://127.0.0.1:8000)
f:3:11: scenario: open nothere.yaml: no such file or directory
f:4:9: parity: "lots": want a share of the requests, above 0% and at most 100%, such as 1%`,
	},
	{"no time", "budget: 0s", true, `f:1:9: budget: found "0s", want a length of time above 0, such as 30s or 2m`},
	{
		"limits", "max-regression:\n  p50: 5\n  throughtput: 5%\n  errors: 5%\n  throughput: 99.5%\n  p99: [20%]\n  p90:\n  p95: fast\n", false,
		`f:2:8: max-regression.p50: found "5", want a change such as 5%, or off
f:3:3: max-regression: "throughtput" cannot be judged, did you mean "throughput"? (known: p50 and other percentiles, also of a class as health:p50, throughput, errors, cpu)
f:4:11: max-regression.errors: found the text "5%", want a difference in percentage points such as 0.5pp
f:5:15: max-regression.throughput: found the text "99.5%", want a change such as 5%, below 99%
f:6:8: max-regression.p99: found a list, want a change such as 5%, or off
f:7:3: max-regression.p90: found nothing, want a change such as 5%, or off
f:8:8: max-regression.p95: found the text "fast", want a change such as 5%, or off`,
	},
	{"no limits", "max-regression: {}\n", false, `f:1:17: max-regression: found a mapping, want metrics and their limits, such as {p50: 5%, p90: 10%}`},
	{"a number for limits", "max-regression: 5\n", false, `f:1:17: max-regression: found "5", want metrics and their limits, such as {p50: 5%, p90: 10%}`},
	{"limits as text", "max-regression: p50=fast\n", true, `f:1:17: max-regression: limit "p50=fast": "fast" is no limit above 0 and up to 10000%; want for example p50=5%,p90=10%,p99=20%,throughput=5%,errors=0.5pp,cpu=10%; p99=off does not judge p99; p50=5%|0.2ms, health:p99=50% and 'p99=20% watched' are limits, too`},
	{"two limits in a value", "max-regression: {p50: \"5%,p90=1%\"}\n", false, `f:1:23: max-regression.p50: found the text "5%,p90=1%", want a change such as 5%, or off`},
	{"nothing judged", "max-regression: {p50: off, p90: off, p99: off}\n", true, `f:1:17: max-regression: limits: every percentile is off, so no latency would be judged`},
	{"objectives", "result: a\nobjectives: p99\n", true, `f:2:13: objectives: "p99": want [CLASS:]METRIC<LIMIT, for example p99<50ms, lag_p99<1ms, errors<0.1%, goodput>150/s or check:NAME>99%`},
	{
		"measure and read", "base: legacy\nhead: modern\nbaseline: x\nresult: y\nobjectives: p99<1s\n", true,
		`f:3:11: baseline: this is for saved runs, but base and head are to be measured: leave one kind out
f:4:9: result: this is for saved runs, but base and head are to be measured: leave one kind out`,
	},
	{
		// "want text" said nothing of the form that is wanted.
		"forms of texts", "parity: 1\nready: 5\npercentiles: {p50: on}\nformat: yaml\nheader: {X: [{a: b}]}\n", false,
		`f:1:9: parity: found "1", want a share of the requests such as 1%
f:2:8: ready: found "5", want a path that begins with /
f:3:14: percentiles: found a mapping, want percentiles such as 50,90,99.9
f:4:9: format: unknown format "yaml": want one of text, json, jsonl, markdown, csv, junit, html, svg
f:5:14: header.X[0]: found a mapping, want text, or a list of texts`,
	},
	{"exports as JSON lines", "export: jsonl=x.jsonl\nobjective: 5\n", false, `f:2:12: objective: found "5", want text, or a list of texts`},
	{"percentiles beyond", "percentiles: [50, 101]\n", true, `f:1:14: percentiles: "101" is no percentile between 0 and 99.9999; want for example 50,90,99.9`},
	{
		// These had no place: they were found when the file was read, and named a flag.
		"values of any key", "base: legacy\nhead: modern\ntransport: quic\nresolve: nowhere\nheader: [\"X: 1\", nonsense]\ntag: [a=b, c]\ncert: c.pem\nexpected: e.yaml\n", true,
		`f:3:12: transport: "quic": want lean, net/http or h2
f:4:10: resolve: "nowhere": want HOST:PORT, such as 127.0.0.1:8000
f:5:18: header[1]: header "nonsense" has no colon, want "Name: value"
f:6:12: tag[1]: "c": want KEY=VALUE, such as team=search
f:7:7: cert: --cert and --key go together
f:8:11: expected: --expected is for --parity: give both`,
	},
	{"no runs", "result: []\n", false, `f:1:9: result: found an empty list, want text, or a list of texts`},
	{"twice", "base: legacy\nbase: modern\n", true, `f:2:1: the key "base" is there twice`},
}
