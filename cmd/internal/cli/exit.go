package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/mlbench/mlbench/results/verdict"
)

// Outcome is what a command came to, by its exit code.
type Outcome int

// Exit codes of mlbench. Scripts rely on them: they never change meaning.
// Failed requests alone never change the code, unless all failed (objective
// errors<100%, the default): objectives do.
const (
	ExitOK           = 0   // done, objectives held, verdict ok
	ExitFailure      = 1   // could not do the job: target unreachable, I/O
	ExitUsage        = 2   // usage, or an input file that is not there, not readable or not valid
	ExitRegression   = 3   // the candidate is proven worse, and by estimate beyond the limit
	ExitInconclusive = 4   // not enough data to decide (also an objective), or nothing was shown
	ExitInvalid      = 5   // the generator or host decided the numbers
	ExitObjective    = 6   // an objective was missed, or a rule ended the run
	ExitParity       = 7   // the answers of two targets differ
	ExitInterrupted  = 130 // interrupted; what was measured is saved
)

// byWeight are the findings, the one first that decides the exit code of several.
// What is proven counts more than what could not be measured: measuring again, as
// one does after an invalid comparison, would not take a regression away.
var byWeight = []Outcome{ExitInterrupted, ExitRegression, ExitParity, ExitObjective, ExitInvalid, ExitInconclusive}

var ofVerdict = map[verdict.Verdict]Outcome{
	verdict.Regression:   ExitRegression,
	verdict.Invalid:      ExitInvalid,
	verdict.Inconclusive: ExitInconclusive,
}

// Compared is what comparisons came to.
func Compared(made ...*verdict.Comparison) Outcome {
	var found []Outcome
	for _, c := range made {
		found = append(found, ofVerdict[c.Verdict])
		if c.Differs() {
			found = append(found, ExitParity)
		}
		if c.MissesObjective() {
			found = append(found, ExitObjective)
		}
		if c.Undecided() {
			found = append(found, ExitInconclusive)
		}
	}
	return weightiest(found)
}

// Gated is what a comparison came to whose caller takes an inconclusive verdict, or an
// objective that is not decided, in a way of its own: "fail", as a regression; "pass", if
// nothing but data was missing; else as Compared does.
func Gated(c *verdict.Comparison, inconclusive string) Outcome {
	found := Compared(c)
	objective := c.Verdict == verdict.OK && found == ExitInconclusive
	switch {
	case c.Verdict != verdict.Inconclusive && !objective || found == ExitParity:
	case inconclusive == "fail":
		return ExitRegression
	case inconclusive == "pass" && (objective || c.LacksData() && !c.MissesObjective()):
		return ExitOK
	}
	return found
}

// Judged is what runs came to: an objective that was missed counts more than
// numbers that say little, and these more than one that is not decided.
func Judged(interrupted, held, decided, valid bool) Outcome {
	switch {
	case interrupted:
		return ExitInterrupted
	case !held:
		return ExitObjective
	case !valid:
		return ExitInvalid
	case !decided:
		return ExitInconclusive
	}
	return ExitOK
}

func weightiest(found []Outcome) Outcome {
	for _, o := range byWeight {
		if slices.Contains(found, o) {
			return o
		}
	}
	return ExitOK
}

// End ends the command with this outcome and no message, for the command has said
// all there is to say; nil if all is well.
func End(o Outcome) error {
	if o == ExitOK {
		return nil
	}
	return &ExitError{Outcome: o}
}

// ExitError ends the command with an outcome of its own.
type ExitError struct {
	Outcome Outcome
	Err     error // nil: the command has said all there is to say
}

func (e *ExitError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("exit %d", e.Outcome)
	}
	return e.Err.Error()
}

func (e *ExitError) Unwrap() error { return e.Err }

// Usagef is a mistake of the caller's: exit 2.
func Usagef(format string, args ...any) error {
	return &ExitError{Outcome: ExitUsage, Err: fmt.Errorf(format, args...)}
}

// OutcomeOf is what a command came to that returned err, and the message of it;
// "" if there is nothing more to say.
func OutcomeOf(ctx context.Context, err error) (o Outcome, message string) {
	var exit *ExitError
	switch {
	case err == nil:
		return ExitOK, ""
	case errors.As(err, &exit) && exit.Err == nil:
		return exit.Outcome, ""
	case exit != nil:
		return exit.Outcome, exit.Err.Error()
	case errors.Is(err, context.Canceled) || ctx.Err() != nil:
		// Whatever else failed once the signal had come, failed because of it.
		return ExitInterrupted, "interrupted"
	}
	return ExitFailure, err.Error()
}

// AddErrors adds errors to one that keeps its outcome.
func AddErrors(err error, more ...error) error {
	joined := errors.Join(append([]error{err}, more...)...)
	var exit *ExitError
	switch {
	case len(more) == 0:
		return err
	case errors.As(err, &exit):
		return &ExitError{Outcome: exit.Outcome, Err: joined}
	}
	return joined
}
