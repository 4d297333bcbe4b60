package predict

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadConfig(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pipe := filepath.Join(dir, "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	long := strings.Repeat("abcdefgh", minSecret/8)
	full := map[string]string{"MLBENCH_USERNAME": "alice", "MLBENCH_PASSWORD": "correct horse", "SECRET_KEY": long}
	with := func(changes map[string]string) map[string]string {
		env := map[string]string{}
		for k, v := range full {
			env[k] = v
		}
		for k, v := range changes {
			env[k] = v
		}
		return env
	}
	for _, tc := range []struct {
		name     string
		env      map[string]string
		loopback bool
		notices  int
		err      string // part of it
	}{
		{"all set, anywhere", full, false, 0, ""},
		{"nothing set, loopback", nil, true, 2, ""},
		{"nothing set, elsewhere", nil, false, 0, "set MLBENCH_USERNAME, MLBENCH_PASSWORD, SECRET_KEY"},
		{"no secret, elsewhere", with(map[string]string{"SECRET_KEY": ""}), false, 0, "set SECRET_KEY (or"},
		{"weak secret, elsewhere", with(map[string]string{"SECRET_KEY": long[1:]}), false, 0, "SECRET_KEY has 31 bytes: set at least 32"},
		// M8: what is published or guessed at once is for this machine only.
		{"the demo login, elsewhere", with(map[string]string{"MLBENCH_USERNAME": "admin", "MLBENCH_PASSWORD": "password"}), false, 0, "MLBENCH_PASSWORD is the published one"},
		{"the demo password, elsewhere", with(map[string]string{"MLBENCH_PASSWORD": "password"}), false, 0, "MLBENCH_PASSWORD is the published one"},
		{"the demo login, loopback", with(map[string]string{"MLBENCH_USERNAME": "admin", "MLBENCH_PASSWORD": "password"}), true, 0, ""},
		{"blank password, elsewhere", with(map[string]string{"MLBENCH_PASSWORD": "        "}), false, 0, "MLBENCH_PASSWORD is blank"},
		{"blank password, loopback", with(map[string]string{"MLBENCH_PASSWORD": "        "}), true, 1, ""},
		{"uniform password, elsewhere", with(map[string]string{"MLBENCH_PASSWORD": "aaaaaaaab"}), false, 0, "fewer than 4 different characters"},
		{"name as password, elsewhere", with(map[string]string{"MLBENCH_USERNAME": "operator", "MLBENCH_PASSWORD": "Operator"}), false, 0, "is the user name"},
		{"uniform secret, elsewhere", with(map[string]string{"SECRET_KEY": strings.Repeat("x", minSecret)}), false, 1, ""},
		{"weak secret, loopback", with(map[string]string{"SECRET_KEY": "weak"}), true, 1, ""},
		{"no secret, loopback", with(map[string]string{"SECRET_KEY": ""}), true, 1, ""},
		{"half a login", with(map[string]string{"MLBENCH_PASSWORD": ""}), true, 0, "set both or neither"},
		{"other half", with(map[string]string{"MLBENCH_USERNAME": ""}), true, 0, "set both or neither"},
		{"short name", with(map[string]string{"MLBENCH_USERNAME": "al"}), true, 0, "MLBENCH_USERNAME has 2 characters"},
		{"short password", with(map[string]string{"MLBENCH_PASSWORD": "1234567"}), true, 0, "MLBENCH_PASSWORD has 7 characters"},
		{"from files", map[string]string{
			"MLBENCH_USERNAME_FILE": file("u", "alice\n"), "MLBENCH_PASSWORD_FILE": file("p", "correct horse\r\n"), "SECRET_KEY_FILE": file("s", long),
		}, false, 0, ""},
		{"variable and file", with(map[string]string{"SECRET_KEY_FILE": file("s2", long)}), true, 0, "both SECRET_KEY and SECRET_KEY_FILE"},
		{"missing file", with(map[string]string{"SECRET_KEY": "", "SECRET_KEY_FILE": filepath.Join(dir, "none")}), true, 0, "read SECRET_KEY_FILE"},
		{"a pipe without a writer", with(map[string]string{"SECRET_KEY": "", "SECRET_KEY_FILE": pipe}), true, 0, "empty file"},
		{"a file without an end", with(map[string]string{"SECRET_KEY": "", "SECRET_KEY_FILE": "/dev/zero"}), true, 0, "it is no secret"},
		{"empty file", with(map[string]string{"SECRET_KEY": "", "SECRET_KEY_FILE": file("e", "\n")}), true, 0, "empty file"},
	} {
		c, err := LoadConfig(func(name string) string { return tc.env[name] }, tc.loopback)
		if tc.err != "" {
			if err == nil || !strings.Contains(err.Error(), tc.err) {
				t.Errorf("%s: error %v, want one with %q", tc.name, err, tc.err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if len(c.Notices) != tc.notices {
			t.Errorf("%s: notices %q, want %d", tc.name, c.Notices, tc.notices)
		}
		if c.Username == "" || c.Password == "" || len(c.Secret) == 0 {
			t.Errorf("%s: incomplete: %+v", tc.name, c)
		}
		if tc.name == "from files" && (c.Username != "alice" || c.Password != "correct horse" || string(c.Secret) != long) {
			t.Errorf("%s: %+v", tc.name, c)
		}
	}
}

func TestConfigNeverShowsSecrets(t *testing.T) {
	env := map[string]string{"MLBENCH_USERNAME": "alice", "MLBENCH_PASSWORD": "correct horse", "SECRET_KEY": "battery staple"}
	getenv := func(name string) string { return env[name] }
	c, err := LoadConfig(getenv, true)
	if err != nil {
		t.Fatal(err)
	}
	_, refused := LoadConfig(getenv, false)
	if refused == nil {
		t.Fatal("a weak secret was accepted")
	}
	for _, text := range append(c.Notices, refused.Error()) {
		if strings.Contains(text, "horse") || strings.Contains(text, "battery") {
			t.Errorf("secret shown: %q", text)
		}
	}
}

func TestRandomSecretsDiffer(t *testing.T) {
	a, err := LoadConfig(func(string) string { return "" }, true)
	if err != nil {
		t.Fatal(err)
	}
	b, _ := LoadConfig(func(string) string { return "" }, true)
	if len(a.Secret) < minSecret || bytes.Equal(a.Secret, b.Secret) {
		t.Errorf("secrets %x and %x", a.Secret, b.Secret)
	}
}

func TestCORSOrigins(t *testing.T) {
	c, err := LoadConfig(func(name string) string {
		if name == "CORS_ORIGINS" {
			return " https://a.example , ,http://b.example:81"
		}
		return ""
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"https://a.example", "http://b.example:81"}, c.CORSOrigins); diff != "" {
		t.Error(diff)
	}
}

// L8: origins are read as browsers send them, and wrong ones are found.
func TestOriginsAreNormal(t *testing.T) {
	for list, want := range map[string][]string{
		"":                           {LoopbackOrigins},
		"off":                        nil,
		"*":                          {"*"},
		"https://a.example:443":      {"https://a.example"},
		"http://a.example:80":        {"http://a.example"},
		"http://a.example:443":       {"http://a.example:443"},
		"HTTPS://A.Example":          {"https://a.example"},
		"http://[::1]:80":            {"http://[::1]"},
		"loopback,https://a.example": {LoopbackOrigins, "https://a.example"},
	} {
		got, err := parseOrigins(list)
		if err != nil || !cmp.Equal(got, want) {
			t.Errorf("%q: %q %v, want %q", list, got, err, want)
		}
	}
	for _, list := range []string{
		"a.example", "https://a.example/", "https://a.example/x", "https://u@a.example", "https://*.a.example", "*,https://a.example",
		"ftp://a.example", "https://a.example:99999", "https://a.example:0", "https://a.example:x", "https://", "null", "off,https://a.example", "https://a.example?",
	} {
		if got, err := parseOrigins(list); err == nil {
			t.Errorf("%q is accepted as %q", list, got)
		}
	}
	for origin, want := range map[string]bool{
		"http://localhost:3000": true, "http://127.0.0.1": true, "https://[::1]:5": true, "http://app.localhost": true,
		"http://localhost.evil.example": false, "http://127.0.0.1.evil.example": false, "null": false, "": false, "http://": false, "file://localhost": false,
	} {
		if got := IsLoopbackOrigin(origin); got != want {
			t.Errorf("%q is of this machine: %v", origin, got)
		}
	}
}

// L6: /metrics is open on loopback addresses only, and not beside a token.
func TestMetricsAreOpenOnLoopbackOnly(t *testing.T) {
	env := map[string]string{"MLBENCH_USERNAME": "alice", "MLBENCH_PASSWORD": "correct horse", "SECRET_KEY": strings.Repeat("abcdefgh", 4)}
	getenv := func(name string) string { return env[name] }
	here, _ := LoadConfig(getenv, true)
	there, err := LoadConfig(getenv, false)
	env["METRICS_TOKEN"] = "scraper"
	asked, _ := LoadConfig(getenv, true)
	if err != nil || !here.OpenMetrics || there.OpenMetrics || asked.OpenMetrics {
		t.Errorf("open here %v, elsewhere %v, beside a token %v: %v", here.OpenMetrics, there.OpenMetrics, asked.OpenMetrics, err)
	}
}
