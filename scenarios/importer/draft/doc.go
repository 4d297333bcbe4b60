// Package draft is the scenario in the making that every importer fills, and how it
// is written down.
//
//	source ─► an importer ─► Scenario (requests, login, what was left out) ─► Finish: YAML, proved to be a scenario
//
// It owns the draft, its names and comments, the places that variables and generators
// have in texts (Vault, Filler), the secrets that are taken out, and bodies that are sent byte by byte as
// their source had them. It does not own any source (importer, plan, program), nor the
// language (scenarios).
package draft
