package history

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/converter"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

const own, oldUnit = "UBND-12205-2507", "UBND-OLD"

func registerInput() *casefilev1.CaseInput {
	with := input()
	with.Items = &casefilev1.ItemPolicy{TitleVi: "Nội dung công khai", TitleEn: "Published item", Facts: []*casefilev1.FactPolicy{
		{Key: "issued_on", TitleVi: "Ngày ban hành", TitleEn: "Issued on", Kind: "day"}, {Key: "pages", TitleVi: "Số trang", TitleEn: "Pages", Kind: "count"}}}
	with.Ladder.Rungs = append(with.Ladder.Rungs,
		&casefilev1.RungPolicy{Id: "item-1", Kind: "reminder", Offset: -1, Counted: "working", Role: "contact", EachItem: true},
		&casefilev1.RungPolicy{Id: "item-late", Kind: "escalation", Offset: 1, Counted: "working", Role: "head", EachItem: true})
	return with
}

func wordsOfMerger() Words {
	words := someWords()
	words.Units[oldUnit] = Name{VI: "UBND xã Đông Kết", EN: "Former commune"}
	return words
}

func (s *script) does(words Words, name, id, official, unit string, change func(*casefilev1.Act), state func(*casefilev1.CaseState)) {
	whole := act(id, official, unit, change)
	words.Acts[id] = whole
	s.act(name, whole, outcome(state))
}

func TestItemsAreToldEntryByEntry(t *testing.T) {
	words, s := wordsOfMerger(), newScript(t).started(registerInput())
	entry := func(outcome, doneOn string) func(*casefilev1.CaseState) {
		return func(c *casefilev1.CaseState) {
			c.DueDay = "2026-12-31"
			c.Items = []*casefilev1.ItemRecord{{ItemId: "QD-15", DueDay: "2026-11-09", DoneOn: doneOn, Outcome: outcome}}
		}
	}
	enter := func(facts map[string]string, words string, removed bool) func(*casefilev1.Act) {
		return func(a *casefilev1.Act) {
			a.Kind = &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "QD-15", Facts: facts, Words: words, Removed: removed}}
		}
	}
	s.does(words, "record_item", "act-00000001", "CB-1", own, enter(map[string]string{"issued_on": "2026-11-02"}, "Quyết định bồi thường", false), entry("", ""))
	s.rung(contract.CarryOutResult{RungID: "item-1@QD-15", Day: "2026-11-06", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-1"}})
	s.rung(contract.CarryOutResult{RungID: "item-late@QD-15", Day: "2026-11-10", Round: 1, Outcome: "told", OfficialIDs: []string{"CB-2"}})
	s.does(words, "record_item", "act-00000002", "CB-1", own, enter(map[string]string{"issued_on": "2026-11-02", "pages": "12"}, "", false), entry("limited", "2026-11-12"))
	s.does(words, "record_item", "act-00000003", "CB-1", own, enter(map[string]string{"pages": "12"}, "", false), entry("limited", "2026-11-05"))
	s.does(words, "record_item", "act-00000004", "CB-1", own, enter(nil, "ghi trùng", true), func(c *casefilev1.CaseState) { c.DueDay = "2026-12-31" })
	require.Equal(t, []string{
		"Nguyễn Văn An ghi nội dung công khai “QD-15”: ngày ban hành 02/11/2026; hạn 09/11/2026. Ghi kèm: Quyết định bồi thường.",
		"Nhắc nội dung công khai “QD-15” (trước hạn 1 ngày làm việc) gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND.",
		"Quá hạn 1 ngày làm việc của nội dung công khai “QD-15”: báo cáo Trần Thị Bình, Chủ tịch UBND xã.",
		"Nguyễn Văn An ghi lại nội dung công khai “QD-15”: ngày ban hành 02/11/2026; số trang 12; hạn 09/11/2026. Còn hạn chế: thực hiện ngày 12/11/2026, sau hạn.",
		"Nguyễn Văn An ghi lại nội dung công khai “QD-15”: số trang 12; hạn 09/11/2026. Còn hạn chế: chưa đủ thời gian quy định.",
		"Nguyễn Văn An bỏ nội dung công khai “QD-15” ghi nhầm, bản đã ghi vẫn được lưu: ghi trùng.",
	}, vietnamese(s.tell(words))[1:])
}

func takesOver(from, unit string, carry bool) func(*casefilev1.Act) {
	return func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{FromCaseId: from, FromUnitId: unit, Carry: carry, Document: "Nghị quyết số 1666/NQ-UBTVQH15",
			Steps: []*casefilev1.StepRecord{{StepId: "plan", FileIds: []string{"F-1"}}, {StepId: "notice", FileIds: []string{"F-1", "F-2"}}}}}
	}
}

