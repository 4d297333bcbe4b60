package plan

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/results/answers"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// What scripts of tests say, line by line. They are read as text, and never run.
var (
	scriptStatus  = regexp.MustCompile(`to\.have\.status\((\d{3})\)|(?:responseCode\.code|pm\.response\.code)\s*={2,3}\s*(\d{3})|expect\(pm\.response\.code\)\.to\.(?:be\.)?(?:equals?|eql)\((\d{3})\)`)
	scriptOneOf   = regexp.MustCompile(`expect\((?:pm\.response\.code|responseCode\.code)\)\.to\.be\.oneOf\(\[([\d,\s]+)\]\)`)
	scriptLatency = regexp.MustCompile(`responseTime\)?(?:\.to\.be\.(?:below|lessThan)\(|\s*<\s*)(\d{1,7})`)
	scriptText    = regexp.MustCompile(`(?:pm\.response\.text\(\)|responseBody)\)?\.(?:to\.(?:include|contain)|has|includes)\((['"])(.+?)['"]\)`)
	scriptHeader  = regexp.MustCompile(`to\.have\.header\((['"])([\w-]+)['"]\)`)
	scriptJSON    = regexp.MustCompile(`(?:var|let|const)?\s*\b(\w+)\s*=\s*(?:pm\.response\.json\(\)|JSON\.parse\(responseBody\))((?:\.\w+|\[\d+\])*)\s*;?\s*$`)
	scriptExpect  = regexp.MustCompile(`pm\.expect\(((?:pm\.response\.json\(\)|\w+)(?:\.\w+|\[\d+\])*)\)\.to\.(.+?);?\s*$`)
	scriptSet     = regexp.MustCompile(`(?:pm\.(?:environment|collectionVariables|globals|variables)\.set|postman\.set(?:Environment|Global)Variable)\(\s*['"]([^'"]+)['"]\s*,\s*(.+?)\s*\)\s*;?\s*$`)
	scriptPath    = regexp.MustCompile(`^(pm\.response\.json\(\)|\w+)((?:\.\w+|\[\d+\])*)$`)
	scriptGetHead = regexp.MustCompile(`^pm\.response\.headers\.get\(['"]([\w-]+)['"]\)$`)
	scriptNothing = regexp.MustCompile(`^(?:pm\.test\(.*|//.*|/?\*.*|console\..*|(?:\}|\)|;|\s)*|else\s*\{|\}\s*else\s*\{|pm\.response\.to\.be\.(?:ok|success|json|withBody)\b.*|pm\.response\.to\.(?:be|have)\.json(?:Body)?\(?\)?;?|tests\[.*\]\s*=\s*true;?|['"]use strict['"];?)$`)
	scriptTest    = regexp.MustCompile(`^pm\.test\((?:"[^"]*"|'[^']*'|` + "`[^`]*`" + `)\s*,\s*(?:async\s*)?(?:function\s*\(\w*\)\s*\{|\(?\w*\)?\s*=>\s*\{?)\s*(.*?)\s*(?:\}\s*\);?)?$`)
	scriptTests   = regexp.MustCompile(`^tests\[[^\]]*\]\s*=\s*`)
	scriptTyped   = regexp.MustCompile(`^be\.an?\(['"](\w+)['"]\)$`)
	scriptEqual   = regexp.MustCompile(`^(?:be\.)?(?:equal|equals|eql|eq)\((.+)\)$`)
	scriptHas     = regexp.MustCompile(`^have\.property\(['"](\w+)['"]\)$`)
	scriptInclude = regexp.MustCompile(`^(?:include|contain)\((['"])(.+)['"]\)$`)
)

// maxScriptLines bounds what is read of a script, maxUnreadLines what is said of it.
const (
	maxScriptLines = 2000
	maxUnreadLines = 5
)

// script reads the lines of a script that check the answer, or keep a part of it.
func (p *postman) script(r *draft.Request, e postmanEvent) {
	if e.Disabled {
		return
	}
	lines := linesOf(e.Script.Exec)
	roots := map[string]string{"pm.response.json()": "$"} // paths of variables
	unread := 0
	for i, line := range lines {
		if i > maxScriptLines {
			break
		}
		text := strings.TrimSpace(line)
		if m := scriptTest.FindStringSubmatch(text); m != nil {
			text = strings.TrimSpace(m[1])
		}
		text = strings.TrimSpace(scriptTests.ReplaceAllString(text, ""))
		known := scriptNothing.MatchString(text)
		switch {
		case known:
		case e.Listen == "prerequest":
			known = p.prepared(text)
		case e.Listen == "test":
			known = p.tested(r, text, roots)
		}
		if known {
			continue
		}
		if unread++; unread <= maxUnreadLines {
			p.Note("", fmt.Sprintf("%sits script is not run: %s", p.lineOfScript(line), draft.Shortened(text)))
		}
	}
	if unread > maxUnreadLines {
		p.Note("", fmt.Sprintf("%d more lines of its script.", unread-maxUnreadLines))
	}
}

