package main

import "github.com/mlbench/mlbench/scenarios"

// parseTags reads --tag flags.
func parseTags(flags []string) (scenarios.Tags, error) {
	tags := scenarios.Tags{}
	for _, text := range flags {
		key, value, err := scenarios.ParseTag(text)
		if err != nil {
			return nil, usageErrorf("--tag: %w", err)
		}
		tags[key] = value
	}
	return tags, nil
}
