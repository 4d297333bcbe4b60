// Package docs is the interactive API documentation of the modern server:
// Swagger UI and ReDoc, complete without a network.
//
// It owns the two HTML pages, their assets (vendored from npm by vendor.sh,
// stored gzipped, embedded) and the content security policy under which they
// run. It does not own the OpenAPI document, which the pages load from
// /openapi.json of the same origin, nor any route: the server asks for a page
// or an asset by name and serves it.
//
//	body, contentType, ok := docs.Page("docs")               // GET /docs
//	gz, contentType, ok := docs.Asset("swagger-ui-bundle.js") // GET /docs/assets/…
package docs
