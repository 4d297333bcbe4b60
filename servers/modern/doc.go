// Package modern is the prediction API as a new Go service would have it:
// fiber, with huma deriving validation, errors that name every offending field
// and the OpenAPI document from Go types, a prediction log written in the
// background, request ids, process times, CORS and offline documentation.
//
// It owns the routes, the typed bodies, the status codes and the error form of
// that server. It does not own the rules and the domain (servers/predict), the
// documentation pages (docs), nor listening and draining (servers).
package modern
