package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mlbench/mlbench/cmd/internal/cli"
	"github.com/mlbench/mlbench/cmd/internal/session"
	"github.com/mlbench/mlbench/report"
	"github.com/mlbench/mlbench/targets"
)

func newTargetsCmd(s cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "targets",
		Short: "List targets, and check that they answer",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTargetsListCmd(s), newTargetsCheckCmd(s))
	return cmd
}

func newTargetsListCmd(s cli.Streams) *cobra.Command {
	file := ""
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the targets that have names",
		Args:  cli.CheckArgs(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return targetsList(s, file) },
	}
	registerTargetFile(cmd, &file)
	return cmd
}

func registerTargetFile(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVarP(file, "file", "f", "", "target `FILE` (default $MLBENCH_TARGETS, else targets.yaml if there is one)")
}

func targetsList(s cli.Streams, path string) error {
	file, err := loadTargets(path)
	if err != nil {
		return err
	}
	t := report.Table{Left: 3}
	for _, k := range file.List() {
		where := k.URL
		if k.Command != "" {
			where = strings.TrimSpace(where + " managed: " + targets.ShownCommand(k.Command))
		}
		t.Rows = append(t.Rows, report.Cells(report.Foreign, k.Name, where, k.Source))
	}
	return t.Write(s.Out, report.Text, report.Options{})
}

func loadTargets(path string) (*targets.File, error) {
	file, err := targets.LoadFile(path)
	if err != nil {
		return nil, cli.Usagef("%w", err)
	}
	return file, nil
}

type targetsCheckOptions struct {
	cli.Streams
	file string
	refs []string
}

func newTargetsCheckCmd(s cli.Streams) *cobra.Command {
	o := &targetsCheckOptions{Streams: s}
	cmd := &cobra.Command{
		Use:               "check [NAME|URL...]",
		Short:             "Check that targets answer",
		ValidArgsFunction: targetWords,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.refs = args
			return targetsCheck(cmd.Context(), o)
		},
	}
	registerTargetFile(cmd, &o.file)
	return cmd
}

func targetsCheck(ctx context.Context, o *targetsCheckOptions) error {
	file, err := loadTargets(o.file)
	if err != nil {
		return err
	}
	if len(o.refs) == 0 {
		for _, k := range file.List() {
			if file.Path == "" || k.Source == file.Path {
				o.refs = append(o.refs, k.Name)
			}
		}
	}
	failed := 0
	for _, ref := range o.refs {
		// What is misspelt is a mistake of the caller's, found before any check.
		if _, err := file.Parse(ref); err != nil && !errors.Is(err, targets.ErrNotSet) {
			return cli.Usagef("%w", err)
		}
	}
	for _, ref := range o.refs {
		said, err := o.check(ctx, file, ref)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			failed++
			fmt.Fprintf(o.Err, "mlbench: %v\n", err)
		default:
			fmt.Fprintln(cli.Messages(o.Out), said)
		}
	}
	if failed > 0 {
		return fmt.Errorf("%d of %s failed", failed, cli.Plural(len(o.refs), "target"))
	}
	return nil
}

// check is one target's check, and what it found.
func (o *targetsCheckOptions) check(ctx context.Context, file *targets.File, ref string) (string, error) {
	begin := time.Now()
	l := session.Launcher{Observer: cli.NewProgress(o.Err, false)}
	defer l.Stop()
	t, err := l.StartNamed(ctx, file, ref)
	if err != nil {
		return "", err
	}
	said := t.Name + ": ok, "
	if t.Managed != nil {
		said += fmt.Sprintf("started in %s, ", time.Since(begin).Round(time.Millisecond))
	}
	a, err := t.Check(ctx)
	if err != nil && ctx.Err() == nil {
		if t.HTTP2 = true; checks(ctx, t, &a) { // a load would need --transport h2
			said, err = said+"by HTTP/2 only (--transport h2), ", nil
		}
	}
	if err != nil {
		return "", err
	}
	login, err := loginOf(ctx, t)
	if err != nil {
		return "", err
	}
	return said + fmt.Sprintf("%s%s answered %d in %s, %s, %s",
		targets.ShownURL(t.URL), t.Ready, a.Status, a.Took.Round(100*time.Microsecond), tlsOf(t, a), login), nil
}

// checks is Check, where only its success is of interest.
func checks(ctx context.Context, t targets.Target, a *targets.Checked) bool {
	again, err := t.Check(ctx)
	if err == nil {
		*a = again
	}
	return err == nil
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
func loginOf(ctx context.Context, t targets.Target) (string, error) {
	c, err := targets.CredentialsFrom(os.Getenv).For(t)
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
