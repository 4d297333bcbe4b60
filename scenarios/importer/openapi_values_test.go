package importer

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/scenarios/openapi"
)

// bodySchema is a document with one operation that takes the schema, and some
// schemas to refer to.
func bodySchema(version, schema string) string {
	return `{"openapi":"` + version + `","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{"requestBody":{"required":true,"content":{"application/json":{"schema":` + schema + `}}},"responses":{"200":{"description":"ok"}}}}},
	"components":{"schemas":{
	 "Small":{"type":"integer","minimum":1,"maximum":3},
	 "Tree":{"type":"object","required":["v","children"],"properties":{"v":{"type":"number"},"children":{"type":"array","items":{"$ref":"#/components/schemas/Tree"}}}},
	 "Chain":{"type":"object","required":["next"],"properties":{"next":{"oneOf":[{"$ref":"#/components/schemas/Chain"},{"type":"null"}]}}},
	 "Linked":{"type":"object","required":["next"],"properties":{"next":{"anyOf":[{"$ref":"#/components/schemas/Linked"},{"type":"string"}]}}},
	 "Named":{"type":"object","required":["sub"],"properties":{"sub":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Named"}}}},
	 "Cat":{"type":"object","required":["kind","claws"],"properties":{"kind":{"type":"string"},"claws":{"type":"integer"}}},
	 "Dog":{"type":"object","required":["kind","bark"],"properties":{"kind":{"type":"string"},"bark":{"type":"boolean"}}},
	 "Pet":{"type":"object","required":["kind"],"discriminator":{"propertyName":"kind","mapping":{"bird":"#/components/schemas/Bird"}},"properties":{"kind":{"type":"string"}}},
	 "Bird":{"allOf":[{"$ref":"#/components/schemas/Pet"},{"type":"object","required":["wings"],"properties":{"wings":{"type":"integer","const":2}}}]}
	}}}`
}

// made are the bodies of the schema that a scenario sends and those that verify
// does, and what each says of what it leaves out.
func made(t rapid.TB, document string) (importer, verify []string, why string) {
	t.Helper()
	text, err := FromOpenAPI([]byte(document), Options{})
	if err != nil {
		why = err.Error()
	} else {
		sc, err := scenarios.Parse(text, "x.yaml")
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		sc.Env = os.LookupEnv
		set, err := cases.Of(sc, cases.Options{Requests: 10, Seed: 1})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		for _, c := range set.Cases {
			importer = append(importer, string(c.Body))
		}
	}
	ops, _, err := openapi.Load([]byte(document))
	if err != nil {
		t.Fatal(err)
	}
	cases, notes := cases.OfDocument(ops, cases.Options{Requests: 10, Seed: 1, UserAgent: "t"})
	for _, c := range cases {
		verify = append(verify, string(c.Body))
	}
	return importer, verify, why + strings.Join(notes, "; ")
}

// reader is the independent one: of the schema in the document, or of another
// one that says the same.
func reader(t rapid.TB, document, instead string, draft *jsonschema.Draft) *jsonschema.Schema {
	t.Helper()
	at := "mem:///d#/paths/~1x/post/requestBody/content/application~1json/schema"
	if instead != "" {
		document, at = instead, "mem:///d"
	}
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(document))
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	c := jsonschema.NewCompiler()
	c.DefaultDraft(draft)
	c.AssertFormat()
	c.AssertContent()
	for name, bits := range map[string]uint{"int32": 31, "int64": 63} {
		c.RegisterFormat(&jsonschema.Format{Name: name, Validate: func(v any) error {
			n, is := new(big.Int).SetString(fmt.Sprint(v), 10)
			most := new(big.Int).Lsh(big.NewInt(1), bits)
			if is && (n.Cmp(most) >= 0 || n.Cmp(new(big.Int).Neg(most)) < 0) {
				return errors.New("too large")
			}
			return nil
		}})
	}
	c.RegisterFormat(&jsonschema.Format{Name: "byte", Validate: func(v any) error {
		s, _ := v.(string)
		_, err := base64.StdEncoding.DecodeString(s)
		return err
	}})
	if err := c.AddResource("mem:///d", v); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(at)
	if err != nil {
		t.Fatalf("%v: %s", err, document)
	}
	return s
}

