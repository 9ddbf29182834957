package transformers

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/notifygen/notifygen/contract"
)

// Services that parse Markdown follow CommonMark as far as they go; raw HTML is
// shown as text.
var markdownParser = parser.NewParser(
	parser.WithBlockParsers(parser.DefaultBlockParsers()...),
	parser.WithInlineParsers(append(parser.DefaultInlineParsers(), util.Prioritized(extension.NewStrikethroughParser(), 500))...),
	parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
)

const (
	// markdownLimit is in characters: no service shows more of one text.
	markdownLimit = 20000
	// markdownDepth bounds how deep quotes and lists are followed.
	markdownDepth = 8
)

// markdownBlocks lays Markdown out.
func markdownBlocks(markdown string) []contract.Block {
	w := markdownWalk{[]byte(cut(markdown, markdownLimit))}
	return w.blocks(markdownParser.Parse(text.NewReader(w.source)), 0)
}

type markdownWalk struct{ source []byte }

func (w markdownWalk) blocks(parent ast.Node, depth int) []contract.Block {
	var blocks []contract.Block
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		blocks = append(blocks, w.block(n, depth)...)
	}
	return blocks
}

func (w markdownWalk) block(n ast.Node, depth int) []contract.Block {
	if depth > markdownDepth {
		return paragraph(contract.Run{Text: "…"})
	}
	switch n := n.(type) {
	case *ast.Heading:
		blocks := blockOf(contract.Heading, w.runs(n))
		for i := range blocks {
			blocks[i].Level = n.Level
		}
		return blocks
	case *ast.ThematicBreak:
		return []contract.Block{{Kind: contract.Divider}}
	case *ast.CodeBlock, *ast.FencedCodeBlock:
		return blockOf(contract.Code, []contract.Run{{Text: strings.TrimSuffix(w.lines(n), "\n")}})
	case *ast.HTMLBlock:
		raw := w.lines(n)
		if n.HasClosure() {
			raw += string(n.ClosureLine.Value(w.source))
		}
		return paragraph(contract.Run{Text: withoutFont(strings.TrimSuffix(raw, "\n"))})
	case *ast.Blockquote:
		return quote(w.blocks(n, depth+1))
	case *ast.List:
		var blocks []contract.Block
		number := n.Start
		for item := n.FirstChild(); item != nil; item = item.NextSibling() {
			label := ""
			if n.IsOrdered() {
				label = strconv.Itoa(number) + "."
				number++
			}
			blocks = append(blocks, w.item(item, label, depth)...)
		}
		return blocks
	default: // paragraphs and text blocks
		return w.paragraph(n)
	}
}

// item gives the item, and what else stands below it.
func (w markdownWalk) item(n ast.Node, label string, depth int) []contract.Block {
	li := contract.Block{Kind: contract.ListItem, Level: listDepth(n), Label: label}
	var below []contract.Block
	for i, b := range w.blocks(n, depth+1) {
		if i == 0 && b.Kind == contract.Paragraph {
			li.Text = b.Text
			continue
		}
		below = append(below, b)
	}
	return append([]contract.Block{li}, below...)
}

// listDepth counts the lists around an item, from 0.
func listDepth(n ast.Node) int {
	depth := -1
	for p := n.Parent(); p != nil; p = p.Parent() {
		if _, ok := p.(*ast.List); ok {
			depth++
		}
	}
	return depth
}

// quote joins paragraphs, and keeps what is more than that.
func quote(children []contract.Block) []contract.Block {
	var runs []contract.Run
	for i, b := range children {
		if b.Kind != contract.Paragraph {
			return []contract.Block{{Kind: contract.Quote, Children: children}}
		}
		if i > 0 {
			runs = append(runs, contract.Run{Text: "\n"})
		}
		runs = append(runs, b.Text...)
	}
	return blockOf(contract.Quote, runs)
}

// paragraph takes images out of the text.
func (w markdownWalk) paragraph(n ast.Node) []contract.Block {
	var blocks []contract.Block
	var runs []contract.Run
	w.inline(n, contract.Run{}, func(r contract.Run, image bool) {
		if image {
			blocks = append(blocks, paragraph(runs...)...)
			blocks = append(blocks, contract.Block{Kind: contract.Image, Text: []contract.Run{r}})
			runs = nil
			return
		}
		runs = appendRun(runs, r)
	})
	return append(blocks, paragraph(runs...)...)
}

// runs gives the text of a block, images as their alternative text.
func (w markdownWalk) runs(n ast.Node) []contract.Run {
	var runs []contract.Run
	w.inline(n, contract.Run{}, func(r contract.Run, _ bool) { runs = appendRun(runs, r) })
	return runs
}

// inline visits the runs of a block in order.
func (w markdownWalk) inline(parent ast.Node, style contract.Run, visit func(r contract.Run, image bool)) {
	add := func(text string) {
		if text != "" {
			r := style
			r.Text = text
			visit(r, false)
		}
	}
	for n := parent.FirstChild(); n != nil; n = n.NextSibling() {
		inner := style
		switch n := n.(type) {
		case *ast.Text:
			text := string(n.Value(w.source))
			if !n.IsRaw() {
				text = string(util.ResolveEntityNames(util.ResolveNumericReferences(util.UnescapePunctuations([]byte(text)))))
			}
			switch {
			case n.HardLineBreak():
				text += "\n"
			case n.SoftLineBreak():
				text += " "
			}
			add(text)
		case *ast.String:
			add(string(n.Value))
		case *ast.CodeSpan:
			inner.Code = true
			w.inline(n, inner, visit)
		case *ast.Emphasis:
			if n.Level > 1 {
				inner.Bold = true
			} else {
				inner.Italic = true
			}
			w.inline(n, inner, visit)
		case *extast.Strikethrough:
			inner.Strike = true
			w.inline(n, inner, visit)
		case *ast.Link:
			inner.Link = linkable(string(n.Destination))
			w.inline(n, inner, visit)
		case *ast.AutoLink:
			inner.Link = linkable(string(n.URL(w.source)))
			inner.Text = string(n.Label(w.source))
			visit(inner, false)
		case *ast.Image:
			alt := ""
			w.inline(n, contract.Run{}, func(r contract.Run, _ bool) { alt += r.Text })
			visit(contract.Run{Text: alt}, true)
		case *ast.RawHTML:
			raw := ""
			for i := range n.Segments.Len() {
				segment := n.Segments.At(i)
				raw += string(segment.Value(w.source))
			}
			add(withoutFont(raw))
		default:
			w.inline(n, style, visit)
		}
	}
}

// lines is the text of a block that is not parsed further.
func (w markdownWalk) lines(n ast.Node) string {
	var b strings.Builder
	lines := n.Lines()
	for i := range lines.Len() {
		segment := lines.At(i)
		b.Write(segment.Value(w.source))
	}
	return b.String()
}

var fontTag = regexp.MustCompile(`(?i)</?font\b[^<>]*>`)

// withoutFont leaves out the one tag that DingTalk knows.
func withoutFont(html string) string { return fontTag.ReplaceAllString(html, "") }
