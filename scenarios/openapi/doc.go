// Package openapi reads OpenAPI documents, 3.0 and 3.1, as JSON or YAML.
//
//	document ─► Load ─► []Operation (parameters, body, Schema)
//
// It flattens what the documents can say in many ways ($ref, allOf, oneOf,
// nullable, exclusive bounds) to the little that one needs to know to make a
// request, valid or not; whether a value meets all that a schema says, Check tells.
// It does not own what is made of it: values (example), scenarios (importer) and
// requests of verify (cases).
package openapi
