package openapi

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"
	"unicode/utf8"
)

// samples are texts of the formats that documents use. A %d in one becomes a
// digit.
var samples = map[string]string{
	"date-time":             "2024-05-17T12:30:0%dZ",
	"date":                  "2024-05-1%d",
	"time":                  "12:30:0%dZ",
	"duration":              "PT%dH",
	"email":                 "user%d@example.com",
	"idn-email":             "user%d@example.com",
	"hostname":              "host%d.example.com",
	"idn-hostname":          "host%d.example.com",
	"ipv4":                  "192.0.2.%d",
	"ipv6":                  "2001:db8::%d",
	"uri":                   "https://example.com/%d",
	"url":                   "https://example.com/%d",
	"iri":                   "https://example.com/%d",
	"uri-reference":         "/%d",
	"iri-reference":         "/%d",
	"uri-template":          "/{x}/%d",
	"json-pointer":          "/%d",
	"relative-json-pointer": "%d/a",
	"regex":                 "^%d$",
	"uuid":                  "00000000-0000-4000-8000-00000000000%d",
	"byte":                  "AAA%d",
	"binary":                "AAA%d",
	"password":              "password%d",
}

// coded are texts that hold something else.
func (s *Schema) coded() string {
	switch s.Media + " " + s.Encoding {
	case "application/json ":
		return "%d"
	case "application/json base64":
		return "W10="
	case s.Media + " base64":
		return "AAA%d"
	case s.Media + " base16":
		return "0%d"
	}
	return ""
}

// maxText bounds the texts that are made up.
const maxText = 1 << 16

// Accepts says whether the text meets length and patterns. A pattern that Go
// cannot read (RE2 has no lookarounds) is met by nothing.
func (s *Schema) Accepts(text string) bool {
	n := utf8.RuneCountInString(text)
	if n < s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
		return false
	}
	for _, pattern := range s.allPatterns() {
		if re, err := regexp.Compile(goPattern(pattern)); err != nil || !re.MatchString(text) {
			return false
		}
	}
	return s.Type != "string" || s.Check(text) == nil
}

func (s *Schema) allPatterns() []string {
	if s.Pattern == "" || slices.Contains(s.patterns, s.Pattern) {
		return s.patterns
	}
	return append(slices.Clone(s.patterns), s.Pattern)
}

// Unreadable is a pattern that cannot be checked here; empty, if there is none.
func (s *Schema) Unreadable() string {
	for _, pattern := range s.allPatterns() {
		if _, err := regexp.Compile(goPattern(pattern)); err != nil {
			return pattern
		}
	}
	return ""
}

// Text makes up a text that meets format, length and pattern; false, if none is
// found.
func (s *Schema) Text() (string, bool) {
	candidates := s.candidates(0)
	for _, text := range candidates {
		if made, ok := s.fit(text); ok {
			return made, true
		}
	}
	return candidates[0], false
}

// Texts are up to n different ones.
func (s *Schema) Texts(n int) (out []string) {
	for i := 0; i < 4*n && len(out) < n; i++ {
		for _, text := range s.candidates(i) {
			if made, ok := s.fit(text); ok && !slices.Contains(out, made) {
				out = append(out, made)
				break
			}
		}
	}
	return out
}

// candidates are tries; those of another nth are others, where there are.
func (s *Schema) candidates(nth int) (out []string) {
	number := func(text string) string { return strings.ReplaceAll(text, "%d", fmt.Sprint((nth+1)%10)) }
	sample := s.coded()
	if sample == "" {
		sample = samples[s.Format]
	}
	switch {
	case sample != "":
		out = []string{number(sample)}
	case nth > 0 && s.MaxLength != nil && *s.MaxLength < 8:
		const digits = "abcdefghijklmnopqrstuvwxyz"
		for k := nth; len(out) == 0 || k > 0; k /= len(digits) {
			out = []string{strings.Join(out, "") + string(digits[k%len(digits)])}
		}
	case nth > 0:
		out = []string{fmt.Sprintf("text-%d", nth)}
	default:
		out = []string{"text"}
	}
	for _, pattern := range s.allPatterns() {
		re, err := syntax.Parse(goPattern(pattern), syntax.Perl)
		if err != nil {
			continue
		}
		re = re.Simplify()
		for _, extra := range []int{0, 1, s.MinLength, nth} {
			m := matcher{nth: nth}
			m.match(re, min(extra, maxText))
			out = append(out, m.text.String())
		}
	}
	return out
}

// fit makes a text as long, or as short, as it has to be.
func (s *Schema) fit(text string) (string, bool) {
	if s.Accepts(text) {
		return text, true
	}
	padded := text
	if n := utf8.RuneCountInString(text); n > 0 && n < s.MinLength && s.MinLength <= maxText {
		padded += strings.Repeat("x", s.MinLength-n)
		text = strings.Repeat(text, s.MinLength/n+1)
	}
	if text = clip(text, s.MaxLength, s.MinLength); s.Accepts(text) {
		return text, true
	}
	return padded, s.Accepts(padded)
}

// clip shortens to the greatest length, or to the least if there is one.
func clip(text string, most *int, least int) string {
	runes := []rune(text)
	if least > 0 && len(runes) > least {
		runes = runes[:least]
	}
	if most != nil && len(runes) > *most {
		runes = runes[:*most]
	}
	return string(runes)
}

// matcher makes a text that an expression matches; another nth another one.
type matcher struct {
	text strings.Builder
	nth  int
}

// match appends what the expression matches; what may repeat does so extra times
// more than it must.
func (m *matcher) match(re *syntax.Regexp, extra int) {
	if m.text.Len() > maxText {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			m.text.WriteRune(r)
		}
	case syntax.OpCharClass:
		m.text.WriteRune(m.member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		m.text.WriteRune(m.member([]rune{'0', '9', 'A', 'Z', 'a', 'z'}))
	case syntax.OpCapture:
		m.match(re.Sub[0], extra)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			m.match(sub, extra)
		}
	case syntax.OpAlternate:
		i := m.nth % len(re.Sub)
		m.nth /= len(re.Sub)
		m.match(re.Sub[i], extra)
	case syntax.OpStar, syntax.OpQuest, syntax.OpPlus:
		n := extra
		switch re.Op {
		case syntax.OpPlus:
			n = max(1, extra)
		case syntax.OpQuest:
			n = min(1, extra)
		}
		for range n {
			if m.text.Len() > maxText {
				return
			}
			m.match(re.Sub[0], min(extra, 1))
		}
	}
}

// member is a letter or digit of a class of ranges, or else its first; of others
// the one after it.
func (m *matcher) member(ranges []rune) rune {
	if len(ranges) == 0 {
		return 'a'
	}
	from, to := ranges[0], ranges[1]
search:
	for _, want := range "aA0" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				from, to = want, min(ranges[i+1], want+25)
				break search
			}
		}
	}
	width := int(to-from) + 1
	r := from + rune(m.nth%width)
	m.nth /= width
	return r
}
