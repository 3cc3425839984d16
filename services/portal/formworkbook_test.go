package portal

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const (
	partyCommittee = "DU-12205-2507"
	reportCase     = "BC-06/DU-12205-2507/2026-H1"
	bookPath       = "/h/" + reportCase + "/bieu"
)

// reporting is a house in which the commune's Party committee owes its six-month report.
func reporting(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.addUnit(partyCommittee, "commune-party-committee", "Đảng ủy xã Khoái Châu", agency)
	h.addHolder("o-du", "Hoàng Thị Dự", "du@khoaichau.example", "contact", "Văn phòng Đảng ủy", partyCommittee)
	h.openCase(t, "BC-06", partyCommittee, "2026-H1")
	return h
}

const filledBook = "leadership directives 5\nleadership committees_restructured 1\nleadership committees_new 0\nleadership committee_members 15\npropaganda sessions 12\npropaganda training_classes 2\npropaganda training_attendees 1200"

func TestAReportsPageOffersItsFormInExcelToWhoeverReadsItAndTakesItFromItsUnit(t *testing.T) {
	h := reporting(t)
	s := serve(t, h)
	for who, links := range map[string][]string{"o-du": {"Tải biểu Excel", "Nộp biểu Excel"}, "o-cuc": {"Tải biểu Excel"}} {
		shown := s.as(t, who).get("/h/" + reportCase)
		var found []string
		found = append(found, shown.each(`main .acts a[href*="/bieu"]`)...)
		require.Equal(t, links, found, who)
	}
	file := s.as(t, "o-cuc").get(bookPath + ".xlsx")
	require.Equal(t, xlsxType, file.header.Get("Content-Type"))
	require.Contains(t, file.header.Get("Content-Disposition"), "bieu-BC-06-DU-12205-2507-2026-H1.xlsx")
	require.Empty(t, s.as(t, "o-an").get("/h/"+khoaiChauCase).each(`main .acts a[href*="/bieu"]`), "a dialogue is no report")
	h.submitCase(reportCase)
	require.Equal(t, []string{"Tải biểu Excel"}, s.as(t, "o-du").get("/h/"+reportCase).each(`main .acts a[href*="/bieu"]`))
	require.Equal(t, http.StatusConflict, s.as(t, "o-du").get(bookPath).status)
}

