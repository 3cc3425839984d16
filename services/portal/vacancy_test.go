package portal

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const seatEmpty = "/ban/BAN-" + front + "/khuyet?don-vi=" + front

func (h *house) RecordVacancy(_ context.Context, r *connect.Request[unitsv1.RecordVacancyRequest]) (*connect.Response[unitsv1.Board], error) {
	board := h.boards[0]
	if r.Msg.GetVacancy().GetOn() < board.GetValidFrom() {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, "Ngày không nằm trong nhiệm kỳ của ban. Kiểm tra ngày.", "Not within the term.",
			wire.Field("vacancy.on", "Ngày không nằm trong nhiệm kỳ của ban. Kiểm tra ngày.", "Not within the term.")))
	}
	board.Vacancies = append(board.Vacancies, r.Msg.GetVacancy())
	return connect.NewResponse(board), nil
}

func withBoard(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	h.addBoard(front, "peoples-inspection-board")
	h.boards[0].Name = "Ban Thanh tra nhân dân xã Khoái Châu"
	return h
}

func TestAMemberWhoLeftIsRecordedForTheBoard(t *testing.T) {
	h := withBoard(t)
	b := serve(t, h).as(t, "o-hoa")
	require.Equal(t, 1, b.get("/su-kien").Find(`a[href="`+seatEmpty+`"]`).Length())
	form := b.get(seatEmpty)
	require.Contains(t, form.words("main"), "Ban Thanh tra nhân dân xã Khoái Châu · Ủy ban MTTQ Việt Nam xã Khoái Châu · nhiệm kỳ từ ngày 01/08/2025 đến ngày 31/07/2027")
	require.Contains(t, form.words("main"), "Không ghi tên người thôi tham gia.")
	seen := b.post(seatEmpty, url.Values{"on": {"15/12/2026"}, "role": {"chair"}})
	require.Equal(t, "/su-kien", seen.path)
	require.Equal(t, "Đã ghi Ban Thanh tra nhân dân xã Khoái Châu khuyết Trưởng ban từ ngày 15/12/2026. Hồ sơ kiện toàn được mở khi pháp luật yêu cầu.", seen.words(".banner"))
	require.Equal(t, "2026-12-15", h.boards[0].GetVacancies()[0].GetOn())
	require.Contains(t, b.get(seatEmpty).words("main"), "Đang khuyết: Trưởng ban từ ngày 15/12/2026.")
}

func TestAVacancyNeedsDayAndRoleAndADayOfTheTerm(t *testing.T) {
	h := withBoard(t)
	b := serve(t, h).as(t, "o-hoa")
	bare := b.post(seatEmpty, url.Values{})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Equal(t, "Chưa có ngày thôi tham gia. Nhập ngày thôi tham gia rồi gửi lại.Chưa chọn vai trò trong ban. Chọn một mục rồi gửi lại.", bare.words(".summary ul"))
	early := b.post(seatEmpty, url.Values{"on": {"1/1/2020"}, "role": {"member"}})
	require.Contains(t, early.words("#e-on"), "Ngày không nằm trong nhiệm kỳ của ban.")
	require.Equal(t, 1, early.Find("[name=role][value=member][checked]").Length())
	require.Contains(t, b.post(seatEmpty, url.Values{"on": {"1/12/2026"}, "role": {"king"}}).words("#e-role"), "không có trong danh sách")
	require.Empty(t, h.boards[0].GetVacancies())
}

func TestVacanciesAreRecordedWhereOneMaySpeakForTheBoard(t *testing.T) {
	h := withBoard(t)
	s := serve(t, h)
	for who, want := range map[string]int{"o-hoa": 200, "o-cuc": 200, "o-quan": 200, "o-an": 403, "o-dung": 403} {
		require.Equal(t, want, s.as(t, who).get(seatEmpty).status, who)
	}
	require.Equal(t, http.StatusNotFound, s.as(t, "o-hoa").get("/ban/BAN-KHAC/khuyet?don-vi="+front).status)
	h.boards[0].ValidTo = "2026-01-31"
	require.Zero(t, s.as(t, "o-hoa").get("/su-kien").Find(`a[href="`+seatEmpty+`"]`).Length(), "a board whose term is over has no seats")
}
