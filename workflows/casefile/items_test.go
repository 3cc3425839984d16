package casefile_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
)

// entered puts an item into the register, which must let it in.
func entered(t *testing.T, input *casefilev1.CaseInput, state *casefilev1.CaseState, when string, item *casefilev1.RecordItem) casefile.Change {
	t.Helper()
	return does(t, input, state, contract.UpdateRecordItem, when, func(a *casefilev1.Act) {
		a.ActId, a.Kind = "act-"+item.GetItemId(), &casefilev1.Act_RecordItem{RecordItem: item}
	})
}

func item(id string, facts map[string]string) *casefilev1.RecordItem {
	return &casefilev1.RecordItem{ItemId: id, Facts: facts, FileIds: []string{"f-" + id}}
}

func TestAnItemHasADueDayOfItsOwn(t *testing.T) {
	t.Parallel()
	done := entered(t, plainCase(), fresh(), "2026-06-17 09:00", item("QD-15", map[string]string{"decided_on": "11/06/2026"}))
	require.Equal(t, contract.ProgressItemRecorded, done.What)
	kept := done.State.GetItems()[0]
	require.Equal(t, "2026-06-18", kept.GetDueDay(), "five working days after a Thursday")
	require.Equal(t, "2026-06-11", kept.GetFacts()["decided_on"])
	require.Empty(t, kept.GetDoneOn())
	require.Equal(t, "act-QD-15", kept.GetActId())

	published := entered(t, plainCase(), done.State, "2026-06-17 10:00", item("QD-15", map[string]string{"decided_on": "2026-06-11", "published_on": "2026-06-17"}))
	require.Len(t, published.State.GetItems(), 1, "entered anew, not twice")
	require.Equal(t, "2026-06-17", published.State.GetItems()[0].GetDoneOn())
	require.Empty(t, published.State.GetItems()[0].GetOutcome())
	require.Empty(t, done.State.GetItems()[0].GetDoneOn(), "an earlier answer stays what it was")

	removed := does(t, plainCase(), published.State, contract.UpdateRecordItem, "2026-06-17 11:00", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: "QD-15", Removed: true}}
	})
	require.Equal(t, contract.ProgressItemRemoved, removed.What)
	require.Empty(t, removed.State.GetItems())

	stated := plainCase()
	stated.Items.FromFact, stated.Items.DueFact, stated.Items.DoneFact = "", "decided_on", ""
	told := entered(t, stated, fresh(), "2026-06-17 09:00", item("A", map[string]string{"decided_on": "2026-06-30"})).State.GetItems()[0]
	require.Equal(t, "2026-06-30", told.GetDueDay(), "the day it states")
	require.Equal(t, "2026-06-17", told.GetDoneOn(), "done by being entered")

	before := plainCase()
	before.Items.Days, before.Items.DoneFact = -5, "published_on"
	notice := entered(t, before, fresh(), "2026-06-17 09:00", item("A", map[string]string{"decided_on": "2026-06-29"})).State.GetItems()[0]
	require.Equal(t, "2026-06-22", notice.GetDueDay(), "five working days before")
}

