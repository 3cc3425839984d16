package notifications

import (
	"testing"

	"github.com/stretchr/testify/require"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
)

func (h *house) ofSynthesis(template string, facts map[string]string) string {
	h.mustTell(&notificationsv1.TellRequest{Key: "BC-TH/" + exampleUnit + "/2026-H1/" + template + facts["synthesis_version"] + facts["language"], CaseId: "BC-TH/" + exampleUnit + "/2026-H1", UnitId: exampleUnit,
		Template: template, Role: "contact", On: "2026-06-23", Now: true, Facts: facts})
	sent := h.relay.taken()
	return bodies(h.t, sent[len(sent)-1])["text/plain"]
}

func TestTheStandingAgencyHearsWhatASynthesisCameToAndWhoIsNotInIt(t *testing.T) {
	h := newHouse(t)
	h.town.named = map[string]*unitsv1.Unit{"DU-A": {Id: "DU-A", Name: "Đảng ủy xã Tân Dân", NameEn: "Party committee of Tan Dan"}, "DU-B": {Id: "DU-B", Name: "Đảng ủy xã Khoái Châu"}}
	facts := map[string]string{"title": "Tổng hợp kết quả toàn tỉnh", "due_day": "2026-06-30", "closing_day": "2026-06-23", "reports_owed": "110", "reports_in_time": "100",
		"reports_late": "3", "reports_returned": "1", "reports_missing": "6", "units_missing": "7", "missing_units": "DU-B\nDU-A\nDU-C"}
	require.Contains(t, h.ofSynthesis("reports-missing", facts), "còn 07 trong 110 đơn vị chưa có báo cáo để tổng hợp (hồ sơ BC-TH/"+exampleUnit+"/2026-H1, tổng hợp kết quả toàn tỉnh kỳ 6 tháng đầu năm 2026): "+
		"Đảng ủy xã Khoái Châu; Đảng ủy xã Tân Dân; DU-C; và 4 đơn vị khác. Số liệu chốt vào sáng ngày 23/06/2026 với những báo cáo đã có.")
	facts["synthesis_version"] = "2"
	require.Contains(t, h.ofSynthesis("synthesis-drawn", facts), "Hệ thống đã lập phiên bản 2 của bản tổng hợp")
	facts["language"] = "en"
	require.Contains(t, h.ofSynthesis("synthesis-drawn", facts), "Units that owe a report: 110; in time: 100; late: 03; returned and not submitted again: 01; missing: 06. Without figures: Đảng ủy xã Khoái Châu; Party committee of Tan Dan; DU-C")
	none := map[string]string{"synthesis_version": "0", "reports_owed": "110", "units_missing": "0", "missing_units": "", "closing_day": "2026-06-23"}
	require.Contains(t, h.ofSynthesis("reports-missing", none), "110 đơn vị phải báo cáo đều đã gửi báo cáo")
}
