package plan

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/importertest"
)

// strange texts of plans and collections: values, names, paths.
var strange = rapid.OneOf(
	rapid.SampledFrom([]string{
		"", "a", "1", "-1", "/a/${b}?c=${__Random(1,9)}&d", "${__UUID()}", "x${__UUID}y", "${a}${b}", "${${a}}", "${", "}", "{{", "{{a}}", "{{ b }}/x", "{{$guid}}",
		"{{$randomWords}}", "a=b&c", "../..", ".", "%", "%zz", "{x}", "#f", "é\u2028\x00", "$.a", "$.a[0].b", "$[", "(a)(b", "password", "Bearer ${a}", "Bearer {{a}}", "A: b", "\r\n",
		`{"a": ${a}, "b": "${__P(x,1)}", "c": {{a}}, "d": ["{{$randomInt}}"]}`, `{"password": "x", "$vector": 1}`, "eyJabcdef.ghij.klmn", "http://h/p", "https://h:1", "h", "text/plain",
		"${__P(p)}", "${__P(p,)}", "${__time(yyyy)}", "${__groovy(x)}", "${__chooseRandom(a,b,c)}", "Content-Type", "Host", "application/json", "multipart/form-data", "true", "false", "null", "\"", "\\",
	}),
	rapid.StringN(0, 8, 40),
)

func xmlText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s))
	return b.String()
}

// planPart is a random element with what stands below it.
func planPart(t *rapid.T, depth int) string {
	text := func(name string) string {
		return `<stringProp name="` + name + `">` + xmlText(strange.Draw(t, name)) + `</stringProp>`
	}
	either := func(name string, of ...string) string {
		return `<stringProp name="` + name + `">` + rapid.SampledFrom(of).Draw(t, name) + `</stringProp>`
	}
	pairs := func(outer, inner, name, value string) string {
		var b strings.Builder
		for range rapid.IntRange(0, 3).Draw(t, "pairs") {
			b.WriteString(`<elementProp name="">` + text(name) + text(value) + `</elementProp>`)
		}
		list := `<collectionProp name="` + inner + `">` + b.String() + `</collectionProp>`
		if outer == "" {
			return list
		}
		return `<elementProp name="` + outer + `">` + list + `</elementProp>`
	}
	below := func() string {
		var b strings.Builder
		for range rapid.IntRange(0, 3).Draw(t, "below") {
			if depth > 0 {
				b.WriteString(planPart(t, depth-1))
			}
		}
		return "<hashTree>" + b.String() + "</hashTree>"
	}
	element := func(tag string, parts ...string) string {
		return "<" + tag + ` testname="` + xmlText(strange.Draw(t, "testname")) + `">` + strings.Join(parts, "") + "</" + tag + ">" + below()
	}
	switch rapid.IntRange(0, 13).Draw(t, "part") {
	case 0:
		return element("HeaderManager", pairs("", "HeaderManager.headers", "Header.name", "Header.value"))
	case 1:
		return element("ConfigTestElement", either("HTTPSampler.domain", "", "h", "${a}"), pairs("HTTPsampler.Arguments", "Arguments.arguments", "Argument.name", "Argument.value"))
	case 2:
		return element("Arguments", pairs("", "Arguments.arguments", "Argument.name", "Argument.value"))
	case 3:
		return element("JSONPostProcessor", either("JSONPostProcessor.referenceNames", "a", "b", "a;b", "é"), text("JSONPostProcessor.jsonPathExprs"))
	case 4:
		return element("RegexExtractor", either("RegexExtractor.refname", "a", "b"), text("RegexExtractor.regex"), either("RegexExtractor.useHeaders", "true", "false"))
	case 5:
		return element("ResponseAssertion", either("Assertion.test_field", "Assertion.response_code", "Assertion.response_data"), either("Assertion.test_type", "1", "2", "8", "16"),
			`<collectionProp name="Asserion.test_strings">`+text("1")+text("2")+`</collectionProp>`)
	case 6:
		return element("ThroughputController", either("ThroughputController.style", "0", "1"), either("ThroughputController.percentThroughput", "0", "20", "100", "x"))
	case 7:
		return element(rapid.SampledFrom([]string{"RandomController", "InterleaveControl", "OnceOnlyController", "TransactionController", "IfController"}).Draw(t, "controller"))
	case 8:
		return element("LoopController", either("LoopController.loops", "-1", "2", "1000000", "${a}"))
	case 9:
		return element("UniformRandomTimer", either("ConstantTimer.delay", "1", "-5", "1e9", "x"), either("RandomTimer.range", "0", "7", "1e300"))
	case 10:
		return element("CSVDataSet", either("filename", "testdata/shop.csv", "shop.csv", "../x", "/etc/passwd"), text("variableNames"))
	default:
		return element("HTTPSamplerProxy", text("HTTPSampler.path"), either("HTTPSampler.method", "GET", "POST", "PUT", "HEAD", ""), either("HTTPSampler.postBodyRaw", "true", "false"),
			pairs("HTTPsampler.Arguments", "Arguments.arguments", "Argument.name", "Argument.value"),
			rapid.SampledFrom([]string{"", pairs("HTTPsampler.Files", "HTTPFileArgs.files", "File.paramname", "File.path")}).Draw(t, "files"))
	}
}

