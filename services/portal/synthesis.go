package portal

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
)

const synthesesPath = "/tong-hop"

// synthesisRoutes are the pages of the synthesis of a period: what the reports add up to, who reported, its versions, its signing. Who draws
// up and who signs, reports judge; these pages offer what reports say the person may.
func (p *portal) synthesisRoutes(inside *echo.Group) {
	own := inside.Group(synthesesPath, p.onlyForSyntheses)
	own.GET("", p.syntheses)
	own.GET("/:period", p.synthesisPage)
	own.GET("/:period/xuat.xlsx", p.exportSynthesis)
	own.GET("/:period/bao-cao", p.synthesisUnits)
	own.GET("/:period/bao-cao/xuat.xlsx", p.exportSynthesisUnits)
	own.GET("/:period/so-lieu/:indicator", p.synthesisTrace)
	own.GET("/:period/cac-ban", p.synthesisVersions)
	own.POST("/:period/lap", p.drawUpSynthesis)
	own.GET("/:period/ky", p.signSynthesisPage)
	own.POST("/:period/ky", p.signSynthesis)
}

// SeesSyntheses tells whether the person may open the pages of the synthesis: who oversees, and the standing agency's own people.
func (p *person) SeesSyntheses() bool { return p.Oversees() || p.ofStandingAgency(ownRoles...) }

func (p *portal) onlyForSyntheses(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if !personOf(c).SeesSyntheses() {
			return p.refuseStranger("xem bản tổng hợp", "các đơn vị khác")
		}
		return next(c)
	}
}

// synthesised is the case of the synthesis of a period with its versions, the newest first.
type synthesised struct {
	*reportsv1.ListSynthesesResponse
	Case   *reportsv1.Case
	Period string // of the synthesis; GetPeriodId is that of the reports
}

// Address is the page of the period; a version is named only where it is not the last.
func (s synthesised) Address(under string, version int32, more ...string) string {
	query := url.Values{}
	if version > 0 && version != s.last().GetVersion() {
		query.Set("ban", strconv.Itoa(int(version)))
	}
	for i := 0; i+1 < len(more); i += 2 {
		if more[i+1] != "" {
			query.Set(more[i], more[i+1])
		}
	}
	return sheetAddress(synthesesPath+"/"+s.Period+under, query)
}

// Title names the synthesis by the period of the reports.
func (s synthesised) Title() string { return "Tổng hợp " + periodName(s.GetPeriodId()) }

// CaseURL is the page of the case whose product the synthesis is.
func (s synthesised) CaseURL() string { return caseURL(s.Case.GetId()) }

// ReportsHref lists the cases of the reports in the overview.
func (s synthesised) ReportsHref() string {
	return overviewFilter{Obligation: s.GetObligationId(), Period: s.GetPeriodId(), List: true, Page: 1}.Address()
}

func (s synthesised) last() *reportsv1.SynthesisVersion {
	if len(s.GetVersions()) == 0 {
		return nil
	}
	return s.GetVersions()[0]
}

// Last is the number of the newest version; 0 before there is one.
func (s synthesised) Last() int32 { return s.last().GetVersion() }

// Signed is the version that was signed last; nil when none was.
func (s synthesised) Signed() *reportsv1.SynthesisVersion {
	at := slices.IndexFunc(s.GetVersions(), func(v *reportsv1.SynthesisVersion) bool { return v.GetSignature() != nil })
	if at < 0 {
		return nil
	}
	return s.GetVersions()[at]
}

func (s synthesised) version(number int32) *reportsv1.SynthesisVersion {
	at := slices.IndexFunc(s.GetVersions(), func(v *reportsv1.SynthesisVersion) bool { return v.GetVersion() == number })
	if at < 0 {
		return nil
	}
	return s.GetVersions()[at]
}

// synthesisCodes are the obligations whose product is a synthesis.
func (p *portal) synthesisCodes() []string {
	var codes []string
	if edition := p.edition(); edition != nil {
		for _, o := range edition.Obligations {
			if o.Workflow == contract.ProvincialSynthesis {
				codes = append(codes, o.Code)
			}
		}
	}
	return codes
}

// synthesisCases are the cases of syntheses that were not given up, the latest period first; of one period only, where one is named.
func (p *portal) synthesisCases(ctx context.Context, period string) ([]*reportsv1.Case, error) {
	var found []*reportsv1.Case
	for _, code := range p.synthesisCodes() {
		cases, _, err := p.listAll(ctx, &reportsv1.ListCasesRequest{ObligationId: code, PeriodId: period})
		if err != nil {
			return nil, err
		}
		found = append(found, cases...)
	}
	found = slices.DeleteFunc(found, func(c *reportsv1.Case) bool {
		return slices.Contains([]casefilev1.State{casefilev1.State_STATE_WITHDRAWN, casefilev1.State_STATE_SUCCEEDED}, c.GetState().GetState()) || strings.Count(c.GetId(), "/") != 2
	})
	slices.SortFunc(found, func(a, b *reportsv1.Case) int {
		return cmp.Or(strings.Compare(b.GetPeriodId(), a.GetPeriodId()), strings.Compare(a.GetId(), b.GetId()))
	})
	return found, nil
}

// synthesisOf is the synthesis of a period; not found when no case of it was opened.
func (p *portal) synthesisOf(ctx context.Context, period string) (*synthesised, error) {
	if _, err := calendar.ParsePeriod(period); err != nil {
		return nil, notFound()
	}
	cases, err := p.synthesisCases(ctx, period)
	if err != nil {
		return nil, err
	}
	if len(cases) == 0 {
		return nil, notFound()
	}
	return p.versionsOf(ctx, cases[0])
}

