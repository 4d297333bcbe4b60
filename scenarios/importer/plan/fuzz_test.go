package plan

import (
	"fmt"
	"testing"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

func FuzzFromJMeter(f *testing.F) {
	const plan = `<jmeterTestPlan><hashTree><ThreadGroup><stringProp name="ThreadGroup.num_threads">${__P(n,2)}</stringProp></ThreadGroup><hashTree>%s</hashTree></hashTree></jmeterTestPlan>`
	for _, part := range []string{
		`<HTTPSamplerProxy testname="a"><stringProp name="HTTPSampler.path">/a/${__Random(1,9)}?b=${c}</stringProp></HTTPSamplerProxy><hashTree><JSONPostProcessor><stringProp name="JSONPostProcessor.referenceNames">c</stringProp><stringProp name="JSONPostProcessor.jsonPathExprs">$.c</stringProp></JSONPostProcessor></hashTree><HTTPSampler><stringProp name="HTTPSampler.path">/${c}</stringProp></HTTPSampler>`,
		`<ThroughputController><intProp name="ThroughputController.style">1</intProp><FloatProperty><name>ThroughputController.percentThroughput</name><value>20</value></FloatProperty></ThroughputController><hashTree><HTTPSampler/></hashTree><HTTPSampler/>`,
		`<UniformRandomTimer><stringProp name="RandomTimer.range">5</stringProp></UniformRandomTimer><HTTPSampler><boolProp name="HTTPSampler.postBodyRaw">true</boolProp><stringProp name="HTTPSampler.method">POST</stringProp><elementProp name="HTTPsampler.Arguments"><collectionProp name="Arguments.arguments"><elementProp name=""><stringProp name="Argument.value">{"a": ${__UUID}, "b": "x${__UUID}"}</stringProp></elementProp></collectionProp></elementProp></HTTPSampler>`,
		`<CSVDataSet><stringProp name="filename">a.csv</stringProp><stringProp name="variableNames">a</stringProp></CSVDataSet><HTTPSampler><stringProp name="HTTPSampler.path">/${a}</stringProp></HTTPSampler><hashTree><RegexExtractor><stringProp name="RegexExtractor.refname">a</stringProp><stringProp name="RegexExtractor.regex">(x)</stringProp></RegexExtractor></hashTree>`,
	} {
		f.Add(fmt.Sprintf(plan, part))
	}
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromJMeter([]byte(raw), draft.Options{Source: "f"}) })
	})
}

func FuzzFromPostman(f *testing.F) {
	f.Add(`{"item":[{"name":"a","request":{"method":"POST","url":"{{u}}/a/:b?c={{$randomInt}}","header":"A: {{$guid}}","body":{"mode":"raw","raw":"{\"a\": {{x}}, \"b\": \"{{$guid}}y\"}"}}}],"variable":[{"key":"u","value":"http://h"},{"key":"x","value":"1"}]}`)
	f.Add(`{"item":[{"name":"a","event":[{"listen":"test","script":{"exec":["var d = pm.response.json();","pm.environment.set('t', d.t);","pm.response.to.have.status(201)","pm.expect(d.a).to.eql(\"b\")"]}}],"request":{"url":{"raw":"h/a","query":[{"key":"a","value":"{{t}}"}]}}},{"name":"b","request":{"url":"h/{{t}}","auth":{"type":"bearer","bearer":[{"key":"token","value":"{{t}}"}]}}}]}`)
	f.Add(`{"item":[{"request":{"method":"PUT","url":"h","body":{"mode":"formdata","formdata":[{"key":"a","type":"file","src":"/x/y"},{"key":"b","value":"{{$timestamp}}"}]}}},{"request":{"url":"h","method":"POST","body":{"mode":"graphql","graphql":{"query":"{a}","variables":"{}"}}}},{"request":{"url":"h","method":"POST","body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"b c"}]}}}]}`)
	f.Fuzz(func(t *testing.T, raw string) {
		importertest.Made(t, raw, func() ([]byte, error) { return FromPostman([]byte(raw), draft.Options{Source: "f"}) })
	})
}
