package predict

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
)

// The demo login, published in the documentation: on loopback addresses only.
const (
	demoUsername = "admin"
	demoPassword = "password"
)

// Servers say in the header Server who they are: nobody else is to be sent the
// demo login.
const (
	LegacyServer = "mlbench-legacy"
	ModernServer = "mlbench-modern"
)

// Config is what a server takes from its environment.
type Config struct {
	Username    string   // MLBENCH_USERNAME
	Password    string   // MLBENCH_PASSWORD
	Secret      []byte   // SECRET_KEY, signs the tokens
	ModelPath   string   // MODEL_PATH; empty: trained at start, kept in memory
	LogPath     string   // PREDICTION_LOG; empty: no prediction log ("off")
	CORSOrigins []string // CORS_ORIGINS; modern only; * alone is all, LoopbackOrigins are those of this machine

	OpenMetrics  bool   // anybody may read /metrics
	MetricsToken string // METRICS_TOKEN; who has it may read /metrics

	// Notices are sentences for the operator: what was not configured and what
	// stands in for it.
	Notices []string
}

// defaultLogPath is where predictions are logged unless PREDICTION_LOG names
// another file, or is "off": in the working folder.
const defaultLogPath = "predictions.log"

// LoadConfig reads the environment. Without credentials or secret a server on
// a loopback address gets stand-ins and a notice; on any other address it is
// refused with all that is to be set.
func LoadConfig(getenv func(string) string, loopback bool) (Config, error) {
	var errs []error
	read := func(name string) string {
		value, err := secretVariable(getenv, name)
		if err != nil {
			errs = append(errs, err)
		}
		return value
	}
	c := Config{
		Username:  read("MLBENCH_USERNAME"),
		Password:  read("MLBENCH_PASSWORD"),
		Secret:    []byte(read("SECRET_KEY")),
		ModelPath: getenv("MODEL_PATH"),
		LogPath:   cmp.Or(getenv("PREDICTION_LOG"), defaultLogPath),

		MetricsToken: read("METRICS_TOKEN"),
	}
	if c.LogPath == "off" {
		c.LogPath = ""
	}
	c.OpenMetrics = loopback && c.MetricsToken == ""
	var err error
	if c.CORSOrigins, err = parseOrigins(getenv("CORS_ORIGINS")); err != nil {
		errs = append(errs, err)
	}
	if len(errs) > 0 {
		return Config{}, errors.Join(errs...)
	}
	if !loopback {
		if err := c.missing(); err != nil {
			return Config{}, err
		}
		if err := c.guessable(); err != nil {
			return Config{}, fmt.Errorf("%w: set another, or listen on 127.0.0.1", err)
		}
	}
	if err := c.fillIn(); err != nil {
		return Config{}, err
	}
	return c, nil
}

// missing names everything that a server reachable from other machines needs.
func (c *Config) missing() error {
	var set []string
	for _, v := range []struct{ name, value string }{
		{"MLBENCH_USERNAME", c.Username}, {"MLBENCH_PASSWORD", c.Password}, {"SECRET_KEY", string(c.Secret)},
	} {
		if v.value == "" {
			set = append(set, v.name)
		}
	}
	if len(set) > 0 {
		return fmt.Errorf("the demo login is for loopback addresses only: set %s (or the same with _FILE, naming a file that holds it), or listen on 127.0.0.1",
			strings.Join(set, ", "))
	}
	if len(c.Secret) < minSecret {
		return fmt.Errorf("SECRET_KEY has %d bytes: set at least %d (for example 'openssl rand -hex 32'), or listen on 127.0.0.1",
			len(c.Secret), minSecret)
	}
	return nil
}

func (c *Config) isDemo() bool { return c.Username == demoUsername && c.Password == demoPassword }

