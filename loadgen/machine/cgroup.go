package machine

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
)

// cgroup is a control group whose CPU limit holds for this process: its own or
// one above it. Which those are depends on the version (v1 with a hierarchy per
// controller, v2 with one for all, or both side by side), and on what of it is
// mounted here: a container sees its own group as the root, or the host's whole
// tree.
type cgroup struct {
	fsys fs.FS
	dir  string // within fsys
	v2   bool
}

// cgroups are all such groups that can be seen; nil where there are none.
func cgroups(fsys fs.FS) (out []cgroup) {
	own, _ := fs.ReadFile(fsys, "proc/self/cgroup")
	mounts, _ := fs.ReadFile(fsys, "proc/self/mountinfo")
	for line := range bytes.Lines(mounts) {
		m, ok := parseCgroupMount(string(line))
		if !ok {
			continue
		}
		for _, dir := range m.dirs(ownCgroup(string(own), m.v2)) {
			same := func(g cgroup) bool { return g.dir == dir }
			if !slices.ContainsFunc(out, same) {
				out = append(out, cgroup{fsys, dir, m.v2})
			}
		}
	}
	return out
}

// ownCgroup is this process's group in the hierarchy of v2, or of v1's cpu
// controller, as /proc/self/cgroup has it: lines of number:controllers:path.
func ownCgroup(text string, v2 bool) string {
	for line := range strings.Lines(text) {
		parts := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(parts) != 3 {
			continue
		}
		if v2 && parts[0] == "0" && parts[1] == "" || !v2 && slices.Contains(strings.Split(parts[1], ","), "cpu") {
			return parts[2]
		}
	}
	return "/"
}

// cgroupMount is a hierarchy that is mounted, from its group root on.
type cgroupMount struct {
	root, point string
	v2          bool
}

var unescapeMount = strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`)

// parseCgroupMount reads a line of /proc/self/mountinfo: number, parent, device,
// root, mount point, options, tags, a dash, type, source, options of the type.
func parseCgroupMount(line string) (m cgroupMount, ok bool) {
	before, after, _ := strings.Cut(line, " - ")
	of, kind := strings.Fields(before), strings.Fields(after)
	if len(of) < 5 || len(kind) < 3 {
		return m, false
	}
	m = cgroupMount{root: unescapeMount.Replace(of[3]), point: unescapeMount.Replace(of[4]), v2: kind[0] == "cgroup2"}
	return m, m.v2 || kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), "cpu")
}

// dirs are the folders of the group own and of those above it, as far as they
// are mounted.
func (m *cgroupMount) dirs(own string) (out []string) {
	// A group outside of what is mounted, as "/../x", is seen as the mount's root.
	rel, within := strings.CutPrefix(path.Clean("/"+own), strings.TrimSuffix(m.root, "/"))
	if !within || strings.Contains(own, "..") || rel != "" && rel[0] != '/' {
		rel = ""
	}
	top := strings.TrimPrefix(path.Clean(m.point), "/")
	for dir := path.Join(top, rel); ; dir = path.Dir(dir) {
		out = append(out, dir)
		if dir == top || dir == "." {
			return out
		}
	}
}

// limit is the number of cores that the group may use; 0: any.
func (g cgroup) limit() float64 {
	quota, period := g.words("cpu.cfs_quota_us"), g.words("cpu.cfs_period_us")
	words := append(quota, period...)
	if g.v2 {
		words = g.words("cpu.max") // "max 100000" is no limit
	}
	if len(words) != 2 {
		return 0
	}
	q, err1 := strconv.ParseFloat(words[0], 64)
	p, err2 := strconv.ParseFloat(words[1], 64)
	if err1 != nil || err2 != nil || q <= 0 || p <= 0 {
		return 0
	}
	return q / p
}

func (g cgroup) words(name string) []string {
	b, err := fs.ReadFile(g.fsys, path.Join(g.dir, name))
	if err != nil {
		return nil
	}
	return strings.Fields(string(b))
}

// throttling is what a group's limit did so far.
type throttling struct {
	stopped float64 // ms, of all its cores together
	periods float64 // of the limit, in which the group ran
	hits    float64 // those in which it was stopped
}

func (g cgroup) throttling() (t throttling) {
	words := g.words("cpu.stat")
	for i := 0; i+1 < len(words); i += 2 {
		v, _ := strconv.ParseFloat(words[i+1], 64)
		switch words[i] {
		case "throttled_usec": // v2
			t.stopped = v / 1e3
		case "throttled_time": // v1, ns
			t.stopped = v / 1e6
		case "nr_periods":
			t.periods = v
		case "nr_throttled":
			t.hits = v
		}
	}
	return t
}

// cpuLimits reads the limits that hold for this process, of all its groups.
type cpuLimits struct {
	groups []cgroup
	before []throttling
}

func newCPULimits(fsys fs.FS) *cpuLimits {
	l := &cpuLimits{groups: cgroups(fsys)}
	l.throttled()
	return l
}

// throttled is for how long a limit has stopped the process since the last call,
// in milliseconds of all cores together, and in which share of the limit's
// periods, in percent: of the group that was stopped most.
func (l *cpuLimits) throttled() (ms, pct float64) {
	now := make([]throttling, len(l.groups))
	for i, g := range l.groups {
		now[i] = g.throttling()
		if l.before == nil {
			continue
		}
		ms = max(ms, now[i].stopped-l.before[i].stopped)
		if n := now[i].periods - l.before[i].periods; n > 0 {
			pct = max(pct, 100*(now[i].hits-l.before[i].hits)/n)
		}
	}
	l.before = now
	return ms, pct
}

// cores is how many may be used: the smallest limit, 0 without any.
func (l *cpuLimits) cores() (cores float64) {
	for _, g := range l.groups {
		if limit := g.limit(); limit > 0 && (cores == 0 || limit < cores) {
			cores = limit
		}
	}
	return cores
}

// system is the file system in which the kernel shows groups and limits.
func system() fs.FS { return os.DirFS("/") }
