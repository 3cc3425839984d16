package reports

import (
	"net/http"
	"os"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/rules/calendar"
	"nenep/services/internal/everycall"
)

type retentionClient = reportsv1connect.RetentionServiceClient

func TestWhatMayBeDeletedOnADay(t *testing.T) {
	ordinary := func(months int) retentionRule { return func(string) (string, int) { return "ordinary", months } }
	closed := func(on string) keptFile {
		return keptFile{ID: "F-1", CaseID: "DT-01/A/2026", ObligationID: "DT-01", PeriodID: "2026", Size: 10, Closed: true, ClosedOn: calendar.MustDate(on)}
	}
	for name, row := range map[string]struct {
		file  keptFile
		rule  retentionRule
		on    string
		ended string // empty: it stays
	}{
		"on the last day of the last year it stays":         {closed("2027-03-01"), ordinary(240), "2047-12-31", ""},
		"the day after it may go":                           {closed("2027-03-01"), ordinary(240), "2048-01-01", "2047-12-31"},
		"closed on the first day of a year is no different": {closed("2027-01-01"), ordinary(240), "2047-12-31", ""},
		"closed on the last day of a year":                  {closed("2027-12-31"), ordinary(240), "2048-01-01", "2047-12-31"},
		"months are counted before the year is rounded up":  {closed("2027-11-30"), ordinary(6), "2028-12-31", ""},
		"and then it may go":                                {closed("2027-11-30"), ordinary(6), "2029-01-01", "2028-12-31"},
		"kept for ever":                                     {closed("2000-01-01"), ordinary(0), "2999-01-01", ""},
		"a number of months that is none":                   {closed("2000-01-01"), ordinary(-5), "2999-01-01", ""},
		"its case is open":                                  {func() keptFile { f := closed("2000-01-01"); f.Closed = false; return f }(), ordinary(12), "2999-01-01", ""},
		"nobody knows when its case closed":                 {func() keptFile { f := closed("2000-01-01"); f.ClosedOn = calendar.Date{}; return f }(), ordinary(12), "2999-01-01", ""},
	} {
		t.Run(name, func(t *testing.T) {
			may := deletable([]keptFile{row.file}, row.rule, calendar.MustDate(row.on))
			if row.ended == "" {
				require.Empty(t, may)
				return
			}
			require.Len(t, may, 1)
			require.Equal(t, []any{"DT-01/2026", row.ended, int32(1), int32(1), int64(10)}, []any{may[0].group.GetId(), may[0].group.GetEndedOn(), may[0].group.GetCases(), may[0].group.GetFiles(), may[0].group.GetBytes()})
		})
	}
}

func TestGroupsAreOfOneObligationAndPeriodWhateverTheOrder(t *testing.T) {
	rule := func(obligation string) (string, int) {
		return map[string]string{"BC-TH": "permanent"}[obligation], map[string]int{"DT-01": 12, "CK-01": 12}[obligation]
	}
	file := func(id, caseID, obligation, period string) keptFile {
		return keptFile{ID: id, CaseID: caseID, ObligationID: obligation, PeriodID: period, Size: 1, Closed: true, ClosedOn: calendar.MustDate("2020-05-05")}
	}
	files := []keptFile{file("F-3", "b", "DT-01", "2019"), file("F-1", "a", "DT-01", "2019"), file("F-2", "a", "DT-01", "2019"), file("F-4", "c", "CK-01", "2019"), file("F-5", "d", "BC-TH", "2019")}
	may := deletable(files, rule, calendar.MustDate("2026-01-01"))
	require.Len(t, may, 2)
	require.Equal(t, "CK-01/2019", may[0].group.GetId())
	require.EqualValues(t, 3, may[1].group.GetFiles())
	require.EqualValues(t, 2, may[1].group.GetCases())
	listed := may[1].group.GetListed()
	files[0], files[2] = files[2], files[0]
	require.Equal(t, listed, deletable(files, rule, calendar.MustDate("2026-01-01"))[1].group.GetListed())
	require.NotEqual(t, listed, deletable(files[1:], rule, calendar.MustDate("2026-01-01"))[1].group.GetListed())
}

