package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
)

// newItem is the address's word for an item that is not there yet.
const newItem = "moi"

type itemPageView struct {
	*caseView
	Heading, Wanted string
	Form            form
	Files           []*reportsv1.File
	New, Correcting bool
}

// itemPage is the form of one entry.
func (p *portal) itemPage(c echo.Context) error {
	v, record, err := p.workableItem(c)
	if err != nil {
		return err
	}
	files := withoutDoubles(append(slices.Clone(record.GetFileIds()), p.draftValues(c, c.Request().URL.Path)["file_id"]...))
	body := p.newItemPage(v, record, newActID(), recordedItem(v, record), nil, files)
	return p.render(c, http.StatusOK, "item", &page{Title: body.Heading, Body: body})
}

// workableItem is the entry the address names: an empty record of a fresh id for a new one.
func (p *portal) workableItem(c echo.Context) (*caseView, *casefilev1.ItemRecord, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, nil, err
	}
	if !v.Keeps() {
		return nil, nil, notFound()
	}
	if !v.Mine() {
		return nil, nil, p.refuseStranger("ghi "+v.ItemTitle(), v.Unit.GetName())
	}
	if c.Request().Method == http.MethodGet && !v.Working() && (!v.Correctable() || c.Param("item") == newItem) {
		return nil, nil, wire.Refuse(contract.CodeWrongState,
			"Hồ sơ đang ở trạng thái “"+stateWord(v.GetState().GetState())+"” nên không ghi thêm được. Tải lại trang hồ sơ để xem các việc có thể làm.",
			"The case is in a state in which nothing can be entered. Reload its page.")
	}
	if c.Param("item") == newItem {
		return v, &casefilev1.ItemRecord{}, nil
	}
	for _, row := range v.items {
		if row.GetItemId() == c.Param("item") {
			return v, row.ItemRecord, nil
		}
	}
	// A form sent a second time finds the entry it removed gone; reports answers it by its id.
	if c.Request().Method == http.MethodPost {
		return v, &casefilev1.ItemRecord{ItemId: c.Param("item")}, nil
	}
	return nil, nil, notFound()
}

func (p *portal) itemFields(v *caseView, fresh bool) []field {
	var fields []field
	if !v.Correctable() {
		fields = append(fields, field{Name: "what", Label: "Nội dung", Hint: "Ví dụ: Quyết định số 15/QĐ-UBND. Không ghi tên người dân", Kind: "text"})
	}
	for _, fact := range v.GetInput().GetItems().GetFacts() {
		f := field{Name: "fact-" + fact.GetKey(), Label: fact.GetTitleVi(), Kind: fact.GetKind(), Required: fact.GetRequired(), Choices: p.itemChoices(v.Case, fact)}
		if f.Kind == figures.KindDay {
			f.Hint = "Ví dụ: 28/12/2026"
		}
		fields = append(fields, f)
	}
	switch {
	case v.Correctable():
		return append(fields, correctionFields()...)
	case fresh:
		return append(fields, explanationField)
	default:
		return append(fields, explanationField, field{Name: "removed", Label: "Bỏ mục này (ghi nhầm); lịch sử vẫn lưu", Kind: "flag"})
	}
}

var explanationField = field{Name: "words", Label: "Giải trình", Hint: "Cần khi chậm hoặc chưa bảo đảm thời gian quy định", Kind: "area"}

func recordedItem(v *caseView, record *casefilev1.ItemRecord) url.Values {
	values := url.Values{}
	for _, row := range v.items {
		if row.GetItemId() == record.GetItemId() {
			values.Set("what", row.What)
			if !v.Correctable() {
				values.Set("words", row.Explanation)
			}
		}
	}
	for _, fact := range v.GetInput().GetItems().GetFacts() {
		value := record.GetFacts()[fact.GetKey()]
		if fact.GetKind() == "day" && value != "" {
			value = day(value)
		}
		if fact.GetKind() == "flag" && value == "true" {
			value = "1"
		}
		values.Set("fact-"+fact.GetKey(), value)
	}
	return values
}

func (p *portal) newItemPage(v *caseView, record *casefilev1.ItemRecord, actID string, values url.Values, faults []fault, files []string) itemPageView {
	fresh := record.GetItemId() == ""
	view := itemPageView{caseView: v, Heading: "Sửa " + v.ItemTitle(), New: fresh, Correcting: v.Correctable(), Files: filesWith(v.GetFiles(), files)}
	address, button := record.GetItemId(), "Ghi"
	if fresh {
		view.Heading, address = "Thêm "+v.ItemTitle(), newItem
	}
	if declared := p.declaredItems(v.Case); declared != nil && declared.Evidence != nil {
		view.Wanted = declared.Evidence.VI
	}
	if view.Correcting {
		view.Heading, button = "Đính chính "+v.ItemTitle(), "Đính chính"
	}
	view.Form = form{Action: v.URL() + "/muc/" + address, Button: button, ActID: actID, Files: true, Fields: keep(p.itemFields(v, fresh), values, faults), Hidden: []choice{v.seen()}}
	asked := v.GetInput().GetItems().GetFacts()
	view.Form.Reckons, view.Form.Reckoned = reckons(asked), reckon(v.GetInput(), "", asked, values)
	for _, id := range files {
		view.Form.Hidden = append(view.Form.Hidden, choice{"file_id", id})
	}
	return view
}

