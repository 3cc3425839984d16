package portal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// Fields that every form with words of a person carries beside them. They are no part of what was typed.
const (
	sealField    = "_seal"  // who opened the page of the form, proven
	addressField = "_at"    // where the form stands
	labelField   = "_label" // "name=label" of each field, "=title" of the page
	sealLife     = draftLife
)

// sealForm proves later, without any session, that the page of the form was opened by this official: what was typed into it is his, and
// nobody else's, whoever is signed in when it is sent.
func (p *portal) sealForm(official, address string) string {
	said := strconv.FormatInt(p.now().Unix()/86400, 36) + "." + base64.RawURLEncoding.EncodeToString([]byte(official))
	return said + "." + p.sealMark(said, address)
}

func (p *portal) sealMark(said, address string) string {
	mark := hmac.New(sha256.New, []byte("seal of a form\x00"+p.cfg.ServiceKey))
	mark.Write([]byte(said + "\x00" + address))
	return base64.RawURLEncoding.EncodeToString(mark.Sum(nil)[:16])
}

// openSeal answers who opened the page of the form at the address.
func (p *portal) openSeal(seal, address string) (official string, ok bool) {
	parts := strings.Split(seal, ".")
	if len(parts) != 3 || !hmac.Equal([]byte(parts[2]), []byte(p.sealMark(parts[0]+"."+parts[1], address))) {
		return "", false
	}
	days, err := strconv.ParseInt(parts[0], 36, 64)
	name, nameErr := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || nameErr != nil || p.now().After(time.Unix(days*86400, 0).Add(sealLife)) {
		return "", false
	}
	return string(name), true
}

// typedForm is a form of this portal as it was sent: whose it is, where it stands, what it holds.
type typedForm struct {
	owner, address string
	values         url.Values
}

const contextStreamed = "streamed"

// typed answers the sent form if a page of this portal made it for somebody.
func (p *portal) typed(c echo.Context) (typedForm, bool) {
	values, streamed := c.Get(contextStreamed).(url.Values)
	if !streamed {
		values = c.Request().PostForm
	}
	form := typedForm{address: values.Get(addressField), values: values}
	owner, ok := p.openSeal(values.Get(sealField), form.address)
	form.owner = owner
	return form, ok && form.address == safeReturn(form.address)
}

// filesField notes the names of files that came with a form and were not kept.
const filesField = "files"

// label is what the page calls the field.
func (t typedForm) label(name string) string {
	for _, pair := range t.values[labelField] {
		if field, label, _ := strings.Cut(pair, "="); field == name {
			return label
		}
	}
	return ""
}
