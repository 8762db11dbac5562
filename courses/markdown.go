package courses

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/google/uuid"
	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"hanzhi/courses/localize"
)

// assetScheme begins the address of a picture in Markdown: ![the chuck](asset:<uuid>).
const assetScheme = "asset:"

// Markdown is CommonMark with tables and strikethrough; HTML in it is not HTML in the page. Twice made safe: the
// renderer leaves raw HTML and dangerous links out, and what it makes is sanitised against a list of what is allowed.
var (
	withPictures    = newMarkdown(true)
	withoutPictures = newMarkdown(false)
	sanitizer       = newSanitizer()
	pictureAddress  = regexp.MustCompile(`src="asset:([0-9a-f-]{36})"`)
)

// renderMarkdown makes sanitised HTML of Markdown, per language, and lists the pictures in it, each once. Pictures keep
// their asset: address, which ShowPictures replaces; without pictures they become their text.
func renderMarkdown(markdown localize.Text, pictures bool) (localize.Text, []uuid.UUID, error) {
	md := withoutPictures
	if pictures {
		md = withPictures
	}
	html := make(localize.Text, len(markdown))
	var found []uuid.UUID
	seen := map[uuid.UUID]bool{}
	for _, locale := range markdown.Locales() {
		var b bytes.Buffer
		if err := md.Convert([]byte(markdown[locale]), &b); err != nil {
			return nil, nil, err
		}
		html[locale] = strings.TrimSpace(string(sanitizer.SanitizeBytes(b.Bytes())))
		for _, m := range pictureAddress.FindAllStringSubmatch(html[locale], -1) {
			if id, err := uuid.Parse(m[1]); err == nil && !seen[id] {
				seen[id] = true
				found = append(found, id)
			}
		}
	}
	return html, found, nil
}

// ShowPictures replaces the asset: addresses of pictures in rendered HTML. Where address gives "", the picture has no
// source and shows its text.
func ShowPictures(html localize.Text, address func(asset uuid.UUID) string) localize.Text {
	shown := make(localize.Text, len(html))
	for locale, h := range html {
		shown[locale] = pictureAddress.ReplaceAllStringFunc(h, func(src string) string {
			id, err := uuid.Parse(pictureAddress.FindStringSubmatch(src)[1])
			if err != nil {
				return ""
			}
			if a := address(id); a != "" {
				return `src="` + string(util.EscapeHTML([]byte(a))) + `"`
			}
			return ""
		})
	}
	return shown
}

func newMarkdown(pictures bool) goldmark.Markdown {
	return goldmark.New(
		// Inline styles are against the page's Content-Security-Policy.
		goldmark.WithExtensions(extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)), extension.Strikethrough),
		goldmark.WithParserOptions(parser.WithASTTransformers(util.Prioritized(pageTransformer{pictures}, 100))),
	)
}

// pageTransformer fits a text into the page it will stand in.
type pageTransformer struct{ pictures bool }

// headingShift: the page already has a heading for the lesson and one for the activity.
const headingShift = 2

// Transform gives every block dir="auto", so that Arabic and Latin paragraphs each run their own way, lowers headings
// below those of the page, and turns pictures that are not ours into their text.
func (t pageTransformer) Transform(doc *ast.Document, reader text.Reader, _ parser.Context) {
	var foreign []*ast.Image
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			n.Level = min(n.Level+headingShift, 6)
			n.SetAttributeString("dir", "auto")
		case *ast.Paragraph, *ast.Blockquote, *ast.List, *ast.ListItem, *extast.TableCell:
			n.SetAttributeString("dir", "auto")
		case *ast.Image:
			if !t.pictures || !ours(string(n.Destination)) {
				foreign = append(foreign, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range foreign {
		replaceByText(n, reader.Source())
	}
}

func ours(address string) bool {
	id, found := strings.CutPrefix(address, assetScheme)
	parsed, err := uuid.Parse(id)
	return found && err == nil && parsed.String() == id
}

// replaceByText puts what a picture says in its place.
func replaceByText(n *ast.Image, source []byte) {
	var alt bytes.Buffer
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if t, ok := c.(*ast.Text); ok && entering {
			alt.Write(t.Segment.Value(source))
		}
		return ast.WalkContinue, nil
	})
	n.Parent().ReplaceChild(n.Parent(), n, ast.NewString(alt.Bytes()))
}

func newSanitizer() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "em", "del", "code", "pre", "blockquote",
		"ul", "ol", "li", "hr", "br", "table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("dir").Matching(regexp.MustCompile(`^auto$`)).OnElements("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "li", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).OnElements("th", "td")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`^(https?://|mailto:)`)).OnElements("a")
	p.AllowAttrs("src").Matching(regexp.MustCompile(`^asset:[0-9a-f-]{36}$`)).OnElements("img")
	p.AllowAttrs("alt").OnElements("img")
	p.RequireParseableURLs(true)
	p.AllowURLSchemes("https", "http", "mailto", "asset")
	p.RequireNoFollowOnLinks(true)
	p.RequireNoReferrerOnLinks(true)
	p.AddTargetBlankToFullyQualifiedLinks(true)
	return p
}
