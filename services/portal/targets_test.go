package portal

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func rowWords(s seen, code string) string {
	row := s.Find("tr").FilterFunction(func(_ int, one *goquery.Selection) bool { return one.AttrOr("id", "") == code })
	return strings.Join(strings.Fields(row.Text()), " ")
}

func TestAShareCountsTheUnitsThatOweAndOpensIntoThem(t *testing.T) {
	h := newProvince(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_ACCEPTED)
	b := serve(t, h).as(t, "o-dung")
	all := b.get("/chi-tieu")
	require.Contains(t, rowWords(all, "DT-01"), "năm 2026 33,3% (1/3 đơn vị)")
	require.Equal(t, "1", all.Find("#DT-01 [data-label='Quá hạn']").Text())
	one := b.get(all.Find("#DT-01 [data-label='Đạt'] a").AttrOr("href", ""))
	require.Equal(t, "Đạt 33,3%: 1/3 đơn vị thuộc đối tượng, năm 2026.", one.words(".lead"))
	require.Equal(t, "Quá hạn (1)Đang thực hiện (1)Hoàn thành (1)Căn cứ", one.words("h2"))
	require.Contains(t, one.words("section:nth-of-type(1)"), "UBND xã Tân Hưng, năm 2026 Quá hạn 10 ngày làm việc")
	require.Equal(t, caseURL("DT-01/UBND-12127-2507/2026"), one.Find("section a").First().AttrOr("href", ""))
}

func TestAUnitWithoutACaseIsCountedAndNamed(t *testing.T) {
	h := newProvince(t)
	delete(h.cases, khoaiChauCase)
	one := serve(t, h).as(t, "o-dung").get("/chi-tieu/DT-01")
	require.Equal(t, "Đạt 0%: 0/3 đơn vị thuộc đối tượng, năm 2026.", one.words(".lead"))
	require.Contains(t, one.words("main"), "Chưa có hồ sơ (1) UBND xã Khoái Châu")
}

func TestWhoIsNotObligedIsLeftOutWithTheLawThatSaysSo(t *testing.T) {
	b := serve(t, newProvince(t)).as(t, "o-dung")
	all := b.get("/chi-tieu")
	require.Contains(t, rowWords(all, "HN-01"), "(0/6 đơn vị)", "three communes, the department, the hospital, the standing agency")
	require.Equal(t, "1", all.Find("#HN-01 [data-label='Không thuộc đối tượng']").Text())
	one := b.get("/chi-tieu/HN-01")
	outside := one.words("section:contains('Không thuộc đối tượng (1)')")
	require.Contains(t, outside, "Trung tâm Lưu trữ: ")
	require.Contains(t, outside, "Luật Thực hiện dân chủ ở cơ sở số 10/2022/QH15; đã đối chiếu văn bản gốc)")
	require.Contains(t, one.words("section:contains('Chưa có hồ sơ')"), "Bệnh viện Đa khoa tỉnh")
	require.NotContains(t, one.words("section:contains('Chưa có hồ sơ')"), "Trung tâm Lưu trữ")
}

func TestASpecialUnitIsLeftOutByTheDocumentThatMadeItSpecial(t *testing.T) {
	h := newProvince(t)
	h.unit(hospital).Special, h.unit(hospital).SpecialGround = true, "Quyết định số 12/QĐ-TTg"
	one := serve(t, h).as(t, "o-dung").get("/chi-tieu/TTND-02")
	outside := one.words("section:contains('Không thuộc đối tượng')")
	require.Contains(t, outside, "Bệnh viện Đa khoa tỉnh: ")
	require.Contains(t, outside, "theo Quyết định số 12/QĐ-TTg")
	require.NotContains(t, outside, "Sở Nội vụ")
}

