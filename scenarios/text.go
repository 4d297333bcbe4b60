package scenarios

import (
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/mlbench/mlbench/loadgen/send"
	"github.com/mlbench/mlbench/targets/strict"
)

const (
	maxTokens = 1_000_000
	maxBlob   = 16 << 20
)

// textGen is a text of words, each of them a token.
type textGen struct {
	Tokens Span `yaml:"tokens"`
}

func (b *templateBuilder) text(n *strict.Node) generator {
	g := &textGen{}
	b.d.Decode(n, g)
	b.size(n, "tokens", g.Tokens, maxTokens)
	return g
}

// render makes the first word the unique one: a server that keeps what it worked
// out for a text's beginning would otherwise find it again.
func (g *textGen) render(w *writer) {
	w.buf = append(w.buf, '"')
	for i, n := 0, w.span(g.Tokens); i < n && !w.full(); i++ {
		if i > 0 {
			w.buf = append(w.buf, ' ')
		}
		if i == 0 && w.unique {
			w.digits()
			continue
		}
		w.buf = append(w.buf, words[w.rng.IntN(len(words))]...)
	}
	w.buf = append(w.buf, '"')
}

// blobGen is random bytes, as base64.
type blobGen struct {
	Bytes Span `yaml:"bytes"`
}

func (b *templateBuilder) blob(n *strict.Node) generator {
	g := &blobGen{}
	b.d.Decode(n, g)
	b.size(n, "bytes", g.Bytes, maxBlob)
	return g
}

// render makes the first bytes the unique ones: decimal digits are base64, and
// twelve of them are nine whole bytes.
func (g *blobGen) render(w *writer) {
	const digits = send.FreshDigits / 4 * 3
	n := w.span(g.Bytes)
	w.buf = append(w.buf, '"')
	if w.unique && n >= digits {
		w.digits()
		n -= digits
	}
	raw := make([]byte, n+8)
	for i := 0; i < n; i += 8 {
		binary.LittleEndian.PutUint64(raw[i:], w.rng.Uint64())
	}
	w.buf = base64.StdEncoding.AppendEncode(w.buf, raw[:n])
	w.buf = append(w.buf, '"')
}

// joinGen is a text of parts, one behind the other.
type joinGen struct{ parts []template }

func (b *templateBuilder) join(n *strict.Node) generator {
	g := &joinGen{}
	for _, part := range b.list(n) {
		g.parts = append(g.parts, template{{gen: &plainGen{value: part, escape: jsonEscape}}})
	}
	return g
}

func (g *joinGen) render(w *writer) {
	w.buf = append(w.buf, '"')
	for _, part := range g.parts {
		part.render(w)
	}
	w.buf = append(w.buf, '"')
}

// words are 256 common English ones, short enough to be one token each in the
// vocabularies of most language models.
var words = strings.Fields(`
the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not
what all were we when your can said there use an each which she do how their if will up other about out many then
them these so some her would make like him into time has look two more write go see number no way could people my
than first water been call who oil its now find long down day did get come made may part over new sound take only
little work know place year live me back give most very after thing our just name good sentence man think say great
where help through much before line right too mean old any same tell boy follow came want show also around form
three small set put end does another well large must big even such because turn here why ask went men read need land
different home us move try kind hand picture again change off play spell air away animal house point page letter
mother answer found study still learn should world high every near add food between own below country plant last
school father keep tree never start city earth eye light thought head under story saw left few while along might
close something seem next hard open example begin life always those both paper together got group often run important until children side feet car mile night walk white
`)
