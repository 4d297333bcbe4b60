// Package importer makes scenarios of what people have: curl commands, recordings
// of browsers (HAR), lists of vegeta, tables of Locust tasks, plans of JMeter's, collections of Postman's, OpenAPI documents,
// and the names of serving protocols (presets).
//
//	source ─► From… ─► draft (requests, login, what was left out) ─► YAML of a scenario
//
// It owns how each source is read, which secrets are taken out of it, and how
// drafts are written down. What it writes is proved to be a scenario. It does not
// own the language (scenarios), reading OpenAPI documents (openapi), nor the values
// that their schemas allow (example). It runs nothing and sends nothing.
package importer
