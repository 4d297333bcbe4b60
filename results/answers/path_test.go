package answers

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPath(t *testing.T) {
	document, err := Decode([]byte(`{"a":{"b":[1,{"c":null}]},"prediction":0.12345678901234567890,"list":[]}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string][]any{
		"$.a.b[0]":     {json.Number("1")},
		"a.b[0]":       {json.Number("1")},
		".a.b[0]":      {json.Number("1")},
		"$.a.b[1].c":   {nil},
		"$..c":         {nil},
		"prediction":   {json.Number("0.12345678901234567890")},
		"$['list']":    {[]any{}},
		"$.a.b[2]":     nil,
		"$.nothing":    nil,
		"$.a.b[*].c":   {nil},
		"$.prediction": {json.Number("0.12345678901234567890")},
	} {
		p, err := ParsePath(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, p.All(document)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if _, found := p.First(document); found != (len(want) > 0) {
			t.Errorf("%s: found %v", text, found)
		}
	}
}

func TestBadPath(t *testing.T) {
	for _, text := range []string{"", "  ", "$.a[", "$[?(", "$.a.b[x"} {
		if p, err := ParsePath(text); err == nil {
			t.Errorf("%q is read as %s", text, p)
		}
	}
}

func TestDecodeRefusesMoreThanOneValue(t *testing.T) {
	for _, body := range []string{"", "{", "{} {}", "1 x", "nul"} {
		if v, err := Decode([]byte(body)); err == nil {
			t.Errorf("%q is read as %v", body, v)
		}
	}
}
