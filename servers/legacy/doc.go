// Package legacy is the prediction API as an older Go service would have it:
// gin, every request checked by hand, every answer built by hand, the
// prediction log written within the request, and one generic 400 for whatever
// is wrong with a body.
//
// It owns the routes, the status codes and the error form of that server. It
// does not own the rules and the domain (servers/predict), nor listening and
// draining (servers). It is an honest baseline: nothing in it is slow on
// purpose.
package legacy
