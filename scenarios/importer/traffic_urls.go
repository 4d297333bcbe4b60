package importer

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/scenarios/example"
	"github.com/mlbench/mlbench/scenarios/importer/draft"
)

// urlKey is what requests of one class have in common: the method, the path's
// template and the names of the query. What cannot be written in another way
// stands for itself.
func urlKey(method, target string) string {
	path, query, has := strings.Cut(target, "?")
	key := method + " " + templateOf(path)
	if !has {
		return key
	}
	names := []string{}
	for part := range strings.SplitSeq(query, "&") {
		name, value, valued := strings.Cut(part, "=")
		plain, ok1 := draft.UnescapeQuery(name)
		_, ok2 := draft.UnescapeQuery(value)
		if !ok1 || !ok2 || !valued || plain == "" {
			return method + " " + target
		}
		if plain = url.QueryEscape(plain); slices.Contains(names, plain) && names[len(names)-1] != plain {
			return method + " " + target // a list has its values one behind the other
		}
		names = append(names, plain)
	}
	return key + "?" + strings.Join(names, "&")
}

// maxListed bounds the values of lists of URLs in a file, maxPool those that are
// prepared where nothing else is said.
const (
	maxListed = 100_000
	maxPool   = 2000
)

// setURLs makes path, params and query of the URLs of a class, of which each is sent
// in its turn.
func setURLs(d *draft.Scenario, r *draft.Request, group []exchange) {
	first := group[0].at()
	targets := make([]string, len(group))
	for i, x := range group {
		targets[i] = x.at()
	}
	all := distinctOf(targets)
	if len(all) == 1 {
		r.Path = d.Vault.Path(first)
		return
	}
	varying := varyingParts(all)
	room := (maxListed - d.Listed) / max(len(varying), 1)
	list := targets
	if len(list) > room {
		list = all
		r.About = append(r.About, fmt.Sprintf("%s of %s: each once in its turn, however often it was there.", draft.Count(len(all), "URL"), draft.Count(len(targets), "request")))
	}
	if len(list) > room {
		r.About = append(r.About, fmt.Sprintf("%d of them are left out: a file holds so many.", len(list)-room))
		d.Left = append(d.Left, fmt.Sprintf("%d of %d URLs like %s", len(list)-room, len(list), draft.Shortened(draft.Printable(d.Vault.Shown(pathAlone(first))))))
		list = list[:max(room, 1)]
	}
	d.Listed += len(list) * len(varying)
	if len(list) > maxPool {
		r.Pool = len(list)
	}
	path, query, _ := strings.Cut(first, "?")
	segments := strings.Split(path, "/")
	parts := strings.Split(query, "&")
	from := len(parts) // of the query, what varies and all behind it
	for _, at := range varying {
		if at < len(segments) {
			name := freshParam(r.Params, idName(segments, at))
			r.Params = append(r.Params, example.Pair{Key: name, Value: inTurn(d, list, at)})
			segments[at] = "\x00" + name + "\x01"
		} else {
			from = min(from, at-len(segments))
		}
	}
	for k := from; k < len(parts); k++ {
		name, value, _ := strings.Cut(parts[k], "=")
		plain, at := draft.Unescaped(name), len(segments)+k
		switch {
		case draft.SecretName(plain) && value != "" && !d.Vault.HasPlaces(value):
			r.AddQuery(plain, d.Vault.Ref(plain))
		case slices.Contains(varying, at):
			r.AddQuery(plain, inTurn(d, list, at))
		default:
			r.AddQuery(plain, d.Vault.Text(draft.Unescaped(value)))
		}
	}
	path = strings.Join(segments, "/")
	if len(r.Params) > 0 { // braces of the path's own are no names
		path = strings.NewReplacer("{", "%7B", "}", "%7D", "\x00", "{", "\x01", "}").Replace(path)
	}
	if parts = parts[:from]; len(parts) > 0 && query != "" {
		path += "?" + strings.Join(parts, "&")
	}
	r.Path = d.Vault.Path(path)
}

func distinctOf(all []string) (out []string) {
	seen := map[string]bool{}
	for _, s := range all {
		if !seen[s] {
			seen[s] = true
			out = append(out, s)
		}
	}
	return out
}

// partsOfTarget are the segments of a path, and the values of its query.
func partsOfTarget(target string) []string {
	path, query, has := strings.Cut(target, "?")
	parts := strings.Split(path, "/")
	if has {
		for part := range strings.SplitSeq(query, "&") {
			_, value, _ := strings.Cut(part, "=")
			parts = append(parts, value)
		}
	}
	return parts
}

// varyingParts are the places at which URLs of one class differ.
func varyingParts(all []string) (at []int) {
	first := partsOfTarget(all[0])
	differ := make([]bool, len(first))
	for _, target := range all[1:] {
		for i, part := range partsOfTarget(target) {
			if i < len(first) && part != first[i] {
				differ[i] = true
			}
		}
	}
	for i, yes := range differ {
		if yes {
			at = append(at, i)
		}
	}
	return at
}

// inTurn is a list of what stands at one place.
func inTurn(d *draft.Scenario, targets []string, at int) any {
	values := make([]any, len(targets))
	for i, target := range targets {
		part := ""
		if parts := partsOfTarget(target); at < len(parts) {
			part = parts[at]
		}
		plain, ok := draft.UnescapeQuery(part)
		if !ok || !utf8.ValidString(plain) {
			plain = part
		}
		values[i] = d.Vault.Text(plain)
	}
	return example.Generated{Name: "$sequence", Args: values}
}

// idName calls what varies in a path by the segment before it: of /items/17 item.
func idName(segments []string, at int) string {
	if at == 0 {
		return "id"
	}
	before := segments[at-1]
	name := draft.Identifier(strings.ReplaceAll(before, "-", "_"))
	if strings.Trim(before, "\x00\x01") != before || strings.HasPrefix(name, "v_") {
		return "id"
	}
	return strings.TrimSuffix(name, "s")
}

func freshParam(params example.Pairs, name string) string {
	free := name
	for n := 2; params.Get(free) != nil; n++ {
		free = fmt.Sprintf("%s%d", name, n)
	}
	return free
}
