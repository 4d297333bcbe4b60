package plan

import (
	"strings"
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func TestPlans(t *testing.T) {
	importertest.Golden(t, importertest.Sources(t, map[string]importertest.Import{"jmx": FromJMeter, "postman": FromPostman}))
}

func TestFaultsOfPlans(t *testing.T) {
	plan := func(group, below string) string {
		return `<jmeterTestPlan><hashTree><TestPlan/><hashTree><ThreadGroup testname="g"><stringProp name="ThreadGroup.num_threads">5</stringProp>` + group + `</ThreadGroup><hashTree>` +
			`<HTTPSamplerProxy testname="a"><stringProp name="HTTPSampler.path">/a</stringProp><stringProp name="HTTPSampler.domain">h</stringProp></HTTPSamplerProxy><hashTree/>` + below + `</hashTree></hashTree></hashTree></jmeterTestPlan>`
	}
	for _, tt := range []struct{ name, source, want string }{
		{"loops and a duration both end a load", plan(`<elementProp name="ThreadGroup.main_controller"><stringProp name="LoopController.loops">10</stringProp></elementProp><boolProp name="ThreadGroup.scheduler">true</boolProp><stringProp name="ThreadGroup.duration">180</stringProp>`, ""), "duration: 3m\n  requests: 50"},
		{"shaped arrivals are at equal gaps", plan("", `<kg.apc.jmeter.timers.VariableThroughputTimer><collectionProp name="load_profile"><collectionProp name="1"><stringProp name="1">1</stringProp><stringProp name="2">9</stringProp><stringProp name="3">30</stringProp></collectionProp></collectionProp></kg.apc.jmeter.timers.VariableThroughputTimer><hashTree/>`), "arrivals: constant"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text, err := FromJMeter([]byte(tt.source), draft.Options{Source: "f.jmx"})
			if err != nil || !strings.Contains(string(text), tt.want) {
				t.Errorf("%v, no %q in\n%s", err, tt.want, text)
			}
			importertest.Wires(t, text, 1)
		})
	}
}
