package docs

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const assetPath = "/docs/assets/"

var (
	reference = regexp.MustCompile(`(?:src|href)="([^"]*)"`)
	// external matches what a browser would fetch from another host: a full
	// address, or a protocol-relative one behind a quote, bracket or equals sign.
	external = regexp.MustCompile(`https?://|["'(=]//`)
	inline   = regexp.MustCompile(`<script>|<script [^>]*>[^<]|<style|\son[a-z]+=|\sstyle=|javascript:`)
)

func page(t *testing.T, name string) string {
	t.Helper()
	body, contentType, ok := Page(name)
	if !ok || contentType != "text/html; charset=utf-8" {
		t.Fatalf("Page(%q) = %q, %v", name, contentType, ok)
	}
	return string(body)
}

func asset(t *testing.T, name string) (plain []byte, contentType string) {
	t.Helper()
	gz, contentType, ok := Asset(name)
	if !ok {
		t.Fatalf("no asset %q", name)
	}
	r, err := gzip.NewReader(bytes.NewReader(gz))
	if err != nil {
		t.Fatalf("asset %q: %v", name, err)
	}
	plain, err = io.ReadAll(r)
	if err != nil {
		t.Fatalf("asset %q: %v", name, err)
	}
	return plain, contentType
}

// TestPagesStayOnTheirOrigin follows every reference of both pages.
func TestPagesStayOnTheirOrigin(t *testing.T) {
	tests := []struct {
		page  string
		types map[string]string // asset, content type
	}{
		{"docs", map[string]string{
			"swagger-ui.css":       "text/css; charset=utf-8",
			"swagger-ui-bundle.js": "text/javascript; charset=utf-8",
			"docs-init.js":         "text/javascript; charset=utf-8",
		}},
		{"redoc", map[string]string{
			"redoc.css":           "text/css; charset=utf-8",
			"redoc.standalone.js": "text/javascript; charset=utf-8",
			"redoc-init.js":       "text/javascript; charset=utf-8",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.page, func(t *testing.T) {
			html := page(t, tt.page)
			if m := external.FindString(html); m != "" {
				t.Errorf("page names another host: %q", m)
			}
			if m := inline.FindString(html); m != "" {
				t.Errorf("page has inline script or style, which the policy forbids: %q", m)
			}
			types := map[string]string{}
			for _, m := range reference.FindAllStringSubmatch(html, -1) {
				name, isAsset := strings.CutPrefix(m[1], assetPath)
				if !isAsset {
					if m[1] != "/openapi.json" && m[1] != "data:," {
						t.Errorf("page refers to %q", m[1])
					}
					continue
				}
				plain, contentType := asset(t, name)
				if len(plain) == 0 {
					t.Errorf("asset %q is empty", name)
				}
				types[name] = contentType
			}
			if diff := cmp.Diff(tt.types, types); diff != "" {
				t.Errorf("assets of the page (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOwnAssetsNameNoOtherHost(t *testing.T) {
	for _, name := range []string{"docs-init.js", "redoc-init.js", "redoc.css"} {
		plain, _ := asset(t, name)
		if m := external.Find(plain); m != nil {
			t.Errorf("%s names another host: %q", name, m)
		}
	}
	swagger, _ := asset(t, "docs-init.js")
	for _, want := range []string{`url: "/openapi.json"`, "validatorUrl: null"} {
		if !bytes.Contains(swagger, []byte(want)) {
			t.Errorf("docs-init.js lacks %s", want)
		}
	}
	redoc, _ := asset(t, "redoc-init.js")
	if !bytes.Contains(redoc, []byte(`"/openapi.json"`)) {
		t.Error("redoc-init.js does not load /openapi.json")
	}
}

// TestVendoredStylesFetchNothing: style sheets fetch what they name, so unlike
// the bundles (which hold addresses as plain text, and which the policy pens in)
// they must name nothing outside.
func TestVendoredStylesFetchNothing(t *testing.T) {
	css, _ := asset(t, "swagger-ui.css")
	fetches := regexp.MustCompile(`@import|url\(\s*["']?(?:https?:)?//`)
	if m := fetches.Find(css); m != nil {
		t.Errorf("swagger-ui.css fetches %q", m)
	}
}

// TestPolicyNamesNoHost: only sources of this origin, and no inline script.
func TestPolicyNamesNoHost(t *testing.T) {
	allowed := map[string][]string{
		"default-src":     {"'self'"},
		"style-src":       {"'self'", "'unsafe-inline'"},
		"img-src":         {"'self'", "data:"},
		"worker-src":      {"'self'", "blob:"},
		"connect-src":     {"'self'"},
		"object-src":      {"'none'"},
		"base-uri":        {"'none'"},
		"form-action":     {"'self'"},
		"frame-ancestors": {"'none'"},
	}
	got := map[string][]string{}
	for directive := range strings.SplitSeq(ContentSecurityPolicy, ";") {
		fields := strings.Fields(directive)
		got[fields[0]] = fields[1:]
	}
	if diff := cmp.Diff(allowed, got); diff != "" {
		t.Errorf("policy (-want +got):\n%s", diff)
	}
}

// TestVendoredFilesAreWhatNpmPublishes compares what is embedded, unpacked, with
// the sums that vendor.sh checks npm's files against.
func TestVendoredFilesAreWhatNpmPublishes(t *testing.T) {
	f, err := os.Open("vendored.sha256")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var listed []string
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		plain, _ := asset(t, name)
		sum := sha256.Sum256(plain)
		if got := hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s: sha256 %s, want %s: run make vendor-ui", name, got, want)
		}
		listed = append(listed, name)
	}
	entries, err := vendored.ReadDir("vendored")
	if err != nil {
		t.Fatal(err)
	}
	var embedded []string
	for _, e := range entries {
		embedded = append(embedded, strings.TrimSuffix(e.Name(), ".gz"))
	}
	slices.Sort(listed)
	slices.Sort(embedded)
	if diff := cmp.Diff(listed, embedded); diff != "" {
		t.Errorf("vendored files (-listed +embedded):\n%s", diff)
	}
}

// TestGzipIsReproducible: no name and no time in the header, so that running
// vendor.sh again changes nothing.
func TestGzipIsReproducible(t *testing.T) {
	for _, name := range []string{"swagger-ui-bundle.js", "swagger-ui.css", "redoc.standalone.js", "docs-init.js"} {
		gz, _, _ := Asset(name)
		r, err := gzip.NewReader(bytes.NewReader(gz))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if r.Name != "" || !r.ModTime.IsZero() {
			t.Errorf("%s: header has name %q and time %v", name, r.Name, r.ModTime)
		}
	}
}

func TestUnknownNames(t *testing.T) {
	for _, name := range []string{"", ".", "index", "docs.html", "../docs", "/docs", "docs-init.js"} {
		if _, _, ok := Page(name); ok {
			t.Errorf("Page(%q) exists", name)
		}
	}
	for _, name := range []string{
		"", ".", "docs.html", "redoc.html", "swagger-ui.css.gz", "vendored.sha256",
		"vendor.sh", "docs.go", "../pages/docs-init.js", "/docs-init.js", "nothing.js",
	} {
		if _, _, ok := Asset(name); ok {
			t.Errorf("Asset(%q) exists", name)
		}
	}
}
