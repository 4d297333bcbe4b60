package program

import (
	"net/url"
	"slices"
	"strings"

	"github.com/mlbench/mlbench/targets"
)

// target sets path and query, and says what is wrong with the URL.
func (p *program) target(x *sending, at any) string {
	if object, ok := at.(*address); ok {
		at = object.text()
	}
	parts, ok := at.(joined)
	if !ok {
		parts = joined{at}
	}
	base, rest := splitAddress(parts)
	if len(base) > 0 {
		var shown []string
		literal := true
		for _, v := range base {
			s, isText := textOf(v)
			if env, ok := v.(envValue); ok {
				if s = "${" + env.name + "}"; env.fallback != nil {
					s, isText = *env.fallback, true
				}
			}
			if _, ok := v.(envValue); !ok && !isText {
				u, isUnknown := v.(unknown)
				if !isUnknown {
					u = unknown{label: "a value"}
				}
				if s = u.String(); len(rest) == 0 {
					return "its URL is not known: " + u.label
				}
				p.sites[x.site] = partSite
			}
			literal = literal && isText
			shown = append(shown, s)
		}
		if address := strings.Join(shown, ""); literal {
			more, why := x.at(address)
			if why != "" {
				return why
			}
			rest = joined(append([]any{more}, rest...))
		} else {
			p.d.Once("The address is that of " + address + ": give it as --target.")
		}
	}
	parts = rest
	s, inQuery := "", false
	for _, v := range parts {
		more, missing := p.text(joined{v})
		switch {
		case len(missing) > 0 && !inQuery:
			return "its path is not known: " + missing[0].String()
		case len(missing) > 0:
			if missing[0].line == 0 {
				missing[0].line = x.line
			}
			x.request.About = append(x.request.About, missing[0].String()+" is not known, and left empty in the query")
			p.sites[x.site] = partSite
		}
		s += more
		inQuery = inQuery || strings.Contains(more, "?")
	}
	if s, _, _ = strings.Cut(s, "#"); !strings.HasPrefix(s, "/") {
		s = "/" + s
	}
	if err := p.d.SetTarget(&x.request, s); err != nil {
		return "its path cannot be sent: " + err.Error()
	}
	return ""
}

// splitAddress cuts a URL in its address and its path, where it has an address.
func splitAddress(parts joined) (base, rest joined) {
	if s, ok := parts[0].(string); ok && !strings.Contains(s, "://") {
		return nil, parts
	}
	inHost := false
	for i, v := range parts {
		s, ok := v.(string)
		if !ok {
			continue
		}
		from := 0
		if at := strings.Index(s, "://"); at >= 0 && !inHost {
			inHost, from = true, at+3
		} else if !inHost && i == 1 && strings.ContainsAny(s[:1], "/?") {
			return parts[:1], parts[1:] // ${BASE}/path
		}
		if at := strings.IndexAny(s[from:], "/?#"); at >= 0 && inHost {
			at += from
			base, rest = slices.Clone(parts[:i]), slices.Clone(parts[i:])
			if at > 0 {
				base = append(base, s[:at])
			}
			rest[0] = s[at:]
			return base, rest
		}
	}
	if _, ok := parts[0].(envValue); ok && !inHost && len(parts) > 1 {
		return parts[:1], append(joined{"/"}, parts[1:]...) // ${BASE}path
	}
	return parts, nil
}

// at takes the address of the request, and returns what of it is path.
func (x *sending) at(address string) (path, why string) {
	scheme, rest, has := targets.CutScheme(address)
	if !has || strings.ToLower(scheme) != "http" && strings.ToLower(scheme) != "https" {
		return "", "its URL is none of http or https"
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	x.origin = scheme + "://" + host
	if u, err := url.Parse(x.origin); err != nil || u.Host == "" || u.User != nil {
		return "", "its URL is none of http or https"
	}
	return strings.TrimSuffix(path, "/"), ""
}