func meets(s *jsonschema.Schema, body string) error {
	v, err := jsonschema.UnmarshalJSON(strings.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// keywords has each keyword of schemas in OpenAPI 3.0 and 3.1 at least once.
// unmet is what is said where no value can be made; instead is the schema for the
// independent reader, where it does not know the dialect.
var keywords = []struct{ name, version, schema, instead, unmet string }{
	{name: "type object", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}`},
	{name: "types", schema: `{"type":["null","integer"],"minimum":5}`},
	{name: "types, the first impossible", schema: `{"type":["string","integer"],"minimum":5,"not":{"type":"string"}}`},
	{name: "null", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"null"}}}`},
	{name: "nullable", version: "3.0.3", schema: `{"type":"string","nullable":true,"minLength":3}`, instead: `{"type":["string","null"],"minLength":3}`},
	{name: "nullable reference", version: "3.0.3", schema: `{"type":"object","required":["a"],"properties":{"a":{"nullable":true,"allOf":[{"$ref":"#/components/schemas/Small"}]}}}`, instead: `{"required":["a"],"properties":{"a":{"enum":[null,1,2,3]}}}`},
	{name: "enum", schema: `{"enum":["a",1,null,{"b":[true]}]}`},
	{name: "enum with a limit", schema: `{"enum":[1,5,9],"minimum":4}`},
	{name: "enum of huge numbers", schema: `{"enum":[9007199254740993,18446744073709551615]}`},
	{name: "const", schema: `{"const":{"a":"${x}","$b":1.5}}`},
	{name: "bounds", schema: `{"type":"number","minimum":1.5,"maximum":1.75}`},
	{name: "bounds beyond 2^53", schema: `{"type":"integer","minimum":9007199254740993,"maximum":9007199254740993}`},
	{name: "bounds of 64 bits", schema: `{"type":"integer","minimum":9223372036854775806,"maximum":18446744073709551615}`},
	{name: "bounds beyond an int64", schema: `{"type":"integer","minimum":18446744073709551615,"maximum":18446744073709551615}`},
	{name: "a number between two floats", schema: `{"type":"number","minimum":9007199254740993,"maximum":9007199254740993}`},
	{name: "negative bounds", schema: `{"type":"integer","minimum":-9223372036854775808,"maximum":-9223372036854775807}`},
	{name: "exclusive, 3.0", version: "3.0.3", schema: `{"type":"integer","minimum":1,"exclusiveMinimum":true,"maximum":3,"exclusiveMaximum":true}`, instead: `{"const":2}`},
	{name: "exclusive, 3.1", schema: `{"type":"number","exclusiveMinimum":0,"exclusiveMaximum":1e-9}`},
	{name: "exclusive integer", schema: `{"type":"integer","exclusiveMinimum":0.5,"exclusiveMaximum":2}`},
	{name: "multipleOf", schema: `{"type":"number","multipleOf":0.01,"exclusiveMinimum":0,"maximum":0.05}`},
	{name: "multipleOf, negative", schema: `{"type":"number","multipleOf":2.5,"maximum":-3}`},
	{name: "multipleOf of integers", schema: `{"type":"integer","multipleOf":1.5,"minimum":1}`},
	{name: "multipleOf, twice", schema: `{"type":"integer","allOf":[{"multipleOf":4},{"multipleOf":6}],"minimum":1}`},
	{name: "length", schema: `{"type":"string","minLength":9,"maxLength":9}`},
	{name: "no length", schema: `{"type":"string","maxLength":0}`},
	{name: "pattern", schema: `{"type":"string","pattern":"^[A-Z]{3}-[0-9]{4}$"}`},
	{name: "pattern and length", schema: `{"type":"string","pattern":"^[a-z]+$","minLength":12,"maxLength":14}`},
	{name: "two patterns", schema: `{"type":"string","allOf":[{"pattern":"^a"},{"pattern":"^.[0-9]+$"}]}`},
	{name: "pattern of ECMAScript", schema: `{"type":"string","pattern":"^\\u00e9\\/\\d$"}`, instead: `{"pattern":"^é/[0-9]$"}`},
	{name: "format date", schema: `{"type":"string","format":"date"}`},
	{name: "format date-time", schema: `{"type":"string","format":"date-time"}`},
	{name: "format time", schema: `{"type":"string","format":"time"}`},
	{name: "format duration", schema: `{"type":"string","format":"duration"}`},
	{name: "format email", schema: `{"type":"string","format":"email"}`},
	{name: "format uuid", schema: `{"type":"string","format":"uuid"}`},
	{name: "format uri", schema: `{"type":"string","format":"uri"}`},
	{name: "format uri-reference", schema: `{"type":"string","format":"uri-reference"}`},
	{name: "format hostname", schema: `{"type":"string","format":"hostname"}`},
	{name: "format ipv4", schema: `{"type":"string","format":"ipv4"}`},
	{name: "format ipv6", schema: `{"type":"string","format":"ipv6"}`},
	{name: "format json-pointer", schema: `{"type":"string","format":"json-pointer"}`},
	{name: "format regex", schema: `{"type":"string","format":"regex"}`},
	{name: "format byte", schema: `{"type":"string","format":"byte"}`},
	{name: "format binary", schema: `{"type":"string","format":"binary"}`},
	{name: "format int32", schema: `{"type":"integer","format":"int32","minimum":2147483000}`},
	{name: "format int64", schema: `{"type":"integer","format":"int64","minimum":9223372036854775800}`},
	{name: "format float", schema: `{"type":"number","format":"float"}`},
	{name: "format double", schema: `{"type":"number","format":"double"}`},
	{name: "format password", schema: `{"type":"string","format":"password","minLength":12}`},
	{name: "items", schema: `{"type":"array","items":{"type":"string","pattern":"^x"},"minItems":2,"maxItems":3}`},
	{name: "no items", schema: `{"type":"array","items":{"type":"string"},"maxItems":0}`},
	{name: "prefixItems", schema: `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"items":false,"minItems":2}`},
	{name: "prefixItems and items", schema: `{"type":"array","prefixItems":[{"type":"string"}],"items":{"type":"integer"},"minItems":3}`},
	{name: "prefixItems, maxItems", schema: `{"type":"array","prefixItems":[{"type":"string"},{"type":"integer"}],"maxItems":1}`},
	{name: "contains", schema: `{"type":"array","contains":{"const":7}}`},
	{name: "contains and items", schema: `{"type":"array","items":{"type":"integer","maximum":9},"contains":{"minimum":9},"minItems":3}`},
	{name: "minContains, maxContains", schema: `{"type":"array","items":{"type":"integer"},"contains":{"const":7},"minContains":2,"maxContains":2,"minItems":3}`},
	{name: "minContains 0", schema: `{"type":"array","contains":{"const":7},"minContains":0}`},
	{name: "uniqueItems of integers", schema: `{"type":"array","items":{"type":"integer","minimum":1,"maximum":5},"minItems":5,"maxItems":5,"uniqueItems":true}`},
	{name: "uniqueItems of an enum", schema: `{"type":"array","items":{"enum":["a","b","c"]},"minItems":3,"uniqueItems":true}`},
	{name: "uniqueItems of texts", schema: `{"type":"array","items":{"type":"string","pattern":"^[a-z]{2}$"},"minItems":4,"uniqueItems":true}`},
	{name: "uniqueItems of dates", schema: `{"type":"array","items":{"type":"string","format":"date"},"minItems":4,"uniqueItems":true}`},
	{name: "uniqueItems of objects", schema: `{"type":"array","items":{"type":"object","required":["id"],"properties":{"id":{"type":"integer"}}},"minItems":3,"uniqueItems":true}`},
	{name: "uniqueItems of truth values", schema: `{"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":2,"uniqueItems":true}`},
	{name: "uniqueItems of numbers", schema: `{"type":"array","items":{"type":"number"},"minItems":5,"uniqueItems":true}`},
	{name: "uniqueItems that cannot be", schema: `{"type":"array","items":{"type":"boolean"},"minItems":3,"uniqueItems":true}`, unmet: "all items differ"},
	{name: "required without properties", schema: `{"required":["a"]}`},
	{name: "additionalProperties", schema: `{"type":"object","additionalProperties":{"type":"integer","minimum":3}}`},
	{name: "additionalProperties of what is required", schema: `{"type":"object","required":["z"],"additionalProperties":{"type":"integer"}}`},
	{name: "additionalProperties false", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"additionalProperties":false}`},
	{name: "additionalProperties false and required", schema: `{"type":"object","required":["a"],"additionalProperties":false}`, unmet: "requires a, and allows no such property"},
	{name: "minProperties", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}},"minProperties":3}`},
	{name: "maxProperties", schema: `{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"integer"},"c":{"type":"integer"}},"maxProperties":1}`},
	{name: "minProperties of a closed object", schema: `{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false,"minProperties":2}`, unmet: "least number of properties"},
	{name: "patternProperties", schema: `{"type":"object","patternProperties":{"^n_[a-z]+$":{"type":"integer"}},"additionalProperties":false,"minProperties":2}`},
	{name: "patternProperties of what is required", schema: `{"type":"object","required":["n_a"],"patternProperties":{"^n_":{"type":"integer","minimum":8}}}`},
	{name: "patternProperties and properties", schema: `{"type":"object","required":["n_a"],"properties":{"n_a":{"type":"integer"}},"patternProperties":{"^n_":{"minimum":8}}}`},
	{name: "propertyNames", schema: `{"type":"object","propertyNames":{"pattern":"^[A-Z]{2}$"},"minProperties":2,"additionalProperties":{"type":"integer"}}`},
	{name: "dependentRequired", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"string"}},"dependentRequired":{"a":["b"],"b":["c"]}}`},
	{name: "dependentSchemas", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"string"},"b":{"type":"integer"}},"dependentSchemas":{"a":{"required":["b"],"properties":{"b":{"minimum":7}}}}}`},
	{name: "dependentSchemas of what is optional", schema: `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"integer"}},"dependentSchemas":{"a":{"properties":{"b":false}}}}`},
	{name: "allOf", schema: `{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"integer","minimum":3}}},{"properties":{"a":{"maximum":4}},"required":["b"]}]}`},
	{name: "anyOf", schema: `{"anyOf":[{"type":"string","minLength":30},{"type":"integer"}]}`},
	{name: "anyOf, the first impossible", schema: `{"anyOf":[{"type":"string","pattern":"(?=a)b"},{"type":"integer","minimum":4,"maximum":3},{"type":"boolean"}]}`, instead: `{"type":"boolean"}`},
	{name: "oneOf", schema: `{"oneOf":[{"type":"integer"},{"type":"string"}]}`},
	{name: "oneOf with an overlap", schema: `{"oneOf":[{"type":"integer","minimum":0},{"type":"integer","maximum":200}]}`},
	{name: "oneOf of objects", schema: `{"oneOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}},{"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}}]}`},
	{name: "oneOf within properties", schema: `{"type":"object","required":["p","q"],"properties":{"p":{"oneOf":[{"const":1},{"const":1},{"const":2}]},"q":{"oneOf":[{"const":1},{"const":1},{"const":3}]}}}`},
	{name: "not", schema: `{"type":"integer","not":{"minimum":2}}`, unmet: ""},
	{name: "not, an enum", schema: `{"type":"string","enum":["a","b"],"not":{"const":"a"}}`},
	{name: "not, a property", schema: `{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["b"],"not":{"required":["a"]}}`},
	{name: "not at all", schema: `{"not":{}}`, unmet: "its not"},
	{name: "if, then", schema: `{"type":"object","required":["c"],"properties":{"c":{"type":"string"}},"if":{"properties":{"c":{"const":"US"}}},"then":{"required":["zip"],"properties":{"zip":{"type":"string","pattern":"^[0-9]{5}$"}}},"else":{"required":["code"]}}`},
	{name: "if, else", schema: `{"type":"integer","minimum":0,"if":{"minimum":10},"then":false,"else":{"multipleOf":3}}`},
	{name: "discriminator", version: "3.0.3", schema: `{"oneOf":[{"$ref":"#/components/schemas/Dog"},{"$ref":"#/components/schemas/Cat"}],"discriminator":{"propertyName":"kind","mapping":{"woof":"#/components/schemas/Dog"}}}`, instead: `{"required":["kind","bark"],"properties":{"kind":{"const":"woof"},"bark":{"type":"boolean"}}}`},
	{name: "discriminator of a parent", version: "3.0.3", schema: `{"$ref":"#/components/schemas/Bird"}`, instead: `{"required":["kind","wings"],"properties":{"kind":{"const":"bird"}}}`},
	{name: "default", schema: `{"type":"string","default":"abc","pattern":"^abc$"}`},
	{name: "a default that is none", schema: `{"type":"string","default":"xyz","pattern":"^abc$"}`},
	{name: "example", version: "3.0.3", schema: `{"type":"string","pattern":"^(?=abc)abc$","example":"abc"}`, instead: `{"const":"abc"}`},
	{name: "examples", schema: `{"type":"object","examples":[{"a":1}],"not":{"const":{}}}`},
	{name: "an example where nothing else is found", schema: `{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"not":{"not":{"properties":{"a":{"const":"magic"}}}},"examples":[{"a":"magic"}]}`},
	{name: "readOnly", version: "3.1.0", schema: `{"type":"object","required":["id","a"],"properties":{"id":{"type":"string","readOnly":true},"a":{"type":"integer"}}}`, instead: `{"required":["a"],"properties":{"id":false}}`},
	{name: "writeOnly", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"integer","writeOnly":true}}}`},
	{name: "contentEncoding", schema: `{"type":"string","contentEncoding":"base64"}`},
	{name: "contentMediaType", schema: `{"type":"string","contentMediaType":"application/json"}`},
	{name: "contentEncoding and contentMediaType", schema: `{"type":"string","contentMediaType":"application/json","contentEncoding":"base64"}`},
	{name: "$ref", schema: `{"$ref":"#/components/schemas/Small"}`},
	{name: "$ref with siblings", schema: `{"$ref":"#/components/schemas/Small","minimum":3}`},
	{name: "$defs", schema: `{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/paths/~1x/post/requestBody/content/application~1json/schema/$defs/d"}},"$defs":{"d":{"const":4}}}`},
	{name: "unevaluatedProperties", schema: `{"allOf":[{"required":["a"],"properties":{"a":{"type":"integer"}}}],"type":"object","unevaluatedProperties":false}`},
	{name: "unevaluatedProperties, a schema", schema: `{"type":"object","required":["a","b"],"properties":{"a":{"type":"integer"}},"unevaluatedProperties":{"type":"boolean"}}`},
	{name: "unevaluatedItems", schema: `{"type":"array","prefixItems":[{"type":"integer"}],"unevaluatedItems":false,"minItems":1}`},
	{name: "a tree", schema: `{"$ref":"#/components/schemas/Tree"}`},
	{name: "a chain", schema: `{"$ref":"#/components/schemas/Chain"}`},
	{name: "a list that may end in a text", schema: `{"$ref":"#/components/schemas/Linked"}`},
	{name: "a map of itself", schema: `{"$ref":"#/components/schemas/Named"}`},
	{name: "true", schema: `true`},
	{name: "false", schema: `false`, unmet: "may be nothing"},
}

// F08: the importer and verify send values that a reader of schemas accepts that
// neither has a part in, for every keyword; what cannot be met is named by both.
func TestValuesMeetEveryKeyword(t *testing.T) {
	for _, tt := range keywords {
		t.Run(tt.name, func(t *testing.T) {
			if tt.version == "" {
				tt.version = "3.1.0"
			}
			document := bodySchema(tt.version, tt.schema)
			importer, verify, why := made(t, document)
			if tt.unmet != "" {
				if len(importer)+len(verify) > 0 || strings.Count(why, tt.unmet) != 2 {
					t.Errorf("made %q and %q; said %q, want %q of both", importer, verify, why, tt.unmet)
				}
				return
			}
			s := reader(t, document, tt.instead, jsonschema.Draft2020)
			if len(importer) == 0 || len(verify) == 0 {
				t.Fatalf("%d and %d bodies: %s", len(importer), len(verify), why)
			}
			for _, body := range slices.Concat(importer, verify) {
				if err := meets(s, body); err != nil {
					t.Fatalf("%s: %v", body, err)
				}
			}
		})
	}
}