func TestItemsAreRefusedWithASentence(t *testing.T) {
	t.Parallel()
	known := entered(t, plainCase(), fresh(), "2026-06-17 09:00", item("QD-1", map[string]string{"decided_on": "2026-06-11"})).State
	for _, tc := range []struct {
		name, field, says string
		item              *casefilev1.RecordItem
		none              bool
	}{
		{name: "a case without items", none: true, field: "record_item.item_id", item: item("A", nil), says: "Hồ sơ này không ghi theo từng mục. Chọn một bước của hồ sơ."},
		{name: "an id that cannot stand in others", field: "record_item.item_id", item: item("QD 1@2", nil),
			says: "Mã mục “QD 1@2” không đúng dạng. Dùng chữ không dấu, chữ số, dấu chấm, gạch nối, gạch dưới, dài nhất 64 ký tự."},
		{name: "removing what is not there", field: "record_item.item_id", item: &casefilev1.RecordItem{ItemId: "QD-2", Removed: true},
			says: "Hồ sơ này không có mục “QD-2”. Tải lại trang để xem các mục đã ghi."},
		{name: "a fact that is asked", field: "record_item.facts.decided_on", item: item("QD-2", nil), says: "Chưa có ngày quyết định. Nhập ngày quyết định rồi gửi lại."},
		{name: "done after today", field: "record_item.facts.published_on", item: item("QD-2", map[string]string{"decided_on": "2026-06-11", "published_on": "2026-06-18"}),
			says: "Ngày công khai (18/06/2026) sau ngày hôm nay. Nhập ngày đã thực hiện; nếu chưa thực hiện, để trống."},
		{name: "late and not explained", field: "record_item.facts.published_on", item: item("QD-2", map[string]string{"decided_on": "2026-06-01", "published_on": "2026-06-12"}),
			says: "Ngày công khai (12/06/2026) sau thời hạn 08/06/2026 (khoản 3 Điều 12 Luật số 10/2022/QH15). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "not posted for long enough", field: "record_item.facts.kept_until",
			item: item("QD-2", map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-06-01", "channel": "posting"}),
			says: "Thời gian duy trì là 27 ngày, quy định ít nhất 30 ngày liên tục (khoản 2 Điều 13 Luật số 10/2022/QH15). Kiểm tra hai ngày; nếu đúng, ghi giải trình ở ô bên dưới."},
		{name: "kept until before it began", field: "record_item.facts.kept_until",
			item: item("QD-2", map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-05-01", "channel": "portal"}),
			says: "Ngày cuối còn niêm yết (01/05/2026) trước ngày bắt đầu (05/05/2026). Kiểm tra lại hai ngày này."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			input := plainCase()
			if tc.none {
				input.Items = nil
			}
			refusal := casefile.Judge(casefile.Plain{}, input, known, &casefilev1.Act{Kind: &casefilev1.Act_RecordItem{RecordItem: tc.item}}, today)
			require.Equal(t, contract.CodeInvalid, refusal.GetCode())
			require.Equal(t, tc.says, refusal.GetTextVi())
			require.Len(t, refusal.GetFields(), 1)
			require.Equal(t, tc.field, refusal.GetFields()[0].GetField())
		})
	}
}

func TestWhatIsExplainedIsLimited(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		facts   map[string]string
		outcome string
	}{
		"late":                      {map[string]string{"decided_on": "2026-06-01", "published_on": "2026-06-12", "explained": "true"}, casefile.Limited},
		"short":                     {map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-06-01", "channel": "posting", "explained": "true"}, casefile.Limited},
		"long enough":               {map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-06-04", "channel": "posting"}, ""},
		"by loudspeaker, long":      {map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-05-08", "channel": "loudspeaker"}, ""},
		"still posted":              {map[string]string{"decided_on": "2026-06-08", "published_on": "2026-06-12", "channel": "posting"}, ""},
		"a channel without a term":  {map[string]string{"decided_on": "2026-05-04", "published_on": "2026-05-05", "kept_until": "2026-05-06", "channel": "portal"}, ""},
		"not published, term is up": {map[string]string{"decided_on": "2026-05-04"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			done := entered(t, plainCase(), fresh(), "2026-06-17 09:00", item("QD-1", tc.facts))
			require.Equal(t, tc.outcome, done.State.GetItems()[0].GetOutcome())
		})
	}
}

func TestWhatARegisterLacks(t *testing.T) {
	t.Parallel()
	input, state := plainCase(), whole(casefilev1.State_STATE_OPEN)
	input.Items.Required, input.Items.AllDone, input.Items.EvidenceRequired = true, true, true
	submit := acts()[contract.UpdateSubmit]
	lacks := func() []string {
		var vi []string
		for _, step := range casefile.Missing(casefile.Plain{}, input, state) {
			vi = append(vi, step.GetTitleVi())
		}
		return vi
	}
	require.Equal(t, []string{"Nội dung công khai (ít nhất một)"}, lacks())
	refusal := casefile.Judge(casefile.Plain{}, input, state, submit, today)
	require.Equal(t, "Còn thiếu 1 minh chứng: Nội dung công khai (ít nhất một). Thêm đủ rồi nộp hồ sơ.", refusal.GetTextVi())
	require.Equal(t, "items", refusal.GetFields()[0].GetField())

	state.Steps[0].Facts["none"] = "true"
	require.Empty(t, lacks(), "nothing had to be published")
	delete(state.Steps[0].Facts, "none")

	state.Items = []*casefilev1.ItemRecord{{ItemId: "A", DueDay: "2026-06-18"}, {ItemId: "B", DoneOn: "2026-06-12"}, {ItemId: "C", DoneOn: "2026-06-12", FileIds: []string{"f"}}}
	require.Equal(t, []string{"Kết quả của 1 nội dung công khai", "Minh chứng của 1 nội dung công khai"}, lacks())
	input.Items.AllDone, input.Items.EvidenceRequired = false, false
	require.Empty(t, lacks())
	require.Nil(t, casefile.Judge(casefile.Plain{}, input, state, submit, today))
}

func TestAnItemIsCorrectedAfterAcceptance(t *testing.T) {
	t.Parallel()
	state := whole(casefilev1.State_STATE_ACCEPTED)
	state.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1", Facts: map[string]string{"decided_on": "2026-06-08", "published_on": "2026-06-12", "channel": "posting"}, FileIds: []string{"f"}, DueDay: "2026-06-15", DoneOn: "2026-06-12"}}
	corrected := does(t, plainCase(), state, contract.UpdateCorrect, "2026-06-17 09:00", func(a *casefilev1.Act) {
		a.Kind = &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "items/QD-1", Facts: map[string]string{"published_on": "2026-06-11"}}}
	})
	require.Equal(t, "2026-06-11", corrected.State.GetItems()[0].GetDoneOn())
	require.Equal(t, []string{"f"}, corrected.State.GetItems()[0].GetFileIds())
	require.Equal(t, "posting", corrected.State.GetItems()[0].GetFacts()["channel"])
	require.EqualValues(t, 1, corrected.State.GetCorrections())
	unknown := casefile.Judge(casefile.Plain{}, plainCase(), state, &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "items/QD-2"}}}, today)
	require.Equal(t, "correct.step_id", unknown.GetFields()[0].GetField())
}

