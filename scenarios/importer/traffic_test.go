package importer

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// sentTargets are the paths and queries of a scenario's classes, as they are sent, each
// in its turn, decoded.
func sentTargets(t interface {
	Fatalf(string, ...any)
}, text []byte,
) []string {
	sc, err := scenarios.Parse(text, "made.yaml", "/")
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	at, err := targets.Parse("http://127.0.0.1:1", nil)
	if err != nil {
		t.Fatalf("%v", err)
	}
	plan, err := scenarios.Compile(sc, scenarios.CompileOptions{Target: at, Seed: 1})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	var out []string
	for _, c := range plan.Classes {
		for i := range int(c.Weight) {
			p := c.Pool[i%len(c.Pool)]
			req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(p.AppendHTTP1(nil))))
			if err != nil {
				t.Fatalf("%v in %q", err, p.AppendHTTP1(nil))
			}
			out = append(out, canonical(req.URL))
		}
	}
	return out
}

func canonical(u *url.URL) string {
	parts := strings.Split(u.RawQuery, "&")
	for i, p := range parts {
		parts[i], _ = url.QueryUnescape(p)
	}
	return u.Path + "?" + strings.Join(parts, "&")
}

// Whatever was recorded is sent, as often as it was: URLs that differ in numbers,
// hashes and values of the query are one class, in the order of the list.
func TestEveryURLIsSent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.SampledFrom([]string{"items", "users", "17", "18", "{x}", "3fa85f64-5717-4562-b3fc-2c963f66afa6", "deadbeefdeadbeef", "a%20b", "..."})
		value := rapid.SampledFrom([]string{"", "1", "02", "a+b", "%26", "x%3Dy", "é", "${A}"})
		targets := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
			path := "/" + strings.Join(rapid.SliceOfN(segment, 0, 3).Draw(t, "path"), "/")
			for i, name := range rapid.SliceOfN(rapid.SampledFrom([]string{"page", "tag", "q"}), 0, 3).Draw(t, "names") {
				path += string("?&"[min(i, 1)]) + name + "=" + value.Draw(t, "value")
			}
			return path
		}), 1, 12).Draw(t, "targets")
		var list strings.Builder
		want := map[string]int{}
		for _, target := range targets {
			fmt.Fprintf(&list, "GET http://h%s\n", target)
			u, err := url.ParseRequestURI(target)
			if err != nil {
				t.Fatalf("%v", err)
			}
			want[canonical(u)]++
		}
		text, err := FromVegeta([]byte(list.String()), Options{Source: "list"})
		if err != nil {
			t.Fatalf("%v", err)
		}
		got := map[string]int{}
		for _, s := range sentTargets(t, text) {
			got[s]++
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Fatalf("(-want +got)\n%s\n%s\n%s", d, list.String(), text)
		}
	})
}

// Values stay together as they were in each URL, and in the order of the list.
func TestURLsStayTogether(t *testing.T) {
	var list strings.Builder
	var want []string
	for i := range 30 {
		target := fmt.Sprintf("/items/%d?page=%d&q=x", (i*7)%30, i)
		fmt.Fprintf(&list, "GET http://h%s\n", target)
		want = append(want, target)
	}
	text, err := FromVegeta([]byte(list.String()), Options{Source: "list"})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, sentTargets(t, text)); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}