func TestOnlyUnitsThatHaveABoardOweWhatABoardDoes(t *testing.T) {
	h := newProvince(t)
	h.addBoard(front, "peoples-inspection-board")
	b := serve(t, h).as(t, "o-dung")
	require.Contains(t, rowWords(b.get("/chi-tieu"), "TTND-03"), "(0/1 đơn vị)")
	one := b.get("/chi-tieu/TTND-03")
	require.Contains(t, one.words("section:contains('Chưa có hồ sơ')"), "Ủy ban MTTQ Việt Nam xã Khoái Châu")
	require.Contains(t, one.words("section:contains('Không thuộc đối tượng')"), "Sở Nội vụ: Đơn vị chưa có Ban Thanh tra nhân dân.")
	map1 := b.get("/bang-theo-doi?nhom=thuong-xuyen")
	require.NotContains(t, map1.words("details"), "Ủy ban MTTQ Việt Nam xã Khoái Châu · Rà soát Ban TTND", "the Front has its Board")
	require.Contains(t, map1.words("details"), "Sở Nội vụ · Rà soát Ban TTND: Đơn vị chưa có Ban Thanh tra nhân dân.")
}

func TestACaseThatEndedOnALegalGroundLeavesTheDenominator(t *testing.T) {
	h := newProvince(t)
	c := h.openCase(t, "HN-01", department, "2026")
	c.State.State = casefilev1.State_STATE_EXEMPTED
	c.State.ExemptionGround = &casefilev1.LegalGround{Article: "Điều 59 khoản 1", Document: "Luật số 10/2022/QH15", Confidence: "R"}
	done := h.openCase(t, "HN-01", hospital, "2026")
	done.State.State = casefilev1.State_STATE_ACCEPTED
	b := serve(t, h).as(t, "o-dung")
	require.Contains(t, rowWords(b.get("/chi-tieu"), "HN-01"), "20% (1/5 đơn vị)")
	one := b.get("/chi-tieu/HN-01")
	require.Contains(t, one.words("section:contains('Không thuộc đối tượng (2)')"), "Sở Nội vụ, năm 2026 Không thuộc đối tượng Điều 59 khoản 1 Luật số 10/2022/QH15 (chưa đối chiếu)")
}

func TestACaseOpenedByMistakeLeavesItsUnitInTheDenominator(t *testing.T) {
	h := newProvince(t)
	h.end(khoaiChauCase, casefilev1.State_STATE_WITHDRAWN)
	one := serve(t, h).as(t, "o-dung").get("/chi-tieu/DT-01")
	require.Equal(t, "Đạt 0%: 0/3 đơn vị thuộc đối tượng, năm 2026.", one.words(".lead"))
	require.Contains(t, one.words("main"), "Hồ sơ đã thu hồi hoặc chuyển đơn vị kế thừa (1) UBND xã Khoái Châu")
}

func TestAPredecessorsCaseCountsForNobody(t *testing.T) {
	h := newProvince(t)
	h.addUnit("UBND-OLD", "commune-peoples-committee", "UBND xã Cũ", agency)
	old := h.openCase(t, "DT-01", "UBND-OLD", "2026")
	old.State.State = casefilev1.State_STATE_ACCEPTED
	h.unit("UBND-OLD").ValidTo = "2026-06-30"
	b := serve(t, h).as(t, "o-dung")
	require.Contains(t, rowWords(b.get("/chi-tieu"), "DT-01"), "0% (0/3 đơn vị)")
}

// petition opens the case of a petition of the day, numbered.
func (h *house) petition(t *testing.T, n int, on, origin string) *reportsv1.Case {
	t.Helper()
	return h.openEvent(t, "KN-01", khoaiChau, catalogue.EventFacts{
		ID: fmt.Sprintf("E-2026-%04d", n), Obligation: "KN-01", UnitID: khoaiChau, On: calendar.MustDate(on), Trigger: "arrived", OriginCaseID: origin,
		Facts: map[string]string{"kind": "petition", "source": "conference"},
	})
}

func TestWhatArisesByEventIsCountedInCases(t *testing.T) {
	h := newProvince(t)
	b := serve(t, h).as(t, "o-dung")
	require.Contains(t, rowWords(b.get("/chi-tieu"), "KN-01"), "theo sự kiện chưa phát sinh")
	require.Equal(t, "Chưa phát sinh hồ sơ nào.", b.get("/chi-tieu/KN-01").words(".lead"))
	h.petition(t, 1, "2026-11-20", "").State.State = casefilev1.State_STATE_ACCEPTED
	h.petition(t, 2, "2026-11-20", "")
	h.petition(t, 3, "2026-12-22", "")
	h.petition(t, 4, "2026-12-22", "").State.State = casefilev1.State_STATE_WITHDRAWN
	require.Contains(t, rowWords(b.get("/chi-tieu"), "KN-01"), "theo sự kiện 33,3% (1/3 hồ sơ)")
	one := b.get("/chi-tieu/KN-01")
	require.Equal(t, "Đạt 33,3%: 1/3 hồ sơ.", one.words(".lead"))
	require.Equal(t, "Quá hạn (1)Đang thực hiện (1)Hoàn thành (1)Hồ sơ đã thu hồi hoặc chuyển đơn vị kế thừa (1)Căn cứ", one.words("h2"))
}

