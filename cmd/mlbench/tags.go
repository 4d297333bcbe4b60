package main

import (
	"github.com/mlbench/mlbench/scenarios"

	"github.com/mlbench/mlbench/cmd/internal/cli"
)

// parseTags reads --tag flags.
func parseTags(flags []string) (scenarios.Tags, error) {
	tags := scenarios.Tags{}
	for _, text := range flags {
		key, value, err := scenarios.ParseTag(text)
		if err != nil {
			return nil, cli.Usagef("--tag: %w", err)
		}
		tags[key] = value
	}
	return tags, nil
}
