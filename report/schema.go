package report

import (
	"embed"
	"fmt"
)

//go:embed schema/*.json
var schemas embed.FS

// SchemaNames lists the schemas for help texts.
const SchemaNames = "run, comparison"

// Schema returns the JSON Schema (draft 2020-12) of a JSON form: "run" is
// mlbench.run/1, "comparison" mlbench.comparison/1.
func Schema(name string) ([]byte, error) {
	switch name {
	case "run", "comparison":
		return schemas.ReadFile("schema/" + name + ".schema.json")
	}
	return nil, fmt.Errorf("unknown schema %q: want one of %s", name, SchemaNames)
}
