package program

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

// k6Metrics are the metrics of thresholds, as the clock's prefix here.
var k6Metrics = map[string]string{
	"http_req_duration": "", "http_req_waiting": "first_byte_", "http_req_connecting": "dial_", "http_req_tls_handshaking": "tls_",
}

var k6Statistics = map[string]string{"avg": "mean", "med": "p50", "min": "min", "max": "max"}

// thresholds make objectives, and abort rules of those that end the run.
func (k *k6) thresholds(v any) {
	all, _ := v.(example.Pairs)
	draft.NameRequests(k.d.Requests, draft.MaxName) // objectives may be about one of them
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b example.Pair) int { // what others say goes first
		return strings.Compare(strconv.FormatBool(a.Key == "checks"), strconv.FormatBool(b.Key == "checks"))
	})
	for _, pair := range all {
		list, ok := pair.Value.([]any)
		if !ok {
			list = []any{pair.Value}
		}
		for _, one := range list {
			k.threshold(pair.Key, one)
		}
	}
}

func (k *k6) threshold(metric string, v any) {
	text, _ := v.(string)
	object, isObject := v.(example.Pairs)
	if isObject {
		text, _ = object.Get("threshold").(string)
	}
	objective, ok := k.objective(metric, text)
	if !ok {
		k.d.Left = append(k.d.Left, k.at(metric)+strings.TrimSpace(fmt.Sprintf("the threshold %s: %s", safeName(metric), safeName(text))))
		return
	}
	if !slices.Contains(k.d.Objectives, objective) {
		k.d.Objectives = append(k.d.Objectives, objective)
	}
	if object.Get("abortOnFail") == true {
		delay, ok := k6Duration(object.Get("delayAbortEval"))
		if !ok {
			delay = "0s"
		}
		k.d.Abort = append(k.d.Abort, opposite(objective)+" for 10s after "+delay)
		k.d.Once("Rules of abort end the run when it has been so in each second of 10 here; there, when the whole run so far is so. Those 10 s are not of the original.")
	}
}

// at is the line of a text of the script, for a comment.
func (k *k6) at(text string) string {
	line := 0
	each(k.source, func(n *script.Node) {
		if n.Kind == script.Text && n.Text == text && line == 0 {
			line = n.Line
		}
	})
	if line == 0 {
		return ""
	}
	return fmt.Sprintf("line %d: ", line)
}

// opposite is when an objective is missed.
func opposite(objective string) string {
	i := strings.IndexAny(objective, "<>")
	op, rest := objective[i:i+1], strings.TrimPrefix(objective[i+1:], "=")
	strict := rest == objective[i+1:]
	op = map[string]string{"<": ">", ">": "<"}[op]
	if strict {
		op += "="
	}
	return objective[:i] + op + rest
}

// objective is a threshold as the language has it.
func (k *k6) objective(metric, text string) (string, bool) {
	metric, tags, tagged := strings.Cut(metric, "{")
	class := ""
	if tagged {
		key, value, _ := strings.Cut(strings.TrimSuffix(tags, "}"), ":")
		value = draft.WordOf(value)
		switch key = strings.TrimSpace(key); {
		case key == "expected_response":
		case key == "scenario":
			if class, ok := k.loadOf(value); ok {
				return k.limit(class, metric, text)
			}
			return "", false
		case key == "name" || key == "group":
			if class = k.className(value); class == "" {
				return "", false
			}
		default:
			return "", false
		}
	}
	return k.limit(class, metric, text)
}

// loadOf is the prefix of objectives on the requests of a scenario: none for the load that is
// judged, whose figures are those without a class.
func (k *k6) loadOf(name string) (class string, ok bool) {
	for i, l := range k.d.Loads {
		switch {
		case l.Name != name:
		case i == 0:
			return "", true
		case len(l.Classes) == 1:
			for _, r := range k.d.Requests {
				if r.Name == l.Classes[0] && len(r.Steps) == 0 {
					return r.Name + ":", true
				}
			}
		}
	}
	return "", false
}

// limit is a threshold on the class of that prefix.
func (k *k6) limit(class, metric, text string) (string, bool) {
	text = strings.ReplaceAll(text, " ", "")
	i := strings.IndexAny(text, "<>")
	if i < 0 {
		return "", false
	}
	statistic, op := text[:i], text[i:i+1]
	limit := text[i+1:]
	if strings.HasPrefix(limit, "=") {
		op, limit = op+"=", limit[1:]
	}
	f, err := strconv.ParseFloat(limit, 64)
	if err != nil || f < 0 || f > 1e9 {
		return "", false
	}
	if prefix, ok := k6Metrics[metric]; ok {
		name := k6Statistics[statistic]
		if p, isPercentile := strings.CutPrefix(statistic, "p("); isPercentile {
			name = "p" + strings.TrimSuffix(p, ")")
		}
		if q, err := strconv.ParseFloat(strings.TrimPrefix(name, "p"), 64); name == "" || strings.HasPrefix(name, "p") && (err != nil || q <= 0 || q >= 100) || f == 0 {
			return "", false
		}
		return class + prefix + name + op + durationText(time.Duration(f*float64(time.Millisecond))), true
	}
	percent := strconv.FormatFloat(math.Round(f*1e6)/1e4, 'f', -1, 64) + "%"
	switch {
	case metric == "http_req_failed" && statistic == "rate" && op[0] == '<' && f <= 1:
		return class + "errors" + op + percent, true
	case metric == "checks" && slices.ContainsFunc(k.d.Objectives, func(o string) bool { return strings.HasPrefix(o, class+"errors") }):
	case metric == "checks" && statistic == "rate" && op[0] == '>' && f <= 1: // failed checks are errors
		return class + "errors<" + strings.TrimPrefix(op, ">") + strconv.FormatFloat(math.Round((1-f)*1e6)/1e4, 'f', -1, 64) + "%", true
	case metric == "http_reqs" && statistic == "rate" && op[0] == '>' && f > 0:
		return class + "throughput" + op + strconv.FormatFloat(f, 'f', -1, 64) + "/s", true
	}
	return "", false
}

// className is the class of that name, with a colon; none, if several requests have it.
func (k *k6) className(name string) string {
	found, n := "", 0
	for i := range k.d.Requests {
		r := &k.d.Requests[i]
		if r.Name == name {
			found, n = name+":", n+1
		}
		for _, step := range r.Steps {
			if step.Name == name && name != "" {
				found, n = r.Name+"."+name+":", n+1
			}
		}
	}
	if n > 1 {
		return ""
	}
	return found
}
