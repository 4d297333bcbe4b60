package loadgen

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/mlbench/mlbench/loadgen/send"
)

// ReadVegetaTargets reads a target list as `vegeta attack` does, in its http or
// its json format, whichever it is; the target of each request is a whole URL, its
// header in the order of names. Bodies that the http format names by file
// are read, if they are files of at most maxBody bytes: vegeta would read
// a device until memory ends, and wait for a pipe for ever.
func ReadVegetaTargets(list []byte, maxBody int64) ([]send.Request, error) {
	targeter := vegeta.NewHTTPTargeter(bytes.NewReader(list), nil, nil)
	if bytes.HasPrefix(bytes.TrimSpace(list), []byte("{")) {
		if !bytes.HasSuffix(list, []byte("\n")) {
			list = append(bytes.Clone(list), '\n') // vegeta does not see a last line without
		}
		targeter = vegeta.NewJSONTargeter(bytes.NewReader(list), nil, nil)
	} else if err := checkBodies(list, maxBody); err != nil {
		return nil, err
	}
	all, err := vegeta.ReadAllTargets(targeter)
	if errors.Is(err, vegeta.ErrNoTargets) {
		return nil, errors.New("no targets: want lines such as GET http://127.0.0.1:8000/health, or vegeta's JSON format")
	}
	if err != nil {
		return nil, fmt.Errorf("vegeta targets: %w", err)
	}
	out := make([]send.Request, len(all))
	for i, t := range all {
		out[i] = send.Request{Method: t.Method, Target: t.URL, Body: t.Body}
		for _, name := range slices.Sorted(maps.Keys(t.Header)) {
			for _, value := range t.Header[name] {
				out[i].Header = append(out[i].Header, send.Field{Name: name, Value: value})
			}
		}
	}
	return out, nil
}

// checkBodies looks at the files that an http list names.
func checkBodies(list []byte, most int64) error {
	for line := range bytes.Lines(list) {
		name, isBody := bytes.CutPrefix(bytes.TrimSpace(line), []byte("@"))
		if !isBody {
			continue
		}
		switch info, err := os.Stat(string(name)); {
		case err != nil:
			return fmt.Errorf("vegeta targets: body: %w", err)
		case !info.Mode().IsRegular():
			return fmt.Errorf("vegeta targets: body: %s is no file", name)
		case info.Size() > most:
			return fmt.Errorf("vegeta targets: body: %s has %d bytes, want at most %d MB", name, info.Size(), most>>20)
		}
	}
	return nil
}