// Whatever a plan holds, what is made of it is a scenario, or is refused.
func TestRandomPlans(t *testing.T) {
	importertest.Alike(t)
	rapid.Check(t, func(r *rapid.T) {
		var parts strings.Builder
		for range rapid.IntRange(1, 6).Draw(r, "parts") {
			parts.WriteString(planPart(r, 3))
		}
		tag := rapid.SampledFrom([]string{"ThreadGroup", "SetupThreadGroup", "kg.apc.jmeter.threads.SteppingThreadGroup", "com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup"}).Draw(r, "group")
		group := func(tag string) string {
			return fmt.Sprintf(`<%s testname="g"><stringProp name="ThreadGroup.num_threads">%s</stringProp></%s><hashTree>%s</hashTree>`, tag, xmlText(strange.Draw(r, "threads")), tag, parts.String())
		}
		plan := `<jmeterTestPlan><hashTree><TestPlan/><hashTree>` + group("ThreadGroup") + group(tag) + `</hashTree></hashTree></jmeterTestPlan>`
		importertest.Made(r, plan, func() ([]byte, error) {
			return FromJMeter([]byte(plan), draft.Options{Source: "f", Folder: "testdata"})
		})
	})
}

// Whatever a collection holds, what is made of it is a scenario, or is refused.
func TestRandomCollections(t *testing.T) {
	importertest.Alike(t)
	rapid.Check(t, func(r *rapid.T) {
		text := func(name string) string { return strange.Draw(r, name) }
		pairs := func(name string) (out []any) {
			for range rapid.IntRange(0, 3).Draw(r, name) {
				out = append(out, map[string]any{"key": text("key"), "value": text("value"), "type": rapid.SampledFrom([]string{"text", "file"}).Draw(r, "type"), "src": text("src")})
			}
			return out
		}
		script := []string{"var d = pm.response.json();"}
		for range rapid.IntRange(0, 4).Draw(r, "script") {
			script = append(script, rapid.SampledFrom([]string{
				"pm.environment.set('a', d.a);", "pm.globals.set(\"b\", d.b[0].c)", "pm.response.to.have.status(201);", "pm.expect(d.x).to.eql('y');", "pm.expect(d.x).to.be.a('number')",
				"pm.expect(pm.response.responseTime).to.be.below(0)", "tests['x'] = responseBody.has('y');", "pm.expect(pm.response.text()).to.include(\"\\\"\");", text("line"),
			}).Draw(r, "line"))
		}
		var items []any
		for range rapid.IntRange(1, 4).Draw(r, "items") {
			body := map[string]any{
				"mode": rapid.SampledFrom([]string{"raw", "urlencoded", "formdata", "graphql", "file", ""}).Draw(r, "mode"), "raw": text("raw"), "urlencoded": pairs("urlencoded"), "formdata": pairs("formdata"),
				"graphql": map[string]any{"query": text("query"), "variables": text("variables")},
			}
			request := map[string]any{
				"method": rapid.SampledFrom([]string{"GET", "POST", "HEAD", "delete"}).Draw(r, "method"), "header": pairs("header"), "body": body,
				"url":  map[string]any{"raw": "http://h/" + text("path"), "query": pairs("query"), "variable": pairs("variable")},
				"auth": map[string]any{"type": rapid.SampledFrom([]string{"bearer", "basic", "apikey", "x", ""}).Draw(r, "auth"), "bearer": pairs("bearer"), "apikey": []any{map[string]any{"key": "key", "value": text("key")}, map[string]any{"key": "value", "value": text("value")}}},
			}
			if rapid.Bool().Draw(r, "body") {
				delete(request, "body")
			}
			items = append(items, map[string]any{"name": text("name"), "request": request, "event": []any{map[string]any{"listen": "test", "script": map[string]any{"exec": script}}}})
		}
		raw, err := json.Marshal(map[string]any{"item": items, "variable": pairs("variables")})
		if err != nil {
			r.Fatalf("%v", err)
		}
		importertest.Made(r, string(raw), func() ([]byte, error) { return FromPostman(raw, draft.Options{Source: "f", Folder: "testdata"}) })
	})
}
