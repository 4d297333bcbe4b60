package chart

import (
	"fmt"
	"strings"
)

// Sheet is pictures by themselves below one another, with a heading and lines of
// text: one file of SVG.
func Sheet(title string, lines []string, charts []*Chart) string {
	const width, lineHeight = 960.0, 20.0
	var body strings.Builder
	height := 44 + lineHeight*float64(len(lines)) + 8
	fmt.Fprintf(&body, `<text x="%s" y="34" font-size="20" font-weight="700">%s</text>`, number(margin), Escape(title))
	for i, line := range lines {
		fmt.Fprintf(&body, `<text x="%s" y="%s" font-size="14">%s</text>`, number(margin), number(58+lineHeight*float64(i)), Escape(line))
	}
	for _, c := range charts {
		alone := *c
		alone.Width, alone.Height = width, 320
		fmt.Fprintf(&body, `<g transform="translate(0 %s)">%s</g>`, number(height), alone.SVG())
		height += alone.Height + headHeight
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]s" height="%[2]s" viewBox="0 0 %[1]s %[2]s" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif" fill="%[3]s"><title>%[4]s</title><rect width="%[1]s" height="%[2]s" rx="8" fill="#ffffff"/>%[5]s</svg>`+"\n",
		number(width), number(height), colors[Text], Escape(title), body.String())
}
