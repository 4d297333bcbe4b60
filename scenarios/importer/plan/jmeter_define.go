package plan

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// define learns the variables of the whole plan: those that users define, and those
// that have another value in every iteration.
func (j *jmeter) define(tree *jmxElement) {
	j.defineUsers(tree)
	j.defineMade(tree) // whose options may be variables
}

func (j *jmeter) defineUsers(tree *jmxElement) {
	for _, n := range tree.nodes() {
		var args []*jmxElement
		switch n.tag {
		case "TestPlan":
			args = n.items("TestPlan.user_defined_variables", "Arguments.arguments")
		case "Arguments":
			args = n.items("Arguments.arguments")
		}
		for _, a := range args {
			j.defined[strings.TrimSpace(a.prop("Argument.name"))] = a.prop("Argument.value")
		}
		j.defineUsers(n.below)
	}
}

func (j *jmeter) defineMade(tree *jmxElement) {
	for _, n := range tree.nodes() {
		switch n.tag {
		case "CSVDataSet":
			j.csv(n)
		case "CounterConfig":
			start, step := int64(j.number(n.prop("CounterConfig.start"))), int64(j.number(n.prop("CounterConfig.incr")))
			var gen any = example.Generated{Name: "$sequence", Args: example.Pairs{{Key: "start", Value: start}, {Key: "step", Value: max(step, 1)}}}
			if format := j.plain(n.prop("CounterConfig.format")); strings.Trim(format, "0") != "" {
				gen = example.Generated{Name: "$join", Args: []any{strings.TrimRight(format, "0"), gen}}
			}
			j.made[j.plain(n.prop("CounterConfig.name"))] = gen
		case "RandomVariableConfig":
			lo, hi := int64(j.number(n.prop("minimumValue"))), int64(j.number(n.prop("maximumValue")))
			j.made[j.plain(n.prop("variableName"))] = draft.IntBetween(min(lo, hi), max(lo, hi))
		case "UserParameters":
			names := n.items("UserParameters.names")
			for _, values := range n.items("UserParameters.thread_values") {
				for i, v := range values.kids {
					if i < len(names) {
						j.defined[strings.TrimSpace(names[i].text)] = v.text
					}
				}
				break
			}
		}
		j.defineMade(n.below)
	}
}

// csv is a file of rows, if it is there.
func (j *jmeter) csv(n jmxNode) {
	file := j.plain(n.prop("filename"))
	names := splitNames(j.plain(n.prop("variableNames")))
	delimiter := j.plain(n.prop("delimiter"))
	switch delimiter {
	case `\t`:
		delimiter = "\t"
	case "":
		delimiter = ","
	}
	header := j.firstLine(file, delimiter)
	source := draft.Identifier(strings.TrimSuffix(draft.FileName(file), path.Ext(file)))
	for base, k := source, 2; slices.ContainsFunc(j.Scenario.Data, func(d draft.Data) bool { return d.Name == source }); k++ {
		source = fmt.Sprintf("%s_%d", base, k)
	}
	at, there := j.o.BesideFile(file)
	if names == nil {
		names = header
	}
	if !there || header == nil || len([]rune(delimiter)) != 1 {
		for _, name := range names {
			j.missing(name, file)
		}
		return
	}
	if !slices.Equal(header, names) {
		if len(header) != len(names) || !n.is("ignoreFirstLine") {
			j.Scenario.Left = append(j.Scenario.Left, fmt.Sprintf("rows of %s: its first line has to name the columns, %s", draft.Shortened(file), strings.Join(names, delimiter)))
			for _, name := range names {
				j.missing(name, file)
			}
			return
		}
	}
	keys := example.Pairs{{Key: "file", Value: at}}
	if !slices.Contains([]string{".csv", ".tsv"}, strings.ToLower(path.Ext(file))) {
		keys = append(keys, example.Pair{Key: "format", Value: "csv"})
	}
	if delimiter != "," {
		keys = append(keys, example.Pair{Key: "delimiter", Value: delimiter})
	}
	j.Scenario.Data = append(j.Scenario.Data, draft.Data{Name: source, Keys: example.Flow(keys)})
	for i, name := range names {
		j.made[name] = example.Generated{Name: "$row", Args: example.Pairs{{Key: "from", Value: source}, {Key: "column", Value: header[i]}}}
	}
}

// missing makes a variable of a column that is not there.
func (j *jmeter) missing(name, file string) {
	j.Scenario.Left = append(j.Scenario.Left, fmt.Sprintf("the column %s of %s, which is not there: a variable stands for it", draft.Shortened(name), draft.Shortened(file)))
}

func splitNames(s string) (out []string) {
	for name := range strings.SplitSeq(s, ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	return out
}

// firstLine are the cells of a file's first line; nil: it cannot be read.
func (j *jmeter) firstLine(file, delimiter string) []string {
	at, ok := j.o.InFolder(file)
	if !ok || len([]rune(delimiter)) != 1 {
		return nil
	}
	f, err := os.Open(at)
	if err != nil {
		return nil
	}
	defer func() { _ = f.Close() }()
	in := csv.NewReader(bufio.NewReader(f))
	if in.Comma = []rune(delimiter)[0]; in.Comma == '"' || in.Comma == '\r' || in.Comma == '\n' {
		return nil
	}
	in.FieldsPerRecord, in.LazyQuotes = -1, true
	line, err := in.Read()
	if err != nil {
		return nil
	}
	for i := range line {
		line[i] = strings.TrimSpace(strings.TrimPrefix(line[i], draft.ByteOrderMark))
	}
	return line
}
