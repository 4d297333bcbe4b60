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
		`"/x":{"get":{"requestBody":{"$ref":"#/components/requestBodies/Round"}}}`: "GET /x: ",
		`"/x":{"get":{"security":[{"gone":[]}]}}`:                                  "GET /x: ",
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