// closedHouse has a dialogue with two files, sealed and exported long ago, whose retention of a year has ended.
func closedHouse(t *testing.T) (*house, []*reportsv1.File) {
	t.Helper()
	h := newHouse(t)
	h.units.settings = map[string]string{"evidence.keep-months": "12"}
	h.openCase()
	files := []*reportsv1.File{h.handedIn(contact, "hold", "một.pdf", pdf), h.handedIn(contact, "plan", "hai.png", png)}
	h.seals(dialogue)
	h.clock.set("2028-01-01 09:00")
	return h, files
}

// seals closes a case as its workflow does: sealed, its history exported.
func (h *house) seals(caseID string) {
	h.progress(caseID, 9, contract.ProgressSealed, func(s *casefilev1.CaseState) { s.State, s.Sealed = casefilev1.State_STATE_ACCEPTED, true })
	require.NoError(h.t, h.db.Exec(`INSERT INTO exports VALUES (?, 'r', ?, 1, 'k', ?)`, caseID, fileSum, time.Date(2026, 12, 20, 2, 0, 0, 0, time.UTC)).Error)
}

const fileSum = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func (h *house) retention(official string) *reportsv1.ListRetentionResponse {
	answer, err := h.portal().Retention.ListRetention(h.as(official), connect.NewRequest(&reportsv1.ListRetentionRequest{}))
	require.NoError(h.t, err)
	return answer.Msg
}

func (h *house) order(official string, asked *reportsv1.OrderDeletionRequest) (*reportsv1.DeletionOrder, error) {
	answer, err := h.portal().Retention.OrderDeletion(h.as(official), connect.NewRequest(asked))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func deletion(groups ...*reportsv1.RetentionGroup) *reportsv1.OrderDeletionRequest {
	return &reportsv1.OrderDeletionRequest{ActId: uuid.NewString(), Document: "12/QĐ-UBND", IssuedOn: "2027-12-30", Groups: groups}
}

func (h *house) removes() *reportsv1.RemoveContentResponse {
	answer, err := h.worker().Retention.RemoveContent(h.t.Context(), connect.NewRequest(&reportsv1.RemoveContentRequest{}))
	require.NoError(h.t, err)
	return answer.Msg
}

func TestFilesGoByANumberedOrderAndTheTrailKeepsWhatTheyWere(t *testing.T) {
	h, files := closedHouse(t)
	list := h.retention(administrator)
	require.Len(t, list.GetGroups(), 1)
	require.Equal(t, []any{"DT-01/2026", int32(2), "ordinary", "2027-12-31", int32(12)}, []any{list.GetGroups()[0].GetId(), list.GetGroups()[0].GetFiles(), list.GetGroups()[0].GetClass(), list.GetGroups()[0].GetEndedOn(), list.GetKeepMonths()})

	asked := deletion(list.GetGroups()...)
	order, err := h.order(administrator, asked)
	require.NoError(t, err)
	require.Equal(t, []any{int32(2), int32(2), "12/QĐ-UBND"}, []any{order.GetFiles(), order.GetPending(), order.GetDocument()})
	again, err := h.order(administrator, asked)
	require.NoError(t, err, "the same form pressed twice")
	require.Equal(t, order.GetOrderedAt(), again.GetOrderedAt())
	require.Equal(t, contract.RemoveDeletedPrefix+asked.GetActId(), h.temporal.starts[0].ID)
	require.Empty(t, h.retention(auditor).GetGroups())

	done := h.removes()
	require.Equal(t, []int32{2, 0, 0}, []int32{done.GetRemoved(), done.GetShared(), done.GetLeft()})
	for _, file := range files {
		status, text := h.send(h.asking(file.GetId()))
		require.Equal(t, http.StatusNotFound, status)
		require.Contains(t, string(text), "tiêu hủy theo quyết định số 12/QĐ-UBND ngày 30/12/2027")
		there, err := os.Stat(h.contentOf(file))
		require.True(t, os.IsNotExist(err), there)
	}
	var trail string
	require.NoError(t, h.db.Raw(`SELECT body::text FROM audit WHERE kind = 'files-deleted'`).Scan(&trail).Error)
	for _, kept := range []string{"một.pdf", files[0].GetSha256(), "ordinary", "12/QĐ-UBND"} {
		require.Contains(t, trail, kept)
	}
	check, err := h.portal().Audit.VerifyAudit(h.as(auditor), connect.NewRequest(&reportsv1.VerifyAuditRequest{}))
	require.NoError(t, err)
	require.True(t, check.Msg.GetWhole())
	found, err := h.worker().Evidence.CheckFiles(t.Context(), connect.NewRequest(&reportsv1.CheckFilesRequest{}))
	require.NoError(t, err)
	require.Zero(t, found.Msg.GetFaults(), "what was deleted by order is no fault of the store")
}

func TestContentThatAnotherFileHasStays(t *testing.T) {
	h, files := closedHouse(t)
	other := dialogue[:len(dialogue)-4] + "2025"
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.PeriodId = other, "2025"
	})
	status, text := h.upload(contact, other, "hold", "cùng nội dung.pdf", pdf)
	require.Equal(t, http.StatusOK, status, string(text))
	_, err := h.order(administrator, deletion(h.retention(administrator).GetGroups()...))
	require.NoError(t, err)
	done := h.removes()
	require.Equal(t, []int32{1, 1, 0}, []int32{done.GetRemoved(), done.GetShared(), done.GetLeft()})
	_, err = os.Stat(h.contentOf(files[0]))
	require.NoError(t, err)
	require.EqualValues(t, 1, h.retention(administrator).GetOrders()[0].GetShared())
}

