package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/results"
)

// What asking both targets came to is in the file: judged again, it is the same.
func TestParityIsInTheFile(t *testing.T) {
	f := compareFile()
	want := &results.Parity{Requests: 20, Differing: 3, Differences: []string{"value of $.prediction"}}
	w, err := results.Output{File: t.TempDir() + "/compared.jsonl"}.Create(&f.Header)
	if err != nil {
		t.Fatal(err)
	}
	for i := range f.Slices {
		if err := w.Slice(&f.Slices[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Parity(want); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(results.Completed, ""); err != nil {
		t.Fatal(err)
	}
	read, err := w.Read(false)
	if err != nil || !read.Complete() {
		t.Fatalf("%v, damage %q", err, read.Damage)
	}
	c := Compare(read, Options{})
	if diff := cmp.Diff(want, c.Parity); diff != "" || !c.Differs() {
		t.Errorf("differs %v (-want +got):\n%s", c.Differs(), diff)
	}
}

func TestParityThatContradictsItselfIsDamage(t *testing.T) {
	f, err := results.ReadFile("-", strings.NewReader(`{"type":"header","schema":"mlbench.result/1.1"}`+"\n"+`{"type":"parity","requests":2,"differing":3}`))
	if err != nil || f.Damage == "" || f.Parity != nil {
		t.Errorf("%v, %+v", err, f)
	}
}
