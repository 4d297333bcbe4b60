package openapi

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// F24: a mistake leaves out the operation that it is in, and says which.
func TestOneMistakeLeavesOutOneOperation(t *testing.T) {
	ok := `"/ok":{"post":{"requestBody":{"content":{"application/json":{"schema":{"type":"integer"}}}}}}`
	for wrong, want := range map[string]string{
		`"/x":{"post":{"requestBody":{"content":{"application/json":{"schema":{"properties":{"a":{"$ref":"#/components/schemas/Gone"}}}}}}}}`: `POST /x: the reference "#/components/schemas/Gone" leads nowhere`,
		`"/x":{"get":{"parameters":[{"$ref":"#/components/parameters/Gone"}]}}`:                                                               "GET /x: ",
		`"/x":{"get":{"responses":{"200":{"$ref":"other.yaml#/ok"}}}}`:                                                                        "GET /x: the reference \"other.yaml#/ok\" leads out",
		`"/x":{"$ref":"other.yaml"}`: "/x: ",
		`"/x":{"get":{"requestBody":{"$ref":"#/components/requestBodies/Round"}}}`:                                                   "GET /x: ",
		`"/x":{"get":{"parameters":[` + strings.Repeat(`{"name":"a","in":"query"},`, maxParameters) + `{"name":"b","in":"query"}]}}`: "GET /x: it has 1001 parameters",
		`"/x":{"get":{"security":[{"gone":[]}]}}`:                                                                                    "GET /x: ",
	} {
		ops, notes, err := Load([]byte(`{"openapi":"3.0.3","paths":{` + wrong + `,` + ok + `},"components":{"requestBodies":{"Round":{"$ref":"#/components/requestBodies/Round"}},"securitySchemes":{"gone":{"$ref":"#/nowhere"}}}}`))
		if err != nil || len(ops) != 1 || ops[0].Path != "/ok" || len(notes) != 1 || !strings.HasPrefix(notes[0], want) {
			t.Errorf("%s: %d operations, notes %q: %v", wrong, len(ops), notes, err)
		}
	}
}

// F24: numbers are read as they are written, whatever a float makes of them.
func TestNumbersAreExact(t *testing.T) {
	for _, text := range []string{"9007199254740993", "18446744073709551615", "123456789012345678901234567890", "0.1", "0.12345678901234567891", "-9223372036854775808", "1e-7"} {
		s := one(t, `{"type":"number","minimum":`+text+`,"enum":[`+text+`]}`)
		if s.Min == nil || s.Min.Cmp(rat(text)) != 0 {
			t.Errorf("%s is read as %v", text, s.Min)
		}
		if got, _ := new(big.Rat).SetString(fmt.Sprint(s.Enum[0])); got == nil || got.Cmp(rat(text)) != 0 {
			t.Errorf("%s in an enum is read as %v", text, s.Enum[0])
		}
	}
}

// H3, M11: alternatives that double at each reference took 2⁴⁰ steps; what is
// too much to be checked is not.
func TestDoublingAlternativesEnd(t *testing.T) {
	var schemas strings.Builder
	for i := range 40 {
		fmt.Fprintf(&schemas, `"S%d":{"oneOf":[{"$ref":"#/components/schemas/S%d"},{"$ref":"#/components/schemas/S%d"},{"type":"integer"}]},`, i, i+1, i+1)
	}
	ops, _, err := Load([]byte(`{"openapi":"3.0.3","paths":{"/x":{"post":{"requestBody":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/S0"}}}}}}},"components":{"schemas":{` +
		schemas.String() + `"S40":{"type":"string"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	s := ops[0].Body.Schema
	if n := s.doc.steps(s.origins[0].v, map[string]int{}); n != maxSteps {
		t.Errorf("%d steps, want no more than %d", n, maxSteps)
	}
	if err := s.Check("text"); err != nil {
		t.Errorf("unchecked values are refused: %v", err)
	}
}
