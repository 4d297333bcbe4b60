package importer

import (
	"errors"
	"fmt"
	"net/url"
	"path"
	"regexp"
	"strings"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
	"github.com/mlbench/mlbench/targets"
)

// curlURL is a URL as curl takes it apart.
type curlURL struct {
	address string // scheme and authority, as a target; may hold places
	target  string // path and query, as it is sent; empty: the target's own URL
	user    bool   // it has a name and password, which are not kept
}

// locate takes a URL apart without writing any of it in another way.
func (c *curlCommand) locate(at string) (*curlURL, error) {
	if strings.ContainsAny(at, " \t\n\r") {
		return nil, errors.New("its URL has a space or line break: write %20")
	}
	if !c.noGlob && globs(at) {
		return nil, errors.New("its URL has {…} or […], of which curl makes several URLs: give one command for each, or -g if they are meant as they are")
	}
	at, _, _ = strings.Cut(at, "#")
	scheme, rest := "http", at
	if s, r, ok := targets.CutScheme(at); ok {
		scheme, rest = strings.ToLower(s), r
	}
	authority, target := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	u := &curlURL{}
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority, u.user = authority[i+1:], true
	}
	if u.target = target; !strings.HasPrefix(target, "/") {
		u.target = "/" + target
	}
	switch {
	case c.vault.HasPlaces(scheme):
		return nil, errors.New("its URL's scheme is a variable: write http or https")
	case scheme != "http" && scheme != "https":
		return nil, fmt.Errorf("scheme %q, want an http or https URL", scheme)
	case c.vault.HasPlaces(authority):
		c.locateVariable(u, at, scheme, authority, target)
	default:
		parsed, err := url.Parse(scheme + "://" + authority)
		if err != nil || parsed.Host == "" || parsed.Hostname() == "" {
			return nil, errors.New("its URL cannot be read: want http://HOST:PORT/PATH")
		}
		u.address = scheme + "://" + strings.TrimSuffix(authority, map[string]string{"http": ":80", "https": ":443"}[scheme])
	}
	if !c.asIs && u.target != "" {
		u.target = withoutDots(u.target)
	}
	return u, nil
}

// locateVariable is for URLs that begin with what only the shell knows: that
// part is the target's.
func (c *curlCommand) locateVariable(u *curlURL, at, scheme, authority, target string) {
	u.address = authority // a variable may hold the scheme, too
	if _, _, ok := targets.CutScheme(at); ok || !strings.HasPrefix(authority, c.vault.Mark) {
		u.address = scheme + "://" + authority
	}
	if !strings.HasPrefix(target, "/") { // $URL?x=1: what the variable ends with is not known
		u.address, u.target = u.address+target, ""
	}
}

// globs says whether curl would make several URLs of it. Brackets around an
// address of IPv6 are none.
func globs(at string) bool {
	if _, rest, ok := targets.CutScheme(at); ok {
		at = rest
	}
	if strings.HasPrefix(at, "[") {
		_, at, _ = strings.Cut(at, "]")
	}
	return strings.ContainsAny(at, "{}[]")
}

// withoutDots squeezes /a/../b to /b, as curl does (RFC 3986 §5.2.4).
func withoutDots(target string) string {
	p, query, asks := strings.Cut(target, "?")
	if !strings.Contains(p, "/.") {
		return target
	}
	var out []string
	parts := strings.Split(p, "/")
	for i, part := range parts[1:] {
		last := i == len(parts)-2
		switch part {
		case ".":
		case "..":
			out = out[:max(len(out)-1, 0)]
		default:
			out = append(out, part)
			continue
		}
		if last {
			out = append(out, "")
		}
	}
	if p = "/" + strings.Join(out, "/"); asks {
		p += "?" + query
	}
	return p
}

var escapeForm = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// complete adds what options say of path and query.
func (c *curlCommand) complete(u *curlURL, b *curlBody) error {
	more := append([]string(nil), c.queries...)
	if c.get && b.sent {
		if len(c.forms) > 0 {
			return errors.New("-G and -F exclude one another")
		}
		more = append(more, string(b.raw))
		if *b = (curlBody{}); c.json {
			b.kind = draft.JSONMedia
		}
	}
	if c.upload != "" && u.target != "" {
		p, query, asks := strings.Cut(u.target, "?")
		if strings.HasSuffix(p, "/") && c.upload != "-" && c.upload != "." {
			p += url.PathEscape(path.Base(c.upload))
		}
		if u.target = p; asks {
			u.target += "?" + query
		}
	}
	for _, q := range more {
		q = escapeForm.ReplaceAllStringFunc(q, strings.ToLower) // as curl does
		switch {
		case q == "":
		case u.target == "":
			return errors.New("what it adds to the query of a URL that is a variable cannot be said: write the query into the URL")
		case !strings.Contains(u.target, "?"):
			u.target += "?" + q
		case strings.HasSuffix(u.target, "?"), strings.HasSuffix(u.target, "&"):
			u.target += q
		default:
			u.target += "&" + q
		}
	}
	if c.target != "" {
		if !strings.HasPrefix(c.target, "/") {
			return fmt.Errorf("--request-target %s: mlbench sends paths that begin with /", draft.Printable(c.target))
		}
		u.target = c.target
	}
	if _, plain := c.vault.EncodedPlaces(u.target); plain {
		c.note("Values of variables are percent-encoded in paths and queries: a / or & in one is not a separator.")
	}
	if strings.ContainsFunc(u.target, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return errors.New("its URL has a space or control character: write it percent-encoded, as %20, or give data by --data-urlencode")
	}
	if draft.VisibleOnly(u.target) != u.target {
		c.note("Characters of the URL that are not ASCII are percent-encoded; curl sends them as they are.")
	}
	u.target = draft.VisibleOnly(u.target)
	if m := scenarios.FindReference(u.target + u.address); m != "" {
		return fmt.Errorf("%s in its URL: a placeholder of another tool: write its value, or $NAME", m)
	}
	if u.target != "" {
		if err := targets.ValidPath(u.target); err != nil {
			return err
		}
	}
	return nil
}
