package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// adminHouse is what the house knows for administrators.
type adminHouse struct {
	dayTable []*unitsv1.DayOff
	reforms  []*unitsv1.GetReorganisationResponse
	importHouse
}

func (h *house) SetSetting(_ context.Context, r *connect.Request[unitsv1.SetSettingRequest]) (*connect.Response[unitsv1.Setting], error) {
	at := slices.IndexFunc(h.settings, func(s *unitsv1.Setting) bool { return s.GetKey() == r.Msg.GetKey() })
	if r.Msg.GetDocument() == "không rõ" {
		text := "Chưa có văn bản quyết định thiết lập này. Nhập số, ký hiệu văn bản rồi gửi lại."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "Missing.", wire.Field("document", text, "Missing.")))
	}
	h.settings[at].Value, h.settings[at].Document = r.Msg.GetValue(), r.Msg.GetDocument()
	if r.Msg.GetValue() == "" {
		h.settings[at].Document = ""
	}
	return connect.NewResponse(h.settings[at]), nil
}

func (h *house) SetDaysOff(_ context.Context, r *connect.Request[unitsv1.SetDaysOffRequest]) (*connect.Response[unitsv1.SetDaysOffResponse], error) {
	asked := r.Msg.GetDays()[0]
	if asked.GetKind() == "working-swapped" && asked.GetDay() == "2027-09-01" {
		text := "Ngày thứ Tư, 01/09/2027 vốn là ngày làm việc, không thể là ngày làm bù. Chọn một ngày thứ Bảy hoặc Chủ nhật."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "Not at the weekend.", wire.Field("days[0].kind", text, "Not at the weekend.")))
	}
	if r.Msg.GetDryRun() {
		return connect.NewResponse(&unitsv1.SetDaysOffResponse{Changed: 1}), nil
	}
	h.dayTable = slices.DeleteFunc(h.dayTable, func(d *unitsv1.DayOff) bool { return d.GetDay() == asked.GetDay() })
	if !asked.GetRemoved() {
		h.dayTable = append(h.dayTable, asked)
	}
	return connect.NewResponse(&unitsv1.SetDaysOffResponse{Changed: 1, OrderId: "days-off-7"}), nil
}

func (h *house) ListReorganisations(context.Context, *connect.Request[unitsv1.ListReorganisationsRequest]) (*connect.Response[unitsv1.ListReorganisationsResponse], error) {
	answer := &unitsv1.ListReorganisationsResponse{}
	for _, whole := range h.reforms {
		answer.Reorganisations = append(answer.Reorganisations, whole.GetReorganisation())
	}
	return connect.NewResponse(answer), nil
}

func (h *house) GetReorganisation(_ context.Context, r *connect.Request[unitsv1.GetReorganisationRequest]) (*connect.Response[unitsv1.GetReorganisationResponse], error) {
	for _, whole := range h.reforms {
		if whole.GetReorganisation().GetId() == r.Msg.GetId() {
			return connect.NewResponse(whole), nil
		}
	}
	return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Không có phương án sắp xếp nào mang mã “"+r.Msg.GetId()+"”. Kiểm tra mã.", "None."))
}

func (h *house) CancelReorganisation(ctx context.Context, r *connect.Request[unitsv1.CancelReorganisationRequest]) (*connect.Response[unitsv1.Reorganisation], error) {
	answer, err := h.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: r.Msg.GetId()}))
	if err != nil {
		return nil, err
	}
	one := answer.Msg.GetReorganisation()
	if one.GetState() != "planned" {
		return nil, wire.ConnectError(wire.Refuse(contract.CodeWrongState, "Phương án "+one.GetId()+" đã áp dụng nên không hủy được. Lập phương án khác nếu cần thay đổi.", "Applied."))
	}
	one.State = "cancelled"
	return connect.NewResponse(one), nil
}

