package openapi

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode/utf8"
)

// samples are texts of the formats that documents use.
var samples = map[string]string{
	"date-time": "2024-05-17T12:30:00Z",
	"date":      "2024-05-17",
	"time":      "12:30:00Z",
	"duration":  "PT1H",
	"email":     "user@example.com",
	"idn-email": "user@example.com",
	"hostname":  "example.com",
	"ipv4":      "192.0.2.1",
	"ipv6":      "2001:db8::1",
	"uri":       "https://example.com/",
	"url":       "https://example.com/",
	"uuid":      "00000000-0000-4000-8000-000000000000",
	"byte":      "AAAA",
	"binary":    "AAAA",
	"password":  "password",
}

// maxText bounds the texts that are made up.
const maxText = 1 << 16

// Accepts says whether the text meets length and pattern. A pattern that Go
// cannot read (RE2 has no lookarounds) is met by nothing.
func (s *Schema) Accepts(text string) bool {
	n := utf8.RuneCountInString(text)
	if n < s.MinLength || s.MaxLength != nil && n > *s.MaxLength {
		return false
	}
	if s.Pattern == "" {
		return true
	}
	re, err := regexp.Compile(s.Pattern)
	return err == nil && re.MatchString(text)
}

// Text makes up a text that meets format, length and pattern; false, if none is
// found.
func (s *Schema) Text() (string, bool) {
	candidates := []string{"text"}
	if sample, ok := samples[s.Format]; ok {
		candidates = []string{sample}
	}
	if s.Pattern != "" {
		if re, err := syntax.Parse(s.Pattern, syntax.Perl); err == nil {
			for _, extra := range []int{0, 1, s.MinLength} {
				var b strings.Builder
				matching(&b, re.Simplify(), min(extra, maxText))
				candidates = append(candidates, b.String())
			}
		}
	}
	for _, text := range candidates {
		if s.Accepts(text) {
			return text, true
		}
		if n := utf8.RuneCountInString(text); n > 0 && n < s.MinLength && s.MinLength <= maxText {
			text = strings.Repeat(text, s.MinLength/n+1)
		}
		if text = clip(text, s.MaxLength, s.MinLength); s.Accepts(text) {
			return text, true
		}
	}
	return candidates[0], false
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

// matching appends a text that the expression matches; what may repeat does so
// extra times more than it must.
func matching(b *strings.Builder, re *syntax.Regexp, extra int) {
	if b.Len() > maxText {
		return
	}
	switch re.Op {
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			b.WriteRune(r)
		}
	case syntax.OpCharClass:
		b.WriteRune(member(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		b.WriteByte('a')
	case syntax.OpCapture:
		matching(b, re.Sub[0], extra)
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			matching(b, sub, extra)
		}
	case syntax.OpAlternate:
		matching(b, re.Sub[0], extra)
	case syntax.OpStar, syntax.OpQuest, syntax.OpPlus:
		n := extra
		switch re.Op {
		case syntax.OpPlus:
			n = max(1, extra)
		case syntax.OpQuest:
			n = min(1, extra)
		}
		for range n {
			if b.Len() > maxText {
				return
			}
			matching(b, re.Sub[0], min(extra, 1))
		}
	}
}

// member is a letter or digit of a class of ranges, or else its first.
func member(ranges []rune) rune {
	for _, want := range "aA0" {
		for i := 0; i+1 < len(ranges); i += 2 {
			if ranges[i] <= want && want <= ranges[i+1] {
				return want
			}
		}
	}
	if len(ranges) == 0 {
		return 'a'
	}
	return ranges[0]
}
