package portal

import "cmp"

// pageRows is the rows of a list that stand on one page, counted from 1, of all there are.
type pageRows struct{ From, To, Of int }

// Before is the number of the page before this one; 0 when there is none.
func (r pageRows) Before() int { return r.before(rowsPerPage) }

// After is the number of the page after this one; 0 when there is none.
func (r pageRows) After() int { return r.after(rowsPerPage) }

func (r pageRows) before(rows int) int {
	if r.From > 1 {
		return (r.From-2)/rows + 1
	}
	return 0
}

func (r pageRows) after(rows int) int {
	if r.To < r.Of {
		return r.To/rows + 1
	}
	return 0
}

// widePages are the rows of a view whose pages may be longer than those of a list.
type widePages struct {
	pageRows
	rowsAPage int // 0: as many as a list
}

// Before is the number of the page before this one; 0 when there is none.
func (r widePages) Before() int { return r.before(cmp.Or(r.rowsAPage, rowsPerPage)) }

// After is the number of the page after this one; 0 when there is none.
func (r widePages) After() int { return r.after(cmp.Or(r.rowsAPage, rowsPerPage)) }