func TestACorrectionThatMakesAnItemLateIsExplained(t *testing.T) {
	t.Parallel()
	input, state := plainCase(), whole(casefilev1.State_STATE_ACCEPTED)
	state.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1", Facts: map[string]string{"decided_on": "2026-06-08", "published_on": "2026-06-12"}, FileIds: []string{"f"}, DueDay: "2026-06-15", DoneOn: "2026-06-12"}}
	correction := func(facts map[string]string) func(*casefilev1.Act) {
		return func(a *casefilev1.Act) {
			a.Kind = &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "items/QD-1", Facts: facts}}
		}
	}
	silent := &casefilev1.Act{}
	correction(map[string]string{"published_on": "2026-06-16"})(silent)
	refusal := casefile.Judge(casefile.Plain{}, input, state, silent, today)
	require.Equal(t, "correct.facts.published_on", refusal.GetFields()[0].GetField())
	require.Contains(t, refusal.GetTextVi(), "Ngày công khai (16/06/2026) sau thời hạn 15/06/2026")

	late := does(t, input, state, contract.UpdateCorrect, "2026-06-17 09:00", correction(map[string]string{"published_on": "2026-06-16", "explained": "true"})).State
	require.Equal(t, casefile.Limited, late.GetItems()[0].GetOutcome())
	later := does(t, input, late, contract.UpdateCorrect, "2026-06-17 10:00", correction(map[string]string{"published_on": "2026-06-17", "explained": "true"})).State
	require.Equal(t, []string{"2026-06-17", casefile.Limited}, []string{later.GetItems()[0].GetDoneOn(), later.GetItems()[0].GetOutcome()})
	inTime := does(t, input, later, contract.UpdateCorrect, "2026-06-17 11:00", correction(map[string]string{"published_on": "2026-06-15", "explained": "true"})).State
	require.Empty(t, inTime.GetItems()[0].GetOutcome())
}

func TestACorrectionOfALateItemIsExplainedAnew(t *testing.T) {
	t.Parallel()
	state := whole(casefilev1.State_STATE_ACCEPTED)
	state.Items = []*casefilev1.ItemRecord{{ItemId: "QD-1", Facts: map[string]string{"decided_on": "2026-06-08", "published_on": "2026-06-16", "explained": "true"}, DueDay: "2026-06-15", DoneOn: "2026-06-16"}}
	silent := &casefilev1.Act{Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: "items/QD-1", Facts: map[string]string{"published_on": "2026-06-17"}}}}
	refusal := casefile.Judge(casefile.Plain{}, plainCase(), state, silent, today)
	require.Equal(t, "correct.facts.published_on", refusal.GetFields()[0].GetField(), "what explained one day does not explain another")
}

// Who enters an item knows of it: a reminder whose day is past does not leave. Its ladder leaves again when its due day moves ahead.
func TestAnItemsLadder(t *testing.T) {
	t.Parallel()
	input := plainCase()
	input.Ladder.Rungs = append(input.Ladder.Rungs[1:], &casefilev1.RungPolicy{Id: "item-2", Kind: "reminder", Offset: -2, Counted: "working", Role: "contact", EachItem: true})
	near := entered(t, input, fresh(), "2026-06-17 09:00", item("QD-1", map[string]string{"decided_on": "2026-06-11"}))
	require.Len(t, near.State.GetFired(), 1)
	require.Equal(t, []string{"item-2@QD-1", "obsolete"}, []string{near.State.GetFired()[0].GetRungId(), near.State.GetFired()[0].GetOutcome()})
	moved := entered(t, input, near.State, "2026-06-17 10:00", item("QD-1", map[string]string{"decided_on": "2026-06-16"}))
	require.Empty(t, moved.State.GetFired())
	require.Equal(t, "item-2@QD-1", moved.State.GetNextRungId())
	require.Equal(t, "2026-06-19", moved.State.GetNextRungDay())
}

func TestFiveHundredItemsStaySmallInMemory(t *testing.T) {
	t.Parallel()
	input, state := plainCase(), fresh()
	for i := range 500 {
		state = entered(t, input, state, "2026-06-17 09:00", item(fmt.Sprintf("QD-%d", i), map[string]string{"decided_on": "2026-06-11"})).State
	}
	require.Len(t, state.GetItems(), 500)
	next := entered(t, input, state, "2026-06-17 10:00", item("QD-7", map[string]string{"decided_on": "2026-06-12"})).State
	require.Same(t, state.GetItems()[8], next.GetItems()[8], "what has not changed is shared between answers")
	require.NotSame(t, state.GetItems()[7], next.GetItems()[7])
	require.Equal(t, calendar.MustDate("2026-06-19").String(), next.GetItems()[7].GetDueDay())
}