// administered is a house with something on every page of the administrator.
func administered(t *testing.T) *house {
	t.Helper()
	h := newProvince(t)
	h.settings = []*unitsv1.Setting{
		{Key: "review.return-days", DefaultValue: "5", Unit: "days", TitleVi: "Hồ sơ bị trả lại nộp lại trong 05 ngày làm việc, trừ khi cơ quan theo dõi định ngày khác (thiết lập của tỉnh)."},
		{Key: "dt-01.plan-days", DefaultValue: "30", Value: "20", Document: "Quyết định số 7", Unit: "days", TitleVi: "Kế hoạch đối thoại có trước 30 ngày (thiết lập của tỉnh)."},
	}
	h.dayTable = []*unitsv1.DayOff{
		{Day: "2026-09-02", Kind: "off", NameVi: "Quốc khánh", Source: "Bộ luật Lao động 2019, Điều 112", Confidence: "V"},
		{Day: "2026-11-24", Kind: "unsettled", NameVi: "Ngày Văn hóa Việt Nam", Source: "Nghị quyết 80-NQ/TW", Confidence: "unsettled"},
	}
	merge := &unitsv1.Operation{Kind: "merge", FromIds: []string{"UBND-12142-2507", "UBND-12127-2507"}, To: []*unitsv1.Successor{{Id: "UBND-MOI", Name: "UBND phường Mỹ Hào mới"}}}
	h.reforms = []*unitsv1.GetReorganisationResponse{
		{Reorganisation: &unitsv1.Reorganisation{Id: "SX-2025-0001", Title: "Sắp xếp cấp xã", Decision: "Nghị quyết 1666/NQ-UBTVQH15", EffectiveOn: "2025-07-01", State: "finished", Operations: []*unitsv1.Operation{merge},
			ResultJson: `{"units_ended":2,"units_begun":1,"cases_open":7,"cases_passed":3,"cases_joined":2,"cases_waiting":1,"cases_kept":1,"files":12}`}},
		{Reorganisation: &unitsv1.Reorganisation{Id: "SX-2027-0001", Title: "Sắp xếp Mỹ Hào, Tân Hưng", Decision: "Nghị quyết 9/NQ-HĐND", EffectiveOn: "2027-01-01", State: "planned", OfficialId: "o-quan", RecordedAt: "2026-12-20T02:00:00Z", Operations: []*unitsv1.Operation{merge}},
			Successions: []*unitsv1.UnitSuccession{{FromId: "UBND-12142-2507", ToId: "UBND-MOI", Day: "2027-01-01", Heir: true}, {FromId: "UBND-12127-2507", Day: "2027-01-01"}}},
	}
	return h
}

var adminPages = []string{
	"/quan-tri", "/quan-tri/thiet-lap", "/quan-tri/thiet-lap/review.return-days", "/quan-tri/thiet-lap/dt-01.plan-days/de-xuat", "/quan-tri/ngay-nghi", "/quan-tri/ngay-nghi?nam=2027",
	"/quan-tri/ngay-nghi/ghi", "/quan-tri/ngay-nghi/ghi?ngay=2026-09-02", "/quan-tri/ngay-nghi/bo?ngay=2026-09-02", "/quan-tri/sap-xep", "/quan-tri/sap-xep/SX-2025-0001",
	"/quan-tri/sap-xep/SX-2027-0001", "/quan-tri/sap-xep/SX-2027-0001/huy", "/quan-tri/nhap-don-vi", fileChecksPath, retentionPath, retentionPath + "/huy",
}

func TestOnlyAdministratorsHaveTheirPages(t *testing.T) {
	h := administered(t)
	s := serve(t, h)
	administrator := s.as(t, "o-quan")
	for _, path := range adminPages {
		require.Equal(t, http.StatusOK, administrator.get(path).status, path)
	}
	require.Equal(t, http.StatusNotFound, administrator.get("/quan-tri/khac").status)
	require.Equal(t, 1, administrator.get("/").Find(`header nav a[href="/quan-tri"]`).Length())
	for _, who := range []string{"o-an", "o-binh", "o-cuc", "o-dung", "o-lan"} {
		b := s.as(t, who)
		require.Zero(t, b.get("/").Find(`a[href="/quan-tri"]`).Length(), who)
		for _, path := range adminPages {
			require.Equal(t, http.StatusForbidden, b.get(path).status, "%s %s", who, path)
		}
		for _, path := range []string{"/quan-tri/thiet-lap/review.return-days", "/quan-tri/ngay-nghi/ghi", "/quan-tri/ngay-nghi/bo?ngay=2026-09-02", "/quan-tri/sap-xep/SX-2027-0001/huy", "/quan-tri/nhap-don-vi", "/quan-tri/nhap-don-vi/ghi"} {
			require.Equal(t, http.StatusForbidden, b.post(path, url.Values{"value": {"7"}, "document": {"1"}, "confirmed": {"1"}, "words": {"x"}}).status, "%s %s", who, path)
		}
	}
	require.Len(t, h.dayTable, 2)
	require.Empty(t, h.settings[0].GetDocument())
	require.Equal(t, "planned", h.reforms[1].GetReorganisation().GetState())
}

