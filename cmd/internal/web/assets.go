package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// The page: HTML, styles and modules as they are written, and uPlot, compressed.
//
//go:embed page
var page embed.FS

// assetTypes are not left to the system, which may know others.
var assetTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".LICENSE": "text/plain; charset=utf-8",
}

// asset serves a file of the page.
func asset(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("name")
	switch r.URL.Path {
	case "/":
		name = "index.html"
	case "/login":
		name = "login.html"
	case "/favicon.ico":
		name = "icon.svg"
	}
	src, err := fs.ReadFile(page, "page/"+name)
	if err != nil {
		packed, perr := fs.ReadFile(page, "page/"+name+".gz")
		if perr != nil {
			return refusef(http.StatusNotFound, "there is no %.80q", r.URL.Path)
		}
		w.Header().Set("Vary", "Accept-Encoding")
		if src = packed; strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
		} else if src, err = unpacked(packed); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", assetTypes[path.Ext(name)])
	w.Header().Set("Cache-Control", "no-cache") // another version may come with the next start
	_, _ = w.Write(src)
	return nil
}

func unpacked(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
