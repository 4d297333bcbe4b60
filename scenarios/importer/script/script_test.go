package script

import (
	"fmt"
	"strings"
	"testing"
)

// dump is a tree as a text: (kind text kids {block} {else}).
func dump(n *Node) string {
	if n == nil {
		return "-"
	}
	var b strings.Builder
	b.WriteString("(" + string(n.Kind))
	if n.Text != "" {
		fmt.Fprintf(&b, " %q", n.Text)
	}
	if len(n.Names) > 0 {
		fmt.Fprintf(&b, " %v", n.Names)
	}
	for _, k := range n.Kids {
		b.WriteString(" " + dump(k))
	}
	for _, block := range [][]*Node{n.Block, n.Else} {
		if len(block) > 0 {
			b.WriteString(" {" + dumpAll(block) + "}")
		}
	}
	return b.String() + ")"
}

func dumpAll(block []*Node) string {
	var parts []string
	for _, n := range block {
		parts = append(parts, dump(n))
	}
	return strings.Join(parts, " ")
}

func TestPythonIsReadAsItIsMeant(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"x = 1_000", `(assign "=" (name "x") (number "1000"))`},
		{"a.b['c'](1, d=-2.50, *e)", `(call (index (member "b" (name "a")) (text "c")) (number "1") (keyword "d" (unary "-" (number "2.5"))) (spread "*" (name "e")))`},
		{"'a' \"b\"\\\n  'c'", `(text "abc")`},
		{"f'/x/{a.b}/{c[\"d\"]!s}?{e:02d}{{}}'", `(template (text "/x/") (member "b" (name "a")) (text "/") (index (name "c") (text "d")) (text "?") (formatted "02d" (name "e")) (text "{}"))`},
		{`r"\d\n" + "\t\x41\u00e9\q"`, `(binary "+" (text "\\d\\n") (text "\tAé\\q"))`},
		{"{'a': [1, None], **b}", `(object (pair (text "a") (list (number "1") (constant "null"))) (spread "**" (name "b")))`},
		{"[f() for _ in range(3)]", `(each [_] (call (name "f")) (call (name "range") (number "3")))`},
		{"x if a and not b in c else y", `(choice (binary "&&" (name "a") (unary "!" (binary "in" (name "b") (name "c")))) (name "x") (name "y"))`},
		{"a is not None or b not in c", `(binary "||" (binary "!=" (name "a") (constant "null")) (binary "not in" (name "b") (name "c")))`},
		{"t = lambda l, n=1: l.get('/')", `(assign "=" (name "t") (function [l n] - (number "1") {(return (call (member "get" (name "l")) (text "/")))}))`},
		{"class A(B, C):\n    '''doc'''\n    w = between(1, 2)\n\n    @task(3)\n    async def f(self, x: int = 1) -> None:\n        pass\n", `(class "A" (name "B") (name "C") {(text "doc") (assign "=" (name "w") (call (name "between") (number "1") (number "2"))) (function "f" [self x] - (number "1") {(call (name "task") (number "3"))})})`},
		{"with a(b,\n  c) as r, d:\n  if r: e()\n  elif s:\n    pass\n  else: f()\ng()", `(with [r] (call (name "a") (name "b") (name "c")) {(with (name "d") {(if (name "r") {(call (name "e"))} {(if (name "s") {(call (name "f"))})})})}) (call (name "g"))`},
		{"try:\n\ta()\nexcept E as e:\n\tb()\nfinally:\n\tc()", `(try {(call (name "a")) (call (name "c"))} {(call (name "b"))})`},
		{"from locust import (HttpUser,\n  task as t)\nimport os, sys\nimport numpy as np", `(import "locust" [HttpUser=HttpUser t=task]) (import "os" [os=*] {(import "sys" [sys=*])}) (import "numpy" [np=*])`},
		{"for i, x in enumerate(y):\n  a()\nwhile True: b()", `(loop "for" [i x] (call (name "enumerate") (name "y")) {(call (name "a"))}) (loop "while" (constant "true") {(call (name "b"))})`},
		{"a = b = 1; c += 2", `(assign "=" (name "a") (number "1") {(assign "=" (name "b") (number "1"))}) (assign "+=" (name "c") (number "2"))`},
		{"x: int = 1\nmatch y:\n  case 1:\n    z()\nw()", `(assign "=" (name "x") (number "1")) (name "match") (unread) (call (name "w"))`},
		{"f(a for a in b)\n{1, 2}\nx[1:2]\nyield z\nq()", `(call (name "f") (each [a] (name "a") (name "b"))) (unread) (index (name "x") (unread)) (unread) (call (name "q"))`},
		{"assert a == 1, 'no'\nraise E()\nreturn a, b", `(assert (binary "==" (name "a") (number "1"))) (raise) (return (list (name "a") (name "b")))`},
		{"if (n := len(a)) > 1:\r\n  b()\r\n# c\r\n", `(if (binary ">" (call (name "len") (name "a")) (number "1")) {(call (name "b"))})`},
		{"f'{x[\"a\"]}' f\"{y[\"b\"]}\"", `(template (index (name "x") (text "a")) (index (name "y") (text "b")))`},
	} {
		got, err := Python([]byte(tt.src))
		if err != nil || dumpAll(got) != tt.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", tt.src, dumpAll(got), err, tt.want)
		}
	}
}

