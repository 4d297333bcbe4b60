package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// refusal is an error that the page shows, with its HTTP status.
type refusal struct {
	status int
	text   string
}

func (r *refusal) Error() string { return r.text }

func refusef(status int, format string, args ...any) error {
	return &refusal{status, fmt.Sprintf(format, args...)}
}

// handler is one that may fail.
type handler func(http.ResponseWriter, *http.Request) error

// ServeHTTP answers an error as JSON, or as text where a page is asked for.
func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := h(w, r)
	if err == nil {
		return
	}
	status := http.StatusInternalServerError
	var known *refusal
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &known):
		status = known.status
	case errors.As(err, &large):
		status = http.StatusRequestEntityTooLarge
	}
	answer(w, status, struct {
		Error string `json:"error"`
	}{err.Error()})
}

// answer writes a JSON document.
func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who asked may be gone
}

// maxBody bounds what a page may send.
const maxBody = 64 << 10

// take reads a JSON document of the form of v, and nothing else.
func take(w http.ResponseWriter, r *http.Request, v any) error {
	if r.Header.Get("Content-Type") != "application/json" {
		return refusef(http.StatusUnsupportedMediaType, "want application/json")
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return err
		}
		return refusef(http.StatusBadRequest, "the request cannot be read: %v", err)
	}
	return nil
}
