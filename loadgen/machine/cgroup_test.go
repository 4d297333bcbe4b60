package machine

import (
	"math"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a made-up machine: contents by path.
func tree(files map[string]string) fstest.MapFS {
	out := fstest.MapFS{}
	for name, text := range files {
		out[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return out
}

const (
	v2Mount   = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
	cpuMount  = "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpu,cpuacct\n"
	otherV1   = "35 31 0:32 / /sys/fs/cgroup/cpuset rw shared:12 - cgroup cgroup rw,cpuset\n"
	unrelated = "23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n"
)

// M6: limits are found wherever the kernel shows them.
func TestCPULimitsOfEveryFormOfCgroups(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		cores float64
		dirs  string // of the groups, own first
	}{
		{"v2, own namespace", map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": unrelated + v2Mount,
			"sys/fs/cgroup/cpu.max": "15000 100000\n",
		}, 0.15, "sys/fs/cgroup"},
		{"v2, no namespace, as CPUQuota= of systemd", map[string]string{
			"proc/self/cgroup": "0::/system.slice/ci.service\n", "proc/self/mountinfo": v2Mount,
			"sys/fs/cgroup/system.slice/ci.service/cpu.max": "50000 100000\n",
		}, 0.5, "sys/fs/cgroup/system.slice/ci.service sys/fs/cgroup/system.slice sys/fs/cgroup"},
		{"v2, the parent is tighter", map[string]string{
			"proc/self/cgroup": "0::/ci.slice/job/step\n", "proc/self/mountinfo": v2Mount,
			"sys/fs/cgroup/ci.slice/cpu.max":          "20000 100000\n",
			"sys/fs/cgroup/ci.slice/job/cpu.max":      "max 100000\n",
			"sys/fs/cgroup/ci.slice/job/step/cpu.max": "200000 100000\n",
		}, 0.2, "sys/fs/cgroup/ci.slice/job/step sys/fs/cgroup/ci.slice/job sys/fs/cgroup/ci.slice sys/fs/cgroup"},
		{"v1", map[string]string{
			"proc/self/cgroup":    "4:cpuset:/\n3:cpu,cpuacct:/docker/ab\n1:name=systemd:/x\n",
			"proc/self/mountinfo": otherV1 + cpuMount,
			"sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_quota_us":  "30000\n",
			"sys/fs/cgroup/cpu,cpuacct/docker/ab/cpu.cfs_period_us": "100000\n",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":            "-1\n",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us":           "100000\n",
		}, 0.3, "sys/fs/cgroup/cpu,cpuacct/docker/ab sys/fs/cgroup/cpu,cpuacct/docker sys/fs/cgroup/cpu,cpuacct"},
		{"v1 in a container that sees its own group as the root", map[string]string{
			"proc/self/cgroup":                            "3:cpu,cpuacct:/docker/ab\n",
			"proc/self/mountinfo":                         strings.Replace(cpuMount, " / /sys", " /docker/ab /sys", 1),
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us":  "150000\n",
			"sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
		}, 1.5, "sys/fs/cgroup/cpu,cpuacct"},
		{"hybrid: limits are v1's, v2 has none", map[string]string{
			"proc/self/cgroup":                              "3:cpu,cpuacct:/a\n0::/a\n",
			"proc/self/mountinfo":                           cpuMount + strings.Replace(v2Mount, "/sys/fs/cgroup ", "/sys/fs/cgroup/unified ", 1),
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us":  "10000\n",
			"sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000\n",
		}, 0.1, "sys/fs/cgroup/cpu,cpuacct/a sys/fs/cgroup/cpu,cpuacct sys/fs/cgroup/unified/a sys/fs/cgroup/unified"},
		{"a group outside of the namespace", map[string]string{
			"proc/self/cgroup": "0::/../other\n", "proc/self/mountinfo": v2Mount,
			"sys/fs/cgroup/cpu.max": "70000 100000\n",
		}, 0.7, "sys/fs/cgroup"},
		{"mounted elsewhere, under a name with a blank", map[string]string{
			"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": strings.Replace(v2Mount, "/sys/fs/cgroup", `/mnt/my\040groups`, 1),
			"mnt/my groups/a/cpu.max": "40000 100000\n",
		}, 0.4, "mnt/my groups/a mnt/my groups"},
		{"a name that begins like the root's", map[string]string{
			"proc/self/cgroup": "0::/docker/abc\n", "proc/self/mountinfo": strings.Replace(v2Mount, " / /sys", " /docker/ab /sys", 1),
			"sys/fs/cgroup/cpu.max": "60000 100000\n",
		}, 0.6, "sys/fs/cgroup"},
		{"no limit", map[string]string{
			"proc/self/cgroup": "0::/\n", "proc/self/mountinfo": v2Mount, "sys/fs/cgroup/cpu.max": "max 100000\n",
		}, 0, "sys/fs/cgroup"},
		{"nonsense", map[string]string{
			"proc/self/cgroup": "x\n0::/\n", "proc/self/mountinfo": "- -\n" + v2Mount, "sys/fs/cgroup/cpu.max": "a b\n",
		}, 0, "sys/fs/cgroup"},
		{"no control groups", nil, 0, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := newCPULimits(tree(tt.files))
			var dirs []string
			for _, g := range l.groups {
				dirs = append(dirs, g.dir)
			}
			if got := strings.Join(dirs, " "); got != tt.dirs {
				t.Errorf("groups %q,\nwant   %q", got, tt.dirs)
			}
			if got := l.cores(); math.Abs(got-tt.cores) > 1e-9 {
				t.Errorf("%v cores, want %v", got, tt.cores)
			}
		})
	}
}

