// Package example makes example values of the schemas of OpenAPI documents, with
// the generators of the scenario language in them.
//
//	Schema, example ─► Filler.Fill ─► value (Pairs, Generated, …) ─► Flow ─► YAML
//	                                                              └► Drawn ─► JSON of requests
//
// It owns the form of such values, how they are written as YAML, and that what is
// drawn of them meets the schema. It does not own schemas and what meets them
// (openapi), generators (scenarios), nor what the values are for (importer, cases).
package example
