package documents

import (
	"fmt"
	"sync"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/letterpaper"
)

var house = sync.OnceValue(func() *catalogue.Catalogue {
	c, err := catalogue.HungYen()
	if err != nil {
		panic(err)
	}
	return c
})

const longName = "Đảng ủy Khối các cơ quan và doanh nghiệp trực thuộc Tỉnh ủy Hưng Yên \"Đoàn kết & Phát triển\" <số 1>"

func partyOffice() Office {
	on := calendar.MustDate("2027-01-05")
	return Office{Form: letterpaper.FormOf(house(), "commune-party-committee", on), Kind: "commune-party-committee", Parent: "Tỉnh ủy Hưng Yên", Name: "Đảng ủy xã Khoái Châu", Place: "Khoái Châu",
		On: on, Signer: Person{"Bí thư Đảng ủy xã", "Trần Thị Bình"}, Above: "Ban Tuyên giáo và Dân vận Tỉnh ủy", Grounds: []string{"Kế hoạch của Ban Chỉ đạo tỉnh thực hiện Nghị quyết số 49-NQ/TU"}}
}

func stateOffice() Office {
	o := partyOffice()
	o.Form, o.Kind, o.Parent, o.Name = letterpaper.FormOf(house(), "commune-peoples-committee", o.On), "commune-peoples-committee", "", "UBND xã Khoái Châu"
	o.Signer = Person{"Chủ tịch UBND xã", "Nguyễn Văn An"}
	return o
}

func someSections() []Section {
	return []Section{
		{ID: "situation", Title: "Tình hình chung", Answers: []Answer{{"Tình hình chung", "Xã có 12 thôn."}}},
		{ID: "leadership", Title: "Lãnh đạo, chỉ đạo; kiện toàn Ban Chỉ đạo", Told: true, Figures: []Figure{
			{Key: "directives", Title: "Số văn bản lãnh đạo, chỉ đạo đã ban hành", Value: "12"}, {Key: "new", Title: "Số Ban Chỉ đạo thành lập mới", Value: "0"},
			{Key: "members", Title: "Số thành viên Ban Chỉ đạo", Value: "15", Measure: "stock"}}},
		{ID: "communes", Title: "Thực hiện dân chủ ở xã, phường, thị trấn", Told: true, Last: map[string]string{"opinions": "31"}, Figures: []Figure{
			{Key: "dialogues", Title: "Số hội nghị trao đổi, đối thoại đã tổ chức", Value: "2"},
			{Key: "opinions", Title: "Số ý kiến, kiến nghị tiếp nhận tại đối thoại", Value: "1204"},
			{Key: "answered", Title: "Số ý kiến, kiến nghị tại đối thoại đã trả lời", Value: "1027", Part: "opinions"},
			{Key: "late", Title: "Trong đó số trả lời quá hạn", Value: "3", Part: "answered"},
			{Key: "money", Title: "Kinh phí Nhân dân đóng góp (đồng)", Value: "6500000"},
			{Key: "land", Title: "Diện tích đất Nhân dân hiến", Unit: "m2", Value: "1204,5"}}},
		{ID: "front", Title: "Giám sát, phản biện", Told: true, Figures: []Figure{{Key: "a", Title: "Số cuộc giám sát"}}},
		{ID: "assessment", Title: "Đánh giá", Answers: []Answer{{"Ưu điểm", "Các cấp ủy, chính quyền, Mặt trận Tổ quốc và các tổ chức chính trị - xã hội đã quán triệt, triển khai thực hiện dân chủ ở cơ sở gắn với nhiệm vụ chính trị của địa phương, cơ quan, đơn vị; việc công khai được duy trì thành nề nếp.\n- Đối thoại có chất lượng; \"dân biết, dân bàn\" & dân thụ hưởng."}, {"Hạn chế", "Một số thôn còn hình thức."}}},
		{ID: "directions", Title: "Phương hướng, nhiệm vụ", Answers: []Answer{{"Phương hướng", "Tiếp tục thực hiện Luật Thực hiện dân chủ ở cơ sở."}}},
		{ID: "proposals", Title: "Kiến nghị, đề xuất"},
	}
}

func unitReport(o Office, sections []Section) UnitReport {
	return UnitReport{Office: o, Title: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", PeriodID: "2026-H1", WindowFrom: "15/12/2025", WindowTo: "14/6/2026", Sections: sections}
}

// aSynthesis is of so many communes, with every indicator that the house declares.
func aSynthesis(communes int) *reportsv1.Synthesis {
	version := &reportsv1.Synthesis{Head: &reportsv1.SynthesisVersion{ObligationId: "BC-06", PeriodId: "2026-H1", WindowFrom: "2025-12-15", WindowTo: "2026-06-14", Counts: &reportsv1.StandingCounts{}}}
	obligation := house().Latest().Obligation("BC-06")
	for _, step := range obligation.Steps {
		for i, fact := range step.Facts {
			if fact.Indicator == "" {
				continue
			}
			whole := ""
			for _, other := range step.Facts {
				if other.Key == fact.AtMost {
					whole = other.Indicator
				}
			}
			version.Indicators = append(version.Indicators, &reportsv1.Indicator{Code: fact.Indicator, TitleVi: fact.Title.VI, Measure: fact.Measure, Whole: whole, StepId: step.ID, SectionVi: step.Title.VI})
			version.Totals = append(version.Totals, &reportsv1.SynthesisFigure{Indicator: fact.Indicator, Sum: fmt.Sprint(communes*7 - i), Reports: int32(communes)})
		}
	}
	for _, kind := range []string{"commune-party-committee", "department", "mass-organisation"} {
		version.Groups = append(version.Groups, &reportsv1.SynthesisGroup{UnitKind: kind, Figures: version.GetTotals()})
	}
	counts := version.GetHead().GetCounts()
	for i := range communes {
		u := &reportsv1.UnitStanding{UnitId: fmt.Sprintf("DU-%05d-2507", i), Name: fmt.Sprintf("Đảng ủy xã số %d", i+1), UnitKind: []string{"commune-party-committee", "department", "mass-organisation"}[min(2, i*4/communes%4)], DueDay: "2026-06-17", Standing: inTime}
		switch {
		case i%11 == 3:
			u.Standing, u.LateWorkingDays, u.SubmittedOn = late, int32(i%9+1), "2026-06-25"
			counts.Late++
		case i%13 == 5:
			u.Standing, u.LateWorkingDays = missing, 12
			counts.Missing++
		default:
			counts.InTime++
		}
		counts.Owed++
		version.Units = append(version.Units, u)
	}
	return version
}
