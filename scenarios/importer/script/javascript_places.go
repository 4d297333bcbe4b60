package script

import (
	"slices"
)

// places say where words, texts and numbers begin. The parser keeps no positions, but
// what it returns are parts of the source; of a name it returns the first use.
type places struct {
	at    map[*byte]int    // where a part of the source is
	line  []int            // of each byte
	words map[string][]int // where each word is
}

func placesOf(src []byte) places {
	part := func(c byte) bool {
		return c == '_' || c == '$' || c >= 0x80 || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
	}
	p := places{at: map[*byte]int{}, line: make([]int, len(src)), words: map[string][]int{}}
	line := 1
	for i := 0; i < len(src); i++ {
		p.line[i] = line
		switch c := src[i]; {
		case c == '\n':
			line++
		case c == '"' || c == '\'' || c == '`' || c == '/':
			p.at[&src[i]] = i
		case part(c) && (i == 0 || !part(src[i-1])):
			end := i
			for end < len(src) && part(src[end]) {
				end++
			}
			p.at[&src[i]] = i
			p.words[string(src[i:end])] = append(p.words[string(src[i:end])], i)
		}
	}
	return p
}

// see notes where a part of the source is.
func (t *javascript) see(data []byte) {
	if len(data) > 0 {
		if at, ok := t.places.at[&data[0]]; ok {
			t.offset, t.line = at+len(data), t.places.line[at]
		}
	}
}

// name notes where a name is: its next use.
func (t *javascript) name(name string) {
	all := t.places.words[name]
	if i, _ := slices.BinarySearch(all, t.offset); i < len(all) {
		t.offset, t.line = all[i]+len(name), t.places.line[all[i]]
	}
}
