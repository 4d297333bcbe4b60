package plan

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// answers reads what a sampler's own elements, and assertions around it, do with
// its answer.
func (j *jmeter) answers(r *draft.Request, own []jmxNode, outer jmxScope) {
	for _, n := range outer {
		if strings.HasSuffix(n.tag, "Assertion") {
			j.assertion(r, n)
		}
	}
	for _, n := range own {
		switch {
		case strings.HasSuffix(n.tag, "Assertion"):
			j.assertion(r, n)
		case isExtractor(n.tag):
			j.extractor(r, n)
		case runsProgram(n.tag):
			j.unread(n.jmxElement, "a program, which is not run")
		}
	}
}

// extractor is a capture.
func (j *jmeter) extractor(r *draft.Request, n jmxNode) {
	names, takes, why := j.taken(n)
	if why != "" {
		j.unread(n.jmxElement, why)
		return
	}
	for i, name := range names {
		if r.Method == "HEAD" && !strings.HasPrefix(fmt.Sprint(takes[i]), "[{header") {
			continue // it has no body
		}
		r.AddCapture(draft.Identifier(name), takes[i])
		j.nowCaptured(name)
	}
}

// nowCaptured makes the name one that later steps take from answers.
func (j *jmeter) nowCaptured(name string) {
	j.captured[name] = true
}

// taken are the names and captures of an extractor, or why there are none.
func (j *jmeter) taken(n jmxNode) (names []string, takes []any, why string) {
	switch n.tag {
	case "JSONPostProcessor", "com.atlantbh.jmeter.plugins.jsonutils.jsonpathextractor.JSONPathExtractor", "JMESPathExtractor":
		if match := j.plain(n.prop("JSONPostProcessor.match_numbers", "jmesPathExtractor.matchNumber")); match != "" && match != "1" && match != "0" {
			return nil, nil, "it takes all matches, or a later one"
		}
		all := strings.Split(j.plain(n.prop("JSONPostProcessor.referenceNames", "VAR", "jmesPathExtractor.referenceNames", "JMESExtractor.referenceName")), ";")
		paths := strings.Split(j.plain(n.prop("JSONPostProcessor.jsonPathExprs", "JSONPATH", "jmesPathExtractor.expression", "JMESExtractor.jmesPathExpression")), ";")
		for i, name := range all {
			if i >= len(paths) || strings.TrimSpace(name) == "" {
				continue
			}
			path := strings.TrimSpace(paths[i])
			if !strings.HasPrefix(path, "$") {
				path = "$." + path
			}
			if _, err := answers.ParsePath(path); err != nil {
				return nil, nil, fmt.Sprintf("the path %s is none of RFC 9535", draft.Shortened(path))
			}
			names, takes = append(names, strings.TrimSpace(name)), append(takes, path)
		}
		return names, takes, ""
	case "RegexExtractor":
		name, expr := j.plain(n.prop("RegexExtractor.refname")), j.Flat(j.fill(n.prop("RegexExtractor.regex")))
		if t := j.plain(n.prop("RegexExtractor.template")); t != "" && t != "$1$" && t != "$0$" {
			return nil, nil, "its template is " + draft.Shortened(t) + ": the first group is what can be taken"
		} else if t == "$0$" {
			expr = "(" + expr + ")"
		}
		if match := j.plain(n.prop("RegexExtractor.match_number")); match != "" && match != "1" && match != "0" {
			return nil, nil, "it takes all matches, or a later one"
		}
		take, why := captureByRegex(expr, j.plain(n.prop("RegexExtractor.useHeaders")))
		if why != "" || name == "" {
			return nil, nil, why
		}
		// Variables of groups: name_g1.
		return []string{name}, []any{take}, ""
	case "BoundaryExtractor":
		name := j.plain(n.prop("BoundaryExtractor.refname"))
		left, right := j.Flat(j.fill(n.prop("BoundaryExtractor.lboundary"))), j.Flat(j.fill(n.prop("BoundaryExtractor.rboundary")))
		take, why := captureByRegex(regexp.QuoteMeta(left)+"(.*?)"+regexp.QuoteMeta(right), j.plain(n.prop("BoundaryExtractor.useHeaders")))
		if why != "" || name == "" {
			return nil, nil, why
		}
		return []string{name}, []any{take}, ""
	}
	return nil, nil, "captures are by JSON path, header or regular expression"
}

// headerRegex is an expression that looks for one header.
var headerRegex = regexp.MustCompile(`^\^?([A-Za-z][A-Za-z-]*):(?:\\s\*|\\s\+|\\s| )?(.*)$`)

func captureByRegex(expr, where string) (take any, why string) {
	header := ""
	switch where {
	case "", "false", "unescaped", "as_document":
	case "true", "request_headers":
		m := headerRegex.FindStringSubmatch(expr)
		if m == nil || where != "true" {
			return nil, "it looks into all headers: a capture names one"
		}
		header, expr = m[1], m[2]
	default:
		return nil, "it looks into the " + draft.Shortened(where)
	}
	if _, err := regexp.Compile(expr); err != nil {
		return nil, "its expression is none of RE2's: " + draft.Shortened(err.Error())
	}
	if header != "" {
		return example.Pairs{{Key: "header", Value: header}, {Key: "regex", Value: expr}}, ""
	}
	return example.Pairs{{Key: "regex", Value: expr}}, ""
}

