package openapi

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

const (
	mostDocument = 16 << 20 // bytes
	patience     = 10 * time.Second
)

// Fetch gets a document, which may lie anywhere: by proxies and redirects, unlike
// load. Headers are bounded as those of answers to load are. Messages name the URL
// without its query, which may hold secrets.
func Fetch(ctx context.Context, u *url.URL, config *tls.Config) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	shown := (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json, application/yaml;q=0.9, */*;q=0.1")
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: config, ForceAttemptHTTP2: true, DisableKeepAlives: true,
		Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: 64 << 10,
	}}
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("cannot read the OpenAPI document: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("cannot read the OpenAPI document: %s answered %s; give the document's own URL, or save it and give the file",
			shown, resp.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, mostDocument+1))
	if err == nil && len(raw) > mostDocument {
		err = fmt.Errorf("more than %d MB", mostDocument>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the OpenAPI document %s: %w", shown, err)
	}
	return raw, nil
}
