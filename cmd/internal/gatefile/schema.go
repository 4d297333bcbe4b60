package gatefile

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// written is what the JSON Schema of gate files says by hand: the keys
// whose values have forms of their own.
//
//go:embed gatefile.schema.json
var written []byte

// Schema is the JSON Schema of gate files: the written part, and a property
// for every other flag.
func Schema(flags *pflag.FlagSet) ([]byte, error) {
	var schema map[string]any
	if err := json.Unmarshal(written, &schema); err != nil {
		return nil, fmt.Errorf("schema of gate files: %w", err)
	}
	properties := schema["properties"].(map[string]any)
	for _, key := range keys(flags) {
		if properties[key] == nil {
			properties[key] = flagSchema(flags.Lookup(key))
		}
	}
	return json.MarshalIndent(schema, "", "  ")
}

// flagSchema is the schema of a flag's value.
func flagSchema(f *pflag.Flag) map[string]any {
	_, usage := pflag.UnquoteUsage(f)
	s := map[string]any{"description": strings.ToUpper(usage[:1]) + usage[1:] + "."}
	_, isPair := pairs[f.Name]
	switch kind := f.Value.Type(); {
	case isPair:
		s["anyOf"] = []any{ref("texts"), ref("pairs")}
	case kind == "stringArray":
		s["$ref"] = "#/$defs/texts"
	case kind == "duration":
		s["$ref"] = "#/$defs/duration"
	case kind == "bool":
		s["type"] = "boolean"
	case kind == "int", kind == "uint64":
		s["type"] = "integer"
	case kind == "string":
		s["$ref"] = "#/$defs/text"
	default:
		s["type"] = []any{"string", "number"}
	}
	return s
}

func ref(name string) map[string]any { return map[string]any{"$ref": "#/$defs/" + name} }
