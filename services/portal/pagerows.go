package portal

// pageRows is the rows of a list that stand on one page, counted from 1, of all there are.
type pageRows struct{ From, To, Of int }

// Before is the number of the page before this one; 0 when there is none.
func (r pageRows) Before() int {
	if r.From > 1 {
		return (r.From-2)/rowsPerPage + 1
	}
	return 0
}

// After is the number of the page after this one; 0 when there is none.
func (r pageRows) After() int {
	if r.To < r.Of {
		return r.To/rowsPerPage + 1
	}
	return 0
}
