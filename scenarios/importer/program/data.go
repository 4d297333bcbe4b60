package program

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/scenarios/importer/script"
)

type (
	// fileText is the content of a file.
	fileText struct{ name string }
	// table are the rows of a file, a source of the scenario's data.
	table struct{ name string }
)

// withData makes a scenario with rows of files, and without them where a file has not
// the columns that the script takes.
func withData(o draft.Options, convert func(draft.Options) ([]byte, error)) ([]byte, error) {
	text, err := convert(o)
	if err != nil && o.Folder != "" {
		o.Folder = ""
		return convert(o)
	}
	return text, err
}

// dataForms are the files that data may be, by their endings.
var dataForms = []string{".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"}

// rowsOf makes a source of a file, if it is there and has rows.
func (p *program) rowsOf(v any, n *script.Node) any {
	if t, ok := v.(table); ok {
		return t
	}
	file, ok := v.(fileText)
	if name, isText := v.(string); isText {
		file, ok = fileText{name}, true
	}
	if !ok {
		return unreadable(n)
	}
	name := draft.Identifier(strings.TrimSuffix(filepath.Base(file.name), filepath.Ext(file.name)))
	missing := unknown{line: n.Line, label: "a row of the file " + safeName(filepath.Base(file.name)) + ", which is not there or has no rows"}
	if p.o.Folder == "" || filepath.IsAbs(file.name) || name == "" || !slices.Contains(dataForms, strings.ToLower(filepath.Ext(file.name))) {
		return missing
	}
	path := filepath.Join(p.o.Folder, filepath.FromSlash(file.name))
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return missing
	}
	at, err := draft.Beside(path, p.o.WithDefaults())
	if err != nil {
		return missing
	}
	keys := example.Flow(example.Pairs{{Key: "file", Value: at}, {Key: "order", Value: "random"}})
	if !isData(name, keys, p.o.WithDefaults().File) {
		return missing
	}
	if !slices.ContainsFunc(p.d.Data, func(d draft.Data) bool { return d.Name == name }) {
		p.d.Data = append(p.d.Data, draft.Data{Name: name, Keys: keys})
	}
	return table{name}
}

// isData says whether a scenario can have such a source.
func isData(name, keys, file string) bool {
	text := "data: {" + example.Scalar(name) + ": " + keys + "}\nrequests: [{name: a, path: /, body: {json: {$row: " + example.Scalar(name) + "}}}]\n"
	_, err := scenarios.Parse([]byte(text), file, "/")
	return err == nil
}

// row is one of a table's, drawn at random.
func (t table) row() example.Generated {
	return example.Generated{Name: "$row", Args: example.Pairs{{Key: "from", Value: t.name}}}
}

// inOrder takes the rows of a table in their order.
func (p *program) inOrder(t table) {
	for i := range p.d.Data {
		if p.d.Data[i].Name == t.name {
			p.d.Data[i].Keys = strings.Replace(p.d.Data[i].Keys, "order: random", "order: sequential", 1)
		}
	}
}

// dropData drops sources that no request takes rows of.
func (p *program) dropData(text string) {
	p.d.Data = slices.DeleteFunc(p.d.Data, func(d draft.Data) bool {
		return !strings.Contains(text, "from: "+example.Scalar(d.Name))
	})
}