func TestWhatAnotherCaseCarriesIsShownWhereItIsDone(t *testing.T) {
	b := serve(t, newProvince(t)).as(t, "o-dung")
	all := b.get("/chi-tieu")
	require.Contains(t, rowWords(all, "L-04"), "Thực hiện trong hồ sơ CK-01 Công khai thông tin, bước “Danh sách nội dung đã công khai trong quý”.")
	require.Contains(t, rowWords(all, "L-12"), "Thực hiện trong hồ sơ GSDT-01")
	require.Contains(t, rowWords(all, "L-15"), "Thực hiện trong hồ sơ YK-01")
	require.Equal(t, "/chi-tieu/CK-01", all.Find("#L-04 td[colspan] a").AttrOr("href", ""))
	one := b.get("/chi-tieu/L-04")
	require.Contains(t, one.words(".lead"), "Thực hiện trong hồ sơ CK-01")
	require.Equal(t, "/chi-tieu/CK-01", one.Find(".lead a").AttrOr("href", ""))
}

func TestEveryObligationOfTheCatalogueHasItsRow(t *testing.T) {
	declared, err := catalogue.HungYen()
	require.NoError(t, err)
	all := serve(t, newProvince(t)).as(t, "o-dung").get("/chi-tieu")
	for _, o := range declared.At(calendar.MustDate("2026-12-24")).Obligations {
		require.NotEmpty(t, rowWords(all, o.Code), o.Code)
	}
}

func TestATargetSaysWhetherThePlanNamesItAndHowSurelyItsGroundsAreKnown(t *testing.T) {
	b := serve(t, newProvince(t)).as(t, "o-dung")
	one := b.get("/chi-tieu/KN-01")
	require.Contains(t, one.words("main"), "(đề xuất, kế hoạch không nêu)")
	require.Contains(t, one.words("main"), "Tố cáo không mở hồ sơ.", "what is doubtful stands beside it")
	require.Contains(t, one.words("section:contains('Căn cứ')"), "Luật Tiếp công dân số 42/2013/QH13: Việc thụ lý, chuyển hoặc từ chối")
	require.Contains(t, one.words("section:contains('Căn cứ')"), "(chưa đối chiếu)", "remembered")
	require.Contains(t, b.get("/chi-tieu/DT-01").words("section:contains('Căn cứ')"), "(theo báo chí, chờ đối chiếu)", "read in the press")
	require.NotContains(t, b.get("/chi-tieu/DT-01").words("main"), "(đề xuất")
}

func TestTargetsAreForThoseWhoOversee(t *testing.T) {
	s := serve(t, newProvince(t))
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get("/chi-tieu").status)
	require.Equal(t, http.StatusForbidden, s.as(t, "o-an").get("/chi-tieu/DT-01").status)
	require.Equal(t, http.StatusNotFound, s.as(t, "o-dung").get("/chi-tieu/XX-99").status)
}

func TestAGroupOfHundredsLeadsToTheList(t *testing.T) {
	var items []item
	for n := range mostBehind + 7 {
		items = append(items, item{Case: &reportsv1.Case{Id: fmt.Sprintf("KN-01/U/E-2026-%04d", n), UnitId: "U"}, UnitName: "U", Standing: standing{Key: "open"}})
	}
	groups := groupsBehind(nil, nil, items)
	require.Len(t, groups, 1)
	require.Len(t, groups[0].Units, mostBehind)
	require.Equal(t, 7, groups[0].More())
	require.Equal(t, "/bang-theo-doi?nhiem-vu=KN-01&xem=danh-sach", targetView{targetRow: targetRow{Code: "KN-01"}}.List())
}
