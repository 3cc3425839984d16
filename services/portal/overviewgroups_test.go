package portal

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

// newCrowd is a province of so many communes more, under two bodies; of each ten, one is overdue and four are done.
func newCrowd(t *testing.T, communes int) *house {
	t.Helper()
	h := newProvince(t)
	h.addUnit("DU-MY-HAO", "commune-party-committee", "Đảng ủy phường Mỹ Hào", agency)
	h.addUnit("DU-TAN-HUNG", "commune-party-committee", "Đảng ủy xã Tân Hưng", agency)
	for i := range communes {
		id := fmt.Sprintf("UBND-%05d-2507", 50000+i)
		h.addUnit(id, "commune-peoples-committee", fmt.Sprintf("UBND xã Thử nghiệm %03d", i), agency)
		h.unit(id).ParentId = []string{"DU-MY-HAO", "DU-TAN-HUNG"}[i%2]
		opened := h.openAlike(t, "DT-01", id)
		switch i % 10 {
		case 0:
			opened.State.DueDay, opened.State.LateWorkingDays = "2026-12-10", 10
		case 1, 2, 3, 4:
			opened.State.State, opened.State.AcceptedAt = casefilev1.State_STATE_ACCEPTED, "2026-12-01T02:00:00Z"
		}
	}
	return h
}

// openAlike opens a unit's case as the first one of the obligation was opened: the catalogue is not read for each of a thousand.
func (h *house) openAlike(t *testing.T, obligation, unit string) *reportsv1.Case {
	t.Helper()
	first := h.cases[contract.CaseID(obligation, khoaiChau, "2026")]
	if first == nil {
		first = h.openCase(t, obligation, khoaiChau, "2026")
	}
	opened, _ := proto.Clone(first).(*reportsv1.Case)
	opened.Id, opened.UnitId = contract.CaseID(obligation, unit, "2026"), unit
	opened.Input.CaseId, opened.Input.UnitId, opened.State.CaseId = opened.GetId(), unit, opened.GetId()
	h.cases[opened.GetId()] = opened
	return opened
}

func TestTheFillOfAGroupIsTheShareThatIsOverdue(t *testing.T) {
	for _, one := range []struct {
		late, owed int
		key        string
	}{{0, 0, "none"}, {0, 40, "clear"}, {1, 40, "late-1"}, {2, 40, "late-1"}, {3, 40, "late-2"}, {6, 40, "late-2"}, {7, 40, "late-3"}, {12, 40, "late-3"}, {13, 40, "late-4"}, {40, 40, "late-4"}} {
		require.Equal(t, one.key, familyFill(one.late, one.owed), "%d of %d", one.late, one.owed)
	}
}

func TestAboveTwoHundredUnitsTheMapBeginsWithGroupsThatOpenIntoTheirUnits(t *testing.T) {
	b := serve(t, newCrowd(t, 240)).as(t, "o-dung")
	seen := b.get("/bang-theo-doi?nhiem-vu=DT-01")
	require.Equal(t, "Đến ngày 24/12/2026: 25 hồ sơ quá hạn ở 25 đơn vị.", seen.words(".lead"), "totals are over all")
	row := seen.Find(".map tbody tr").First()
	require.Contains(t, strings.Join(strings.Fields(row.Find("th").Text()), " "), "Ủy ban nhân dân cấp xã (243 đơn vị)")
	require.Equal(t, "25/243 hồ sơ quá hạn", strings.TrimSpace(row.Find("td").First().Text()))
	require.Equal(t, "late-2", row.Find("td").First().AttrOr("class", ""), "one in ten")
	require.Equal(t, 25, b.get(row.Find("td a").First().AttrOr("href", "")).Find("table.rows tbody tr").Length(), "a figure opens its list")

	bodies := b.get(row.Find("th a").AttrOr("href", ""))
	require.Equal(t, []string{"Không có cấp trên", "Đảng ủy phường Mỹ Hào", "Đảng ủy xã Tân Hưng"}, bodies.each(".map tbody th a"), "the largest share first: one of three, one of five, none")
	under := bodies.Find(".map tbody tr").Eq(1)
	require.Equal(t, "24/120 hồ sơ quá hạn", strings.TrimSpace(under.Find("td").First().Text()))
	units := b.get(under.Find("th a").AttrOr("href", ""))
	require.Equal(t, 100, units.Find(".map tbody tr").Length(), "a page of a hundred units")
	require.Equal(t, "1–100 của 120 Sau ›", units.words(".pages"))
	require.Equal(t, "DU-MY-HAO", units.Find("[name=cap-tren] option[selected]").AttrOr("value", ""))
	require.Equal(t, "late-3", units.Find(".map tbody tr").First().Find("td").First().AttrOr("class", ""), "the latest first")
	last := b.get(units.Find(".pages a").AttrOr("href", ""))
	require.Equal(t, 20, last.Find(".map tbody tr").Length())
	require.Equal(t, "‹ Trước 101–120 của 120", last.words(".pages"))
	require.Equal(t, 3, b.get(bodies.Find(".map tbody th a").First().AttrOr("href", "")).Find(".map tbody tr").Length(), "those with nobody above")

	each := b.get(seen.Find(".views a:contains('Xem từng đơn vị')").AttrOr("href", ""))
	require.Equal(t, 100, each.Find(".map tbody tr").Length())
	require.Equal(t, "don-vi", each.value("[name=xem]"), "the filter keeps the view")
	require.Equal(t, 1, each.Find(".views a:contains('Xem theo nhóm đơn vị')").Length())
}

