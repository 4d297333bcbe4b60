package script

import (
	"strings"
)

// Node is a statement or an expression. Which fields it has is said at its Kind.
type Node struct {
	Kind  Kind
	Line  int
	Text  string
	Kids  []*Node // expressions that it is made of
	Names []string
	Block []*Node // statements of its body
	Else  []*Node
}

// Kind says what a node is.
type Kind string

// Expressions, then statements.
const (
	Name      Kind = "name"      // Text
	Text      Kind = "text"      // Text: its characters
	Number    Kind = "number"    // Text: as JSON writes it
	Constant  Kind = "constant"  // Text: true, false or null
	Template  Kind = "template"  // Kids: Text nodes and expressions between them
	List      Kind = "list"      // Kids
	Object    Kind = "object"    // Kids: Pair and Spread
	Pair      Kind = "pair"      // Kids: key and value
	Spread    Kind = "spread"    // Kids: what is spread; Text: * or **
	Member    Kind = "member"    // Kids[0] . Text
	Index     Kind = "index"     // Kids[0] [ Kids[1] ]
	Call      Kind = "call"      // Kids[0] ( the others ); Text "new" of JavaScript's
	Keyword   Kind = "keyword"   // an argument: Text = Kids[0]
	Binary    Kind = "binary"    // Kids[0] Text Kids[1]; Python's words for &&, || and ==
	Unary     Kind = "unary"     // Text Kids[0]: ! - + typeof
	Choice    Kind = "choice"    // Kids: condition, value if so, value if not
	Each      Kind = "each"      // a comprehension. Kids: element, what is gone through; Names: the variables
	Function  Kind = "function"  // Text: its name, or none; Names: parameters; Kids: their defaults, or nil; Block; Else: decorators
	Regex     Kind = "regex"     // Text: its pattern
	Formatted Kind = "formatted" // Kids[0] within a text, written as Text says: .2f
	Unread    Kind = "unread"    // anything else

	Assign Kind = "assign" // Kids: target and value; Text: = or += …
	If     Kind = "if"     // Kids: condition; Block, Else
	Loop   Kind = "loop"   // Kids: what is gone through, or the condition; Names: variables; Text: for, while
	With   Kind = "with"   // Kids: the value; Names: as whom; Block
	Return Kind = "return" // Kids: the value, if any
	Class  Kind = "class"  // Text; Kids: bases; Block; Else: decorators
	Try    Kind = "try"    // Block; Else: handlers, in their order
	Import Kind = "import" // Text: module; Names: NAME=FROM of each; FROM * is all of it, "default" its default; Else: more modules
	Export Kind = "export" // Text: default or empty; Block: what is declared, or Kids: the value
	Assert Kind = "assert" // Kids: the condition
	Raise  Kind = "raise"  // raise, throw
	Break  Kind = "break"  // of a loop
)

// Is says whether the node is a name, or members of one: a.b.c.
func (n *Node) Is(path string) bool { return n.Path() == path }

// Path is a.b.c of members of a name, else empty.
func (n *Node) Path() string {
	var parts []string
	for n != nil {
		switch n.Kind {
		case Name:
			parts = append(parts, n.Text)
			for i, j := 0, len(parts)-1; i < j; i, j = i+1, j-1 {
				parts[i], parts[j] = parts[j], parts[i]
			}
			return strings.Join(parts, ".")
		case Member:
			parts = append(parts, n.Text)
			n = n.Kids[0]
		default:
			return ""
		}
	}
	return ""
}

// Label is the expression in short, for comments: names alone, since texts may
// hold secrets.
func (n *Node) Label() string {
	const width = 60
	s := []rune(n.label(6))
	if len(s) > width {
		return string(s[:width]) + "…"
	}
	return string(s)
}

func (n *Node) label(depth int) string {
	if n == nil || depth == 0 {
		return "…"
	}
	depth--
	kid := func(i int) string {
		if i < len(n.Kids) {
			return n.Kids[i].label(depth)
		}
		return "…"
	}
	switch n.Kind {
	case Name, Number, Constant:
		return n.Text
	case Member:
		return kid(0) + "." + n.Text
	case Index:
		return kid(0) + "[" + kid(1) + "]"
	case Call:
		if len(n.Kids) > 1 {
			return kid(0) + "(…)"
		}
		return kid(0) + "()"
	case Binary:
		return kid(0) + " " + n.Text + " " + kid(1)
	case Unary:
		return n.Text + kid(0)
	case Choice:
		return "… if " + kid(0) + " else …"
	case Each:
		return kid(0) + " for …"
	case Formatted:
		return kid(0)
	case Text, Template, Regex:
		return `"…"`
	case List:
		return "[…]"
	case Object:
		return "{…}"
	case Assign:
		return kid(0) + " " + n.Text + " " + kid(1)
	case Function:
		return "function " + n.Text
	}
	return "…"
}