func TestNothingGoesWhileACaseThatNeedsItIsOpen(t *testing.T) {
	for name, change := range map[string]func(*casefilev1.CaseInput){
		"one that goes on with it":      func(input *casefilev1.CaseInput) { input.FollowsCaseId = dialogue },
		"one that was raised out of it": func(input *casefilev1.CaseInput) { input.OriginCaseId = dialogue },
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := closedHouse(t)
			before := h.retention(administrator).GetGroups()
			next := dialogue + "/c1"
			h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) { input.CaseId = next; change(input) })
			require.Empty(t, h.retention(administrator).GetGroups())
			_, err := h.order(administrator, deletion(before...))
			require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "còn hồ sơ chưa khóa kỳ")
			h.seals(next)
			require.Len(t, h.retention(administrator).GetGroups(), 1)
		})
	}
}

func TestAnOrderThatIsNotRightIsRefusedWithEveryField(t *testing.T) {
	h, _ := closedHouse(t)
	groups := h.retention(administrator).GetGroups()
	_, err := h.order(administrator, &reportsv1.OrderDeletionRequest{ActId: uuid.NewString(), IssuedOn: "2028-01-02"})
	require.Equal(t, []string{"document", "groups", "issued_on"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
	other := deletion(&reportsv1.RetentionGroup{Id: groups[0].GetId(), Listed: fileSum})
	_, err = h.order(administrator, other)
	require.Contains(t, refusalOf(t, err, contract.CodeInvalid).GetTextVi(), "đã thay đổi")
	h.unitsDown.set(true)
	_, err = h.order(administrator, deletion(groups...))
	refusalOf(t, err, contract.CodeUnavailable)
	h.unitsDown.set(false)
	h.units.settings = nil
	require.Empty(t, h.retention(administrator).GetGroups(), "nobody said how long: for ever")
}

func TestEveryCallOfRetentionIsWalked(t *testing.T) {
	h, _ := closedHouse(t)
	services := reportsv1.File_nenep_reports_v1_retention_proto.Services()
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("RetentionService")}, map[string]everycall.Call{
		"ListRetention": {Do: everycall.Of(retentionClient.ListRetention, &reportsv1.ListRetentionRequest{}), May: append([]string{"auditor", "administrator"}, inOwnName...)},
		"OrderDeletion": {Do: everycall.Of(retentionClient.OrderDeletion, &reportsv1.OrderDeletionRequest{ActId: "a-00000001"}), May: []string{"administrator"}},
		"RemoveContent": {Do: everycall.Of(retentionClient.RemoveContent, &reportsv1.RemoveContentRequest{}), May: workflows},
	})
}

func (h *house) asking(fileID string) *http.Request {
	request, err := http.NewRequestWithContext(h.as(administrator), http.MethodGet, h.server.URL+"/files/"+fileID, http.NoBody)
	require.NoError(h.t, err)
	return request
}

// contentOf is where the content lies in the folder of the test's evidence store.
func (h *house) contentOf(file *reportsv1.File) string {
	return h.cfg.EvidenceURL[len("file://"):] + "/" + contentKey(file.GetSha256())
}
