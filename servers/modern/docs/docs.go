package docs

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io/fs"
	"path"
)

// ContentSecurityPolicy is the header both pages are served with. Scripts come
// from this origin only and never inline. Inline styles stay allowed because
// Swagger UI and ReDoc write style attributes; ReDoc's search runs in a worker
// made from a blob. Everything else that could leave the origin is shut.
const ContentSecurityPolicy = "default-src 'self'; style-src 'self' 'unsafe-inline'; " +
	"img-src 'self' data:; worker-src 'self' blob:; connect-src 'self'; " +
	"object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

//go:embed pages/*.html
var pages embed.FS

// own holds the assets written here, vendored those of vendor.sh: the bundles
// as .gz, the licence texts that the bundles point at as plain text.
var (
	//go:embed pages/*.js pages/*.css
	own embed.FS
	//go:embed vendored/*.gz vendored/*.txt
	vendored embed.FS
)

// Page is the HTML of "docs" (Swagger UI) or "redoc". Both load /openapi.json
// and /docs/assets/NAME from their own origin. The caller must not change body.
func Page(name string) (body []byte, contentType string, ok bool) {
	body, err := pages.ReadFile("pages/" + name + ".html")
	if err != nil {
		return nil, "", false
	}
	return body, contentTypes[".html"], true
}

// Asset is the gzip-encoded asset NAME of /docs/assets/NAME, to be sent with
// Content-Encoding: gzip and the given content type.
func Asset(name string) (gz []byte, contentType string, ok bool) {
	contentType, ok = contentTypes[path.Ext(name)]
	if !ok || path.Ext(name) == ".html" {
		return nil, "", false
	}
	if gz, err := vendored.ReadFile("vendored/" + name + ".gz"); err == nil {
		return gz, contentType, true
	}
	for _, dir := range []struct {
		files fs.ReadFileFS
		name  string
	}{{own, "pages/"}, {vendored, "vendored/"}} {
		if plain, err := dir.files.ReadFile(dir.name + name); err == nil {
			return compress(plain), contentType, true
		}
	}
	return nil, "", false
}

var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".txt":  "text/plain; charset=utf-8",
}

// compress is for the few small files kept readable in the repository: a
// kilobyte takes microseconds, so nothing is cached.
func compress(plain []byte) []byte {
	var buf bytes.Buffer
	w := gzip.NewWriter(&buf)
	_, _ = w.Write(plain) // a bytes.Buffer never fails
	w.Close()
	return buf.Bytes()
}
