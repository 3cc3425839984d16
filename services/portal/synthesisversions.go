package portal

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// versionRow is one version in the list of all.
type versionRow struct {
	*reportsv1.SynthesisVersion
	Href, By, Reported, Changes, Signed, FileHref string
}

// changedRow is a figure before and after.
type changedRow struct {
	Title, Unit           string // Unit is what it counts
	At                    string // the unit at which it is summed; empty: over all
	Before, After, Change string
}

// changedReport is a report that counts otherwise than before.
type changedReport struct{ Name, Href, Text string }

// changedUnit is a unit whose report stands otherwise than before.
type changedUnit struct{ Name, Before, After string }

// synthesisChanges is what differs between two versions, or between one and the register.
type synthesisChanges struct {
	From, To             *reportsv1.SynthesisVersion
	FromTitle, ToTitle   string
	Totals, Nodes        []changedRow
	Reports              []changedReport
	Units                []changedUnit
	NodesLeft, UnitsLeft int // not shown for their number
}

// Second is the title of the second inside a sentence.
func (c *synthesisChanges) Second() string { return lowerFirst(c.ToTitle) }

// None tells that nothing differs.
func (c *synthesisChanges) None() bool {
	return len(c.Totals)+len(c.Nodes)+len(c.Reports)+len(c.Units) == 0
}

// Answer says how much differs.
func (c *synthesisChanges) Answer() string {
	if c.None() {
		return "Không có gì khác nhau."
	}
	var parts []string
	for _, one := range []struct {
		n    int
		text string
	}{{len(c.Totals), "số liệu toàn tỉnh"}, {len(c.Reports), "báo cáo"}, {len(c.Units) + c.UnitsLeft, "đơn vị đổi tình trạng báo cáo"}} {
		if one.n > 0 {
			parts = append(parts, number(int64(one.n))+" "+one.text)
		}
	}
	if len(parts) == 0 {
		parts = []string{number(int64(len(c.Nodes)+c.NodesLeft)) + " số liệu của đơn vị"}
	}
	return "Khác nhau: " + strings.Join(parts, ", ") + "."
}

type synthesisVersionsView struct {
	*synthesisHead
	Rows     []versionRow
	Choices  []choice // of the comparison: versions
	From, To string
	Changes  *synthesisChanges
	Source   string
}

// Action is where the two to be compared are sent.
func (v *synthesisVersionsView) Action() string { return v.Address("/cac-ban", 0) }

// mostChanged is how many figures of units, and how many units, a comparison shows.
const mostChanged = 200

// registerNow stands among the versions for the register as it is.
const registerNow = "0"

// synthesisVersions lists the versions of a synthesis and compares two of them: the last with the one before it, once one is signed the signed
// one with the register, or those that the address names.
func (p *portal) synthesisVersions(c echo.Context) error {
	head, err := p.synthesisHead(c, "/cac-ban")
	if err != nil {
		return err
	}
	view := &synthesisVersionsView{synthesisHead: head, Source: p.sourceLine("")}
	for _, v := range head.GetVersions() {
		view.Rows = append(view.Rows, newVersionRow(head, v))
		view.Choices = append(view.Choices, choice{strconv.Itoa(int(v.GetVersion())), versionTitle(v)})
	}
	if from, to, two := head.compared(c.QueryParam("tu"), c.QueryParam("den")); two {
		view.From, view.To = strconv.Itoa(int(from)), strconv.Itoa(int(to))
		if view.Changes, err = p.changes(c.Request().Context(), head, from, to); err != nil {
			return err
		}
	}
	return p.renderSynthesis(c, "synthesisversions", "Các bản tổng hợp: "+head.Title(), view)
}

func versionTitle(v *reportsv1.SynthesisVersion) string {
	title := "Bản số " + strconv.Itoa(int(v.GetVersion()))
	if v.GetSignature() != nil {
		title += " (đã ký)"
	}
	return title
}

func newVersionRow(head *synthesisHead, v *reportsv1.SynthesisVersion) versionRow {
	counts := v.GetCounts()
	row := versionRow{
		SynthesisVersion: v, Href: head.Address("", v.GetVersion()), By: "tự động", Changes: versionChanges(v.GetChanges()),
		Reported: number(int64(counts.GetInTime()+counts.GetLate())) + "/" + number(int64(counts.GetOwed())),
	}
	if v.GetDrawnUpBy() != "" {
		row.By = cmp.Or(head.Names[v.GetDrawnUpBy()], v.GetDrawnUpBy())
	}
	if signed := v.GetSignature(); signed != nil {
		row.Signed = "số " + signed.GetNumber() + ", ngày " + day(signed.GetDay())
		if signed.GetFileId() != "" {
			row.FileHref = "/tep/" + signed.GetFileId() + "/xem"
		}
	}
	return row
}

