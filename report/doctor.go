package report

import "io"

// Doctor is everything the doctor says, and as JSON mlbench.doctor/1.
type Doctor struct {
	Schema   string    `json:"schema"`
	Noise    string    `json:"noise"` // quiet, typical or hostile
	Verdict  []string  `json:"verdict"`
	Findings []Finding `json:"findings"`
	Facts    any       `json:"facts"` // what was read and measured
}

// Finding is one thing about this machine.
type Finding struct {
	Topic  string `json:"topic"`
	Grade  string `json:"grade"` // for measuring: ok, note or BAD
	Says   string `json:"says"`
	Change string `json:"change,omitempty"` // what to do about it
}

var gradeRoles = map[string]Role{"ok": Good, "note": Open, "BAD": Missed}

// Write renders it as text or JSON.
func (d *Doctor) Write(w io.Writer, format Format, o Options) error {
	if format == JSON {
		return writeJSON(w, JSON, d)
	}
	t := &Table{Left: 3}
	for _, f := range d.Findings {
		t.add(Cell{f.Topic, Own}, Cell{f.Grade, gradeRoles[f.Grade]}, Cell{Text: f.Says})
		if f.Change != "" {
			t.add(Cell{}, Cell{}, Cell{Text: "change: " + f.Change})
		}
	}
	if err := t.Write(w, format, o); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n"+lines(d.Verdict))
	return err
}

// lines ends each text with a line end.
func lines(texts []string) (all string) {
	for _, text := range texts {
		all += text + "\n"
	}
	return all
}
