package report

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/mlbench/mlbench/results"
	"github.com/mlbench/mlbench/results/stats"
	"github.com/mlbench/mlbench/results/verdict"
)

// hourLong is a comparison of an hour: pairs of slices of a quarter of a second with
// four classes, of 400 requests per second.
func hourLong(pairs int) *results.File {
	f := file(results.Open, mixClasses...)
	f.Header.Command, f.Header.Arrivals, f.Header.RateRPS, f.Header.WarmupS, f.Header.BudgetS = "compare", "poisson", 400, 3, 3600
	f.Header.Targets = []results.Target{{Arm: results.ArmA, Name: "legacy", URL: "http://127.0.0.1:5000"}, {Arm: results.ArmB, Name: "modern", URL: "http://127.0.0.1:8000"}}
	live, lag := stats.NewLive(), stats.NewLive()
	for pair := 1; pair <= pairs; pair++ {
		for i, arm := range []string{results.ArmA, results.ArmB} {
			by := 1 + 0.05*math.Sin(float64(37*pair+11*i))
			classes := map[string]*results.ClassData{}
			for k, c := range mixClasses {
				n := max(1, int(100*c.Share)+(pair+i+k)%3)
				for r := range n {
					v := by * (0.4 + float64(k)) * math.Pow(30, float64((r*7919+pair*31)%1000)/1000)
					live.Record(time.Duration(v * float64(time.Millisecond)))
					lag.Record(time.Duration(10+r%50) * time.Microsecond)
				}
				h := live.Drain()
				classes[c.Name] = &results.ClassData{Planned: int64(n), Sent: int64(n), Done: int64(n), Status: map[string]int64{"200": int64(n)},
					Clocks: map[string]*stats.Histogram{results.ClockResponse: h, results.ClockService: h, results.ClockLag: lag.Drain()}}
			}
			s := measured(arm, pair, 0.25, classes)
			s.StartS, s.InFlightMax = 6+0.8*float64(pair)+0.4*float64((i+pair)%2), int64(pair%7)
			s.Telemetry, s.TargetUse = &results.Telemetry{CPUSeconds: 0.02}, &results.TargetUse{CPUSeconds: 0.03, Requests: 100, PeakRSSMB: 50 + float64(pair%9)}
			f.Slices = append(f.Slices, s)
		}
	}
	return f
}

const hourPairs = 4500

// The page of an hour is bounded: what is beyond what a picture shows is not in it.
func TestPageOfAnHourIsSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("makes the data of an hour")
	}
	c := judged(hourLong(hourPairs))
	var b bytes.Buffer
	if err := Comparison(&b, HTML, c, Options{}); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 1_500_000 {
		t.Errorf("%d bytes, want at most 1.5 MB", b.Len())
	}
	t.Logf("%d bytes", b.Len())
	checkPage(t, b.String())
	if path := os.Getenv("MLBENCH_HOUR_PAGE"); path != "" {
		if err := os.WriteFile(filepath.Clean(path), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func BenchmarkPageOfAnHour(b *testing.B) {
	f := hourLong(hourPairs)
	c := judged(f)
	runtime.GC()
	b.ReportAllocs()
	for b.Loop() {
		var out bytes.Buffer
		if err := Comparison(&out, HTML, c, Options{}); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(out.Len()), "bytes/page")
	}
}

func BenchmarkJudgingAnHour(b *testing.B) {
	f := hourLong(hourPairs)
	for b.Loop() {
		verdict.Compare(f, verdict.Options{})
	}
}