func TestEveryFilterOfTheOverviewStandsInTheAddress(t *testing.T) {
	b := serve(t, newCrowd(t, 40)).as(t, "o-dung")
	address := "/bang-theo-doi?" + url.Values{"nhiem-vu": {"DT-01"}, "ky": {"2026"}, "loai": {"commune-peoples-committee"}, "cap-tren": {"DU-MY-HAO"}, "trang-thai": {"open"}, "tu-ngay": {"7"}}.Encode()
	seen := b.get(address)
	require.Equal(t, 4, seen.Find(".map tbody tr").Length(), "those under Mỹ Hào that are late for seven working days")
	for name, value := range map[string]string{"nhiem-vu": "DT-01", "ky": "2026", "loai": "commune-peoples-committee", "cap-tren": "DU-MY-HAO", "trang-thai": "open", "tu-ngay": "7"} {
		require.Equal(t, value, seen.Find("[name="+name+"] option[selected]").AttrOr("value", ""), name)
	}
	require.Equal(t, address, seen.Find(".views a:contains('Liên kết đến bảng này')").AttrOr("href", ""))
	require.Len(t, rowsOfSheet(t, b.workbook(t, seen.Find(".views a:contains('Xuất Excel')").AttrOr("href", "")), "Hồ sơ"), 1+4+2, "and goes to Excel")
	require.Equal(t, 4, b.get(seen.Find(".lead a").AttrOr("href", "")).Find("table.rows tbody tr").Length())
	require.Contains(t, b.get("/bang-theo-doi?tu-ngay=11").words("main"), "Không có hồ sơ nào khớp bộ lọc.")
	require.Contains(t, b.get("/bang-theo-doi?cap-tren=KHONG-CO").words(".lead"), "Không có đơn vị nào khớp bộ lọc.")
	for _, hostile := range []string{"tu-ngay=-3", "tu-ngay=99999999999999", "tu-ngay=x", "loai=%00", "cap-tren=%27%3B--", "xem=%3Cscript%3E"} {
		require.Equal(t, http.StatusOK, b.get("/bang-theo-doi?"+hostile).status, hostile)
	}
}

func TestAPageOfAHundredUnitsByTenObligationsStaysSmall(t *testing.T) {
	require.Equal(t, 100, rowsFor(10))
	require.Equal(t, 52, rowsFor(19), "the more columns, the fewer rows")
	require.Equal(t, 100, rowsFor(1))
	h := newCrowd(t, 0)
	declared := []string{"DANG-01", "DVK-01", "GSDT-02", "L-03", "L-14", "PB-01", "TC-01", "TD-02", "TT-02", "TTND-03"}
	for i := range 100 {
		id := fmt.Sprintf("UBND-%05d-2507", 50000+i)
		h.addUnit(id, "commune-peoples-committee", fmt.Sprintf("Ủy ban nhân dân xã Thử nghiệm %03d", i), agency)
		for _, code := range declared {
			opened := h.openAlike(t, code, id)
			opened.State.DueDay, opened.State.LateWorkingDays = "2026-09-10", 74
		}
	}
	b := serve(t, h).as(t, "o-dung")
	seen := b.get("/bang-theo-doi?nhom=thuong-xuyen&xem=don-vi")
	require.Equal(t, 100, seen.Find(".map tbody tr").Length())
	require.Equal(t, 1000, seen.Find(".map td.late-4").Length(), "the largest page there is: all of it overdue")
	require.Less(t, b.weight(t, "/bang-theo-doi?nhom=thuong-xuyen&xem=don-vi"), 150_000)
}

// weight is how many bytes of HTML a page is.
func (b *browser) weight(t *testing.T, path string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.address+path, nil)
	require.NoError(t, err)
	response, err := b.client.Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	return len(read(response))
}