func TestTheFirstPageSaysWhatRuns(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	seen := b.get("/quan-tri")
	require.Equal(t, "Các dịch vụ đều sẵn sàng.", seen.words(".lead"))
	require.Contains(t, seen.words("main"), "8 đơn vị đang hoạt động")
	require.Contains(t, seen.words("main"), "Đang thực hiện3")
	require.Contains(t, seen.words("main"), "1 hồ sơ quá hạn.")
	h.unready = true
	away := b.get("/quan-tri")
	require.Equal(t, "3 trong 3 dịch vụ chưa sẵn sàng.", away.words(".lead"))
	require.Contains(t, away.words("main"), "chưa có số liệu")
}

func TestASettingIsChangedByADocumentAndReturnsToTheProposedValue(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	list := b.get("/quan-tri/thiet-lap")
	require.Equal(t, "Tỉnh đã thay đổi 1 trong 2 thiết lập.", list.words(".lead"))
	require.Contains(t, list.words("main"), "Xác nhận, trả lại")
	require.Contains(t, list.words("main strong"), "20 ngày")
	require.Equal(t, 1, b.get("/quan-tri/thiet-lap?tim=trả+lại").Find("main tbody tr").Length())
	path := "/quan-tri/thiet-lap/review.return-days"
	bare := b.post(path, url.Values{"value": {""}})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Equal(t, []string{"Chưa có giá trị mới. Nhập giá trị mới rồi gửi lại.", "Chưa có số, ký hiệu văn bản. Nhập số, ký hiệu văn bản rồi gửi lại."}, bare.each(".summary li"))
	wrong := b.post(path, url.Values{"value": {"bảy"}, "document": {"Quyết định số 12"}})
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.NotEmpty(t, wrong.words("#e-value"))
	require.Equal(t, "Quyết định số 12", wrong.value("#f-document"), "nothing typed is lost")
	asked := b.post(path, url.Values{"value": {"7"}, "document": {"Quyết định số 12"}})
	require.Equal(t, "Từ 5 ngày thành 7 ngày, theo Quyết định số 12.", asked.words(".said"))
	require.Equal(t, "Áp dụng cho hồ sơ mở từ nay; hồ sơ đang mở giữ nguyên.", asked.words(".lead"))
	require.Empty(t, h.settings[0].GetValue(), "nothing is written before it is confirmed")
	sure := url.Values{"value": {asked.value("[name=value]")}, "document": {asked.value("[name=document]")}, "confirmed": {asked.value("[name=confirmed]")}}
	done := b.post(path, sure)
	require.Equal(t, "Đã đổi thiết lập từ 5 ngày thành 7 ngày.", done.words(".banner"))
	require.Equal(t, []string{"7", "Quyết định số 12"}, []string{h.settings[0].GetValue(), h.settings[0].GetDocument()})
	refused := b.post(path, url.Values{"value": {"8"}, "document": {"không rõ"}, "confirmed": {"1"}})
	require.Contains(t, refused.words("#e-document"), "Chưa có văn bản quyết định thiết lập này.")
	require.Equal(t, "8", refused.value("#f-value"))
	back := b.post(path+"/de-xuat", url.Values{"document": {"Quyết định số 13"}})
	require.Equal(t, "Từ 7 ngày thành 5 ngày, theo Quyết định số 13.", back.words(".said"))
	require.Equal(t, "Đã đổi thiết lập từ 7 ngày thành 5 ngày.", b.post(path+"/de-xuat", url.Values{"document": {"Quyết định số 13"}, "confirmed": {"1"}}).words(".banner"))
	require.Empty(t, h.settings[0].GetValue())
	require.Equal(t, http.StatusNotFound, b.get("/quan-tri/thiet-lap/khong.co").status)
}

