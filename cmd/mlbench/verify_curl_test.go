package main

import (
	"net/url"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/targets"
)

// A shell passes on what the line says, byte for byte.
func TestCurlLine(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	k := &asker{token: "hidden", target: targets.Target{URL: &url.URL{Scheme: "http", Host: "h:1", Path: "/api"}, Insecure: true}}
	post := func(body string) scenarios.Case {
		return scenarios.Case{Method: "POST", Path: "/p?a=1&b=2", Auth: scenarios.Bearer, Body: []byte(body), Header: []targets.Field{
			{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "mlbench/1"}, {Name: "Accept", Value: "*/*"},
		}}
	}
	const head = "-sS|-i|-k|-H|Content-Type: application/json|-H|Authorization: Bearer T|"
	const to = "http://h:1/api/p?a=1&b=2"
	for _, tc := range []struct {
		c     scenarios.Case
		args  string // joined by |
		stdin string
	}{
		{post(`{"a":[1,"x y"]}`), head + `--data-raw|{"a":[1,"x y"]}|` + to, ""},
		{post(`it's $HOME "a" \n %s ` + "`id`" + ` é!`), head + `--data-raw|it's $HOME "a" \n %s ` + "`id`" + ` é!|` + to, ""},
		{post(`{"key":"hush-hush"}`), head + `--data-raw|{"key":"***"}|` + to, ""},
		{post(`@/etc/passwd`), head + `--data-raw|@/etc/passwd|` + to, ""},
		{post(``), head + `--data-raw||` + to, ""},
		{post("a\n\tb %d 100% \\n '\x00\xff\u202e"), head + `--data-binary|@-|` + to, "a\n\tb %d 100% \\n '\x00\xff\u202e"},
		{scenarios.Case{Method: "GET", Path: "/x?q=[1]"}, "-sS|-i|-k|-g|http://h:1/api/x?q=[1]", ""},
		{scenarios.Case{Method: "HEAD", Path: "/"}, "-sS|-i|-I|-k|http://h:1/api/", ""},
		{scenarios.Case{Method: "MLBENCH", Path: "/", Header: []targets.Field{{Name: "X-Key", Value: "hidden", Secret: true}}}, "-sS|-i|-X|MLBENCH|-k|-H|X-Key: K|http://h:1/api/", ""},
		{scenarios.Case{Method: "POST", Path: "/", Body: []byte("x")}, "-sS|-i|-k|-H|Content-Type:|--data-raw|x|http://h:1/api/", ""},
		{scenarios.Case{Method: "GET", Kind: scenarios.BadToken, Path: "/", Header: []targets.Field{{Name: "Authorization", Value: "Bearer nobody's"}}}, "-sS|-i|-k|-H|Authorization: Bearer nobody's|http://h:1/api/", ""},
	} {
		line := curlLine(k, &tc.c, strings.NewReplacer("hush-hush", "***").Replace)
		if strings.ContainsAny(line, "\n\x00") || strings.Contains(line, "hidden") {
			t.Errorf("no single line, or a secret: %q", line)
		}
		cmd := exec.Command(sh, "-c", `curl() { i=; for a; do printf '%s%s' "$i" "$a"; i='|'; done; printf '\nstdin:'; cat; }; TOKEN=T X_KEY=K; `+line)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		if diff := cmp.Diff(tc.args+"\nstdin:"+tc.stdin, string(out)); diff != "" {
			t.Errorf("%s\n-want +got:\n%s", line, diff)
		}
	}
}
