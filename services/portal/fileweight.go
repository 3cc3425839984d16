package portal

import (
	"errors"
	"fmt"
	"io"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// errTooHeavy ends the passing on of a file as soon as it is heavier than any may be.
var errTooHeavy = errors.New("the file is heavier than any may be")

// weighed reads a file up to its bound and no further.
type weighed struct {
	from io.Reader
	most int64
	read int64
	over bool
}

func (w *weighed) Read(into []byte) (int, error) {
	n, err := w.from.Read(into)
	if w.read += int64(n); w.read > w.most {
		w.over = true
		return 0, errTooHeavy
	}
	return n, err
}

// tooHeavy is E9. How heavy the file is as a whole, only the length that was announced for the form can tell.
func (up *uploads) tooHeavy(name string, most int64) {
	up.over = true
	weighs := "nặng hơn mức cho phép,"
	if up.announced > most {
		weighs = "nặng " + megabytes(up.announced, math.Floor) + " MB,"
	}
	text := fmt.Sprintf("Tệp “%s” %s quá mức %s MB. Giảm dung lượng hoặc tách thành nhiều tệp.", name, weighs, megabytes(most, math.Floor))
	up.faults = append(up.faults, fault{"files", text})
}

func megabytes(bytes int64, round func(float64) float64) string {
	tenths := int64(round(float64(bytes) / (1 << 20) * 10))
	if tenths%10 == 0 {
		return number(tenths / 10)
	}
	return fmt.Sprintf("%s,%d", number(tenths/10), tenths%10)
}

// contextUnread marks a form that was answered before it had come whole.
const contextUnread = "unread"

// letGoFor is how long the rest of a refused form is taken and thrown away, so that a browser in the middle of sending comes to read the answer.
const letGoFor = 20 * time.Second

// letGo answers first and reads on: a line that is cut instead shows the browser's own page, and not the sentence.
func (p *portal) letGo(c echo.Context, rest io.Reader) {
	line := http.NewResponseController(c.Response().Writer)
	if err := errors.Join(line.Flush(), line.SetReadDeadline(time.Now().Add(letGoFor))); err == nil {
		_, _ = io.Copy(io.Discard, rest)
	}
}

// fileName is what the browser called the file, without the folders it may name.
func fileName(part *multipart.Part) string {
	_, parameters, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	name := parameters["filename"]
	if err != nil || name == "" {
		name = part.FileName()
	}
	return legible(name[strings.LastIndexAny(name, `/\`)+1:])
}