func TestWhatAReorganisationDoesToACaseIsTold(t *testing.T) {
	words, s := wordsOfMerger(), newScript(t).started(input())
	open := func(c *casefilev1.CaseState) { c.DueDay = "2026-12-31" }
	s.does(words, "take_over", "act-00000001", "CB-3", "BTGDV", takesOver("DT-01/UBND-OLD/2026", oldUnit, true), open)
	s.does(words, "take_over", "act-00000002", "", "BTGDV", takesOver("DT-01/UBND-OLD/2025", oldUnit, false), open)
	s.does(words, "take_over", "act-00000003", "CB-3", "BTGDV", takesOver("DT-01/UBND-12205-2507/2026", own, true), open)
	transfer := func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{SuccessorUnitId: oldUnit, SuccessorCaseId: "DT-01/UBND-OLD/2026", Document: "Nghị quyết 2", AfterReview: true}}
	}
	s.does(words, "transfer", "act-00000004", "CB-3", "BTGDV", transfer, func(c *casefilev1.CaseState) {
		c.State, c.SuccessorUnitAfterReview = casefilev1.State_STATE_SUBMITTED, oldUnit
	})
	s.does(words, "return", "act-00000005", "CB-3", "BTGDV", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: []string{"missing-evidence"}}}
	}, func(c *casefilev1.CaseState) {
		c.State, c.SuccessorCaseId, c.DueDay = casefilev1.State_STATE_SUCCEEDED, "DT-01/UBND-OLD/2026", "2027-01-08"
	})
	require.Equal(t, []string{
		"Tiếp nhận hồ sơ DT-01/UBND-OLD/2026 của UBND xã Đông Kết theo Nghị quyết số 1666/NQ-UBTVQH15 cùng 2 bước, 2 minh chứng; hạn 31/12/2026.",
		"Gộp hồ sơ DT-01/UBND-OLD/2025 của UBND xã Đông Kết theo Nghị quyết số 1666/NQ-UBTVQH15; minh chứng được liên kết, việc đơn vị cũ đã thực hiện không thay cho đơn vị này.",
		"Lê Văn Cường khôi phục hồ sơ DT-01/UBND-12205-2507/2026 theo Nghị quyết số 1666/NQ-UBTVQH15; tiếp tục với 2 bước, 2 minh chứng, hạn 31/12/2026.",
		"Hồ sơ đang chờ xác nhận nên ở lại UBND xã Khoái Châu đến khi có kết quả; nếu chưa được xác nhận thì chuyển cho đơn vị kế thừa UBND xã Đông Kết theo Nghị quyết 2.",
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, trả lại hồ sơ: thiếu minh chứng. Hạn nộp lại 08/01/2027. Hồ sơ rời khỏi xác nhận nên chuyển cho đơn vị kế thừa như đã định; hồ sơ tiếp tục ở DT-01/UBND-OLD/2026.",
	}, vietnamese(s.tell(words))[1:])
}

func TestAnAmendmentTellsWhatMovedAndWhy(t *testing.T) {
	words := wordsOfMerger()
	first := input()
	first.Due.Day = "2026-06-17"
	first.Steps[0].Due = &casefilev1.Deadline{Day: "2026-06-01"}
	s := newScript(t).started(first)
	amend := func(reason, due, hold, version string) func(*casefilev1.Act) {
		return func(a *casefilev1.Act) {
			next := input()
			next.Due.Day, next.CatalogueVersion = due, version
			next.Steps[0].Due = &casefilev1.Deadline{Day: hold}
			next.TitleVi = "Hội nghị đối thoại"
			a.Kind = &casefilev1.Act_Amend{Amend: &casefilev1.Amend{Input: next, Reason: reason}}
			if reason != "calendar" {
				a.GetAmend().Document, a.GetAmend().Words = "30/QĐ-BTGDV", "danh mục sửa thời hạn"
			}
		}
	}
	due := func(day string) func(*casefilev1.CaseState) { return func(c *casefilev1.CaseState) { c.DueDay = day } }
	s.does(words, "amend", "act-00000001", "", "", amend("calendar", "2026-06-18", "2026-06-01", "2026.1"), due("2026-06-18"))
	s.does(words, "amend", "act-00000002", "", "", amend("calendar", "2026-06-18", "2026-06-02", "2026.1"), due("2026-06-18"))
	s.does(words, "amend", "act-00000003", "CB-3", "BTGDV", amend("catalogue", "2026-06-30", "2026-06-02", "2026.2"), due("2026-06-30"))
	s.does(words, "amend", "act-00000004", "CB-3", "BTGDV", amend("settings", "2026-06-30", "2026-06-02", "2026.2"), due("2026-06-30"))
	s.does(words, "exempt", "act-00000005", "CB-3", "BTGDV", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{Ground: &casefilev1.LegalGround{Document: "Luật", Article: "Điều 82"}}}
	}, due("2026-06-30"))
	told := vietnamese(s.tell(words))
	require.Equal(t, []string{
		"Tính lại hạn vì bảng ngày nghỉ thay đổi: từ 17/06/2026 thành 18/06/2026.",
		"Tính lại vì bảng ngày nghỉ thay đổi. Hạn giữ nguyên 18/06/2026. Hạn bước “Tổ chức hội nghị”: từ 01/06/2026 thành 02/06/2026.",
		"Lê Văn Cường áp dụng danh mục phiên bản 2026.2 cho hồ sơ này theo 30/QĐ-BTGDV: danh mục sửa thời hạn. Hạn chuyển từ 18/06/2026 thành 30/06/2026.",
		"Lê Văn Cường áp dụng thiết lập hiện hành của tỉnh cho hồ sơ này theo 30/QĐ-BTGDV: danh mục sửa thời hạn. Hạn giữ nguyên 30/06/2026.",
	}, told[1:5])
	require.Contains(t, told[5], "thực hiện hội nghị đối thoại", "from then on the case is told by its new snapshot")
}

