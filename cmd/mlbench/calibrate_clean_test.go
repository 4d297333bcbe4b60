package main

import (
	"strings"
	"testing"
	"unicode"

	"github.com/mlbench/mlbench/results"
)

// M3: what a target sent reaches no terminal by way of a calibration's page.
func TestCalibrationPageIsClean(t *testing.T) {
	r := calibrationReport{Calibration: &results.Calibration{}}
	r.Target.Name, r.Scenario.Name = "a\x1b[2J", "s\u202e"
	r.Warnings = []string{"status (2 times), for example: \x1b]0;PWNED\x07 \u009b2J \u202eevil\nand more"}
	page := r.text()
	for _, c := range page {
		if c != '\n' && !unicode.IsGraphic(c) {
			t.Errorf("%U is in\n%q", c, page)
		}
	}
	if !strings.Contains(page, "! status (2 times), for example: ]0;PWNED 2J evil and more\n") {
		t.Errorf("%q", page)
	}
}
