// Command server is the program of examples_test.go, in two revisions.
package main

import (
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"time"
)

const revision = "base"

func main() {
	port := flag.String("port", "", "")
	flag.Parse()
	note(os.Getenv("REVISIONS"))
	if revision == "broken" {
		log.Fatal("cannot load the model: model.onnx is missing")
	}
	http.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "healthy") })
	http.HandleFunc("POST /predict", func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		time.Sleep(2 * time.Millisecond)
		fmt.Fprintln(w, `{"prediction": 1.5}`)
	})
	log.Fatal(http.ListenAndServe("127.0.0.1:"+*port, nil))
}

// note tells the test that this revision was started.
func note(path string) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := fmt.Fprintln(f, revision); err != nil {
		log.Fatal(err)
	}
	if err := f.Close(); err != nil {
		log.Fatal(err)
	}
}