// guessable says what is wrong with a password that anybody would try first.
// The password itself is never part of the message.
func (c *Config) guessable() error {
	switch {
	case c.Password == demoPassword:
		return errors.New("MLBENCH_PASSWORD is the published one of the demo login")
	case strings.TrimSpace(c.Password) == "":
		return errors.New("MLBENCH_PASSWORD is blank")
	case strings.EqualFold(c.Password, c.Username):
		return errors.New("MLBENCH_PASSWORD is the user name")
	case different(c.Password) < minDifferent:
		return fmt.Errorf("MLBENCH_PASSWORD has fewer than %d different characters", minDifferent)
	}
	return nil
}

const (
	minDifferent       = 4 // characters of a password
	minDifferentSecret = 8 // bytes of a secret: 32 random ones have about 30, also in hexadecimal 13
)

// different counts the different bytes of s.
func different(s string) (n int) {
	var seen [256]bool
	for i := range len(s) {
		if !seen[s[i]] {
			seen[s[i]] = true
			n++
		}
	}
	return n
}

// fillIn puts the stand-ins of a loopback server and checks what was set.
func (c *Config) fillIn() error {
	switch {
	case c.Username == "" && c.Password == "":
		c.Username, c.Password = demoUsername, demoPassword
		c.Notices = append(c.Notices, fmt.Sprintf(
			"demo login %s/%s (loopback only): set MLBENCH_USERNAME and MLBENCH_PASSWORD for your own", demoUsername, demoPassword))
	case c.Username == "":
		return errors.New("MLBENCH_PASSWORD is set but MLBENCH_USERNAME is not: set both or neither")
	case c.Password == "":
		return errors.New("MLBENCH_USERNAME is set but MLBENCH_PASSWORD is not: set both or neither")
	}
	if n := len([]rune(c.Username)); n < MinUsername || n > MaxUsername {
		return fmt.Errorf("MLBENCH_USERNAME has %d characters: POST /login accepts %d to %d", n, MinUsername, MaxUsername)
	}
	if n := len([]rune(c.Password)); n < MinPassword {
		return fmt.Errorf("MLBENCH_PASSWORD has %d characters: POST /login accepts %d or more", n, MinPassword)
	}
	if err := c.guessable(); err != nil && !c.isDemo() {
		c.Notices = append(c.Notices, fmt.Sprintf("weak password (loopback only): %v", err))
	}
	switch {
	case len(c.Secret) == 0:
		c.Secret = randomSecret()
		c.Notices = append(c.Notices, "random SECRET_KEY (loopback only): tokens end with this process")
	case len(c.Secret) < minSecret:
		c.Notices = append(c.Notices, fmt.Sprintf(
			"weak SECRET_KEY of %d bytes (loopback only): use %d or more", len(c.Secret), minSecret))
	case different(string(c.Secret)) < minDifferentSecret:
		c.Notices = append(c.Notices, fmt.Sprintf(
			"weak SECRET_KEY of %d different bytes: use a random one (for example 'openssl rand -hex 32')", different(string(c.Secret))))
	}
	return nil
}

// secretVariable reads NAME, or the file that NAME_FILE names, as secret
// mounts of containers want it.
func secretVariable(getenv func(string) string, name string) (string, error) {
	value, path := getenv(name), getenv(name+"_FILE")
	if path == "" {
		return value, nil
	}
	if value != "" {
		return "", fmt.Errorf("both %s and %s_FILE are set: unset one", name, name)
	}
	content, err := readSecret(path)
	if err != nil {
		return "", fmt.Errorf("read %s_FILE: %w", name, err)
	}
	value = strings.TrimRight(string(content), "\r\n") // editors and echo end a file with a newline
	if value == "" {
		return "", fmt.Errorf("%s_FILE names an empty file: %s", name, path)
	}
	return value, nil
}

// readSecret reads a small file. A pipe that nobody writes to is empty at once,
// where it would else be waited for, and a device without an end has one.
func readSecret(path string) ([]byte, error) {
	const most = 64 << 10
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, most+1))
	if err == nil && len(content) > most {
		err = fmt.Errorf("%s has more than %d bytes: it is no secret", path, most)
	}
	return content, err
}
