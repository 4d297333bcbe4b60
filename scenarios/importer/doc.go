// Package importer makes scenarios of what people have: curl commands, recordings
// of browsers (HAR), lists of vegeta, tables of Locust tasks, plans of JMeter's, collections of Postman's, OpenAPI documents,
// and the names of serving protocols (presets).
//
//	source ─► From ─► draft.Scenario (requests, login, what was left out) ─► YAML of a scenario
//
// It owns how curl commands, recordings, lists and OpenAPI documents are read, and which package
// reads the rest: program (locustfiles, scripts of k6), plan (JMeter, Postman). What is
// written is proved to be a scenario (draft). It does not
// own the language (scenarios), reading OpenAPI documents (openapi), nor the values
// that their schemas allow (example). It runs nothing and sends nothing.
package importer
