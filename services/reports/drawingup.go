package reports

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/letterpaper"
	"nenep/services/reports/documents"
)

// Formats of a document.
const (
	formatWord  = "docx"
	formatPrint = "pdf"
	formatExcel = "xlsx"
)

var mediaTypes = map[string]string{
	formatWord:  "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	formatPrint: "application/pdf",
	formatExcel: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

// drawn is a case as documents are drawn up of it.
type drawn struct {
	row        caseRow
	input      *casefilev1.CaseInput
	state      *casefilev1.CaseState
	today      calendar.Date
	obligation *catalogue.Obligation // nil: the catalogue has none such any more
	unit       *unitsv1.GetUnitResponse
}

// ListDocuments answers which documents the case gives, and the form that each has.
func (s *server) ListDocuments(ctx context.Context, request *connect.Request[reportsv1.ListDocumentsRequest]) (*connect.Response[reportsv1.ListDocumentsResponse], error) {
	d, err := s.drawnOf(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListDocumentsResponse{}
	for _, kind := range d.offered() {
		vi, en := documents.Title(kind)
		offer := &reportsv1.DocumentOffer{Kind: kind, TitleVi: vi, TitleEn: en, Formats: s.formatsOf(kind), FormVi: d.form(s.catalogue).Ground}
		template, err := s.register.templateFor(ctx, kind, d.row.UnitID)
		if err != nil {
			return nil, err
		}
		if template != nil {
			offer.TemplateId = template.ID
		}
		answer.Documents = append(answer.Documents, offer)
	}
	return connect.NewResponse(answer), nil
}

// formatsOf leaves PDF out where nothing here can print one, and Excel of what has no tables.
func (s *server) formatsOf(kind string) []string {
	formats := []string{formatWord}
	if s.printer.Present() {
		formats = append(formats, formatPrint)
	}
	if kind != documents.KindMinutes {
		formats = append(formats, formatExcel)
	}
	return formats
}

// DrawUpDocument writes a document of the case as it stands now: into the office's own template where one is in use, else in the form of the
// catalogue.
func (s *server) DrawUpDocument(ctx context.Context, request *connect.Request[reportsv1.DrawUpDocumentRequest]) (*connect.Response[reportsv1.DrawUpDocumentResponse], error) {
	d, err := s.drawnOf(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	kind, format := request.Msg.GetKind(), request.Msg.GetFormat()
	if !slices.Contains(d.offered(), kind) {
		return nil, d.notOffered(kind)
	}
	composed, err := s.composed(ctx, d, request.Msg)
	if err != nil {
		return nil, err
	}
	content, err := s.written(ctx, d, kind, format, composed)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.DrawUpDocumentResponse{
		Name: letterpaper.FileName(kindNames[kind], d.unit.GetUnit().GetName(), d.row.PeriodID) + "." + format, MediaType: mediaTypes[format], Content: content}), nil
}

var kindNames = map[string]string{documents.KindUnitReport: "bao-cao", documents.KindSynthesis: "bao-cao-tong-hop", documents.KindLateList: "danh-sach-qua-han",
	documents.KindMinutes: "bien-ban", documents.KindDecision: "quyet-dinh"}

func (s *server) written(ctx context.Context, d *drawn, kind, format string, composed documents.Composed) ([]byte, error) {
	if format == formatExcel {
		if len(composed.Sheets) == 0 {
			return nil, wire.Refuse(contract.CodeWrongState, "Văn bản này chưa có bảng số liệu. Tải bản .docx.", "This document has no table yet. Take the .docx.")
		}
		return documents.Workbook(composed.Sheets)
	}
	content, err := s.asWord(ctx, d, kind, composed)
	if err != nil || format == formatWord {
		return content, err
	}
	return s.printer.PDF(ctx, content)
}

func (s *server) asWord(ctx context.Context, d *drawn, kind string, composed documents.Composed) ([]byte, error) {
	template, err := s.register.templateFor(ctx, kind, d.row.UnitID)
	if err != nil {
		return nil, err
	}
	if template == nil {
		return letterpaper.Write(composed.Paper)
	}
	return fillTemplate(kind, template.Content, composed.Fields.Filling())
}

// drawnOf reads the case for a caller who may read its words.
func (s *server) drawnOf(ctx context.Context, caseID string) (*drawn, error) {
	row, err := s.register.find(ctx, caseID)
	if err != nil {
		return nil, err
	}
	if err := s.mayReadWords(ctx, row); err != nil {
		return nil, err
	}
	d := &drawn{row: row, today: today(s.now(), row.ClockOffsetSeconds, row.CaseClock)}
	if d.input, d.state, err = row.casefileOf(); err != nil {
		return nil, err
	}
	if edition := s.catalogue.Latest(); edition != nil {
		d.obligation = edition.Obligation(row.ObligationID)
	}
	d.unit, err = s.unitOn(ctx, row.UnitID)
	return d, err
}

// unitOn is a unit with who holds what in it; one that is not known has its id for a name.
func (s *server) unitOn(ctx context.Context, id string) (*unitsv1.GetUnitResponse, error) {
	answer, err := s.units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: id}))
	if connect.CodeOf(err) == connect.CodeNotFound {
		return &unitsv1.GetUnitResponse{Unit: &unitsv1.Unit{Id: id, Name: id}}, nil
	}
	if err != nil {
		return nil, s.unitsAway(err)
	}
	return answer.Msg, nil
}

