package openapi

import "slices"

// Operation is one method of one path.
type Operation struct {
	ID         string
	Method     string // GET, POST, …
	Path       string // as documented: /models/{name}
	Base       string // path of the first server, which goes before Path: /api/v1, or empty
	Summary    string
	Deprecated bool
	Parameters []Parameter
	Body       *Body // nil: takes none
	// Security are alternatives: one of them will do. None: open to all, as when
	// one of them is empty.
	Security  []Requirement
	Responses []Response // by status, ascending
	// TokenURLs are where the document's OAuth 2 password flows get their tokens;
	// the same for all operations.
	TokenURLs []string
}

// Parameter is a value outside of the body.
type Parameter struct {
	Name     string
	In       string // path, query, header or cookie
	Required bool
	Schema   *Schema // never nil
	Example  any     // nil: none
}

// Body is the request's body, of the media type that suits best: JSON if there
// is a choice.
type Body struct {
	Required  bool
	MediaType string  // application/json, …
	Schema    *Schema // never nil
	Example   any     // nil: none
}

// Requirement are schemes that are all needed.
type Requirement []Scheme

// Scheme is a way to say who asks.
type Scheme struct {
	Name      string // in the document
	Type      string // http, apiKey, oauth2, openIdConnect
	Scheme    string // of http, in lower case: bearer, basic
	In        string // of apiKey: header, query or cookie
	Parameter string // of apiKey: the header's name, …
	TokenURL  string // of oauth2: where a name and password get a token
}

// Bearer says whether the scheme is a token in the header Authorization.
func (s Scheme) Bearer() bool {
	return s.Type == "http" && s.Scheme == "bearer" || s.Type == "oauth2" || s.Type == "openIdConnect"
}

// Response is a documented answer.
type Response struct {
	Status    int     // 0: default, or a range such as 2XX
	Range     string  // default, 2XX, …; empty with a Status
	MediaType string  // empty: no body documented
	Schema    *Schema // nil: none documented, or not JSON
}

// Schema is what a value may be. References are resolved, allOf is merged, of
// oneOf and anyOf the first alternative is taken that is not null.
type Schema struct {
	Type     string   // object, array, string, number, integer, boolean; empty: any
	Others   []string // further types that will do, such as those of other alternatives
	Nullable bool

	// Numbers. Bounds are included unless exclusive.
	Min, Max                   *float64
	ExclusiveMin, ExclusiveMax bool
	MultipleOf                 float64 // 0: none

	// Arrays.
	Items       *Schema   // nil: anything
	Prefix      []*Schema // of tuples: the first items
	MinItems    int
	MaxItems    *int
	UniqueItems bool

	// Objects.
	Properties    map[string]*Schema
	Required      []string // sorted
	Closed        bool     // no properties but these
	Additional    *Schema  // of further properties; nil: anything
	MinProperties int

	// Strings.
	MinLength int
	MaxLength *int
	Pattern   string
	Format    string

	Enum    []any // of any type; a const is an enum of one
	Default any   // nil: none
	Example any   // nil: none

	Description string
	ReadOnly    bool // only in answers
	// Recursive stands for a schema that contains itself, where it would begin
	// anew: nothing else is known of it.
	Recursive bool
}

// Requires says whether objects must have the property.
func (s *Schema) Requires(name string) bool { return slices.Contains(s.Required, name) }

// Allows says whether values of the type are among those that will do.
func (s *Schema) Allows(kind string) bool {
	if s.Type == "" || s.Type == kind || s.Type == "number" && kind == "integer" || s.Nullable && kind == "null" {
		return true
	}
	return slices.Contains(s.Others, kind) || kind == "integer" && slices.Contains(s.Others, "number")
}