// Bits of a response assertion's type.
const (
	jmxMatch     = 1
	jmxContains  = 2
	jmxNot       = 4
	jmxEquals    = 8
	jmxSubstring = 16
	jmxOr        = 32
)

func (j *jmeter) assertion(r *draft.Request, n jmxNode) {
	switch n.tag {
	case "ResponseAssertion":
		j.responseAssertion(r, n)
	case "JSONPathAssertion":
		j.jsonAssertion(r, n)
	case "DurationAssertion":
		if ms := j.count(n.prop("DurationAssertion.duration")); ms > 0 {
			r.Checks = append(r.Checks, example.Pairs{{Key: "latency", Value: strconv.Itoa(ms) + "ms"}})
		}
	case "JSR223Assertion", "BeanShellAssertion":
		j.unread(n.jmxElement, "a program, which is not run")
	default:
		j.unread(n.jmxElement, "checks are of status, header, JSON, text and time")
	}
}

func (j *jmeter) responseAssertion(r *draft.Request, n jmxNode) {
	kind := int(j.number(n.prop("Assertion.test_type")))
	field := n.prop("Assertion.test_field")
	var texts []string
	for _, kid := range n.kids {
		if strings.HasPrefix(kid.attrs["name"], "Asserion.") || kid.attrs["name"] == "Assertion.test_strings" {
			for _, s := range kid.kids {
				texts = append(texts, j.Flat(j.fill(s.text)))
			}
		}
	}
	if kind&jmxNot != 0 || kind&jmxOr != 0 && len(texts) > 1 && !strings.HasSuffix(field, "response_code") {
		j.unread(n.jmxElement, "checks say what must be there, all of it")
		return
	}
	for _, text := range texts {
		why := ""
		switch {
		case strings.HasSuffix(field, "response_code"):
			if status, err := strconv.Atoi(strings.TrimSpace(text)); err == nil && status >= 200 && status <= 599 {
				r.AddStatus(status)
			} else if text != "" {
				why = "statuses are listed, one by one"
			}
		case strings.HasSuffix(field, "response_data"), strings.HasSuffix(field, "response_data_as_document"):
			if text == "" || r.Method == "HEAD" {
				continue
			}
			why = bodyCheck(r, text, kind)
		default:
			why = "it looks at " + draft.Shortened(strings.TrimPrefix(field, "Assertion."))
		}
		if why != "" {
			j.unread(n.jmxElement, why)
			return
		}
	}
}

// bodyCheck checks the body's text.
func bodyCheck(r *draft.Request, text string, kind int) (why string) {
	check := example.Pair{Key: "regex"}
	switch {
	case kind&jmxSubstring != 0:
		check = example.Pair{Key: "text", Value: text}
	case kind&jmxEquals != 0:
		check.Value = `^` + regexp.QuoteMeta(text) + `$`
	case kind&jmxMatch != 0:
		check.Value = `^(?:` + text + `)$`
	default:
		check.Value = text
	}
	if expr, _ := check.Value.(string); check.Key == "regex" {
		if _, err := regexp.Compile(expr); err != nil {
			return "its expression is none of RE2's: " + draft.Shortened(err.Error())
		}
	}
	r.AddCheck(example.Pairs{check})
	return ""
}

func (j *jmeter) jsonAssertion(r *draft.Request, n jmxNode) {
	path := j.plain(n.prop("JSON_PATH"))
	if _, err := answers.ParsePath(path); err != nil {
		j.unread(n.jmxElement, fmt.Sprintf("the path %s is none of RFC 9535", draft.Shortened(path)))
		return
	}
	if r.Method == "HEAD" {
		return
	}
	c := example.Pairs{{Key: "json", Value: path}}
	switch expected := j.Flat(j.fill(n.prop("EXPECTED_VALUE"))); {
	case n.is("INVERT"):
		if n.is("JSONVALIDATION") {
			j.unread(n.jmxElement, "checks say what must be there")
			return
		}
		c = append(c, example.Pair{Key: "absent", Value: true})
	case !n.is("JSONVALIDATION"):
	case n.is("EXPECT_NULL"):
		c = append(c, example.Pair{Key: "type", Value: "null"})
	case n.is("ISREGEX"):
		if _, err := regexp.Compile(expected); err != nil {
			j.unread(n.jmxElement, "its expression is none of RE2's")
			return
		}
		c = append(c, example.Pair{Key: "regex", Value: expected})
	default:
		c = append(c, example.Pair{Key: "equals", Value: jsonOrText(expected)})
	}
	r.AddCheck(c)
}

// jsonOrText is a text as the number or truth value that it is, if it is one.
func jsonOrText(s string) any {
	if v, ok := draft.ReadJSON([]byte(s)); ok {
		switch v := v.(type) {
		case json.Number, bool:
			return v
		}
	}
	return strings.Trim(s, `"`)
}

func isExtractor(tag string) bool {
	return strings.HasSuffix(tag, "Extractor") || tag == "JSONPostProcessor" || tag == "HtmlExtractor"
}