func (d *drawn) form(declared *catalogue.Catalogue) letterpaper.Form {
	return letterpaper.FormOf(declared, d.unit.GetUnit().GetKind(), d.today)
}

// offered are the documents that the case's pattern gives: minutes once the conference was held.
func (d *drawn) offered() []string {
	switch {
	case d.input.GetWorkflowType() == contract.ProvincialSynthesis:
		return []string{documents.KindSynthesis, documents.KindLateList}
	case d.input.GetReport() != nil:
		return []string{documents.KindUnitReport}
	case d.input.GetConference() != nil && documents.Held(d.state):
		return []string{documents.KindMinutes}
	case d.input.GetBoard() != nil:
		return []string{documents.KindDecision}
	}
	return nil
}

func (d *drawn) notOffered(kind string) error {
	vi, en := documents.Title(kind)
	if kind == documents.KindMinutes && d.input.GetConference() != nil {
		return wire.Refuse(contract.CodeWrongState, "Chưa ghi kết quả hội nghị nên chưa lập được biên bản. Ghi kết quả bước tổ chức hội nghị trước.",
			"The conference is not recorded yet, so no minutes can be drawn up. Record it first.")
	}
	return wire.Refuse(contract.CodeWrongState, fmt.Sprintf("Hồ sơ này không có văn bản “%s”. Chọn văn bản khác.", vi), fmt.Sprintf("This case gives no “%s”. Choose another document.", en))
}

// composed gathers the facts of the document.
func (s *server) composed(ctx context.Context, d *drawn, asked *reportsv1.DrawUpDocumentRequest) (documents.Composed, error) {
	office, err := s.officeOf(ctx, d, asked.GetNumber())
	if err != nil {
		return documents.Composed{}, err
	}
	switch asked.GetKind() {
	case documents.KindSynthesis:
		return s.synthesisPaper(ctx, d, office, asked)
	case documents.KindLateList:
		return s.latePaper(ctx, d, office, asked)
	case documents.KindMinutes:
		return documents.Minutes{Office: office, Input: d.input, State: d.state, Obligation: d.obligation, Secretary: holderIn(d.unit.GetHolders(), roleContact)}.Composed(), nil
	case documents.KindDecision:
		return s.decisionPaper(ctx, d, office)
	}
	sections, err := s.sectionsOf(ctx, d)
	if err != nil {
		return documents.Composed{}, err
	}
	rules := d.input.GetReport()
	return documents.UnitReport{Office: office, Title: d.input.GetTitleVi(), PeriodID: d.row.PeriodID, WindowFrom: officeDay(rules.GetWindowFrom()),
		WindowTo: officeDay(rules.GetWindowTo()), Sections: sections}.Composed(), nil
}

// officeOf is the unit as who issues a document today, with its head's name to be checked.
func (s *server) officeOf(ctx context.Context, d *drawn, number string) (documents.Office, error) {
	unit := d.unit.GetUnit()
	office := documents.Office{Form: d.form(s.catalogue), Kind: unit.GetKind(), Name: unit.GetName(), On: d.today, Number: strings.TrimSpace(number),
		Signer: holderIn(d.unit.GetHolders(), roleHead, roleLeader), Grounds: d.grounds(s.catalogue)}
	for _, other := range []struct {
		id   string
		name *string
	}{{unit.GetParentId(), &office.Parent}, {d.state.GetReviewerUnitId(), &office.Above}} {
		if other.id == "" {
			continue
		}
		found, err := s.unitOn(ctx, other.id)
		if err != nil {
			return office, err
		}
		*other.name = found.GetUnit().GetName()
	}
	if unit.GetAreaId() == "" {
		return office, nil
	}
	area, err := s.units.GetArea(ctx, connect.NewRequest(&unitsv1.GetAreaRequest{Id: unit.GetAreaId()}))
	if err != nil && connect.CodeOf(err) != connect.CodeNotFound {
		return office, s.unitsAway(err)
	}
	if err == nil {
		office.Place = placeName(area.Msg)
	}
	return office, nil
}

