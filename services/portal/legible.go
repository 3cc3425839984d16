package portal

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"
)

// unreadable stands for what is no letter of any script.
const unreadable = "\uFFFD"

// legible is the text with a mark in place of bytes that are no UTF-8 and of NUL: no message between the services and no row of the
// database can hold those.
func legible(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, unreadable), "\x00", unreadable)
}

func makeLegible(values url.Values) {
	for name, several := range values {
		for i := range several {
			several[i] = legible(several[i])
		}
		values[name] = several
	}
}

// readLegibly has the pages see only text in what an address and a form say. Forms that are read as they stream are made legible there.
func (p *portal) readLegibly(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		params := c.ParamValues()
		for i := range params {
			params[i] = legible(params[i])
		}
		c.SetParamValues(params...)
		makeLegible(c.QueryParams())
		if c.Request().Method == http.MethodPost && !isStreamed(c) {
			values, err := c.FormParams()
			if err != nil {
				return unreadableForm(err)
			}
			makeLegible(values)
			makeLegible(c.Request().PostForm)
		}
		return next(c)
	}
}

func unreadableForm(err error) error {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return err
	}
	return echo.NewHTTPError(http.StatusBadRequest)
}
