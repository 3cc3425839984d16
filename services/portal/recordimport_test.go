package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// ImportRecords takes lines of "case day": the paper of the case arrived on the day. A line with "?" is a fault, one with "!" is refused by
// its case when it is recorded.
func (h *house) ImportRecords(_ context.Context, r *connect.Request[reportsv1.ImportRecordsRequest]) (*connect.Response[reportsv1.ImportRecordsResponse], error) {
	sum := sha256.Sum256(r.Msg.GetContent())
	answer := &reportsv1.ImportRecordsResponse{Judged: hex.EncodeToString(sum[:]), Same: 3}
	for i, line := range strings.Split(string(r.Msg.GetContent()), "\n") {
		id, day, _ := strings.Cut(line, " ")
		row := &reportsv1.RecordedRow{Sheet: "DT-01", Line: int32(i + 2), CaseId: id, UnitId: khoaiChau, Steps: []string{"Kế hoạch", "Tổ chức hội nghị"}, HeldOn: "2026-04-15", //nolint:gosec // a handful
			ReceivedOn: day, SignedNumber: "45/BC-UBND"}
		fault := &reportsv1.RecordFault{Sheet: "DT-01", Cell: "A2", Line: row.GetLine(), CaseId: id, TextVi: "Trang tính “DT-01”, ô A2: hồ sơ đã được nộp. Xem bản đã nộp."}
		switch {
		case day == "?" || day == "!" && !r.Msg.GetDryRun():
			answer.Faults, row.Outcome = append(answer.Faults, fault), "refused"
		case !r.Msg.GetDryRun():
			row.Outcome = "done"
		}
		if day == "!" {
			row.ReceivedOn = "2026-04-20"
		}
		answer.Rows = append(answer.Rows, row)
	}
	answer.Moved = r.Msg.GetJudged() != "" && r.Msg.GetJudged() != answer.GetJudged()
	answer.Written = !r.Msg.GetDryRun() && !answer.GetMoved()
	if answer.GetWritten() {
		h.imported = append(h.imported, string(r.Msg.GetContent()))
	}
	return connect.NewResponse(answer), nil
}

// GetRecordsTemplate answers something that stands for a workbook.
func (h *house) GetRecordsTemplate(context.Context, *connect.Request[reportsv1.GetRecordsTemplateRequest]) (*connect.Response[reportsv1.GetRecordsTemplateResponse], error) {
	return connect.NewResponse(&reportsv1.GetRecordsTemplateResponse{Content: []byte("PK")}), nil
}

func TestPapersOfBeforeAreReadOnceMoreThenRecordedAndARefusedRowIsNamed(t *testing.T) {
	h := administered(t)
	for _, who := range []string{"o-quan", "o-lan"} {
		h.imported = nil
		b := serve(t, h).as(t, who)
		content := khoaiChauCase + " 2026-04-20\nDT-01/UBND-2/2026 !"
		tried := b.upload(recordsPath, "giấy.xlsx", []byte(content))
		require.Equal(t, http.StatusOK, tried.status, tried.words("main"))
		require.Equal(t, "giấy.xlsx: 2 dòng cần ghi: nộp 2 hồ sơ, ghi các bước đã làm của 0 hồ sơ; 3 dòng để trống hoặc đã ghi trước đây. Chưa có gì được ghi.", tried.words(".lead"))
		require.Contains(t, tried.each("main tbody tr")[0], "Nộp: văn bản 45/BC-UBND đến ngày 20/04/2026Thực hiện ngày 15/04/2026Các bước: Kế hoạch; Tổ chức hội nghị")
		require.Empty(t, h.imported)
		send := url.Values{"name": {"giấy.xlsx"}, "content": {tried.value("[name=content]")}, "judged": {tried.value("[name=judged]")}}
		done := b.post(recordsPath+"/ghi", send)
		require.Equal(t, []string{content}, h.imported)
		require.Contains(t, done.words(".lead"), "đã ghi 1 hồ sơ. 1 hồ sơ không ghi được, nêu ở dưới; sửa rồi tải lại cùng tệp")
		require.Contains(t, done.words("main"), "ô A2: hồ sơ đã được nộp.")

		send.Set("judged", strings.Repeat("0", 64))
		moved := b.post(recordsPath+"/ghi", send)
		require.Equal(t, http.StatusUnprocessableEntity, moved.status)
		require.Contains(t, moved.words(".summary"), "đã thay đổi sau khi kiểm tra")
		send.Set("content", "AAAA")
		require.Contains(t, b.post(recordsPath+"/ghi", send).words("main"), "Chọn lại tệp rồi kiểm tra lại.")
		require.Len(t, h.imported, 1)
	}
}

func TestALargeWorkbookOfPapersIsChosenAgainAndOnlyTheSameIsRecorded(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	large := []byte(strings.TrimSuffix(strings.Repeat("DT-01/UBND-2/2026 2026-04-20\n", 3000), "\n"))
	tried := b.upload(recordsPath, "to.xlsx", large)
	require.Empty(t, tried.value("[name=content]"))
	require.Equal(t, 1, tried.Find(`form[action$="/ghi"] input[type=file]`).Length())
	require.Equal(t, 100, tried.Find("main tbody tr").Length())
	require.Contains(t, tried.words("main"), "Còn 2.900 dòng khác không hiện ở đây.")
	other := b.upload(recordsPath+"/ghi", "khac.xlsx", []byte("DT-01/UBND-2/2026 2026-04-20"))
	require.Equal(t, http.StatusUnprocessableEntity, other.status)
	require.Empty(t, h.imported)
}

func TestAFaultOfAPaperIsNamedWithItsCell(t *testing.T) {
	b := serve(t, administered(t)).as(t, "o-quan")
	wrong := b.upload(recordsPath, "sai.xlsx", []byte("DT-01/X/2026 ?"))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, "sai.xlsx: tệp có 1 lỗi. Chưa có gì được ghi.", wrong.words(".lead"))
	require.Zero(t, wrong.Find(`form[action$="/ghi"]`).Length())
	require.Contains(t, b.upload(recordsPath, "rong.xlsx", nil).words("#e-file"), "Chưa chọn tệp")
}
