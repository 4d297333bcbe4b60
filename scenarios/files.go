package scenarios

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mlbench/mlbench/targets/strict"
)

// maxFileSum bounds the files that a scenario sends, all together.
const maxFileSum = 128 << 20

// fileKinds are the content types of files: a table of our own, as that of the
// system differs from machine to machine.
var fileKinds = map[string]string{
	".json": jsonKind, ".txt": textKind, ".csv": "text/csv; charset=utf-8", ".html": "text/html; charset=utf-8",
	".xml": "application/xml", ".yaml": "application/yaml", ".yml": "application/yaml", ".pdf": "application/pdf",
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp",
	".wav": "audio/wav", ".mp3": "audio/mpeg", ".mp4": "video/mp4", ".zip": "application/zip", ".gz": "application/gzip",
	".parquet": "application/vnd.apache.parquet",
}

// kindOfFile is a file's content type: by its name, else by what it holds.
func kindOfFile(path string, content []byte) string {
	if kind, ok := fileKinds[strings.ToLower(filepath.Ext(path))]; ok {
		return kind
	}
	return kindOfContent(content)
}

// kindOfContent is the content type of bytes without a name.
func kindOfContent(content []byte) string {
	switch {
	case json.Valid(content):
		return jsonKind
	case utf8.Valid(content):
		return textKind
	}
	return bytesKind
}

// file reads a file that the scenario names: now, so that nothing is read while
// measuring, and within bounds.
func (v *validator) file(n *strict.Node, path string) []byte {
	full, err := v.sc.reach(path)
	var raw []byte
	if err == nil {
		raw, err = readRegular(full, min(maxPoolBytes, maxFileSum-v.read))
	}
	switch {
	case n.Kind != strict.String:
	case path == "":
		v.d.Bad(n, "found \"\", want the path of a file")
	case err != nil && maxFileSum-v.read < maxPoolBytes:
		v.d.Bad(n, "%v (all files together: at most %s)", err, sizeText(maxFileSum))
	case err != nil:
		v.d.Bad(n, "%v", err)
	}
	v.read += len(raw)
	v.sc.files = append(v.sc.files, raw)
	return raw
}

// readRegular reads a file of at most so many bytes. Devices and pipes, which
// may never end, are none.
func readRegular(path string, most int) ([]byte, error) {
	info, err := os.Stat(path)
	var cause *os.PathError
	if errors.As(err, &cause) {
		return nil, fmt.Errorf("%s: %w", path, cause.Err)
	}
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a plain file, found a %s", path, kindOf(info.Mode()))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, int64(most)+1))
	if err == nil && len(raw) > most {
		return nil, fmt.Errorf("%s: want at most %s", path, sizeText(most))
	}
	return raw, err
}

func kindOf(m os.FileMode) string {
	switch {
	case m.IsDir():
		return "folder"
	case m&os.ModeNamedPipe != 0:
		return "pipe"
	}
	return "device or socket"
}

func sizeText(n int) string {
	if n >= 1<<20 {
		return fmt.Sprintf("%d MB", n>>20)
	}
	return fmt.Sprintf("%d kB", n>>10)
}

// reach is the path of a file that the scenario names, if it may read it: a
// scenario that somebody else wrote could send any file to the target. Symbolic
// links are followed first.
func (s *Scenario) reach(path string) (string, error) {
	full := beside(s.dir, path)
	real, err := filepath.EvalSymlinks(full)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	var cause *os.PathError
	switch {
	case errors.As(err, &cause):
		return "", fmt.Errorf("%s: %w", full, cause.Err)
	case err != nil:
		return "", err
	}
	if within(s.dir, real) {
		return full, nil
	}
	for _, dir := range s.allow {
		if within(dir, real) {
			s.far = append(s.far, filepath.Dir(real))
			return full, nil
		}
	}
	return "", fmt.Errorf("%s is outside of the scenario's folder: %s lets it be read, if you trust the scenario", full, allowing([]string{filepath.Dir(real)}))
}

// AllowFlags are the flags with which the scenario may be run, as a shell wants
// them: for the folders, other than its own, that it was allowed to read files
// of. Empty: none are needed.
func (s *Scenario) AllowFlags() string {
	return allowing(slices.Compact(slices.Sorted(slices.Values(s.far))))
}

// allowing are the flags that let a scenario read files of folders.
func allowing(dirs []string) string {
	var flags []string
	for _, dir := range dirs {
		flags = append(flags, "--allow-files "+shellFolder(dir))
	}
	return strings.Join(flags, " ")
}

// plainFolder needs no quotes in any shell.
var plainFolder = regexp.MustCompile(`^[\p{L}\p{N}_./:@%+,-]+$`)

// shellFolder is a folder as one word of a shell.
func shellFolder(dir string) string {
	if plainFolder.MatchString(dir) {
		return dir
	}
	return "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
}

// within says whether a path without links is in a folder, or below it.
func within(dir, path string) bool {
	dir, err := filepath.Abs(dir)
	if err == nil {
		dir, err = filepath.EvalSymlinks(dir)
	}
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, path)
	return err == nil && filepath.IsLocal(rel)
}

// beside is a path of the file in dir.
func beside(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}