// versionChanges says what changed against the version before.
func versionChanges(changes *reportsv1.ChangeCounts) string {
	if changes == nil {
		return "bản đầu tiên"
	}
	var parts []string
	for _, one := range []struct {
		n    int32
		text string
	}{
		{changes.GetSourcesAdded(), "báo cáo thêm"}, {changes.GetSourcesRemoved(), "báo cáo bớt"}, {changes.GetSourcesCorrected(), "báo cáo đính chính"},
		{changes.GetStandings(), "đơn vị đổi tình trạng"}, {changes.GetFigures(), "số liệu đổi"},
	} {
		if one.n > 0 {
			parts = append(parts, number(int64(one.n))+" "+one.text)
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "không đổi")
}

// compared are the two that are put beside each other; false where there are no two.
func (h synthesisHead) compared(from, to string) (one, other int32, two bool) {
	known := func(typed string) (int32, bool) {
		number, err := strconv.ParseInt(typed, 10, 32)
		return int32(number), err == nil && (typed == registerNow || h.version(int32(number)) != nil)
	}
	one, first := known(from)
	other, second := known(to)
	switch signed := h.Signed(); {
	case first && second && one > 0 && one != other:
		return one, other, true
	case signed != nil:
		return signed.GetVersion(), 0, true
	case len(h.GetVersions()) > 1:
		return h.GetVersions()[1].GetVersion(), h.Last(), true
	default:
		return h.Last(), 0, h.Last() > 0
	}
}

func (p *portal) changes(ctx context.Context, head *synthesisHead, from, to int32) (*synthesisChanges, error) {
	answer, err := p.calls.Synthesis.CompareSyntheses(ctx, call(&reportsv1.CompareSynthesesRequest{CaseId: head.Case.GetId(), From: from, To: to}))
	if err != nil {
		return nil, err
	}
	found := answer.Msg
	changes := &synthesisChanges{From: head.version(from), To: head.version(to)}
	changes.FromTitle, changes.ToTitle = comparedTitle(changes.From), comparedTitle(changes.To)
	var ids []string
	for _, node := range found.GetNodes() {
		ids = append(ids, node.GetUnitId())
	}
	for _, source := range found.GetSources() {
		ids = append(ids, source.GetUnitId())
	}
	names, err := p.namesOfUnits(ctx, ids)
	if err != nil {
		return nil, err
	}
	changes.Totals, changes.Nodes = changedRows(found.GetTotals(), found.GetIndicators(), names), changedRows(found.GetNodes(), found.GetIndicators(), names)
	changes.NodesLeft = max(0, len(changes.Nodes)-mostChanged)
	changes.Nodes = changes.Nodes[:len(changes.Nodes)-changes.NodesLeft]
	for _, source := range found.GetSources() {
		changes.Reports = append(changes.Reports, changedReport{names[source.GetUnitId()], caseURL(source.GetCaseId()), sourceChange(source)})
	}
	for _, unit := range found.GetStandings() {
		changes.Units = append(changes.Units, changedUnit{unit.GetName(), standingTitle(unit.GetBefore()), standingTitle(unit.GetAfter())})
	}
	changes.UnitsLeft = max(0, len(changes.Units)-mostChanged)
	changes.Units = changes.Units[:len(changes.Units)-changes.UnitsLeft]
	return changes, nil
}

// comparedTitle heads a column: the version that was signed, another one, or the register as it stands.
func comparedTitle(v *reportsv1.SynthesisVersion) string {
	switch {
	case v == nil:
		return "Hiện tại"
	case v.GetSignature() != nil:
		return "Theo báo cáo đã ký"
	default:
		return versionTitle(v)
	}
}

func changedRows(changed []*reportsv1.ChangedFigure, indicators []*reportsv1.Indicator, names map[string]string) []changedRow {
	rows := make([]changedRow, 0, len(changed))
	for _, figure := range changed {
		row := changedRow{
			Title: figure.GetIndicator(), At: names[figure.GetUnitId()], Before: amountWords(figure.GetBefore()), After: amountWords(figure.GetAfter()),
			Change: amountChange(figure.GetBefore(), figure.GetAfter()),
		}
		if at := slices.IndexFunc(indicators, func(i *reportsv1.Indicator) bool { return i.GetCode() == figure.GetIndicator() }); at >= 0 {
			row.Title, row.Unit = indicators[at].GetTitleVi(), indicators[at].GetUnitVi()
		}
		rows = append(rows, row)
	}
	return rows
}

func sourceChange(source *reportsv1.ChangedSource) string {
	switch source.GetChange() {
	case "added":
		return "báo cáo mới được tính"
	case "removed":
		return "báo cáo không còn được tính"
	case "corrected":
		return "báo cáo đã đính chính"
	default:
		return "báo cáo được tính ở đơn vị khác hoặc theo cách khác"
	}
}

func standingTitle(id string) string {
	for _, one := range reportStandings {
		if one.standing == id {
			return one.title
		}
	}
	return "chưa phải báo cáo"
}
