package loadgen

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// cookie is one that a target has set. All requests of a load go to one target: its
// attribute Domain makes no difference.
type cookie struct {
	name, value, path string
	secure            bool // for https alone
}

// jar holds a user's cookies, those of longer paths first, older ones first (RFC 6265
// §5.4). There is no clock in it: what expires later than now stays.
type jar []cookie

// Bounds of a jar, those that browsers have to keep to (RFC 6265 §6.1).
const (
	maxCookies = 50
	maxCookie  = 4096 // bytes of name and value
)

// pathOf is a target without its query.
func pathOf(target string) string {
	path, _, _ := strings.Cut(target, "?")
	return path
}

// takeHeader keeps what the lines of an answer's header set.
func (j *jar) takeHeader(header []byte, target string) {
	for len(header) > 0 {
		var line []byte
		line, header = cutLine(header)
		name, value, _ := bytes.Cut(line, []byte(":"))
		if len(name) == len("Set-Cookie") && strings.EqualFold(string(name), "Set-Cookie") {
			j.take(string(bytes.TrimSpace(value)), target)
		}
	}
}

// take keeps one cookie, or deletes it. What is no cookie is no mistake.
func (j *jar) take(line, target string) {
	set, err := http.ParseSetCookie(line)
	if err != nil || len(set.Name)+len(set.Value) > maxCookie {
		return
	}
	c := cookie{set.Name, set.Value, set.Path, set.Secure}
	if set.Quoted {
		c.value = `"` + c.value + `"`
	}
	if !strings.HasPrefix(c.path, "/") { // RFC 6265 §5.1.4
		path := pathOf(target)
		c.path = path[:max(strings.LastIndexByte(path, '/'), 0)]
		if c.path == "" {
			c.path = "/"
		}
	}
	at := slices.IndexFunc(*j, func(o cookie) bool { return o.name == c.name && o.path == c.path })
	gone := set.MaxAge < 0 || set.MaxAge == 0 && !set.Expires.IsZero() && set.Expires.Before(time.Now())
	switch {
	case at >= 0 && gone:
		*j = slices.Delete(*j, at, at+1)
	case at >= 0:
		(*j)[at] = c
	case !gone && len(*j) < maxCookies:
		at := slices.IndexFunc(*j, func(o cookie) bool { return len(o.path) < len(c.path) })
		if at < 0 {
			at = len(*j)
		}
		*j = slices.Insert(*j, at, c)
	}
}

// append appends the cookies of a path, between two texts; nothing if there are none.
func (j jar) append(b []byte, before, path string, secure bool, after string) []byte {
	found := false
	for i := range j {
		c := &j[i]
		if c.secure && !secure || !c.covers(path) {
			continue
		}
		if !found {
			b = append(b, before...)
		} else {
			b = append(b, "; "...)
		}
		found = true
		b = append(b, c.name...)
		b = append(b, '=')
		b = append(b, c.value...)
	}
	if found {
		b = append(b, after...)
	}
	return b
}

// covers says whether requests of the path carry the cookie (RFC 6265 §5.1.4).
func (c *cookie) covers(path string) bool {
	rest, within := strings.CutPrefix(path, c.path)
	return within && (rest == "" || rest[0] == '/' || strings.HasSuffix(c.path, "/"))
}

// followedJar is a user's jar for net/http, which fills it from each answer of a chain of
// redirects, and sends to each what is for it. Nobody but the target gets any.
type followedJar struct {
	*jar
	target *url.URL
}

// SetCookies keeps what an answer sets.
func (f *followedJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		if u.Host == f.target.Host {
			f.take(c.Raw, u.EscapedPath())
		}
	}
}

// Cookies are those for a URL.
func (f *followedJar) Cookies(u *url.URL) (out []*http.Cookie) {
	for i := range *f.jar {
		c := &(*f.jar)[i]
		if u.Host != f.target.Host || c.secure && u.Scheme != "https" || !c.covers(cmp.Or(u.EscapedPath(), "/")) {
			continue
		}
		value, quoted := strings.CutPrefix(c.value, `"`)
		out = append(out, &http.Cookie{Name: c.name, Value: strings.TrimSuffix(value, `"`), Quoted: quoted})
	}
	return out
}
