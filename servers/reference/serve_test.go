package reference

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestServeDrains: the order to stop comes while a request is in hand.
func TestServeDrains(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	stdout, address := io.Pipe()
	served := make(chan error, 1)
	go func() {
		served <- Serve(ctx, "127.0.0.1:0", Options{Service: 20 * time.Millisecond}, address, io.Discard)
		address.Close()
	}()
	lines := bufio.NewScanner(stdout)
	if !lines.Scan() {
		t.Fatalf("no first line: %v", <-served)
	}
	url, ok := strings.CutPrefix(lines.Text(), "listening on ")
	if !ok || !strings.HasPrefix(url, "http://127.0.0.1:") || strings.HasSuffix(url, ":0") {
		t.Fatalf("first line %q", lines.Text())
	}
	transport := &http.Transport{ExpectContinueTimeout: time.Minute}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}

	response, err := inHand(t.Context(), client, url, cancel)
	if err != nil {
		t.Fatalf("the request in hand was cut: %v", err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("status %d, want 200", response.StatusCode)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if lines.Scan() {
		t.Errorf("more on stdout: %q", lines.Text())
	}
	if _, err := client.Get(url); err == nil {
		t.Error("still answering after Serve has returned")
	}
}

func TestServeRefuses(t *testing.T) {
	if err := Serve(t.Context(), "127.0.0.1:0", Options{Workers: -1}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "workers -1") {
		t.Errorf("invalid options: %v", err)
	}
	if err := Serve(t.Context(), "127.0.0.1:nowhere", Options{}, io.Discard, io.Discard); err == nil || !strings.Contains(err.Error(), "--addr") {
		t.Errorf("invalid address: %v", err)
	}
}