func TestJavaScriptIsReadAsItIsMeant(t *testing.T) {
	for _, tt := range []struct{ src, want string }{
		{"import http, {a as b} from 'k6/http'; import * as k from \"k6\"", `(import "k6/http" [http=default b=a]) (import "k6" [k=*])`},
		{"export const o = {vus: 1, 'a{b}': [1e3, 'x'], f(r) { return r.a === 0x10 }, ...c, d}", `(export {(assign "=" (name "o") (object (pair (text "vus") (number "1")) (pair (text "a{b}") (list (number "1000") (text "x"))) (pair (text "f") (function [r] - {(return (binary "==" (member "a" (name "r")) (number "16")))})) (spread "**" (name "c")) (pair (text "d") (name "d"))))})`},
		{"export default function (data) { sleep(1) }", `(export "default" {(function [data] - {(call (name "sleep") (number "1"))})})`},
		{"export default () => http.get(`${A}/b/${c.d}?e`, {f: null})", `(export "default" (function {(return (call (member "get" (name "http")) (template (name "A") (text "/b/") (member "d" (name "c")) (text "?e")) (object (pair (text "f") (constant "null")))))}))`},
		{"export { main as default }; function main() {}", `(export "default" (name "main")) (function "main")`},
		{"const {a, b: c} = d?.e ?? {}; let x", `(assign "=" (name "a") (member "a" (binary "??" (member "e" (name "d")) (object)))) (assign "=" (name "c") (member "b" (binary "??" (member "e" (name "d")) (object)))) (assign "=" (name "x") (constant "null"))`},
		{"new Trend('t'); new A", `(call "new" (name "Trend") (text "t")) (call "new" (name "A"))`},
		{"if (!a && b != 'c\\'\\n\\q') { d() } else if (e) f(); else g()", `(if (binary "&&" (unary "!" (name "a")) (binary "!=" (name "b") (text "c'\nq"))) {(call (name "d"))} {(if (name "e") {(call (name "f"))} {(call (name "g"))})})`},
		{"for (const x of y) { a() } for (let i = 0; i < 3; i++) b(); while (c) {}", `(loop "for" [x] (name "y") {(call (name "a"))}) (loop "while" [i] (binary "<" (name "i") (number "3")) {(call (name "b"))}) (loop "while" (name "c"))`},
		{"async function f(a = 1, {b}) { try { await g() } catch (e) { h() } }", `(function "f" [a ] (number "1") - {(try {(call (name "g"))} {(call (name "h"))})})`},
		{"a = /x\\d/; b = /x/i; c = d ? 1 : -2", `(assign "=" (name "a") (regex "x\\d")) (assign "=" (name "b") (unread)) (assign "=" (name "c") (choice (name "d") (number "1") (unary "-" (number "2"))))`},
	} {
		got, err := JavaScript([]byte(tt.src))
		if err != nil || dumpAll(got) != tt.want {
			t.Errorf("%s\n got %s (%v)\nwant %s", tt.src, dumpAll(got), err, tt.want)
		}
	}
}

