//go:build unix

package targets

import (
	"os"
	"strings"
	"testing"
)

// L13: files of secrets and certificates that have no end are refused.
func TestSecretsAndCertificatesAreReadWithinBounds(t *testing.T) {
	t.Setenv("MLBENCH_TOKEN_FILE", "/dev/zero")
	_, err := CredentialsFrom(os.Getenv).For(Target{})
	if err == nil || !strings.Contains(err.Error(), "MLBENCH_TOKEN_FILE: /dev/zero: more than 4 MB") {
		t.Errorf("token: %v", err)
	}
	https, err := (&File{}).Parse("https://127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	https.CAFile = "/dev/zero"
	if _, err := https.Transport(1); err == nil || !strings.Contains(err.Error(), "/dev/zero: more than 4 MB") {
		t.Errorf("certificates: %v", err)
	}
}
