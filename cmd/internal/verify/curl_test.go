package verify

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mlbench/mlbench/scenarios"
	"github.com/mlbench/mlbench/scenarios/cases"
	"github.com/mlbench/mlbench/targets"
)

// A shell passes on what the line says, byte for byte.
func TestCurlLine(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip(err)
	}
	k := &asker{token: "hidden", target: targets.Target{URL: &url.URL{Scheme: "http", Host: "h:1", Path: "/api"}, Insecure: true}}
	post := func(body string) cases.Case {
		return cases.Case{Method: "POST", Path: "/p?a=1&b=2", Auth: scenarios.Bearer, Body: []byte(body), Header: []targets.Field{
			{Name: "Content-Type", Value: "application/json"}, {Name: "User-Agent", Value: "mlbench/1"}, {Name: "Accept", Value: "*/*"},
		}}
	}
	const head = "-sS|-i|-k|-H|Content-Type: application/json|-H|Authorization: Bearer T|"
	const to = "http://h:1/api/p?a=1&b=2"
	for _, tc := range []struct {
		c     cases.Case
		args  string // joined by |
		stdin string
	}{
		{post(`{"a":[1,"x y"]}`), head + `--data-raw|{"a":[1,"x y"]}|` + to, ""},
		{post(`it's $HOME "a" \n %s ` + "`id`" + ` é!`), head + `--data-raw|it's $HOME "a" \n %s ` + "`id`" + ` é!|` + to, ""},
		{post(`{"key":"hush-hush"}`), head + `--data-raw|{"key":"***"}|` + to, ""},
		{post(`@/etc/passwd`), head + `--data-raw|@/etc/passwd|` + to, ""},
		{post(``), head + `--data-raw||` + to, ""},
		{post("a\n\tb %d 100% \\n '\x00\xff\u202e"), head + `--data-binary|@-|` + to, "a\n\tb %d 100% \\n '\x00\xff\u202e"},
		{cases.Case{Method: "GET", Path: "/x?q=[1]"}, "-sS|-i|-k|-g|http://h:1/api/x?q=[1]", ""},
		{cases.Case{Method: "HEAD", Path: "/"}, "-sS|-i|-I|-k|http://h:1/api/", ""},
		{cases.Case{Method: "MLBENCH", Path: "/", Header: []targets.Field{{Name: "X-Key", Value: "hidden", Secret: true}}}, "-sS|-i|-X|MLBENCH|-k|-H|X-Key: K|http://h:1/api/", ""},
		{cases.Case{Method: "POST", Path: "/", Body: []byte("x")}, "-sS|-i|-k|-H|Content-Type:|--data-raw|x|http://h:1/api/", ""},
		{cases.Case{Method: "GET", Kind: cases.BadToken, Path: "/", Header: []targets.Field{{Name: "Authorization", Value: "Bearer nobody's"}}}, "-sS|-i|-k|-H|Authorization: Bearer nobody's|http://h:1/api/", ""},
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

// H1: what a document, a scenario or a service chose runs nothing when the line
// is pasted: bash runs curl, once, with the arguments that are meant.
func TestCurlLineRunsNothingElse(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("no bash")
	}
	dir := t.TempDir()
	// The fake records its arguments, each after a mark, and what else is called.
	fake := "#!" + bash + "\nprintf '<curl>' >>\"$RECORD\"\nfor a; do printf '<%s>' \"$a\" >>\"$RECORD\"; done\n"
	other := "#!" + bash + "\necho \"RAN $0\" >>\"$RECORD\"\n"
	for name, text := range map[string]string{"curl": fake, "id": other, "sh": other, "ls": other, "evil": other} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	secret := func(name string) targets.Field { return targets.Field{Name: name, Value: "hidden-value", Secret: true} }
	plain := func(name, value string) targets.Field { return targets.Field{Name: name, Value: value} }
	hostile := []string{
		"`evil`", "$(evil)", "$IFS", "${IFS}", "|sh", ";evil;", "&evil&", "'evil'", "'; evil; '", `"; evil; "`, `\`, `\'; evil; '`,
		"!!", "~", "*", "[a-z]*", "{a,b}", "#", "<(evil)", ">evil", "\n evil", "%s", "%n", "=ls", "-o/evil", "@/etc/passwd", "\u202e evil", "\x1b[31m", "é",
	}
	for _, bad := range hostile {
		name := strings.Map(func(r rune) rune {
			if targets.Token(string(r)) {
				return r
			}
			return -1
		}, "X-"+bad+"-Key")
		c := cases.Case{Method: "POST", Path: "/p", Body: []byte(bad), Header: []targets.Field{
			plain("Content-Type", "text/plain"), secret(name), plain("X-Plain", bad), plain(strings.TrimSuffix(name, "-Key"), "v"),
		}}
		k := &asker{target: targets.Target{URL: &url.URL{Scheme: "http", Host: "h:1", Path: "/" + bad}, CAFile: bad, Socket: bad}}
		line := curlLine(k, &c, func(s string) string { return s })
		if strings.ContainsAny(line, "\n\x1b") {
			t.Errorf("%q: no single line: %q", bad, line)
		}
		record := filepath.Join(dir, "record")
		_ = os.Remove(record)
		cmd := exec.Command(bash, "-c", line)
		variable := variableName(name)
		if strings.Trim(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			t.Errorf("%q: variable %q", bad, variable)
		}
		cmd.Dir, cmd.Env = dir, []string{"PATH=" + dir, "RECORD=" + record, variable + "=SET"}
		out, err := cmd.CombinedOutput()
		got, _ := os.ReadFile(record)
		args := []string{"curl", "-sS", "-i", "--cacert", bad, "--unix-socket", bad, "-H", "Content-Type: text/plain", "-H", name + ": SET", "-H", "X-Plain: " + bad, "-H", strings.TrimSuffix(name, "-Key") + ": v"}
		if printable(bad) {
			args = append(args, "--data-raw", bad)
		} else {
			args = append(args, "--data-binary", "@-")
		}
		u, _ := k.target.Resolve("/p")
		if strings.ContainsAny(targets.ShownURL(u), "[]{}") {
			args = append(args, "-g")
		}
		args = append(args, targets.ShownURL(u))
		if want := "<" + strings.Join(args, "><") + ">"; err != nil || len(out) > 0 || string(got) != want {
			t.Errorf("%q: %v %s\n%s\nran  %s\nwant %s", bad, err, out, line, got, want)
		}
	}
}

// The port of a target that was started for the check is gone when it has ended: the
// line names where it is to be.
func TestCurlLineOfAStartedTargetNamesNoPort(t *testing.T) {
	k := &asker{target: targets.Target{URL: &url.URL{Scheme: "http", Host: "127.0.0.1:35455", Path: "/api"}, Managed: &targets.Managed{Command: "x"}}}
	got := curlLine(k, &cases.Case{Method: "GET", Path: "/a%20b?q=1"}, func(s string) string { return s })
	if want := "curl -sS -i \"$URL\"'/api/a%20b?q=1'"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
