package importer

import (
	"sync"

	"github.com/mlbench/mlbench/scenarios"
)

// speaks says which parts of the language there are, of those that scripts may need.
var speaks = sync.OnceValue(func() (out struct{ choose, users, pacing, loads, logins bool }) {
	const request = "\nrequests: [{name: a, path: /, auth: bearer}]\nlogin: {path: /l"
	valid := func(text, login string) bool {
		_, err := scenarios.Parse([]byte(text+request+login+"}\n"), "a.yaml")
		return err == nil
	}
	out.users = valid(`load: {connections: "stages(1s:1)"}`, "")
	out.pacing = valid(`load: {pacing: 5s}`, "")
	out.logins = valid("", ", per: worker")
	out.loads = valid(`loads: {m: {rate: 1/s, duration: 1s, classes: [a]}}`, "")
	_, err := scenarios.Parse([]byte("requests: [{name: a, path: /, steps: [{choose: [{weight: 1, name: b, path: /b}, {weight: 1}]}]}]"), "a.yaml")
	out.choose = err == nil
	return out
})
