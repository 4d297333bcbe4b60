package strict

import (
	"errors"
	"io"

	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"
)

// Bounds against files made to exhaust memory or time. All are held before the
// parser runs, or by aliases, which come after it: it keeps a path with every
// value, so that its memory grows with the depth times the length, and it copies
// a block mapping once for each of its keys.
const (
	maxBytes     = 16 << 20
	maxNodes     = 200_000
	maxMarks     = 5 * maxNodes // characters that may make a token, which takes half a kilobyte
	maxDepth     = 100
	maxKey       = 1024    // bytes; YAML's own limit, in characters, of a key on one line
	maxBlockKeys = 10_000  // of a block mapping
	maxWork      = 1 << 29 // bytes that the parser is going to copy, about
	maxPaths     = 1 << 27 // bytes of all paths of values, after aliases
)

// scan splits a file into tokens, and stops at the first that is out of
// bounds. Being made of tokens, its count of brackets takes none for one that
// stands in a text or a comment.
type scan struct {
	doc    *Document
	tokens token.Tokens
	before *token.Token // the last that is no comment
	levels []level      // those that are open, outermost first
	flow   int          // how many of them are brackets
	run    int          // anchors and tags in a row: each is a level to the parser
	heads  int          // lines of --- and ...
	path   int          // length of the present path
	work   int
	nulls  int // keys and items of blocks that have no value
	full   bool
}

// level is a bracket, or a block by its column.
type level struct {
	column int // 0: a bracket
	keys   int
	path   int  // what it adds to the path
	pairs  bool // braces
	colon  bool // of the present pair
}

// scan is nil when the file is out of bounds, which d notes.
func (d *Document) scan(src []byte) (token.Tokens, bool) {
	s := scan{doc: d}
	if n := marks(src); n > maxMarks {
		d.BadAt(1, 1, "too large: %d brackets, commas, colons and lines, want at most %d", n, maxMarks)
		return nil, false
	}
	var from scanner.Scanner
	from.Init(string(src))
	for !s.full {
		some, err := from.Scan()
		if errors.Is(err, io.EOF) {
			break
		}
		for _, t := range some {
			s.add(t)
		}
	}
	// Each is put among the rest of the file's tokens, which moves.
	if s.work += s.nulls * len(s.tokens) / 2; s.work > maxWork && !s.full {
		s.tooMuch(s.tokens[len(s.tokens)-1])
	}
	return s.tokens, !s.full
}

// marks counts the characters that may make a token, in texts and comments, too:
// what is one of those is known only when the tokens are made.
func marks(src []byte) int {
	n := 0
	for i, c := range src {
		switch c {
		case '[', ']', '{', '}', ',', '\n', '#':
			n++
		case ':', '-', '?', '&', '*', '!', '|', '>', '"', '\'':
			if i+1 == len(src) || i == 0 || src[i+1] <= ' ' || src[i-1] <= ' ' {
				n++
			}
		}
	}
	return n
}

func (s *scan) bad(t *token.Token, format string, args ...any) {
	if !s.full {
		s.doc.BadAt(t.Position.Line, t.Position.Column, format, args...)
	}
	s.full = true
}

func (s *scan) tooDeep(t *token.Token) {
	s.bad(t, "too large or too deep: want at most %d values, %d levels", maxNodes, maxDepth)
}

func (s *scan) tooMuch(t *token.Token) {
	s.bad(t, "too large: long keys, deep levels, long mappings and keys without a value multiply: split the file")
}

func (s *scan) add(t *token.Token) {
	s.tokens.Add(t)
	if t.Type == token.CommentType {
		return
	}
	before := s.before
	s.before = t
	s.countEmpty(before, t)
	switch t.Type {
	case token.AnchorType, token.TagType:
		s.run++
	case token.StringType: // an anchor's name, too
	default:
		s.run = 0
	}
	switch t.Type {
	case token.DocumentHeaderType, token.DocumentEndType:
		const most = 100
		if s.heads++; s.heads > most {
			s.bad(t, "a second document, want one per file")
		}
		s.levels, s.flow, s.path = s.levels[:0], 0, 0
	case token.MappingStartType, token.SequenceStartType:
		s.open(level{path: 1, pairs: t.Type == token.MappingStartType})
		s.flow++
	case token.MappingEndType, token.SequenceEndType:
		s.close()
	case token.SequenceEntryType, token.MappingKeyType:
		s.block(t.Position.Column, 1)
	case token.MappingValueType:
		s.key(before, t)
	}
	if s.work += s.path; s.work > maxWork {
		s.tooMuch(t)
	}
	if len(s.levels)+s.run > maxDepth {
		s.tooDeep(t)
	}
}

func (s *scan) open(l level) {
	s.levels, s.path = append(s.levels, l), s.path+l.path
}

// close leaves a bracket, and the blocks that are in it by mistake.
func (s *scan) close() {
	for n := len(s.levels) - 1; n >= 0 && s.flow > 0; n-- {
		l := s.levels[n]
		s.levels, s.path = s.levels[:n], s.path-l.path
		if l.column == 0 {
			s.flow--
			return
		}
	}
}

// block begins an entry of a block at the column, or goes on with it, and
// leaves those that are further in.
func (s *scan) block(column, path int) *level {
	if s.flow > 0 {
		return nil
	}
	n := len(s.levels)
	for n > 0 && s.levels[n-1].column > column {
		n--
		s.path -= s.levels[n].path
	}
	s.levels = s.levels[:n]
	if n == 0 || s.levels[n-1].column < column {
		s.open(level{column: column})
	}
	l := &s.levels[len(s.levels)-1]
	s.path += path - l.path
	l.path = path
	return l
}

// key counts a key, the token before a colon.
func (s *scan) key(key, colon *token.Token) {
	if key == nil {
		return // a mistake, which the parser finds
	}
	if len(key.Value) > maxKey {
		s.bad(key, "a key of %d bytes, want at most %d", len(key.Value), maxKey)
		return
	}
	if s.flow > 0 {
		l := &s.levels[len(s.levels)-1]
		s.path += len(key.Value) - l.path
		l.path, l.colon = len(key.Value), true
		return
	}
	const pointer = 8
	l := s.block(key.Position.Column, len(key.Value))
	if l.keys++; l.keys > maxBlockKeys {
		s.bad(key, "a mapping of more than %d keys: want fewer, or {braces} around them", maxBlockKeys)
	}
	s.work += pointer * l.keys
}

// countEmpty counts an entry before t that ends without a value.
func (s *scan) countEmpty(before, t *token.Token) {
	if before == nil || len(s.levels) == 0 {
		return
	}
	l := &s.levels[len(s.levels)-1]
	switch column := t.Position.Column; {
	case l.column == 0: // in brackets
		if t.Type == token.CollectEntryType || t.Type == token.MappingEndType {
			if l.pairs && !l.colon || before.Type == token.MappingValueType {
				s.nulls++
			}
			l.colon = false
		}
	case before.Position.Line == t.Position.Line:
	case before.Type == token.SequenceEntryType && column <= l.column,
		before.Type == token.MappingValueType && (column < l.column || column == l.column && t.Type != token.SequenceEntryType):
		s.nulls++
	}
}
