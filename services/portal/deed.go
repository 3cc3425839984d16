package portal

// deedView is something done on a page of its own that is no act upon a case: whose, its effect, its fields, one verb.
type deedView struct {
	Back, BackText string
	Heading, Under string
	Effect         string
	Said           string // words that the deed carries, to be read once more
	Form           form
}
