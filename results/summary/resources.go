package summary

import "github.com/mlbench/mlbench/results"

// Resources is what a target used while it was measured: the processes of a
// managed target, as the operating system counts them. Warm-up, settling, and in
// a comparison the other target's slices are not in it.
type Resources struct {
	CPUPer1000 *float64 `json:"cpu_s_per_1000"` // CPU seconds per 1,000 requests; nil: none was sent
	CPUSeconds float64  `json:"cpu_s"`          // user + system time
	PeakRSSMB  float64  `json:"peak_rss_mb"`    // resident memory at its highest, 10^6 bytes
}

// resources is the same for reports; nil for nothing.
func resourcesOf(u *results.TargetUse) *Resources {
	if u == nil {
		return nil
	}
	r := &Resources{CPUSeconds: u.CPUSeconds, PeakRSSMB: u.PeakRSSMB}
	if u.Requests > 0 {
		per := 1000 * r.CPUSeconds / float64(u.Requests)
		r.CPUPer1000 = &per
	}
	return r
}