// M6: what a limit did is counted in either version, at whichever group.
func TestThrottlingIsCountedOfTheGroupThatWasStoppedMost(t *testing.T) {
	const own, parent = "sys/fs/cgroup/ci/job/cpu.stat", "sys/fs/cgroup/ci/cpu.stat"
	files := tree(map[string]string{
		"proc/self/cgroup": "0::/ci/job\n", "proc/self/mountinfo": v2Mount,
		own:    "usage_usec 5\nnr_periods 10\nnr_throttled 1\nthrottled_usec 5000\n",
		parent: "nr_periods 100\nnr_throttled 50\nthrottled_usec 900000\n",
	})
	l := newCPULimits(files)
	if ms, pct := l.throttled(); ms != 0 || pct != 0 {
		t.Errorf("at first %v ms, %v%%", ms, pct)
	}
	files[own].Data = []byte("nr_periods 20\nnr_throttled 2\nthrottled_usec 6000\n")
	files[parent].Data = []byte("nr_periods 110\nnr_throttled 59\nthrottled_usec 1700000\n")
	if ms, pct := l.throttled(); ms != 800 || pct != 90 {
		t.Errorf("%v ms in %v%% of the periods, want 800 and 90", ms, pct)
	}
	v1 := newCPULimits(tree(map[string]string{
		"proc/self/cgroup": "3:cpu,cpuacct:/\n", "proc/self/mountinfo": cpuMount,
	}))
	v1.groups[0].fsys.(fstest.MapFS)["sys/fs/cgroup/cpu,cpuacct/cpu.stat"] = &fstest.MapFile{Data: []byte("nr_periods 4\nnr_throttled 3\nthrottled_time 250000000\n")}
	if ms, pct := v1.throttled(); ms != 250 || pct != 75 {
		t.Errorf("v1: %v ms in %v%% of the periods, want 250 and 75", ms, pct)
	}
}

// The real one, whatever it is: no limit is negative, none is more than the machine.
func TestCPULimitsOfThisMachine(t *testing.T) {
	l := newCPULimits(system())
	if cores := l.cores(); cores < 0 {
		t.Errorf("%v cores", cores)
	}
	if ms, pct := l.throttled(); ms < 0 || pct < 0 || pct > 100 {
		t.Errorf("throttled %v ms, %v%%", ms, pct)
	}
}