// itemStep opens the name under which the files of an entry are kept: "items/M-1A2B3C4D".
const itemStep = "items/"

func (p *portal) recordItem(c echo.Context) error {
	v, record, err := p.workableItem(c)
	if err != nil {
		return err
	}
	values, uploaded, err := p.readStreamed(c, v.GetId(), func(values url.Values) string { return itemStep + itemID(record, values) })
	if err != nil {
		return err
	}
	files := withoutDoubles(append(slices.Clone(values["file_id"]), uploaded.ids...))
	if values.Get("do") == "reckon" {
		return p.renderItem(c, sent{status: http.StatusOK}, record, values, files, nil)
	}
	if values.Get("do") == "upload" || len(uploaded.faults) > 0 {
		return p.showUploadedItem(c, record, values, uploaded, files)
	}
	in := &inputs{values: values}
	act := itemAct(v, record, in, files)
	result := p.send(c, v, act, in.faults, func(*casefilev1.ActOutcome) string { return itemBanner(v, act) })
	if result.done() {
		return p.finish(c, result, v.URL()+"#muc")
	}
	result.faults = atFields(result.faults, p.itemFields(v, record.GetItemId() == ""), "files")
	values.Set("act_id", act.GetActId())
	return p.renderItem(c, result, record, values, files, act)
}

// itemID names a new entry after the form, so that the same form sent twice is one entry.
func itemID(record *casefilev1.ItemRecord, values url.Values) string {
	if id := record.GetItemId(); id != "" {
		return id
	}
	return "M-" + strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceURL, []byte(values.Get("act_id"))).String()[:8])
}

func itemAct(v *caseView, record *casefilev1.ItemRecord, in *inputs, files []string) *casefilev1.Act {
	act := newAct(v, in.values)
	if v.Correctable() {
		correction := readCorrection(itemStep+record.GetItemId(), v.GetInput().GetItems().GetFacts(), in)
		correction.FileIds = files
		act.Kind = &casefilev1.Act_Correct{Correct: correction}
		return act
	}
	entered := &casefilev1.RecordItem{ItemId: itemID(record, in.values), Removed: record.GetItemId() != "" && in.values.Get("removed") == "1"}
	act.Kind = &casefilev1.Act_RecordItem{RecordItem: entered}
	what, explanation := in.text("what", "Nội dung"), in.text("words", "Giải trình")
	entered.Words = joinWords(what, explanation)
	if entered.GetRemoved() {
		return act
	}
	entered.FileIds, entered.Facts = files, readFacts(v.GetInput().GetItems().GetFacts(), in)
	if explanation == "" && len(in.faults) == 0 {
		in.faults = itemFaults(v.GetInput(), record, entered.GetFacts(), v.today)
	}
	return act
}

func itemBanner(v *caseView, act *casefilev1.Act) string {
	switch {
	case act.GetCorrect() != nil:
		return "Đã đính chính " + v.ItemTitle() + "."
	case act.GetRecordItem().GetRemoved():
		return "Đã bỏ " + v.ItemTitle() + "; lịch sử hồ sơ vẫn lưu."
	default:
		return "Đã ghi " + v.ItemTitle() + "."
	}
}

func (p *portal) showUploadedItem(c echo.Context, record *casefilev1.ItemRecord, values url.Values, uploaded uploads, files []string) error {
	result := sent{status: http.StatusOK, faults: uploaded.faults}
	if len(uploaded.ids) == 0 && len(uploaded.faults) == 0 {
		result.faults = []fault{{"files", "Chưa chọn tệp. Chọn tệp rồi tải lên."}}
	}
	if len(result.faults) > 0 {
		result.status = http.StatusUnprocessableEntity
	}
	return p.renderItem(c, result, record, values, files, nil)
}

// renderItem shows the form again with all that was typed and the files that arrived: the case is read anew, since it holds them now.
func (p *portal) renderItem(c echo.Context, result sent, record *casefilev1.ItemRecord, values url.Values, files []string, act *casefilev1.Act) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	body := p.newItemPage(v, record, values.Get("act_id"), values, result.faults, files)
	body.Form.Both = both(act, result.theirs, body.Form.Fields, values)
	return p.renderRefused(c, result, "item", body.Heading, body)
}
