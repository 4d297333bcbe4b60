package openapi

import (
	"math/big"
	"slices"
	"strings"
)

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
	JSON     bool    // it is JSON, and has no style
	Style    string  // of lists and objects: form, simple, label, matrix, spaceDelimited, pipeDelimited or deepObject
	Explode  bool    // each of their values by itself
}

// Authorization says whether a parameter is the header with the token, as
// frameworks document handlers that read it themselves.
func (p Parameter) Authorization() bool {
	return p.In == "header" && strings.EqualFold(p.Name, "authorization")
}

// Ignored says that the specification has a parameter ignored: the headers that
// a request has for other reasons.
func (p Parameter) Ignored() bool {
	return p.In == "header" && (strings.EqualFold(p.Name, "accept") || strings.EqualFold(p.Name, "content-type"))
}

// Body is the request's body, of the media type that suits best: JSON if there
// is a choice.
type Body struct {
	Required  bool
	MediaType string  // application/json, …
	Schema    *Schema // never nil
	Example   any     // nil: none
}

// PasswordNames are the names by which passwords are known, the likeliest first.
func PasswordNames() []string { return []string{"password", "passwd", "pass"} }

// WantsPassword says whether a body is that of a login: as requests, all of them
// would be refused.
func (b *Body) WantsPassword() bool {
	return b != nil && slices.ContainsFunc(PasswordNames(), b.Schema.Requires)
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

// Schema is what a value may be. References are resolved and allOf is merged. Of
// what may be one thing or another (oneOf, anyOf, if, several types) it is one:
// Form has the others. What it cannot say (not, contains, …) Check knows.
type Schema struct {
	Type     string   // object, array, string, number, integer, boolean; empty: any
	Others   []string // further types that will do, such as those of other alternatives
	Nullable bool
	Never    bool // nothing is allowed

	// Numbers. Bounds are included unless exclusive.
	Min, Max                   *big.Rat
	ExclusiveMin, ExclusiveMax bool
	MultipleOf                 *big.Rat // nil: none

	// Arrays.
	Items       *Schema   // nil: anything
	Prefix      []*Schema // of tuples: the first items
	MinItems    int
	MaxItems    *int
	UniqueItems bool
	Contains    *Schema // of which there are MinContains; nil: none
	MinContains int

	// Objects.
	Properties    map[string]*Schema
	Required      []string            // sorted
	Dependent     map[string][]string // what else is required where the key is there
	Avoid         []string            // properties that bring further rules: best left out
	Patterns      map[string]*Schema  // of properties whose names match
	Names         *Schema             // of further properties; nil: any
	Closed        bool                // no properties but these
	Additional    *Schema             // of further properties; nil: anything
	MinProperties int
	MaxProperties *int

	// Strings.
	MinLength int
	MaxLength *int
	Pattern   string
	Format    string
	Media     string // of what the text holds: application/json
	Encoding  string // of the text: base64

	Enum    []any // of any type; a const is an enum of one
	Default any   // nil: none
	Example any   // nil: none

	Description string
	ReadOnly    bool // only in answers
	// Recursive stands for a schema that contains itself, where it would begin
	// anew: nothing else is known of it.
	Recursive bool
	// Hard schemas say more than these fields do: values want to be checked.
	Hard bool
	// Risky ones forbid single values among those that the fields allow.
	Risky bool

	doc      *document
	origins  []origin
	deep     int
	forms    int    // in which values may come: see Form
	name     string // of the reference that led here
	patterns []string
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
