package portal

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

const (
	fileChecksPath = adminPath + "/kiem-tra-tep"
	// checkAge is how many calendar days a check of the evidence store stays good: it runs every night.
	checkAge = 2
	// fileMissing is a file that the store does not have any more; any other fault is one whose content is another.
	fileMissing = "missing"
)

// fileFaultLine is a file that is not as it was handed in.
type fileFaultLine struct {
	*reportsv1.FileFault
	Href string
}

// Word says what is wrong with the file.
func (l fileFaultLine) Word() string {
	if l.GetKind() == fileMissing {
		return "không còn trong kho"
	}
	return "nội dung khác khi nộp"
}

type fileChecksView struct {
	Last   *reportsv1.FileCheck
	Old    bool // nothing was checked for too long, or never
	Faults []fileFaultLine
}

// Missing counts the files that are not there; the others are there and not whole.
func (v *fileChecksView) Missing() int {
	n := 0
	for _, one := range v.Faults {
		if one.GetKind() == fileMissing {
			n++
		}
	}
	return n
}

// Checked is how many files the last check read.
func (v *fileChecksView) Checked() string { return number(int64(v.Last.GetFiles())) }

// Answer is what the page says first.
func (v *fileChecksView) Answer() string {
	switch missing := v.Missing(); {
	case len(v.Faults) > 0:
		var kinds []string
		if missing > 0 {
			kinds = append(kinds, number(int64(missing))+" tệp không còn trong kho")
		}
		if damaged := len(v.Faults) - missing; damaged > 0 {
			kinds = append(kinds, number(int64(damaged))+" tệp có nội dung khác khi nộp")
		}
		return sentenceCase(strings.Join(kinds, ", ")) + "."
	case v.Last == nil:
		return "Chưa có lần kiểm tra nào hoàn thành."
	default:
		return "Mọi tệp đều còn trong kho và nguyên vẹn."
	}
}

// Now is the line on the first page of administrators: empty while everything is in order.
func (v *fileChecksView) Now() string {
	switch {
	case len(v.Faults) > 0:
		return number(int64(len(v.Faults))) + " tệp mất hoặc hỏng."
	case v.Last == nil:
		return "Chưa có lần kiểm tra nào hoàn thành."
	case v.Old:
		return "Lần kiểm tra gần nhất: ngày " + day(v.Last.GetDay()) + "."
	default:
		return ""
	}
}

func (p *portal) fileCheckRoutes(own *echo.Group) { own.GET("/kiem-tra-tep", p.fileChecksPage) }

func (p *portal) fileChecks(ctx context.Context) (*fileChecksView, error) {
	answer, err := p.calls.Evidence.ListFileFaults(ctx, call(&reportsv1.ListFileFaultsRequest{}))
	if err != nil {
		return nil, err
	}
	view := &fileChecksView{Last: answer.Msg.GetLast(), Old: checkIsOld(answer.Msg.GetLast(), p.today())}
	for _, fault := range answer.Msg.GetFaults() {
		view.Faults = append(view.Faults, fileFaultLine{fault, caseURL(fault.GetCaseId())})
	}
	return view, nil
}

func checkIsOld(last *reportsv1.FileCheck, today calendar.Date) bool {
	on, err := calendar.ParseDate(last.GetDay())
	return err != nil || today.Sub(on) > checkAge
}

// fileChecksPage is what the last check of the evidence store came to, and the files that somebody has to bring back.
func (p *portal) fileChecksPage(c echo.Context) error {
	view, err := p.fileChecks(c.Request().Context())
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "adminfiles", &page{Title: "Kiểm tra tệp minh chứng", Active: "admin", Body: view})
}

// tellFileChecks says on the first page of administrators that files are not whole or were not looked at. While reports are away it says
// nothing: the page tells that in its own place.
func (p *portal) tellFileChecks(ctx context.Context, tasks []adminTask) {
	view, err := p.fileChecks(ctx)
	if err != nil {
		return
	}
	if at := slices.IndexFunc(tasks, func(one adminTask) bool { return one.Href == fileChecksPath }); at >= 0 {
		tasks[at].Now = view.Now()
	}
}
