package main

import (
	"bytes"
	"context"
	"debug/buildinfo"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// debian maps the programs that are Debian's to their packages.
var debian = [][2]string{{"wrk", "wrk"}, {"nginx", "nginx-light"}, {"tcpdump", "tcpdump"}}

// built maps the peers that are Go programs to their packages.
var built = [][2]string{{"vegeta", "github.com/tsenart/vegeta/v12"}, {"k6", "go.k6.io/k6/v2"}}

// prepare builds or finds every program. Without mlbench there is nothing to
// measure; any other is only missing.
func (b *bench) prepare(ctx context.Context) error {
	b.programs, b.missing = map[string]string{}, map[string]error{}
	if _, err := exec.LookPath("taskset"); err != nil {
		return errors.New("taskset is not installed: apt-get install util-linux")
	}
	b.logf("building mlbench, vegeta and k6 (minutes, when new)")
	path := filepath.Join(b.dir, "mlbench")
	if err := goBuild(ctx, b.root, "-tags", "nomsgpack", "-ldflags", "-s -w -X main.buildVersion="+b.describe(ctx), "-o", path, "./cmd/mlbench"); err != nil {
		return err
	}
	b.programs["mlbench"] = path
	for _, p := range built {
		path := filepath.Join(b.dir, p[0])
		if err := goBuild(ctx, filepath.Join(b.root, "bench", "peers"), "-o", path, p[1]); err != nil {
			b.missing[p[0]] = err
			continue
		}
		b.programs[p[0]] = path
	}
	b.install(ctx)
	for name, err := range b.missing {
		b.logf("%s: %v", name, err)
	}
	return ctx.Err()
}

func goBuild(ctx context.Context, dir string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", append([]string{"build", "-trimpath"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build %s: %w: %s", args[len(args)-1], err, lastLine(string(out)))
	}
	return nil
}

// describe names the tree's revision.
func (b *bench) describe(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "-C", b.root, "describe", "--tags", "--always", "--dirty").Output()
	if err != nil {
		return "devel"
	}
	return strings.TrimSpace(string(out))
}

// install finds Debian's programs and, as root on Debian, installs those that
// are missing.
func (b *bench) install(ctx context.Context) {
	var packages []string
	for _, p := range debian {
		if _, err := look(p[0]); err != nil {
			packages = append(packages, p[1])
		}
	}
	if len(packages) > 0 && os.Geteuid() == 0 {
		ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
		defer cancel()
		b.logf("installing %s", strings.Join(packages, " "))
		for _, args := range [][]string{{"update"}, append([]string{"install", "-y", "--no-install-recommends"}, packages...)} {
			cmd := exec.CommandContext(ctx, "apt-get", args...)
			cmd.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
			if out, err := cmd.CombinedOutput(); err != nil {
				b.logf("apt-get %s: %v: %s", args[0], err, lastLine(string(out)))
			}
		}
	}
	for _, p := range debian {
		path, err := look(p[0])
		if err != nil {
			b.missing[p[0]] = fmt.Errorf("%s is not installed: apt-get install %s", p[0], p[1])
			continue
		}
		b.programs[p[0]] = path
	}
}

// look finds a program also where only root's PATH leads.
func look(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		return path, nil
	}
	return exec.LookPath("/usr/sbin/" + name)
}

// program is the path of a program, or why there is none.
func (b *bench) program(name string) (string, error) {
	if path, ok := b.programs[name]; ok {
		return path, nil
	}
	if err := b.missing[name]; err != nil {
		return "", err
	}
	return "", fmt.Errorf("%s is missing", name)
}

var anyVersion = regexp.MustCompile(`\d+\.\d+[\w.+-]*`)

// versions names what was measured, with what each program says of itself, or
// for Go modules what its binary was built from.
func (b *bench) versions(ctx context.Context) string {
	var out []string
	ask := map[string]string{"mlbench": "--version", "wrk": "-v", "nginx": "-v", "tcpdump": "--version"}
	for _, name := range []string{"mlbench", "wrk", "vegeta", "k6", "nginx", "tcpdump"} {
		path, err := b.program(name)
		if err != nil {
			continue
		}
		version := "of unknown version"
		if flag, ok := ask[name]; ok {
			// wrk ends with 1 after it has told.
			text, _ := exec.CommandContext(ctx, path, flag).CombinedOutput()
			if name == "mlbench" {
				version = strings.TrimPrefix(strings.TrimSpace(string(text)), "mlbench version ")
			} else if v := anyVersion.Find(text); v != nil {
				version = string(v)
			}
		} else if info, err := buildinfo.ReadFile(path); err == nil {
			version = info.Main.Version
			for _, d := range info.Deps {
				if d.Path == "go.k6.io/k6/v2" && name == "k6" || d.Path == "github.com/tsenart/vegeta/v12" && name == "vegeta" {
					version = d.Version
				}
			}
		}
		out = append(out, name+" "+lastLine(version))
	}
	return strings.Join(out, ", ")
}

// allowedCores are the cores that this process may run on.
func allowedCores() ([]int, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return nil, err
	}
	_, list, _ := bytes.Cut(status, []byte("Cpus_allowed_list:"))
	line, _, _ := bytes.Cut(list, []byte("\n"))
	return parseCores(strings.TrimSpace(string(line)))
}

// parseCores reads a list like 0-3,8.
func parseCores(list string) ([]int, error) {
	var cores []int
	for part := range strings.SplitSeq(list, ",") {
		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}
		from, err := strconv.Atoi(low)
		if err != nil {
			return nil, fmt.Errorf("cores %q: %w", list, err)
		}
		to, err := strconv.Atoi(high)
		if err != nil {
			return nil, fmt.Errorf("cores %q: %w", list, err)
		}
		for c := from; c <= to; c++ {
			cores = append(cores, c)
		}
	}
	return cores, nil
}

// raiseFileLimit lets this process and those it starts open as many files as
// the system permits.
func raiseFileLimit() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = limit.Max
	return syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit)
}