func TestWhatWasTakenBackIsTold(t *testing.T) {
	words, s := wordsOfMerger(), newScript(t).started(input())
	revoke := func(what string) func(*casefilev1.Act) {
		return func(a *casefilev1.Act) {
			a.Kind = &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: what, Document: "8/CV-BTGDV", Words: "ghi nhầm hồ sơ"}}
		}
	}
	due := func(c *casefilev1.CaseState) { c.DueDay = "2026-12-31" }
	s.does(words, "revoke", "act-00000001", "CB-3", "BTGDV", revoke("extension"), due)
	s.does(words, "revoke", "act-00000002", "CB-1", own, revoke("explanation"), due)
	require.Equal(t, []string{
		"Lê Văn Cường, Ban Tuyên giáo và Dân vận Tỉnh ủy, thu hồi gia hạn theo 8/CV-BTGDV: ghi nhầm hồ sơ. Hạn trở lại 31/12/2026.",
		"Nguyễn Văn An, UBND xã Khoái Châu, thu hồi báo cáo nguyên nhân chậm theo 8/CV-BTGDV: ghi nhầm hồ sơ. Việc báo cáo cấp trên tiếp tục.",
	}, vietnamese(s.tell(words))[1:])
	last := Reinstated(words, act("act-00000003", "CB-3", "BTGDV", func(*casefilev1.Act) {}), "DT-01/UBND-12205-2507/2026/c1", "9/CV", "thu hồi nhầm")
	require.Equal(t, "Lê Văn Cường khôi phục hồ sơ, tiếp tục ở DT-01/UBND-12205-2507/2026/c1 theo 9/CV: thu hồi nhầm.", last.VI)
	require.IsType(t, time.Time{}, last.At)
}

func TestACaseSaysFromItsFirstDayWhatItComesFromAndWhatItWarnsOf(t *testing.T) {
	opened := input()
	opened.FollowsCaseId, opened.OriginCaseId = "DT-01/UBND-12205-2507/2025", "DT-01/UBND-OLD/2026"
	opened.Due.Why.StepsVi = nil
	opened.Warnings = []*casefilev1.Warning{{Code: "notice-too-late", TextVi: "Ngày thông báo cuối cùng là 24/12/2026.", TextEn: "The last notice day is 2026-12-24."},
		{Code: "unsettled-days", TextVi: "Có ngày nghỉ chưa chốt", TextEn: "A day off is not settled"}}
	entries := newScript(t).started(opened).tell(wordsOfMerger())
	require.Contains(t, entries[0].VI, "Tiếp tục hồ sơ DT-01/UBND-12205-2507/2025 cùng minh chứng. Phát sinh từ hồ sơ DT-01/UBND-OLD/2026. Lưu ý: Ngày thông báo cuối cùng là 24/12/2026. Lưu ý: Có ngày nghỉ chưa chốt.")
	require.Contains(t, entries[0].EN, "Note: The last notice day is 2026-12-24.")
	opened.FollowsCaseId = "DT-01/UBND-OLD/2026"
	require.Contains(t, newScript(t).started(opened).tell(wordsOfMerger())[0].VI, "Nhận hồ sơ DT-01/UBND-OLD/2026 cùng minh chứng.")
}

func TestEveryKindOfActIsToldByMoreThanItsNumber(t *testing.T) {
	kinds := (&casefilev1.Act{}).ProtoReflect().Descriptor().Oneofs().ByName("kind").Fields()
	for i := range kinds.Len() {
		one := act("act-00000001", "CB-1", own, func(a *casefilev1.Act) {
			message := a.ProtoReflect()
			message.Set(kinds.Get(i), message.NewField(kinds.Get(i)))
		})
		s := newScript(t).started(input())
		s.act(string(kinds.Get(i).Name()), one, outcome(func(c *casefilev1.CaseState) { c.DueDay = "2026-12-31" }))
		entries := Read(s.events, converter.GetDefaultDataConverter()).Tell(wordsOfMerger())
		require.NotContains(t, entries[1].VI, "act-00000001", kinds.Get(i).Name())
	}
}
