package live

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
)

// screen is the view as the library runs it.
type screen struct {
	view          *View
	width, height int
	last          bool
	content       string
}

type (
	tickMsg struct{}
	// lastMsg takes the view away.
	lastMsg struct{}
)

func tick() tea.Cmd {
	return tea.Tick(time.Second/2, func(time.Time) tea.Msg { return tickMsg{} })
}

// Init draws the first frame.
func (s *screen) Init() tea.Cmd { return func() tea.Msg { return tickMsg{} } }

// Update draws a frame twice a second: nothing else that happens is worth one.
func (s *screen) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		s.width, s.height = msg.Width, msg.Height
		s.draw()
	case tickMsg:
		s.draw()
		return s, tea.Sequence(append(s.notes(), tick())...)
	case lastMsg:
		s.last, s.content = true, ""
		return s, tea.Sequence(append(s.notes(), tea.Quit)...)
	}
	return s, nil
}

func (s *screen) draw() {
	if !s.last {
		s.content = s.view.frame(s.width, s.height)
	}
}

// notes are printed above the view.
func (s *screen) notes() (cmds []tea.Cmd) {
	for _, note := range s.view.taken() {
		cmds = append(cmds, tea.Println(strings.TrimRight(note, "\n")))
	}
	return cmds
}

// View is the frame that was drawn last. The cursor stays visible, at the beginning of
// the last line: if this process is killed, the terminal is as it was.
func (s *screen) View() tea.View {
	v := tea.NewView(s.content)
	v.DisableBracketedPasteMode = true
	v.Cursor = tea.NewCursor(0, strings.Count(s.content, "\n"))
	return v
}
