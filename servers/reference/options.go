package reference

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// DefaultService is the service time of `mlbench serve reference` without
// flags: about that of a small model behind a web framework.
const DefaultService = 2 * time.Millisecond

const (
	maxService = time.Minute
	maxWorkers = 1 << 16
	// maxSigma: above it a lognormal's mean rests on draws too rare to be met.
	maxSigma = 2
	maxSlow  = 1000
	maxLuck  = 1
)

// Options is the behaviour asked for. The zero value answers everything at once.
type Options struct {
	// Service is the mean service time.
	Service time.Duration
	// Sigma spreads the service time lognormally around its mean; 0 = fixed.
	Sigma float64
	// SecondShare of the requests, 0 to 1, take SecondService (with the same
	// Sigma) instead of Service.
	SecondShare   float64
	SecondService time.Duration
	// Slow multiplies all work: 1.10 is ten percent more. 0 means 1.
	Slow float64
	// Burn spins the CPU while serving instead of sleeping.
	Burn bool
	// No progress for Stall once every StallEvery; both 0 = never.
	Stall      time.Duration
	StallEvery time.Duration
	// Workers serve one FIFO queue; 0 = unlimited parallelism.
	Workers int
	// Errors is the share of answers with status 500, 0 to 1.
	Errors float64
	// Luck is the standard deviation of what starts differ by: all work is
	// multiplied by exp(N(0, Luck)), drawn once, when the server is made.
	Luck float64
	// Seed of every draw but that of luck.
	Seed uint64
	// LuckSeed is that one's; 0: each start has a luck of its own.
	LuckSeed uint64
}

// Validate reports all mistakes at once.
func (o Options) Validate() error {
	var errs []error
	check := func(ok bool, format string, args ...any) {
		if !ok {
			errs = append(errs, fmt.Errorf(format, args...))
		}
	}
	check(o.Service >= 0 && o.Service <= maxService, "service time %v is not between 0 and %v", o.Service, maxService)
	check(within(o.Sigma, 0, maxSigma), "sigma %v is not between 0 and %v", o.Sigma, maxSigma)
	check(within(o.SecondShare, 0, 1), "share %v of the second mode is not between 0%% and 100%%", o.SecondShare)
	check(o.SecondService >= 0 && o.SecondService <= maxService,
		"service time %v of the second mode is not between 0 and %v", o.SecondService, maxService)
	check(o.SecondService == 0 || o.SecondShare > 0, "the second mode of %v has no share: use for example 10%%:%v", o.SecondService, o.SecondService)
	check(o.Slow == 0 || within(o.Slow, 0.001, maxSlow), "slow factor %v is not between 0.001 and %v (1.10 is ten percent more work)", o.Slow, maxSlow)
	check(within(o.Luck, 0, maxLuck), "luck %v is not between 0%% and %v%%", o.Luck, 100*maxLuck)
	check((o.Stall > 0) == (o.StallEvery > 0) && o.Stall >= 0 && o.StallEvery >= 0,
		"stall %v every %v: both must be positive, or both 0", o.Stall, o.StallEvery)
	check(o.StallEvery <= 0 || o.Stall < o.StallEvery, "stall %v must be shorter than its period %v", o.Stall, o.StallEvery)
	check(o.Workers >= 0 && o.Workers <= maxWorkers, "workers %d is not between 0 (unlimited) and %d", o.Workers, maxWorkers)
	check(within(o.Errors, 0, 1), "error share %v is not between 0%% and 100%%", o.Errors)
	return errors.Join(errs...)
}

// within is false for NaN.
func within(x, low, high float64) bool {
	return !math.IsNaN(x) && x >= low && x <= high
}
