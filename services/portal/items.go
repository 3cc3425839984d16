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
	"nenep/rules/catalogue"
)

// newItem is the address's word for an item that is not there yet.
const newItem = "moi"

// itemView is an entry of a register or of a plan as a row.
type itemView struct {
	*casefilev1.ItemRecord
	Facts   []choice
	What    string // what a person wrote about it
	Status  string
	Done    bool
	Late    bool
	FromURL string
	Files   []*reportsv1.File
}

// Items are the entries in the order of their due days; those not done come first.
func (v *caseView) Items() []itemView { return v.items }

// Keeps tells whether the case is one of many entries.
func (v *caseView) Keeps() bool { return v.GetInput().GetItems() != nil }

// ItemTitle is what one entry is called: "nội dung công khai".
func (v *caseView) ItemTitle() string { return v.GetInput().GetItems().GetTitleVi() }

func (p *portal) itemsOfCase(v *caseView) []itemView {
	policy := v.GetInput().GetItems()
	var rows []itemView
	for _, record := range v.GetState().GetItems() {
		row := itemView{ItemRecord: record, Facts: p.itemFacts(v.Case, policy, record), Files: filesWith(v.GetFiles(), record.GetFileIds())}
		if record.GetFromCaseId() != "" {
			row.FromURL = caseURL(record.GetFromCaseId())
		}
		row.settle(v.today.String())
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b itemView) int {
		if a.Done != b.Done {
			if a.Done {
				return 1
			}
			return -1
		}
		return strings.Compare(a.GetDueDay(), b.GetDueDay())
	})
	return rows
}

func (i *itemView) settle(today string) {
	i.Done = i.GetDoneOn() != ""
	switch {
	case i.Done && i.GetOutcome() == "limited":
		i.Status = "Đã thực hiện, còn hạn chế"
	case i.Done:
		i.Status = "Đã thực hiện"
	case i.GetDueDay() != "" && i.GetDueDay() < today:
		i.Status, i.Late = "Quá hạn", true
	default:
		i.Status = "Chưa thực hiện"
	}
}

func filesWith(files []*reportsv1.File, ids []string) []*reportsv1.File {
	var kept []*reportsv1.File
	for _, file := range files {
		if slices.Contains(ids, file.GetId()) {
			kept = append(kept, file)
		}
	}
	return kept
}

// declaredItems is how the catalogue declares the entries, for the words of choices.
func (p *portal) declaredItems(c *reportsv1.Case) *catalogue.Items {
	edition := p.editionOf(c)
	if edition == nil {
		return nil
	}
	if obligation := edition.Obligation(c.GetObligationId()); obligation != nil {
		return obligation.Items
	}
	return nil
}

func (p *portal) itemChoices(c *reportsv1.Case, fact *casefilev1.FactPolicy) []choice {
	var choices []choice
	declared := p.declaredItems(c)
	for _, id := range fact.GetChoices() {
		choices = append(choices, choice{id, itemChoiceWord(declared, fact.GetKey(), id)})
	}
	return choices
}

func itemChoiceWord(declared *catalogue.Items, key, id string) string {
	if declared == nil {
		return id
	}
	for _, fact := range declared.Facts {
		for _, option := range fact.Choices {
			if fact.Key == key && option.ID == id {
				return option.Text.VI
			}
		}
	}
	return id
}

func (p *portal) itemFacts(c *reportsv1.Case, policy *casefilev1.ItemPolicy, record *casefilev1.ItemRecord) []choice {
	var facts []choice
	for _, fact := range policy.GetFacts() {
		value := record.GetFacts()[fact.GetKey()]
		if value == "" {
			continue
		}
		switch fact.GetKind() {
		case "day":
			value = day(value)
		case "choice":
			value = itemChoiceWord(p.declaredItems(c), fact.GetKey(), value)
		case "flag":
			value = map[string]string{"true": "có", "false": "không"}[value]
		}
		facts = append(facts, choice{Label: fact.GetTitleVi(), Value: value})
	}
	return facts
}

type itemPageView struct {
	*caseView
	Heading, Wanted string
	Form            form
	Files           []*reportsv1.File
	New             bool
}

