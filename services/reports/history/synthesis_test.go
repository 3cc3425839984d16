package history

import (
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
)

func TestWhatASynthesisDoesByItselfIsTold(t *testing.T) {
	s := newScript(t).at("2026-06-18T06:00:00+07:00").started(input())
	deed := func(activity string, result contract.CarryOutResult) {
		s.timerStarted()
		s.timerFired()
		s.local(activity, result)
	}
	counted := contract.SynthesisResult{Owed: 110, InTime: 100, Late: 3, Returned: 1, Missing: 6}
	deed(contract.ActivityListMissing, contract.CarryOutResult{RungID: contract.RungListsMissing, Outcome: "told", OfficialIDs: []string{"CB-1"}, Synthesis: &counted})
	drawn := counted
	drawn.Version = 1
	deed(contract.ActivityDrawUpSynthesis, contract.CarryOutResult{RungID: contract.RungClosesSynthesis, Outcome: "told", OfficialIDs: []string{"CB-1"}, Synthesis: &drawn})
	deed(contract.ActivityCarryOutRung, contract.CarryOutResult{RungID: contract.RungClosesSynthesis, Outcome: "nobody"})
	entries := s.tell(someWords())
	require.Equal(t, []string{
		"Lập danh sách đơn vị chưa báo cáo: 110 đơn vị phải báo cáo, 100 đúng hạn, 3 quá hạn, 1 bị trả lại, 6 chưa báo cáo. Thông báo gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND.",
		"Chốt số liệu, lập bản tổng hợp, phiên bản 1: 110 đơn vị phải báo cáo, 100 đúng hạn, 3 quá hạn, 1 bị trả lại, 6 chưa báo cáo. Thông báo gửi Nguyễn Văn An, chuyên viên Văn phòng HĐND và UBND.",
		"Chốt số liệu, lập bản tổng hợp: chưa thực hiện được.",
	}, []string{entries[1].VI, entries[2].VI, entries[3].VI})
	require.Contains(t, entries[2].EN, "drawn up, version 1: 110 units owe a report, 100 in time")
}