func TestADayOffIsWrittenOnceItWasSeenHowManyCasesItTouches(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	table := b.get("/quan-tri/ngay-nghi")
	require.Equal(t, "Năm 2026 có 2 ngày trong bảng, 1 ngày chưa đối chiếu văn bản gốc.", table.words(".lead"))
	require.Contains(t, table.words("main table"), "Thứ Tư, 02/09/2026nghỉQuốc khánhBộ luật Lao động 2019, Điều 112đã đối chiếu văn bản gốc")
	bare := b.post("/quan-tri/ngay-nghi/ghi", url.Values{})
	require.Equal(t, http.StatusUnprocessableEntity, bare.status)
	require.Len(t, bare.each(".summary li"), 4)
	typed := url.Values{"day": {"1/9/2027"}, "kind": {"working-swapped"}, "name_vi": {"Làm bù"}, "source": {"Thông báo số 5"}, "confidence": {"V"}}
	refused := b.post("/quan-tri/ngay-nghi/ghi", typed)
	require.Contains(t, refused.words("#e-kind"), "vốn là ngày làm việc")
	require.Equal(t, "Thông báo số 5", refused.value("#f-source"))
	typed.Set("kind", "off")
	asked := b.post("/quan-tri/ngay-nghi/ghi", typed)
	require.Equal(t, "3 hồ sơ đang mở được tính lại thời hạn.", asked.words(".lead"))
	require.Equal(t, "Thứ Tư, 01/09/2027: nghỉ, Làm bù, theo Thông báo số 5.", asked.words(".said"))
	require.Len(t, h.dayTable, 2, "nothing is written before it is confirmed")
	typed.Set("confirmed", "1")
	done := b.post("/quan-tri/ngay-nghi/ghi", typed)
	require.Equal(t, "Đã ghi ngày 01/09/2027. 3 hồ sơ đang mở được tính lại thời hạn (mã đợt days-off-7).", done.words(".banner"))
	require.Equal(t, "/quan-tri/ngay-nghi?nam=2027", done.path)
	require.Equal(t, "02/09/2026", b.get("/quan-tri/ngay-nghi/ghi?ngay=2026-09-02").value("#f-day"))
	removal := "/quan-tri/ngay-nghi/bo?ngay=2026-09-02"
	require.Contains(t, b.get(removal).words("main"), "Quốc khánh, theo Bộ luật Lao động 2019, Điều 112")
	require.Contains(t, b.post(removal, url.Values{}).words(".banner"), "Đã bỏ ngày 02/09/2026.")
	require.Equal(t, []string{"2026-11-24", "2027-09-01"}, []string{h.dayTable[0].GetDay(), h.dayTable[1].GetDay()})
	require.Equal(t, http.StatusNotFound, b.get(removal).status)
}

func TestReorganisationsAreReadAndAPlannedOneIsCancelled(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	list := b.get("/quan-tri/sap-xep")
	require.Equal(t, "1 phương án chờ đến ngày.", list.words(".lead"))
	require.Contains(t, list.words("main"), "Kết thúc 2 đơn vị, thành lập 1 đơn vị. Hồ sơ đang mở trước khi sắp xếp: 7, gồm 3 chuyển tiếp nguyên vẹn; 2 nhập vào hồ sơ của đơn vị mới; 1 chờ cơ quan theo dõi xác nhận rồi chuyển; 1 giữ lại, chờ người xử lý. 12 minh chứng đi cùng hồ sơ.")
	require.Contains(t, list.words("main code"), "nenep reorganize plan")
	planned := b.get("/quan-tri/sap-xep/SX-2027-0001")
	require.Contains(t, planned.words("main"), "Sáp nhập UBND phường Mỹ Hào, UBND xã Tân Hưng thành UBND phường Mỹ Hào mới.")
	require.Contains(t, planned.words("main table"), "không có")
	cancel := planned.Find(`a[href$="/huy"]`).AttrOr("href", "")
	require.Contains(t, b.get(cancel).words(".lead"), "Ngày 01/01/2027 không có đơn vị nào kết thúc")
	require.Contains(t, b.post(cancel, url.Values{}).words("#e-words"), "Chưa có lý do hủy.")
	require.Equal(t, "Đã hủy phương án SX-2027-0001.", b.post(cancel, url.Values{"words": {"Hoãn theo Nghị quyết 10"}}).words(".banner"))
	require.Equal(t, "cancelled", h.reforms[1].GetReorganisation().GetState())
	require.Zero(t, b.get("/quan-tri/sap-xep/SX-2025-0001").Find(`a[href$="/huy"]`).Length())
	late := b.post("/quan-tri/sap-xep/SX-2025-0001/huy", url.Values{"words": {"Hoãn"}})
	require.Contains(t, late.words(".summary"), "đã áp dụng nên không hủy được")
	require.Equal(t, http.StatusNotFound, b.get("/quan-tri/sap-xep/SX-0").status)
}

func TestPagesOfAdministratorsFitAPhone(t *testing.T) {
	s := serve(t, administered(t))
	for _, page := range s.as(t, "o-quan").measure(t, adminPages, 1280, 320) {
		require.LessOrEqual(t, page.Over, 0, "%s at %s px is wider than its screen", page.Path, page.Width)
		require.Empty(t, page.Small, "%s at %s px", page.Path, page.Width)
		if page.Width == "1280" {
			require.Equal(t, 1, page.NavLines, page.Path)
		}
	}
}