// prepared reads a line of what runs before: a variable that gets a text.
func (p *postman) prepared(line string) bool {
	m := scriptSet.FindStringSubmatch(line)
	if m == nil {
		return false
	}
	text, ok := literalText(m[2])
	if ok {
		p.defined[m[1]] = text
	}
	return ok
}

// literalText is the value of a text in quotes, or a number.
func literalText(s string) (string, bool) {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] && !strings.ContainsAny(s[1:n-1], "\\"+s[:1]) {
		return s[1 : n-1], true
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil && draft.IsJSONValue(s) {
		return s, true
	}
	return "", false
}

// tested reads a line of what runs after.
func (p *postman) tested(r *draft.Request, line string, roots map[string]string) bool {
	if m := scriptOneOf.FindStringSubmatch(line); m != nil {
		for s := range strings.SplitSeq(m[1], ",") {
			wantStatus(r, strings.TrimSpace(s))
		}
		return true
	}
	if m := scriptStatus.FindStringSubmatch(line); m != nil {
		wantStatus(r, m[1]+m[2]+m[3])
		return true
	}
	if m := scriptLatency.FindStringSubmatch(line); m != nil {
		if m[1] != "0" {
			r.AddCheck(example.Pairs{{Key: "latency", Value: strings.TrimLeft(m[1], "0") + "ms"}})
		}
		return true
	}
	if m := scriptHeader.FindStringSubmatch(line); m != nil {
		r.AddCheck(example.Pairs{{Key: "header", Value: m[2]}})
		return true
	}
	if m := scriptText.FindStringSubmatch(line); m != nil && r.Method != "HEAD" {
		r.AddCheck(example.Pairs{{Key: "text", Value: m[2]}})
		return true
	}
	if m := scriptJSON.FindStringSubmatch(line); m != nil && len(roots) < 100 {
		roots[m[1]] = "$" + m[2]
		return true
	}
	if m := scriptSet.FindStringSubmatch(line); m != nil {
		return p.kept(r, m[1], m[2], roots)
	}
	if m := scriptExpect.FindStringSubmatch(line); m != nil {
		return expectJSON(r, pathIn(m[1], roots), m[2])
	}
	return false
}

func wantStatus(r *draft.Request, s string) {
	if status, err := strconv.Atoi(s); err == nil && status >= 200 && status <= 599 {
		r.AddStatus(status)
	}
}

// pathIn is the JSON path of an expression such as data.items[0].id; empty: it is
// none.
func pathIn(expr string, roots map[string]string) string {
	m := scriptPath.FindStringSubmatch(expr)
	if m == nil {
		return ""
	}
	name, rest := m[1], m[2]
	root, ok := roots[name]
	if !ok {
		return ""
	}
	path := root + rest
	if _, err := answers.ParsePath(path); err != nil {
		return ""
	}
	return path
}

// kept is a capture.
func (p *postman) kept(r *draft.Request, name, value string, roots map[string]string) bool {
	var take any
	if m := scriptGetHead.FindStringSubmatch(value); m != nil {
		take = example.Pairs{{Key: "header", Value: m[1]}}
	} else if path := pathIn(value, roots); path != "" && r.Method != "HEAD" {
		take = path
	} else {
		return false
	}
	key := draft.Identifier(name)
	r.AddCapture(key, take)
	p.captured[name] = true
	p.originalOf[key] = name
	return true
}

// expectJSON checks a value of the answer.
func expectJSON(r *draft.Request, path, verb string) bool {
	if path == "" || r.Method == "HEAD" {
		return false
	}
	c := example.Pairs{{Key: "json", Value: path}}
	switch m := []string(nil); {
	case match(scriptTyped, verb, &m):
		kind := m[1]
		if kind != "number" && kind != "string" && kind != "boolean" && kind != "array" && kind != "object" && kind != "null" {
			return false
		}
		c = append(c, example.Pair{Key: "type", Value: kind})
	case match(scriptEqual, verb, &m):
		text, ok := literalText(m[1])
		switch {
		case ok && (m[1][0] == '"' || m[1][0] == '\''):
			c = append(c, example.Pair{Key: "equals", Value: text})
		case ok || m[1] == "true" || m[1] == "false":
			c = append(c, example.Pair{Key: "equals", Value: jsonOrText(m[1])})
		default:
			return false
		}
	case match(scriptHas, verb, &m):
		c[0].Value = path + "." + m[1]
		if _, err := answers.ParsePath(path + "." + m[1]); err != nil {
			return false
		}
	case match(scriptInclude, verb, &m):
		c = append(c, example.Pair{Key: "contains", Value: m[2]})
	default:
		return false
	}
	r.AddCheck(c)
	return true
}

func match(form *regexp.Regexp, s string, m *[]string) bool {
	*m = form.FindStringSubmatch(s)
	return *m != nil
}