func (p *portal) versionsOf(ctx context.Context, of *reportsv1.Case) (*synthesised, error) {
	answer, err := p.calls.Synthesis.ListSyntheses(ctx, call(&reportsv1.ListSynthesesRequest{CaseId: of.GetId()}))
	if err != nil {
		return nil, err
	}
	if answer.Msg.GetPeriodId() == "" {
		answer.Msg.PeriodId = of.GetPeriodId()
	}
	return &synthesised{answer.Msg, of, of.GetPeriodId()}, nil
}

// chosenVersion is the version that the address names, the last when it names none; 0 before there is one.
func (s synthesised) chosenVersion(c echo.Context) (int32, error) {
	asked := c.QueryParam("ban")
	if asked == "" {
		return s.Last(), nil
	}
	number, err := strconv.ParseInt(asked, 10, 32)
	if err != nil || s.version(int32(number)) == nil {
		return 0, notFound()
	}
	return int32(number), nil
}

// synthesisHead is what stands on top of each page of a version.
type synthesisHead struct {
	*synthesised
	Head  *reportsv1.SynthesisVersion // the version shown; nil before there is one
	Names map[string]string           // of officials
	Here  string                      // which of the pages
}

// Tabs are the pages of a period.
func (h synthesisHead) Tabs() []groupTab {
	tab := func(title, under string) groupTab {
		return groupTab{Title: title, Href: h.Address(under, h.Head.GetVersion()), Here: h.Here == under}
	}
	return []groupTab{tab("Số liệu", ""), tab("Tình hình báo cáo", "/bao-cao"), tab("Các bản tổng hợp", "/cac-ban")}
}

// Older tells that a later version than the one shown was drawn up.
func (h synthesisHead) Older() bool { return h.Head != nil && h.Head.GetVersion() != h.Last() }

// DrawnUp says which version it is, when it was drawn up and by whom.
func (h synthesisHead) DrawnUp() string { return drawnUpWords(h.Head, h.Names) }

func drawnUpWords(v *reportsv1.SynthesisVersion, names map[string]string) string {
	text := "Bản số " + strconv.Itoa(int(v.GetVersion())) + ", lập lúc " + instant(v.GetDrawnUpAt())
	if v.GetDrawnUpBy() == "" {
		return text + ", tự động vào ngày chốt số liệu"
	}
	return text + ", " + cmp.Or(names[v.GetDrawnUpBy()], v.GetDrawnUpBy())
}

// Window are the days that the data cover.
func (h synthesisHead) Window() string {
	return "từ ngày " + day(h.Head.GetWindowFrom()) + " đến ngày " + day(h.Head.GetWindowTo())
}

// Answer is the first sentence: how many reported; each number opens its list.
func (h synthesisHead) Answer() []phrase {
	counts := h.Head.GetCounts()
	if h.Head == nil {
		return nil
	}
	listed := func(n int32, standing string) phrase {
		return phrase{Text: number(int64(n)), Href: h.Address("/bao-cao", h.Head.GetVersion(), "tinh-trang", standing)}
	}
	done := counts.GetInTime() + counts.GetLate()
	said := []phrase{{Text: number(int64(done)) + "/" + number(int64(counts.GetOwed())) + " đơn vị đã báo cáo"}}
	if done > 0 {
		said = append(said, phrase{Text: ": "}, listed(counts.GetInTime(), "dung-han"), phrase{Text: " đúng hạn, "}, listed(counts.GetLate(), "qua-han"), phrase{Text: " quá hạn"})
	}
	if counts.GetReturned() > 0 {
		said = append(said, phrase{Text: "; "}, listed(counts.GetReturned(), "tra-lai"), phrase{Text: " bị trả lại"})
	}
	if counts.GetMissing() > 0 {
		said = append(said, phrase{Text: "; "}, listed(counts.GetMissing(), "chua-bao-cao"), phrase{Text: " chưa báo cáo"})
	}
	return append(said, phrase{Text: "."})
}

// Signature says by which paper the version shown was signed; empty when it was not.
func (h synthesisHead) Signature() string {
	signed := h.Head.GetSignature()
	if signed == nil {
		return ""
	}
	return "Đã ký: số " + signed.GetNumber() + ", ngày " + day(signed.GetDay())
}

// Sealing says how far the sealing is that a signature starts.
func (h synthesisHead) Sealing() string {
	if h.Head.GetSignature().GetSealWorkflowId() == "" {
		return "Kỳ báo cáo chờ khóa; hệ thống tự bắt đầu khi quy trình trả lời."
	}
	return "Kỳ báo cáo đã được lệnh khóa."
}

func (p *portal) synthesisHead(c echo.Context, here string) (*synthesisHead, error) {
	ctx := c.Request().Context()
	of, err := p.synthesisOf(ctx, c.Param("period"))
	if err != nil {
		return nil, err
	}
	chosen, err := of.chosenVersion(c)
	if err != nil {
		return nil, err
	}
	var people []string
	for _, v := range of.GetVersions() {
		people = append(people, v.GetDrawnUpBy(), v.GetSignature().GetOfficialId())
	}
	names, err := p.names(ctx, people)
	if err != nil {
		return nil, err
	}
	return &synthesisHead{of, of.version(chosen), names, here}, nil
}

func (p *portal) renderSynthesis(c echo.Context, template, title string, body any) error {
	return p.render(c, http.StatusOK, template, &page{Title: title, Active: "synthesis", Body: body})
}

// SynthesisHref is the page of the synthesis whose case this is, for those who may open it; empty for every other case.
func (v *caseView) SynthesisHref() string {
	if v.GetInput().GetWorkflowType() != contract.ProvincialSynthesis || !v.person.SeesSyntheses() {
		return ""
	}
	return synthesesPath + "/" + v.GetPeriodId()
}