// itemPage is the form of one entry.
func (p *portal) itemPage(c echo.Context) error {
	v, record, err := p.workableItem(c)
	if err != nil {
		return err
	}
	body := p.newItemPage(v, record, newActID(), recordedItem(v, record), nil, record.GetFileIds())
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
	if c.Request().Method == http.MethodGet && !v.Working() {
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
	return nil, nil, notFound()
}

func (p *portal) itemFields(v *caseView, fresh bool) []field {
	var fields []field
	for _, fact := range v.GetInput().GetItems().GetFacts() {
		f := field{Name: "fact-" + fact.GetKey(), Label: fact.GetTitleVi(), Kind: fact.GetKind(), Required: fact.GetRequired(), Choices: p.itemChoices(v.Case, fact)}
		if f.Kind == "day" {
			f.Hint = "Ví dụ: 28/12/2026"
		}
		fields = append(fields, f)
	}
	fields = append(fields, field{Name: "words", Label: "Nội dung, giải trình nếu chậm", Hint: "Không ghi tên người dân", Kind: "area"})
	if !fresh {
		fields = append(fields, field{Name: "removed", Label: "Bỏ mục này (ghi nhầm); lịch sử vẫn lưu", Kind: "flag"})
	}
	return fields
}

func recordedItem(v *caseView, record *casefilev1.ItemRecord) url.Values {
	values := url.Values{}
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
	view := itemPageView{caseView: v, Heading: "Sửa " + v.ItemTitle(), New: fresh, Files: filesWith(v.GetFiles(), files)}
	address := record.GetItemId()
	if fresh {
		view.Heading, address = "Thêm "+v.ItemTitle(), newItem
	}
	if declared := p.declaredItems(v.Case); declared != nil && declared.Evidence != nil {
		view.Wanted = declared.Evidence.VI
	}
	view.Form = form{Action: v.URL() + "/muc/" + address, Button: "Ghi", ActID: actID, Files: true, Fields: keep(p.itemFields(v, fresh), values, faults)}
	for _, id := range files {
		view.Form.Hidden = append(view.Form.Hidden, choice{"file_id", id})
	}
	return view
}

// itemStep is the step under which files of entries are kept.
const itemStep = "item"

func (p *portal) recordItem(c echo.Context) error {
	v, record, err := p.workableItem(c)
	if err != nil {
		return err
	}
	values, uploaded, err := p.readStreamed(c, v.GetId(), itemStep)
	if err != nil {
		return err
	}
	files := withoutDoubles(append(slices.Clone(values["file_id"]), uploaded.ids...))
	in := &inputs{values: values}
	act := itemAct(v, record, in, files)
	in.faults = append(in.faults, uploaded.faults...)
	if values.Get("do") == "upload" || len(uploaded.faults) > 0 {
		return p.showUploadedItem(c, record, values, uploaded, files)
	}
	result := p.send(c, v, act, in.faults, func(*casefilev1.ActOutcome) string { return "Đã ghi " + v.ItemTitle() + "." })
	if result.done() {
		return p.finish(c, result, v.URL())
	}
	result.faults = atFields(result.faults, p.itemFields(v, record.GetItemId() == ""), "files")
	body := p.newItemPage(v, record, act.GetActId(), values, result.faults, files)
	return p.renderRefused(c, result, "item", body.Heading, body)
}

// itemAct names a new entry after the form, so that the same form sent twice is one entry.
func itemAct(v *caseView, record *casefilev1.ItemRecord, in *inputs, files []string) *casefilev1.Act {
	act, id := newAct(v, in.values), record.GetItemId()
	if id == "" {
		id = "M-" + strings.ToUpper(uuid.NewSHA1(uuid.NameSpaceURL, []byte(in.values.Get("act_id"))).String()[:8])
	}
	removed := record.GetItemId() != "" && in.values.Get("removed") == "1"
	kind := &casefilev1.RecordItem{ItemId: id, FileIds: files, Words: in.text("words", "Nội dung"), Removed: removed}
	if !removed {
		kind.Facts = readFacts(&casefilev1.StepPolicy{Facts: v.GetInput().GetItems().GetFacts()}, in)
	}
	act.Kind = &casefilev1.Act_RecordItem{RecordItem: kind}
	return act
}

func (p *portal) showUploadedItem(c echo.Context, record *casefilev1.ItemRecord, values url.Values, uploaded uploads, files []string) error {
	v, err := p.loadCase(c)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if len(uploaded.ids) == 0 && len(uploaded.faults) == 0 {
		uploaded.faults = []fault{{"files", "Chưa chọn tệp. Chọn tệp rồi tải lên."}}
	}
	if len(uploaded.faults) > 0 {
		status = http.StatusUnprocessableEntity
	}
	body := p.newItemPage(v, record, values.Get("act_id"), values, uploaded.faults, files)
	return p.render(c, status, "item", &page{Title: body.Heading, Body: body, Faults: uploaded.faults})
}
