package main

import "runtime/debug"

// buildVersion is set by the linker in releases.
var buildVersion string

// version is the release, or the module's version as the Go tool recorded it.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "devel"
}
