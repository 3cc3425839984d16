package calendar

// dataCut is the last day of a month whose data a periodic report takes (Nghị định 09/2019/NĐ-CP, art. 12).
const dataCut = 14

// DataWindow are the days whose data a report of the period covers by Nghị định 09/2019/NĐ-CP, article 12: 15/12 to 14/06 for a first half,
// 15/06 to 14/12 for a second, 15/12 to 14/12 for a year, from the 15th before a quarter to the 14th of its last month. The decree binds
// the periodic reports of state bodies; for others the window is a default. False for an event.
func (p Period) DataWindow() (Span, bool) {
	first, last, ok := p.Bounds()
	if !ok {
		return Span{}, false
	}
	return Span{From: first.AddMonths(-1).AddDays(dataCut), To: NewDate(last.Year(), last.Month(), dataCut)}, true
}

// DataPeriodAt is the period of the kind whose report takes the data of d; the zero Period for [Event] and unknown kinds. Windows
// follow one another without a gap, as periods do.
func DataPeriodAt(kind PeriodKind, d Date) Period {
	if d.Day() > dataCut {
		d = NewDate(d.Year(), d.Month()+1, 1)
	}
	return PeriodAt(kind, d)
}

// dataWindowGround is where the windows come from; the decree was read as quoted by later ones.
var dataWindowGround = Ground{Document: "Nghị định 09/2019/NĐ-CP", Article: "Điều 12", Confidence: "V (second hand)"}

// WhyDataWindow tells a person which days the report of a period covers; false for an event.
func WhyDataWindow(p Period) (Trace, bool) {
	window, ok := p.DataWindow()
	if !ok {
		return Trace{}, false
	}
	t := WhyPeriod(p)
	t.step("Số liệu báo cáo của kỳ lấy %s.", window.Vietnamese())
	t.rests(dataWindowGround)
	return t, true
}
