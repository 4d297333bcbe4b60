package verdict

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseLimits(t *testing.T) {
	const rest = ",throughput=5%,errors=0.5pp"
	tests := []struct{ in, want string }{
		{"", "p50=5%,p90=10%,p99=20%" + rest},
		{" , ", "p50=5%,p90=10%,p99=20%" + rest},
		{"p50=3%", "p50=3%,p90=10%,p99=20%" + rest},
		{" p50 = 3% , p95=7.5%", "p50=3%,p90=10%,p95=7.5%,p99=20%" + rest},
		{"p99.9=50%,p90=off", "p50=5%,p99=20%,p99.9=50%,p90=off" + rest},
		{"p99=off,p90=off", "p50=5%,p90=off,p99=off" + rest},
		{"p50=off,p50=4%", "p50=4%,p90=10%,p99=20%" + rest},
		{"p50=7%,throughput=7%,errors=0.07pp", "p50=7%,p90=10%,p99=20%,throughput=7%,errors=0.07pp"},
		{"p99=10000%,throughput=99%,errors=100pp", "p50=5%,p90=10%,p99=10000%,throughput=99%,errors=100pp"},
		{"p50=0.0001%,p99.9999=1%", "p50=0.0001%,p90=10%,p99=20%,p99.9999=1%" + rest},
		{"p50=1.23456789%", "p50=1.2346%,p90=10%,p99=20%" + rest},
		{"p50=5%|0.2ms", "p50=5%|0.2ms,p90=10%,p99=20%" + rest},
		{"p50=5%|1500us watched", "p50=5%|1.5ms watched,p90=10%,p99=20%" + rest},
		{"cpu=off", "p50=5%,p90=10%,p99=20%" + rest + ",cpu=off"},
		{"cpu=20% watched", "p50=5%,p90=10%,p99=20%" + rest + ",cpu=20% watched"},
		{"health:p99=off, predict:p99=15%,predict:p50=2% required", "p50=5%,p90=10%,p99=20%" + rest + ",health:p99=off,predict:p50=2% required,predict:p99=15%"},
		{"predict:errors=2pp", "p50=5%,p90=10%,p99=20%" + rest + ",predict:errors=2pp"},
		{"p50=off,p90=off,p99=off,a:b:p50=1%", "p50=off,p90=off,p99=off" + rest + ",a:b:p50=1%"},
	}
	for _, tt := range tests {
		l, err := ParseLimits(tt.in)
		if err != nil || l.String() != tt.want {
			t.Errorf("%q is %s, %v; want %s", tt.in, l, err, tt.want)
			continue
		}
		again, err := ParseLimits(l.String())
		if diff := cmp.Diff(l, again); err != nil || diff != "" {
			t.Errorf("%q changes on its way through text: %v\n%s", tt.in, err, diff)
		}
	}
	if l, _ := ParseLimits("p99=0.5%,throughput=3%,errors=1pp"); l.Percentiles[2] != (PercentileLimit{0.99, Limit{Max: 0.005}}) || l.Throughput != 0.03 || l.Errors != 0.01 {
		t.Errorf("shares are %+v", l)
	}
}

func TestParseLimitsRefuses(t *testing.T) {
	tests := []struct{ in, want string }{
		{"p50", `"" is no limit above 0 and up to 10000%`},
		// P23: the unit is said, and that not all can be switched off.
		{"p50=5", `"5": want 5%`},
		{"p50=5pp", `"5pp": want 5%`},
		{"p50=inf", `"inf" is no limit`},
		{"errors=0.5", `"0.5": want 0.5pp`},
		{"throughput=5", `"5": want 5%`},
		{"p50=0%", `"0%" is no limit above 0`},
		{"p50=0.00001%", `is no limit above 0`},
		{"p50=-5%", `"-5%" is no limit`},
		{"p50=1e3%", `"1e3%" is no limit`},
		{"p50=nan%", `is no limit`},
		{"p50=inf%", `is no limit`},
		{"p50=10001%", `is no limit`},
		{"throughput=100%", `"100%" is no limit above 0 and up to 99%`},
		{"throughput=off", "it cannot be switched off, only be given another limit"},
		{"errors=1%", `"1%": want 1pp`},
		{"errors=101pp", `is no limit`},
		{"errors=off", "it cannot be switched off, only be given another limit"},
		{"mean=5%", `"mean" cannot be judged`},
		{"p=5%", `"p" cannot be judged`},
		{"p0=5%", `"p0" cannot be judged`},
		{"p100=5%", `"p100" cannot be judged`},
		{"p5e1=5%", `"p5e1" cannot be judged`},
		{"pizza=off", `"pizza" cannot be judged`},
		{"50=5%", `"50" cannot be judged`},
		{"=5%", `"" cannot be judged`},
		{"p50=5% seen", `"seen" is neither watched nor required`},
		{"p50=5%|fast", `"fast" is no time`},
		{"p50=5%|0ms", `"0ms" is no time`},
		{"health:throughput=5%", "throughput is of all requests together, and of no class"},
		{"health:cpu=5%", "cpu is of all requests together, and of no class"},
		{":p50=5%", `"" is no class`},
		{"total:p50=5%", `"total" is no class`},
		{"p99.99999=5%", `"p99.99999" is finer than p99.9999`},
		{"p50=5%;p90=10%", `"5%;p90=10%" is no limit`},
	}
	for _, tt := range tests {
		_, err := ParseLimits(tt.in)
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "want for example p50=5%") {
			t.Errorf("%q: %v; want %q and an example", tt.in, err, tt.want)
		}
	}
	if _, err := ParseLimits("p50=5,p90=10%,errors=1%"); err == nil || strings.Count(err.Error(), "\n") != 1 || strings.Count(err.Error(), "want for example") != 1 {
		t.Errorf("two mistakes: %v", err)
	}
	if _, err := ParseLimits("p50=off,p90=off,p99=off"); err == nil || err.Error() != "limits: every percentile is off, so no latency would be judged" {
		t.Errorf("all off: %v", err)
	}
}

// Whatever is accepted is a limit that can be judged by, and survives the
// header of a file.
func FuzzParseLimits(f *testing.F) {
	for _, s := range []string{"", "p50=3%,p90=off", "p99.9=12.5%,errors=0.07pp", "throughput=99%", "p.5=1%", "p050=1%,p50=2%", "p50=0x1p4%", "p50=1_0%"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		l, err := ParseLimits(in)
		if err != nil {
			return
		}
		for i, p := range l.Percentiles {
			if !(p.Q > 0 && p.Q < 1 && p.Max > 0 && p.Max <= 100) || i > 0 && p.Q <= l.Percentiles[i-1].Q {
				t.Fatalf("%q gives %+v", in, l)
			}
		}
		if !(l.Throughput > 0 && l.Throughput < 1 && l.Errors > 0 && l.Errors <= 1) {
			t.Fatalf("%q gives %+v", in, l)
		}
		again, err := ParseLimits(l.String())
		if diff := cmp.Diff(l, again); err != nil || diff != "" {
			t.Fatalf("%q as text is %s, and that %v\n%s", in, l, err, diff)
		}
	})
}
