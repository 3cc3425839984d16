package catalogue

// Describe is the obligation in plain Vietnamese: whom it obliges, when, by which steps, on which ground. Empty for an unknown code.
func (e *Edition) Describe(code string) string { return "" }
