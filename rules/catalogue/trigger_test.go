package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAHappeningIsJudgedBeforeItIsRecorded(t *testing.T) {
	e := full(t).Latest()
	type facts = map[string]string
	for _, c := range []struct {
		name, obligation, trigger string
		facts                     facts
		on                        string
		field, vi, en             string // of the only fault; empty = none
	}{
		{"one voter in ten", "DT-1", "voters-ask", facts{"asking": "520", "voters": "5.200"}, "2026-05-04", "", "", ""},
		{"one too few", "DT-1", "voters-ask", facts{"asking": "519", "voters": "5.200"}, "2026-05-04", "asking",
			"Số cử tri đề nghị là 519 trên tổng số cử tri 5.200, bằng 9,9%; cần ít nhất 10%, tức từ 520 trở lên (Điều 43 Luật số 72/2025/QH15).",
			"Voters who ask: 519; voters: 5,200. That is 9.9%; at least 10% is needed, that is 520 or more (Điều 43 Luật số 72/2025/QH15)."},
		{"a share never reads as reached when it is not", "DT-1", "voters-ask", facts{"asking": "9996", "voters": "100000"}, "2026-05-04", "asking",
			"Số cử tri đề nghị là 9.996 trên tổng số cử tri 100.000, bằng 9,9%; cần ít nhất 10%, tức từ 10.000 trở lên (Điều 43 Luật số 72/2025/QH15).", ""},
		{"nobody to be a share of", "DT-1", "voters-ask", facts{"asking": "0", "voters": "0"}, "2026-05-04", "voters", "Tổng số cử tri phải lớn hơn 0. Nhập lại số này.", ""},
		{"before the law", "DT-1", "voters-ask", facts{"asking": "520", "voters": "5200"}, "2025-06-30", "trigger_id",
			"Sự kiện “Cử tri đề nghị” theo Điều 43 Luật số 72/2025/QH15 (từ 01/07/2025); ngày 30/06/2025 chưa áp dụng hoặc không còn áp dụng. Kiểm tra ngày.", ""},
		{"on the law's first day", "DT-1", "voters-ask", facts{"asking": "520", "voters": "5200"}, "2025-07-01", "", "", ""},
		{"a figure is missing", "DT-1", "voters-ask", facts{"asking": "520"}, "2026-05-04", "voters", "Chưa có tổng số cử tri. Nhập tổng số cử tri rồi gửi lại.", ""},
		{"a figure that is none", "DT-1", "voters-ask", facts{"asking": "nhiều", "voters": "5200"}, "2026-05-04", "asking",
			"“nhiều” không phải là số. Nhập bằng chữ số, dấu phẩy trước phần thập phân.", ""},
		{"a figure that nobody asked for", "DT-1", "needed", facts{"asking": "3"}, "2026-05-04", "asking", "Sự kiện này không hỏi mục “asking”. Bỏ mục này rồi gửi lại.", ""},
		{"one third of the staff", "QC-1", "staff-ask", facts{"asking": "12", "staff": "36"}, "2026-05-04", "", "", ""},
		{"less than one third", "QC-1", "staff-ask", facts{"asking": "12", "staff": "37"}, "2026-05-04", "asking",
			"Số người đề nghị là 12 trên tổng số người 37, bằng 32,4%; cần ít nhất 1/3, tức từ 13 trở lên (khoản 1 Điều 50 Luật số 10/2022/QH15).", ""},
		{"a share without its figures", "QC-1", "staff-ask", facts{"asking": "12"}, "2026-05-04", "staff", "Chưa có tổng số người. Nhập số này để tính tỷ lệ.", ""},
		{"no such trigger", "DT-1", "voter-ask", nil, "2026-05-04", "trigger_id", "Nhiệm vụ DT-1 không có sự kiện “voter-ask”. Có phải “voters-ask”?", ""},
		{"the first trigger, when none is named", "KN-1", "", facts{"received_on": "04/05/2026"}, "2026-05-04", "", "", ""},
		{"a denunciation is no choice", "KN-1", "received", facts{"kind": "denunciation"}, "2026-05-04", "kind",
			"“denunciation” không có trong danh sách của mục loại. Chọn một giá trị trong danh sách.", ""},
		{"an obligation without events", "CK-1", "", nil, "2026-05-04", "trigger_id", "Nhiệm vụ CK-1 không phát sinh theo sự kiện. Chọn nhiệm vụ khác.", ""},
	} {
		faults := e.CheckTrigger(e.Obligation(c.obligation), c.trigger, c.facts, day(c.on))
		if c.field == "" {
			require.Empty(t, faults, c.name)
			continue
		}
		require.Len(t, faults, 1, c.name)
		require.Equal(t, c.field, faults[0].GetField(), c.name)
		require.Equal(t, c.vi, faults[0].GetTextVi(), c.name)
		require.NotEmpty(t, faults[0].GetTextEn(), c.name)
		if c.en != "" {
			require.Equal(t, c.en, faults[0].GetTextEn(), c.name)
		}
	}
}

func TestAllThatIsWrongWithAHappeningIsToldAtOnce(t *testing.T) {
	e := full(t).Latest()
	var fields []string
	for _, f := range e.CheckTrigger(e.Obligation("DT-1"), "voters-ask", map[string]string{"asking": "x", "b": "1", "a": "1"}, day("2026-05-04")) {
		fields = append(fields, f.GetField())
	}
	require.Equal(t, []string{"asking", "voters", "a", "b"}, fields)
}

func TestTheThresholdsOfHungYenAreThoseOfTheLaw(t *testing.T) {
	e := hungYen(t).Latest()
	for _, c := range []struct {
		obligation, trigger, part, whole string
		enough, few, of                  string
	}{
		{"DT-01", "voters-ask", "voters_asking", "voters", "1000", "999", "10000"},
		{"HN-01", "staff-ask", "", "", "30", "29", "90"},
		{"HN-02", "staff-ask", "", "", "30", "29", "90"},
	} {
		o := e.Obligation(c.obligation)
		trigger := o.Trigger(c.trigger)
		require.NotNil(t, trigger, c.obligation)
		require.NotNil(t, trigger.Threshold, c.obligation)
		given := func(part string) map[string]string {
			return map[string]string{trigger.Threshold.Part: part, trigger.Threshold.Whole: c.of}
		}
		require.Empty(t, e.CheckTrigger(o, c.trigger, given(c.enough), day("2026-05-04")), c.obligation)
		require.Len(t, e.CheckTrigger(o, c.trigger, given(c.few), day("2026-05-04")), 1, c.obligation)
	}
	require.Equal(t, "trigger_id", e.CheckTrigger(e.Obligation("DT-01"), "voters-ask", nil, day("2025-06-30"))[0].GetField(), "only since 01/07/2025")
}