// placeName is a seat as it stands before a day: a commune's name without its kind, a province's likewise.
func placeName(area *unitsv1.Area) string {
	for _, kind := range []string{"Tỉnh ", "tỉnh ", "Thành phố ", "thành phố ", "Xã ", "xã ", "Phường ", "phường ", "Thị trấn ", "thị trấn ", "Thị xã ", "thị xã ", "Huyện ", "huyện ", "Đặc khu ", "đặc khu "} {
		if rest, has := strings.CutPrefix(area.GetName(), kind); has {
			return rest
		}
	}
	return area.GetName()
}

// holderIn is who holds the first of the roles that anybody holds.
func holderIn(holders []*unitsv1.Holder, roles ...string) documents.Person {
	for _, role := range roles {
		for _, h := range holders {
			if h.GetPosition().GetRole() == role && h.GetDelegatedBy() == "" {
				return documents.Person{Title: h.GetPosition().GetTitle(), Name: h.GetOfficial().GetName()}
			}
		}
	}
	return documents.Person{}
}

// grounds are the documents that oblige the unit, each once: a report names the plan alone, a decision the laws first.
func (d *drawn) grounds(declared *catalogue.Catalogue) []string {
	if d.obligation == nil {
		return nil
	}
	var laws, plans []string
	for _, id := range d.obligation.Grounds {
		for _, rule := range declared.Latest().Rules {
			if rule.ID != id || rule.Document == "" || slices.Contains(laws, rule.Document) || slices.Contains(plans, rule.Document) {
				continue
			}
			if strings.HasPrefix(rule.Document, "Kế hoạch") {
				plans = append(plans, rule.Document)
			} else {
				laws = append(laws, rule.Document)
			}
		}
	}
	if d.input.GetBoard() != nil {
		return slices.Concat(laws, plans)
	}
	return plans
}

// sectionsOf are the case's sections with its answers in words and, beside each figure, that of the year before.
func (s *server) sectionsOf(ctx context.Context, d *drawn) ([]documents.Section, error) {
	words, last := map[documents.At]string{}, map[documents.At]string{}
	said, err := s.GetWords(ctx, connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: d.row.ID}))
	if err != nil {
		return nil, err
	}
	for _, one := range said.Msg.GetWords() {
		words[documents.At{Step: one.GetStepId(), Key: one.GetKey()}] = one.GetText()
	}
	known, err := s.TellKnown(ctx, connect.NewRequest(&reportsv1.TellKnownRequest{CaseId: d.row.ID}))
	if err != nil {
		return nil, err
	}
	for _, one := range known.Msg.GetFigures() {
		last[documents.At{Step: one.GetStepId(), Key: one.GetKey()}] = one.GetLastValue()
	}
	return documents.SectionsOf(d.input, d.state, words, last), nil
}

// decisionPaper is the decision on the board that the case sets up, with its members where they are registered.
func (s *server) decisionPaper(ctx context.Context, d *drawn, office documents.Office) (documents.Composed, error) {
	rules := d.input.GetBoard()
	paper := documents.Decision{Office: office, Board: catalogue.BoardTitle(cmp.Or(rules.GetBoardKind(), "steering-committee")).VI, Renewed: strings.Contains(d.row.TitleVi, "iện toàn")}
	wanted := boardOf(d.input, d.state, nil, "")
	paper.From, paper.To, paper.Filled = officeDay(wanted.GetValidFrom()), officeDay(wanted.GetValidTo()), wanted.GetMembers()
	boards, err := s.boardsOf(ctx, d.row.UnitID)
	if err != nil {
		return documents.Composed{}, err
	}
	for _, board := range boards {
		if board.GetId() != wanted.GetId() && (board.GetKind() != rules.GetBoardKind() || board.GetEndedBy() != "" || board.GetValidTo() != "" && board.GetValidTo() < d.today.String()) {
			continue
		}
		members, err := s.units.ListBoardMembers(ctx, connect.NewRequest(&unitsv1.ListBoardMembersRequest{BoardId: board.GetId()}))
		if err != nil {
			return documents.Composed{}, s.unitsAway(err)
		}
		for _, m := range members.Msg.GetMembers() {
			if m.GetValidTo() == "" || m.GetValidTo() >= d.today.String() {
				paper.Members = append(paper.Members, documents.Member{Name: m.GetName(), Role: m.GetRole()})
			}
		}
		break
	}
	return paper.Composed(), nil
}

// officeDay is a day of the wire as an office writes it; empty where there is none.
func officeDay(wireDay string) string {
	day, err := calendar.ParseDate(wireDay)
	if err != nil || day.IsZero() {
		return ""
	}
	return day.Vietnamese()
}
