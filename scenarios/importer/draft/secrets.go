package draft

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/targets"
)

// Vault takes secrets out of what becomes a scenario, and puts variables in
// their place; what is no secret it escapes, so that it is sent as it was.
type Vault struct {
	Names  []string          // of the variables, in the order of their first use
	bytes  bool              // within bytes, which take no variables: REDACTED
	used   bool              // something was redacted
	Open   bool              // secrets stay: for comparing, not for writing
	values map[string]string // of the variables

	shellPlaces // of variables of the shell
}

// RedactedText stands where a secret was and no variable can.
const RedactedText = "REDACTED"

// SecretForms are texts that are secrets wherever they stand: JSON web tokens,
// and keys of services that mark theirs.
var SecretForms = regexp.MustCompile(`eyJ[\w-]{4,}\.[\w-]{2,}\.[\w-]*|\b(?:sk|pk|rk)[-_][\w-]{12,}|\bgh[pousr]_\w{16,}|\bgithub_pat_\w{16,}|\bglpat-[\w-]{12,}|\bhf_\w{16,}|\bxox[abprs]-[\w-]{10,}|\bAKIA[0-9A-Z]{12,}|\bAIza[\w-]{20,}`)

// secretWords are parts of names that usually hold secrets.
var secretWords = []string{
	"password", "passwd", "pwd", "passphrase", "secret", "token", "apikey", "jwt", "auth", "authorization",
	"credential", "credentials", "signature", "sig", "cookie", "session", "sessionid", "otp", "pin", "bearer", "csrf", "xsrf",
}

var (
	wordForm = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+|[0-9]+`)
	// aboutSecrets at the end of a name make it no secret: signature_name, token_type.
	aboutSecrets = []string{"name", "names", "type", "types", "count", "limit", "def"}
	// modelWords begin names of what language models know as tokens: eos_token.
	modelWords = []string{"bos", "eos", "pad", "unk", "mask", "sep", "cls", "stop"}
	// keyWords before "key" make it a secret: api_key, accessKey.
	keyWords = []string{"api", "access", "private", "secret", "subscription", "license"}
)

// SecretName says whether values of this name usually are secrets. The words
// decide, so that max_tokens and monkey are none.
func SecretName(name string) bool {
	words := wordForm.FindAllString(name, -1)
	if n := len(words); n > 1 && (slices.Contains(aboutSecrets, strings.ToLower(words[n-1])) || slices.Contains(modelWords, strings.ToLower(words[0]))) {
		return false
	}
	for i, word := range words {
		word = strings.ToLower(word)
		if slices.Contains(secretWords, word) {
			return true
		}
		if word == "key" && (len(words) == 1 || i > 0 && slices.Contains(keyWords, strings.ToLower(words[i-1]))) {
			return true
		}
	}
	return slices.Contains(secretWords, strings.ToLower(name))
}

// VariableName is how the environment calls it: x-api-key is X_API_KEY.
func VariableName(name string) string {
	name = strings.Trim(strings.ToUpper(notOfNames.ReplaceAllString(name, "_")), "_")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return strings.TrimRight("SECRET_"+name, "_")
	}
	return name[:min(len(name), MaxName)]
}

// Ref is what stands for the secret of that name.
func (v *Vault) Ref(name string) string {
	if v.bytes {
		v.used = true
		return RedactedText
	}
	name = VariableName(name)
	for base, n := name, 2; v.named(name); n++ { // of the shell, and another
		name = fmt.Sprintf("%s_%d", base, n)
	}
	if !slices.Contains(v.Names, name) {
		v.Names = append(v.Names, name)
	}
	return "${" + name + "}"
}

// RefOf is what stands for the secret of that name and value: another value has another variable.
func (v *Vault) RefOf(name, value string) string {
	if v.bytes {
		return v.Ref(name)
	}
	if v.values == nil {
		v.values = map[string]string{}
	}
	for n, at := 2, name; ; at, n = fmt.Sprintf("%s_%d", name, n), n+1 {
		key := VariableName(at)
		if known, ok := v.values[key]; !ok || known == value || n > maxPlaces {
			v.values[key] = value
			return v.Ref(at)
		}
	}
}

// Text takes out secrets that show themselves.
func (v *Vault) Text(s string) string {
	if !v.bytes {
		s = strings.ReplaceAll(s, "${", "$${")
	}
	if v.Open {
		return s
	}
	if !v.bytes && scenarios.FindReference(s) != "" { // no capture of ours, and not to be said
		s = strings.ReplaceAll(s, "{{", "{ {")
	}
	s = SecretForms.ReplaceAllStringFunc(s, func(secret string) string {
		if v.HasPlaces(secret) {
			return secret
		}
		return v.Ref("secret")
	})
	return v.references(s)
}

// Value takes secrets out of a JSON value: texts under telling names, and texts
// that show themselves. The name is that of the secret it is part of, or empty.
func (v *Vault) Value(x any, name string) any {
	switch x := x.(type) {
	case string:
		if name != "" && x != "" && !v.Open && !v.HasPlaces(x) {
			return v.Ref(name)
		}
		return v.Varied(x)
	case []any:
		out := make([]any, len(x))
		for i, item := range x {
			out[i] = v.Value(item, name)
		}
		return out
	case example.Generated:
		if values, ok := x.Args.([]any); ok { // a choice; the others' arguments are numbers
			if name != "" && !v.Open {
				return v.Ref(name)
			}
			return example.Generated{Name: x.Name, Args: v.Value(values, name)}
		}
	case example.Pairs:
		out := make(example.Pairs, len(x))
		for i, p := range x {
			within := name
			if SecretName(p.Key) {
				within = p.Key
			}
			out[i] = example.Pair{Key: v.key(p.Key), Value: v.Value(p.Value, within), Note: p.Note}
		}
		return out
	}
	return x
}

// key is a key of an object, which takes no variables.
func (v *Vault) key(s string) string {
	if v.Open {
		return s
	}
	return SecretForms.ReplaceAllString(s, RedactedText)
}

// query does so for name=value&name=value.
func (v *Vault) query(s string) string {
	parts := strings.Split(s, "&")
	for i, part := range parts {
		name, value, has := strings.Cut(part, "=")
		plain, err := url.QueryUnescape(name)
		if err != nil {
			plain = name
		}
		if has && value != "" && SecretName(plain) && !v.HasPlaces(value) {
			parts[i] = v.Text(name) + "=" + v.Ref(plain)
			continue
		}
		parts[i] = v.Text(part)
	}
	return strings.Join(parts, "&")
}

// Path does so for a path and its query.
func (v *Vault) Path(path string) string {
	path, query, has := strings.Cut(path, "?")
	if path = v.Text(path); has {
		path += "?" + v.query(query)
	}
	return path
}

// memberForm and elementForm are a named text of JSON and of XML, in texts that
// are not taken apart.
var (
	memberForm  = regexp.MustCompile(`"([^"\\]+)"(\s*:\s*)"(?:[^"\\]|\\.)*"`)
	elementForm = regexp.MustCompile(`<([\w:.-]+)>[^<]+</`)
)

// body takes secrets out of a body that stays a text, or bytes.
func (v *Vault) body(s, mediaType string) string {
	if s = v.Text(s); mediaType == "multipart/form-data" {
		s = v.parts(s)
	}
	s = memberForm.ReplaceAllStringFunc(s, func(member string) string {
		m := memberForm.FindStringSubmatch(member)
		if !SecretName(m[1]) {
			return member
		}
		return `"` + m[1] + `"` + m[2] + `"` + v.Ref(m[1]) + `"`
	})
	return elementForm.ReplaceAllStringFunc(s, func(element string) string {
		if name := elementForm.FindStringSubmatch(element)[1]; SecretName(name) {
			return "<" + name + ">" + v.Ref(name) + "</"
		}
		return element
	})
}

// parts takes the values of telling names out of a multipart body.
func (v *Vault) parts(s string) string {
	parts := strings.Split(s, "\r\n--")
	for i, part := range parts {
		head, _, ok := strings.Cut(part, "\r\n\r\n")
		_, name, named := strings.Cut(head, `name="`)
		name, _, _ = strings.Cut(name, `"`)
		if ok && named && SecretName(name) {
			parts[i] = head + "\r\n\r\n" + v.Ref(name)
		}
	}
	return strings.Join(parts, "\r\n--")
}

