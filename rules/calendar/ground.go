package calendar

// Ground is an article that a calculation rests on, with how surely its text is known.
type Ground struct {
	Document   string `json:"document"`
	Article    string `json:"article"`
	Confidence string `json:"confidence"`
}

// Vietnamese is "Bộ luật Dân sự 2015, Điều 147".
func (g Ground) Vietnamese() string { return g.Document + ", " + g.Article }

// The articles of counting. They are remembered, not yet read against the text.
var (
	countedFromTheDayAfter = Ground{Document: "Bộ luật Dân sự 2015", Article: "Điều 147", Confidence: "R"}
	endOfATerm             = Ground{Document: "Bộ luật Dân sự 2015", Article: "Điều 148", Confidence: "R"}
)
