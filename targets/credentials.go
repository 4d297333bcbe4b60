package targets

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ErrCredentials is the sentinel of missing or refused credentials.
var ErrCredentials = errors.New("credentials")

const credentialVariables = "MLBENCH_USERNAME and MLBENCH_PASSWORD, or MLBENCH_TOKEN (each may end in _FILE and name a file)"

// Secret is a string that does not show when printed.
type Secret string

const redacted = "[redacted]"

// String hides the secret.
func (Secret) String() string { return redacted }

// GoString hides the secret.
func (Secret) GoString() string { return redacted }

// MarshalText hides the secret.
func (Secret) MarshalText() ([]byte, error) { return []byte(redacted), nil }

// Credentials are what Login presents.
type Credentials struct {
	Username string
	Password Secret
	Token    Secret // when set, there is no login
	Demo     bool   // the published demo login, which Login sends to bundled servers only
}

// CredentialSettings are credentials as they are set: each by itself, or by the name
// of a file that holds it.
type CredentialSettings struct {
	Username, UsernameFile string
	Password               Secret
	PasswordFile           string
	Token                  Secret
	TokenFile              string
}

// CredentialsFrom takes MLBENCH_USERNAME, MLBENCH_PASSWORD and MLBENCH_TOKEN, and the
// same with _FILE, of an environment.
func CredentialsFrom(getenv func(name string) string) CredentialSettings {
	return CredentialSettings{
		Username: getenv("MLBENCH_USERNAME"), UsernameFile: getenv("MLBENCH_USERNAME_FILE"),
		Password: Secret(getenv("MLBENCH_PASSWORD")), PasswordFile: getenv("MLBENCH_PASSWORD_FILE"),
		Token: Secret(getenv("MLBENCH_TOKEN")), TokenFile: getenv("MLBENCH_TOKEN_FILE"),
	}
}

// HasToken says whether a token is set, in whichever way.
func (s CredentialSettings) HasToken() bool { return s.Token != "" || s.TokenFile != "" }

// For are the credentials for a target, files read. Without any, a target on this
// machine gets the demo login, if it turns out to be a bundled server; any other gets
// none, and Login says what to set when one is needed.
func (s CredentialSettings) For(t Target) (Credentials, error) {
	user, err := valueOrFile("MLBENCH_USERNAME", s.Username, s.UsernameFile)
	if err != nil {
		return Credentials{}, err
	}
	password, err := valueOrFile("MLBENCH_PASSWORD", string(s.Password), s.PasswordFile)
	if err != nil {
		return Credentials{}, err
	}
	token, err := valueOrFile("MLBENCH_TOKEN", string(s.Token), s.TokenFile)
	if err != nil {
		return Credentials{}, err
	}
	if visible(token) != nil {
		return Credentials{}, fmt.Errorf("%w: MLBENCH_TOKEN has characters that no header may hold", ErrCredentials)
	}
	c := Credentials{Username: user, Password: Secret(password), Token: Secret(token)}
	switch {
	case token != "":
	case (user == "") != (password == ""):
		return Credentials{}, fmt.Errorf("%w: one of username and password is not set; set both: %s", ErrCredentials, credentialVariables)
	case user == "" && t.loopback():
		c.Username, c.Password, c.Demo = "admin", "password", true
	}
	return c, nil
}

// valueOrFile drops line breaks at the end of a file: editors and `echo` add them.
func valueOrFile(name, value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	if value != "" {
		return "", fmt.Errorf("%s and %s_FILE are both set: unset one", name, name)
	}
	raw, err := readSmall(file)
	if err != nil {
		return "", fmt.Errorf("%s_FILE: %w", name, err)
	}
	return strings.TrimRight(string(raw), "\r\n"), nil
}

// readSmall reads a secret or certificates, from a file or a pipe; a device that
// has no end is refused.
func readSmall(path string) ([]byte, error) {
	const most = 4 << 20
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(raw) > most {
		err = fmt.Errorf("%s: more than %d MB", path, most>>20)
	}
	return raw, err
}
