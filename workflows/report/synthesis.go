package report

import (
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
)

// Synthesis is a report that adds up those of others: beside the rules of figures it has two days on which it does something by itself.
type Synthesis struct{ Pattern }

// Appointments are the list of who has not reported, and the closing; none of a case whose input does not say what it adds up.
func (Synthesis) Appointments(input *casefilev1.CaseInput) []casefile.Appointment {
	rules := input.GetReport().GetSynthesis()
	var all []casefile.Appointment
	for _, one := range []struct {
		day  string
		deed casefile.Appointment
	}{
		{rules.GetListsMissing().GetDay(), casefile.Appointment{ID: contract.RungListsMissing, Activity: contract.ActivityListMissing,
			Template: contract.TemplateReportsMissing, Summary: "Lập danh sách đơn vị chưa báo cáo"}},
		{rules.GetCloses().GetDay(), casefile.Appointment{ID: contract.RungClosesSynthesis, Activity: contract.ActivityDrawUpSynthesis,
			Template: contract.TemplateSynthesisDrawn, Summary: "Chốt số liệu, lập bản tổng hợp"}},
	} {
		if day, err := calendar.ParseDate(one.day); err == nil && !day.IsZero() {
			one.deed.On, one.deed.Facts = day, map[string]string{"closing_day": rules.GetCloses().GetDay()}
			all = append(all, one.deed)
		}
	}
	return all
}