// Comments name lines: those of the calls, not of where a name was declared.
func TestLinesAreThoseOfTheSource(t *testing.T) {
	lines := func(block []*Node) string {
		var out []string
		for _, n := range block {
			out = append(out, fmt.Sprint(n.Line))
		}
		return strings.Join(out, " ")
	}
	py, err := Python([]byte("a(\n1)\n'''x\ny'''\nb(f'''\n{c}''')\n\nd = [\n 1,\n]\ne()"))
	if err != nil || lines(py) != "1 3 5 8 11" {
		t.Errorf("lines %s (%v)", lines(py), err)
	}
	js, err := JavaScript([]byte("import http from 'k6'\n\nconst u = 'x'\nhttp.get(u)\nhttp\n  .post(u)\n\nfunction f() {\n  http.put(u)\n}\n"))
	if err != nil || lines(js) != "1 3 4 6 8" {
		t.Errorf("lines %s (%v)", lines(js), err)
	}
}

func TestNoProgramIsAMistakeWithItsLine(t *testing.T) {
	deep := strings.Repeat("(", 5000)
	for _, tt := range []struct {
		read      func([]byte) ([]*Node, error)
		src, want string
	}{
		{Python, "a\nx = 'b\nc", "line 2: a text without closing quote"},
		{Python, "if a:\n    b()\n  c()", "line 3: the indent"},
		{Python, "\x00", "no text"},
		{Python, strings.Repeat("x\n", maxSource), "bytes, want at most"},
		{Python, strings.Repeat("x,", maxNodes), "more than"},
		{JavaScript, "const a: string = 1", "line 1: "},
		{JavaScript, deep, "too many nested"},
		{JavaScript, "\xff", "no text"},
		{JavaScript, strings.Repeat("x;", maxNodes+1), "more than"},
	} {
		if _, err := tt.read([]byte(tt.src)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%.40q: %v, want %q", tt.src, err, tt.want)
		}
	}
	for _, src := range []string{deep, strings.Repeat("-", 5000) + "1", "a" + strings.Repeat(".b", 5000), "a" + strings.Repeat("+b", 5000), strings.Repeat("lambda:", 5000), strings.Repeat("if a:\n elif b:\n", 1), strings.Repeat("not ", 5000)} {
		if _, err := Python([]byte(src)); err != nil {
			t.Errorf("%.20q: %v", src, err)
		}
	}
}

func FuzzPython(f *testing.F) {
	for _, s := range []string{"class A(B):\n  @t(1)\n  def f(self, x=1):\n    with a.b(f'/{c}', d={'e': [1]}) as r:\n      if not r: g()\n", "x = [a for b in c if d]\ny = {**z}\n", "try:\n a\nexcept: b\n", "f'{a:{b}}' '\\x4' ...\n@\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		block, err := Python([]byte(src))
		if err == nil {
			dumpAll(block)
		}
	})
}

func FuzzJavaScript(f *testing.F) {
	for _, s := range []string{"import a from 'b'; export default function () { a.get(`x${y}`, {...z, [q]: 1}) }", "const {a, b: [c]} = d?.e; for (;;) {}", "class A { #b = 1; get c() {} }", "x = /a/g; y = a`b${c}`; new.target"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		block, err := JavaScript([]byte(src))
		if err == nil {
			dumpAll(block)
		}
	})
}
