package program

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// taskRow is a line of a table of weights, as load tests of Locust have them.
type taskRow struct {
	name, weight, method, path, body string
	line                             int
}

// FromLocust makes a scenario of a locustfile, or of a table of weights: lines of
// WEIGHT METHOD PATH [BODY], or CSV of name,weight,method,path[,body].
func FromLocust(raw []byte, o draft.Options) ([]byte, error) {
	raw = bytes.TrimPrefix(raw, []byte(draft.ByteOrderMark))
	if k6Form.Match(raw) {
		return nil, fmt.Errorf("%s is a script of k6: --from k6 reads it", o.Source)
	}
	if isProgram(raw, o.Source) {
		return fromLocustfile(raw, o)
	}
	rows, err := taskRows(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Source, err)
	}
	d := &draft.Scenario{About: []string{fmt.Sprintf("A starting point, made of the table %s.", o.Source)}}
	var errs []error
	for _, row := range rows {
		r, err := row.request(&d.Vault)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", o.Source, row.line, err))
			continue
		}
		d.Requests = append(d.Requests, r)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return d.Finish(o.WithDefaults())
}

// programForm is a line that locustfiles have and tables have not.
var programForm = regexp.MustCompile(`(?m)^\s*(import\s+\w.*|from\s+[\w.]+\s+import\b.*|class\s+\w+.*:|def\s+\w+\s*\(.*|@task\b.*)\s*(#.*)?$`)

// k6Form is how scripts of k6 begin.
var k6Form = regexp.MustCompile(`(?m)^\s*import\b.*\bfrom\s*['"]k6(/http)?['"]`)

// isProgram says whether it is a locustfile itself.
func isProgram(raw []byte, file string) bool {
	return strings.HasSuffix(strings.ToLower(file), ".py") || programForm.Match(raw)
}

// words are WEIGHT METHOD PATH [BODY] between spaces.
var taskForm = regexp.MustCompile(`^(\S+)\s+([A-Za-z]+)\s+(\S+)(?:\s+(.*))?$`)

func taskRows(raw []byte) ([]taskRow, error) {
	var rows []taskRow
	n := 0
	for line := range strings.Lines(string(raw)) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		m := taskForm.FindStringSubmatch(line)
		if m == nil || strings.Contains(m[1], ",") {
			if len(rows) == 0 {
				return csvRows(raw)
			}
			return nil, fmt.Errorf("line %d: want WEIGHT METHOD PATH, such as 70 POST /predict", n)
		}
		rows = append(rows, taskRow{weight: m[1], method: m[2], path: m[3], body: m[4], line: n})
	}
	return rows, nil
}

// csvRows reads columns in the usual order, or in that of a first line that
// names them.
func csvRows(raw []byte) ([]taskRow, error) {
	in := csv.NewReader(bytes.NewReader(raw))
	in.Comment, in.FieldsPerRecord, in.TrimLeadingSpace = '#', -1, true
	columns := []string{"name", "weight", "method", "path", "body"}
	var rows []taskRow
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, fmt.Errorf("want CSV of name,weight,method,path[,body]: %w", err)
		}
		line, _ := in.FieldPos(0)
		if names := lowered(record); len(rows) == 0 && slices.Contains(names, "weight") && slices.Contains(names, "path") {
			columns = names
			continue
		}
		if len(record) < 4 || len(record) > len(columns) {
			return nil, fmt.Errorf("line %d: found %d columns, want name,weight,method,path[,body]", line, len(record))
		}
		row := taskRow{line: line}
		for i, value := range record {
			if field := row.field(columns[i]); field != nil {
				*field = value
			}
		}
		rows = append(rows, row)
	}
}

func lowered(record []string) []string {
	out := make([]string, len(record))
	for i, s := range record {
		out[i] = strings.ToLower(strings.TrimSpace(s))
	}
	return out
}

func (t *taskRow) field(column string) *string {
	switch column {
	case "name":
		return &t.name
	case "weight":
		return &t.weight
	case "method":
		return &t.method
	case "path":
		return &t.path
	case "body":
		return &t.body
	}
	return nil
}

func (t taskRow) request(v *draft.Vault) (draft.Request, error) {
	r := draft.Request{Method: strings.ToUpper(strings.TrimSpace(t.method))}
	var err error
	r.Weight, err = strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(t.weight), "%"), 64)
	if err != nil || !(r.Weight > 0 && r.Weight < 1e9) {
		return r, fmt.Errorf("weight %q, want a number above 0", t.weight)
	}
	if !targets.Token(r.Method) || r.Method == "CONNECT" {
		return r, fmt.Errorf("method %q, want one such as GET or POST", t.method)
	}
	path := strings.TrimSpace(t.path)
	if err := targets.ValidPath(path); err != nil {
		return r, err
	}
	r.Path = v.Path(path)
	if name := draft.WordOf(t.name); name != "" {
		r.Name = draft.ClipName(name)
	}
	if t.body == "" {
		return r, nil
	}
	body, contentType := v.ImportBody([]byte(t.body), "", true)
	if r.Body = body; body != nil {
		if contentType != "" {
			r.SetHeader(draft.Header{Name: "Content-Type", Value: contentType})
		}
		if hint := draft.VectorHint(body.Value); hint != "" {
			body.About = append(body.About, hint)
		}
	}
	return r, nil
}
