package importer

import (
	"mime"

	"golang.org/x/text/encoding/htmlindex"
)

// encoded is a recorded text as the bytes that were sent: recordings hold the
// characters, and the content type says in which encoding they went. A text that
// its encoding cannot hold was not decoded by it: that is UTF-8.
func encoded(text, contentType string) []byte {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || parameters["charset"] == "" {
		return []byte(text)
	}
	charset, err := htmlindex.Get(parameters["charset"])
	if err != nil {
		return []byte(text)
	}
	raw, err := charset.NewEncoder().Bytes([]byte(text))
	if err != nil {
		return []byte(text)
	}
	return raw
}
