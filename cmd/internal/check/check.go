package check

import (
	"context"
	"crypto/tls"
	"fmt"
	"time"

	"github.com/mlbench/mlbench/targets"
)

// Target sends the ready request and, with credentials, the login that most scenarios
// use, and says what came of them.
func Target(ctx context.Context, t targets.Target, set targets.CredentialSettings) (said string, err error) {
	a, err := t.Check(ctx)
	if err != nil && ctx.Err() == nil {
		t.HTTP2 = true // a load would need --transport h2
		if again, other := t.Check(ctx); other == nil {
			said, a, err = "by HTTP/2 only (--transport h2), ", again, nil
		}
	}
	if err != nil {
		return "", err
	}
	login, err := loginOf(ctx, t, set)
	if err != nil {
		return "", err
	}
	return said + fmt.Sprintf("%s%s answered %d in %s, %s, %s",
		targets.ShownURL(t.URL), t.Ready, a.Status, a.Took.Round(100*time.Microsecond), tlsOf(t, a), login), nil
}

// tlsOf says how the connection was secured.
func tlsOf(t targets.Target, a targets.Checked) string {
	switch {
	case a.TLS == nil:
		return "no TLS"
	case t.Insecure:
		return tls.VersionName(a.TLS.Version) + " with a certificate that was not verified"
	case len(a.TLS.PeerCertificates) == 0:
		return tls.VersionName(a.TLS.Version)
	}
	return fmt.Sprintf("%s, certificate valid until %s", tls.VersionName(a.TLS.Version), a.TLS.PeerCertificates[0].NotAfter.UTC().Format(time.DateOnly))
}

// loginOf tries the login that most scenarios use, if there are credentials.
func loginOf(ctx context.Context, t targets.Target, set targets.CredentialSettings) (string, error) {
	c, err := set.For(t)
	switch {
	case err != nil:
		return "", err
	case c.Token != "":
		return "token from MLBENCH_TOKEN", nil
	case c.Demo:
		if bundled, err := t.Bundled(ctx); err != nil || !bundled {
			return "no credentials to log in with", ctx.Err()
		}
	case c.Username == "":
		return "no credentials to log in with", nil
	}
	begin := time.Now()
	_, note, err := t.Login(ctx, targets.Login{Optional: true}, c)
	switch {
	case err != nil && ctx.Err() == nil && c.Demo:
		return "no demo login", nil
	case err != nil:
		return "", err
	case note != "":
		return "no login", nil
	}
	return fmt.Sprintf("login in %s", time.Since(begin).Round(100*time.Microsecond)), nil
}
