package app

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func inspected() *reportsv1.InspectCaseResponse {
	stored := func(id string, outcome *casefilev1.ActOutcome) *reportsv1.StoredAct {
		act := &casefilev1.Act{ActId: id, OfficialId: "CB-AN", Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{Words: "x"}}}
		return &reportsv1.StoredAct{Act: act, StoredAt: "2026-12-01T02:00:00Z", DeliveredAt: "2026-12-01T02:00:01Z", Outcome: outcome}
	}
	return &reportsv1.InspectCaseResponse{
		Case: &reportsv1.Case{Id: "DT-01/UBND-12205-2507/2026", State: &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, DueDay: "2026-12-31", Sequence: 7, LateWorkingDays: 2}},
		Acts: []*reportsv1.StoredAct{stored("act-waiting", nil), stored("act-refused", &casefilev1.ActOutcome{Refusal: &casefilev1.Refusal{TextVi: "Hồ sơ đã nộp."}}),
			stored("act-forgotten", &casefilev1.ActOutcome{}), stored("act-done", &casefilev1.ActOutcome{})},
		Workflow:    &reportsv1.Workflow{Id: "DT-01/UBND-12205-2507/2026", RunId: "run-2", Status: "running", State: &casefilev1.CaseState{Sequence: 6}},
		Differences: []*reportsv1.Difference{{Field: "act note act-forgotten", Register: "delivered", Temporal: "-"}, {Field: "due_day", Register: "2026-12-31", Temporal: "2027-01-15"}},
	}
}

func valuesOf(rows [][]string) map[string]string {
	values := map[string]string{}
	for _, row := range rows {
		values[row[0]] += row[1] + "\n"
	}
	return values
}

// Whoever is asked on the telephone reads whether each act arrived, and what is to be done.
func TestACaseIsShownWithWhatArrivedAndWhatDiffers(t *testing.T) {
	rows := valuesOf(inspectedRows(inspected(), []*notificationsv1.Message{{RungId: "remind-7", State: "failed", Channel: "email", OfficialId: "CB-AN", Answer: "550 no such user"}}))
	require.Contains(t, rows["việc note"], "act-waiting  chờ chuyển")
	require.Contains(t, rows["việc note"], "act-refused  từ chối: Hồ sơ đã nộp.")
	require.Contains(t, rows["việc note"], "act-forgotten  đã chuyển 2026-12-01T02:00:01Z, Temporal chưa có")
	require.Contains(t, rows["việc note"], "act-done  đã chuyển 2026-12-01T02:00:01Z\n")
	require.Equal(t, "7 / 6\n", rows["phiên bản sổ theo dõi / Temporal"])
	require.Equal(t, "2026-12-31, quá hạn 2 ngày làm việc\n", rows["hạn"])
	require.Contains(t, rows["thông báo remind-7"], "550 no such user")
	require.Equal(t, "sổ theo dõi: 2026-12-31; Temporal: 2027-01-15\n", rows["KHÁC NHAU due_day"])
	require.Contains(t, rows["VIỆC CẦN LÀM"], "nenep register rebuild --case DT-01/UBND-12205-2507/2026")

	lost := inspected()
	lost.Lost, lost.Workflow = true, &reportsv1.Workflow{Status: "terminated"}
	require.Contains(t, valuesOf(inspectedRows(lost, nil))["VIỆC CẦN LÀM"], "nenep case reopen DT-01/UBND-12205-2507/2026")
}

func TestRepairsStandUnderCaseAndRegister(t *testing.T) {
	for _, path := range [][]string{{"case", "show"}, {"case", "why"}, {"why"}, {"case", "resend"}, {"case", "reopen"}, {"register", "lost"}, {"register", "rebuild"}} {
		found, _, err := newRoot().Find(path)
		require.NoError(t, err)
		require.Equal(t, path[len(path)-1], found.Name())
	}
}
