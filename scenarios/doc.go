// Package scenarios says what clients do.
//
//	YAML ─► Load (strict, with positions) ─► Scenario ─► Compile ─► loadgen.Plan
//
// It owns the scenario language, the shipped scenarios and their JSON Schema,
// and the preparation of request payloads. It does not own execution (loadgen),
// the login exchange or reaching a target (targets), scenarios that are made of
// something else (importer), nor what verify asks (cases).
package scenarios