func TestAFormFilledInExcelIsReadBesideWhatStandsThenRecordedEachSectionOnce(t *testing.T) {
	h := reporting(t)
	h.record(reportCase, "propaganda", "2026-06-10", map[string]string{"sessions": "12", "training_classes": "2", "training_attendees": "1150"})
	b := serve(t, h).as(t, "o-du")
	tried := b.upload(bookPath, "biểu.xlsx", []byte(filledBook))
	require.Equal(t, http.StatusOK, tried.status, tried.words("main"))
	require.Equal(t, "biểu.xlsx: 2 mục có số liệu mới, 0 mục như đã ghi, 10 mục để trống. Chưa có gì được ghi.", tried.words(".lead"))
	require.Contains(t, tried.each("tr.changed"), "Số lượt người dự tập huấnô F181.2001.150Đổi")
	require.Len(t, tried.each("tr.changed"), 5)
	require.Empty(t, h.acts)

	send := url.Values{"name": {"biểu.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}}
	done := b.post(bookPath+"/ghi", send)
	require.Equal(t, "/h/"+reportCase, done.path)
	require.Contains(t, done.words(".banner.ok"), "Đã ghi 2 mục từ biểu Excel.")
	require.Len(t, h.acts, 2)
	recorded := h.acts[1].GetAct().GetRecordStep()
	require.Equal(t, map[string]string{"sessions": "12", "training_classes": "2", "training_attendees": "1200"}, recorded.GetFacts())
	require.Equal(t, []string{"F-propaganda"}, recorded.GetFileIds(), "the step's files stay with it")
	require.Equal(t, "2026-12-14", recorded.GetHeldOn())

	b.post(bookPath+"/ghi", send)
	require.Len(t, h.acts, 2, "pressing twice records once")
	h.keepRecorded()
	again := b.post(bookPath+"/ghi", send)
	require.Contains(t, again.words(".banner.ok"), "Lần gửi này không ghi thêm.")
	require.Len(t, h.acts, 2)
}

// keepRecorded has the cases hold what was recorded, as their workflows would.
func (h *house) keepRecorded() {
	for _, stored := range h.acts {
		step, state := stored.GetAct().GetRecordStep(), h.cases[stored.GetAct().GetCaseId()].GetState()
		kept := []*casefilev1.StepRecord{{StepId: step.GetStepId(), HeldOn: step.GetHeldOn(), Facts: step.GetFacts(), FileIds: step.GetFileIds(), ActId: stored.GetAct().GetActId()}}
		for _, record := range state.GetSteps() {
			if record.GetStepId() != step.GetStepId() {
				kept = append(kept, record)
			}
		}
		state.Steps = kept
	}
}

func TestFaultsOfAFormInExcelAreNamedByCellAndNothingCanBeRecorded(t *testing.T) {
	h := reporting(t)
	b := serve(t, h).as(t, "o-du")
	wrong := b.upload(bookPath, "sai.xlsx", []byte(filledBook+"\n! Trang tính “Số liệu”, ô F7: ô là công thức. Chép ô, dán giá trị rồi nộp lại."))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, "sai.xlsx: biểu có 1 lỗi. Chưa có gì được ghi.", wrong.words(".lead"))
	require.Contains(t, wrong.words("main"), "Số liệu, F14")
	require.Zero(t, wrong.Find(`form[action$="/ghi"]`).Length())
	send := url.Values{"name": {"sai.xlsx"}, "content": {pack([]byte(filledBook + "\n! x"))}, "judged": {strings.Repeat("0", 64)}}
	require.Contains(t, b.post(bookPath+"/ghi", send).words(".summary"), "Biểu có lỗi, chưa có gì được ghi.")
	require.Contains(t, b.upload(bookPath, "rong.xlsx", nil).words("#e-file"), "Chưa chọn tệp")
	send.Set("content", "AAAA")
	require.Contains(t, b.post(bookPath+"/ghi", send).words("main"), "Chọn lại tệp rồi kiểm tra lại.")
	require.Empty(t, h.acts)
}

func TestNewerFiguresOfSomebodyElseAreShownAndNotOverwritten(t *testing.T) {
	h := reporting(t)
	h.record(reportCase, "propaganda", "2026-06-10", map[string]string{"sessions": "14", "training_classes": "2", "training_attendees": "1150"})
	b := serve(t, h).as(t, "o-du")
	tried := b.upload(bookPath, "biểu.xlsx", []byte(filledBook+"\ntheirs propaganda"))
	require.Contains(t, tried.words(".lead"), "1 mục có số liệu mới, 0 mục như đã ghi, 10 mục để trống. Chưa có gì được ghi. 1 mục đã có người khác ghi sau khi biểu được tải về, được giữ nguyên.")
	require.Contains(t, tried.words(".caution"), "Số đã ghi được giữ nguyên")
	b.post(bookPath+"/ghi", url.Values{"name": {"biểu.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}})
	require.Len(t, h.acts, 1)
	require.Equal(t, "leadership", h.acts[0].GetAct().GetRecordStep().GetStepId())

	moved := b.upload(bookPath, "biểu.xlsx", []byte(filledBook))
	h.cases[reportCase].State.Steps[0].Facts["sessions"] = "15"
	late := b.post(bookPath+"/ghi", url.Values{"name": {"biểu.xlsx"}, "content": {moved.value("[name=content]")}, "judged": {moved.value("[name=judged]")}})
	require.Equal(t, http.StatusUnprocessableEntity, late.status)
	require.Contains(t, late.words(".summary"), "đã thay đổi sau khi kiểm tra")
	require.Len(t, h.acts, 1)
}

func TestASectionThatTheCaseRefusesIsNamedWithItsReason(t *testing.T) {
	h := reporting(t)
	b := serve(t, h).as(t, "o-du")
	tried := b.upload(bookPath, "biểu.xlsx", []byte(filledBook))
	h.refusal = &casefilev1.Refusal{Code: "invalid", TextVi: "Kỳ số liệu chưa hết.", Fields: []*casefilev1.FieldFault{{Field: "record_step.held_on", TextVi: "Kỳ số liệu đến hết ngày 14/06/2026. Ghi giải trình ở ô bên dưới."}}}
	refused := b.post(bookPath+"/ghi", url.Values{"name": {"biểu.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}})
	require.Equal(t, http.StatusUnprocessableEntity, refused.status)
	require.Contains(t, refused.words(".summary"), "Đã ghi 0 mục; 2 mục chưa ghi được")
	require.Contains(t, refused.words("main"), "Lãnh đạo, chỉ đạo; kiện toàn Ban Chỉ đạo: Kỳ số liệu đến hết ngày 14/06/2026.")
}

func TestWhileTheCaseDoesNotAnswerSectionsAreKeptAndThePersonIsTold(t *testing.T) {
	h := reporting(t)
	h.pending = true
	b := serve(t, h).as(t, "o-du")
	tried := b.upload(bookPath, "biểu.xlsx", []byte(filledBook))
	done := b.post(bookPath+"/ghi", url.Values{"name": {"biểu.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}})
	require.Contains(t, done.words(".banner.info"), "2 mục đã lưu, quy trình của hồ sơ chưa trả lời")

	h.conflicts, h.cases[reportCase].State.Steps = true, nil // the case has not heard of it yet
	h.cases[reportCase].Files = append(h.cases[reportCase].Files, &reportsv1.File{Id: "F-new", CaseId: reportCase, StepId: "propaganda", Name: "mới.pdf"})
	again := b.post(bookPath+"/ghi", url.Values{"name": {"biểu.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}})
	require.Contains(t, again.words(".banner.info"), "đã lưu", "a file that came meanwhile makes no second act of it")
	require.Len(t, h.acts, 2)
}