// Header makes a reference to the environment of a header that holds a secret;
// every other stays as it is.
func (v *Vault) Header(name, value string) Header {
	f := targets.Field{Name: name, Value: value}
	if value == "" || f.Shown() == value && !SecretForms.MatchString(value) && !SecretName(name) || v.isVariable(value) {
		return Header{Name: name, Value: v.Text(value)}
	}
	scheme, _, hasScheme := strings.Cut(value, " ")
	switch {
	case strings.EqualFold(name, "authorization") && strings.EqualFold(scheme, "bearer") && hasScheme:
		return v.secret(name, scheme+" ", "TOKEN", "export TOKEN=…")
	case strings.EqualFold(name, "authorization") && strings.EqualFold(scheme, "basic") && hasScheme:
		return v.secret(name, scheme+" ", "BASIC_AUTH", `export BASIC_AUTH=$(printf 'user:password' | base64)`)
	}
	return v.secret(name, "", VariableName(name), "export "+VariableName(name)+"=…")
}

// SecretHeader is header where there are no variables of a shell.
func SecretHeader(name, value string) Header { return (&Vault{}).Header(name, value) }

// isVariable says whether a secret is but a variable of the shell, with no more
// than a word such as Bearer before it.
func (v *Vault) isVariable(value string) bool {
	if !v.HasPlaces(value) {
		return false
	}
	rest := v.Form().ReplaceAllString(value, "\x00")
	return variableForm.MatchString(rest)
}

var variableForm = regexp.MustCompile(`^(?:[A-Za-z][\w.-]*[ =] *)?\x00+$`)

// secret is a header whose value the environment holds; a variable of the shell
// of the same name is another.
func (v *Vault) secret(name, scheme, variable, note string) Header {
	for base, n := variable, 2; v.named(variable); n++ {
		next := fmt.Sprintf("%s_%d", base, n)
		note = strings.Replace(note, "export "+variable+"=", "export "+next+"=", 1)
		variable = next
	}
	return Header{Name: name, Value: scheme + "${" + variable + "}", Note: note}
}

// EnvironmentHeader is one whose value the environment holds.
func EnvironmentHeader(name string) Header {
	variable := VariableName(name)
	return Header{Name: name, Value: "${" + variable + "}", Note: "export " + variable + "=…"}
}

// IsBearer says whether a header carries a token.
func IsBearer(name, value string) bool {
	scheme, _, ok := strings.Cut(value, " ")
	return ok && strings.EqualFold(name, "authorization") && strings.EqualFold(scheme, "bearer")
}
