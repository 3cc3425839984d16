package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/labstack/echo/v4"
)

// recordView is a page of the register: what is written down of one thing or of many, in tables, with what can be done about it.
type recordView struct {
	Back, BackText, Heading, Under, Answer string

	Search *recordSearch
	Acts   []countLink
	Facts  []recordFact
	Parts  []recordPart
	Pages  *recordPages
	Signed []choice // who signs a minute when it is printed: as what, and the name
	Form   *form
	Cancel string
}

type recordSearch struct {
	Action, Label, Query, Clear string
	Hidden                      []choice
	Selects                     []field
	Days                        []field
}

type recordFact struct{ Label, Text, Href, Sub string }

// recordPart is a table under a heading; a head without words is of the column of what can be done.
type recordPart struct {
	Title, Words, None string
	Count              int
	Heads              []string
	Rows               [][]recordCell
	Acts               []countLink
}

// recordCell is one cell. Of names the row for those who hear its links.
type recordCell struct {
	Text, Href, Sub, Of string
	Links               []countLink
	Num                 bool
}

type recordPages struct {
	Rows          pageRows
	Before, After string
}

func plainCell(text string) recordCell { return recordCell{Text: text} }

func dayCell(wire string) recordCell { return recordCell{Text: day(wire), Num: true} }

func linkCell(text, href string) recordCell { return recordCell{Text: text, Href: href} }

func actsCell(of string, links ...countLink) recordCell { return recordCell{Of: of, Links: links} }

// facts leaves out what has no text.
func facts(all ...recordFact) []recordFact {
	var kept []recordFact
	for _, one := range all {
		if one.Text != "" {
			kept = append(kept, one)
		}
	}
	return kept
}

const recordsPerPage = 50

// pageOf cuts a list to the page that the address asks for.
func pageOf[Row any](c echo.Context, rows []Row) ([]Row, *recordPages) {
	asked, err := strconv.Atoi(c.QueryParam("trang"))
	if err != nil || asked < 1 || (asked-1)*recordsPerPage >= len(rows) {
		asked = 1
	}
	from, to := (asked-1)*recordsPerPage, min(asked*recordsPerPage, len(rows))
	if len(rows) <= recordsPerPage {
		return rows, nil
	}
	at := func(page int) string {
		query := url.Values{}
		for _, name := range []string{"tim", "loai", "cap", "luc"} {
			if value := c.QueryParam(name); value != "" {
				query.Set(name, value)
			}
		}
		query.Set("trang", strconv.Itoa(page))
		return c.Request().URL.Path + "?" + query.Encode()
	}
	pages := &recordPages{Rows: pageRows{From: from + 1, To: to, Of: len(rows)}}
	if asked > 1 {
		pages.Before = at(asked - 1)
	}
	if to < len(rows) {
		pages.After = at(asked + 1)
	}
	return rows[from:to], pages
}

func (p *portal) renderRecord(c echo.Context, view recordView) error {
	return p.render(c, http.StatusOK, "record", &page{Title: view.Heading, Active: recordActive(c), Body: view})
}

// recordActive is the entry of the menu under which the page stands: heads of units have theirs outside the administrators' pages.
func recordActive(c echo.Context) string {
	if isAdminPage(c) {
		return "admin"
	}
	return "preferences"
}

// registryDeed is one form of the register: what stands on its page, and what is done with what was filled in.
type registryDeed struct {
	deed deedView
	asks bool // shows what it comes to before the one button
	read func(in *inputs) (said string, send func(ctx context.Context) (target, banner string, err error))
}

// registryForm serves the page of a form, and what is sent with it: every fault at once at its field, with what was typed still there.
func (p *portal) registryForm(build func(echo.Context) (registryDeed, error)) echo.HandlerFunc {
	return func(c echo.Context) error {
		d, err := build(c)
		if err != nil {
			return err
		}
		d.deed.Form.Action, d.deed.Form.ActID = c.Request().URL.RequestURI(), newActID()
		if c.Request().Method != http.MethodPost {
			return p.renderDeed(c, d.deed)
		}
		values, err := c.FormParams()
		if err != nil {
			return err
		}
		in := &inputs{values: values}
		words, send := d.read(in)
		if len(in.faults) > 0 {
			return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, d.deed, values)
		}
		if d.asks && values.Get("confirmed") == "" {
			return p.renderDeed(c, askOnceMore(d.deed, words, values))
		}
		target, banner, err := send(c.Request().Context())
		if err != nil {
			return p.refuseDeed(c, p.refused(err), d.deed, values)
		}
		return p.finish(c, sent{kind: "ok", banner: banner}, target)
	}
}
