package contract

// Kinds of block, as a chat shows them.
const (
	Paragraph = "paragraph"
	Heading   = "heading"
	Code      = "code"
	Quote     = "quote"
	ListItem  = "list-item"
	Divider   = "divider"
	Context   = "context" // small print
	Fields    = "fields"  // Children side by side
	Card      = "card"    // Children in a frame, with a Color at its side
	Image     = "image"   // Text is its alternative text; nothing is loaded
	Button    = "button"
	Variable  = "variable" // Label and Text: a value without a layout
)

// Block is a part of a message.
type Block struct {
	Kind     string  `json:"kind"`
	Label    string  `json:"label,omitempty"`
	Text     []Run   `json:"text,omitempty"`
	Color    string  `json:"color,omitempty"` // #rrggbb
	Children []Block `json:"children,omitempty"`
	// Level is that of a heading, from 1, or the depth of a list item, from 0.
	Level int `json:"level,omitempty"`
}

// Run is text of one style. Text is what is shown: it is never markup.
type Run struct {
	Text    string `json:"text"`
	Link    string `json:"link,omitempty"`    // URL
	Mention bool   `json:"mention,omitempty"` // somebody is notified
	Bold    bool   `json:"bold,omitempty"`
	Italic  bool   `json:"italic,omitempty"`
	Strike  bool   `json:"strike,omitempty"`
	Code    bool   `json:"code,omitempty"`
}
