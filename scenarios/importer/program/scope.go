package program

// scope has the names of a function, and what is around it.
type scope struct {
	names map[string]any
	outer *scope
}

func newScope(outer *scope) *scope { return &scope{names: map[string]any{}, outer: outer} }

func (s *scope) get(name string) (any, bool) {
	for ; s != nil; s = s.outer {
		if v, ok := s.names[name]; ok {
			return v, true
		}
	}
	return nil, false
}

// set changes the name where it is, of JavaScript, or here.
func (s *scope) set(name string, v any) {
	for at := s; at != nil; at = at.outer {
		if _, ok := at.names[name]; ok {
			at.names[name] = v
			return
		}
	}
	s.names[name] = v
}
