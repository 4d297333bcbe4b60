// Package chart draws: numbers in, SVG out.
//
// It owns scales, ticks, the shapes of marks and the layout of a picture. It does
// not own numbers, words or units: what it prints it is given, but for its SVG. All
// text is escaped here, and control characters are left out.
//
// A picture in a page is as wide as its place: horizontal positions are shares of
// the width, paths lie in an inner picture that is stretched, and letters, strokes
// and dots keep their size. Colours are classes there, for the page's style to set.
// A picture by itself has a size, and its colours in it.
package chart
