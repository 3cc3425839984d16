package catalogue_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// Each row spoils one thing of the full catalogue: what a person could write, and the sentence that answers it.
var spoiltLinks = []struct {
	name, file, old, with string
	at                    string // text on the line that the fault names
	vi                    string
}{
	{"no target", "obligations/RS-1.yaml", "target: {text", "# target: {text", "code: RS-1", "Thiếu khóa “target”. Thêm khóa này."},
	{"a rule without its document", "rules/law.yaml", "document: Nghị định số 59/2023/NĐ-CP, article: Điều 14", "article: Điều 14", "NOTICE-5", "Thiếu khóa “document”. Thêm khóa này."},
	{"a rule without its article", "rules/law.yaml", "article: Điều 14, ", "", "NOTICE-5", "Thiếu khóa “article”. Thêm khóa này."},
	{"a rule whose source is empty", "rules/law.yaml", "document: Luật số 10/2022/QH15, article: Điều 1,", "document: \"\", article: Điều 1,", "id: LAW", "“document” còn thiếu nội dung. Nhập thêm."},
	{"two rules in force on one day", "rules/law.yaml", "id: POST-15, document: Luật số 10/2022/QH15, article: khoản 2 Điều 65, value: 15, unit: days, day_type: calendar",
		"id: POST-5, document: Luật số 10/2022/QH15, article: khoản 2 Điều 65, value: 15, unit: days, day_type: calendar", "khoản 2 Điều 65",
		"Quy tắc “POST-5” có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc."},
	{"a setting in two files", "settings/dates.yaml", "key: event-days", "key: file-days", "30 ngày sau sự kiện", "Thiết lập “file-days” ghi hai lần (đã có ở catalogue.yaml). Giữ lại một."},
	{"a switch that is a number", "settings/dates.yaml", "value: off", "value: 7", "key: communes", "Giá trị “7” không hợp với đơn vị tính “switch” của thiết lập. Sửa một trong hai."},
	{"a day that is in no year", "settings/dates.yaml", "value: 30/06", "value: 31/06", "key: half-1", "Giá trị “31/06” không hợp với đơn vị tính “day-of-year” của thiết lập. Sửa một trong hai."},
	{"a switch that is none", "obligations/MH-1.yaml", "switch: communes", "switch: file-days", "switch: file-days", "Giá trị “15” của “file-days” không dùng được ở đây; cần thiết lập bật, tắt (unit: switch)."},
	{"an event without a trigger", "obligations/KT-1.yaml", "triggers: [", "# triggers: [", "code: KT-1", "Thiếu khóa “triggers”. Thêm khóa này."},
	{"once without its period", "obligations/MH-1.yaml", "only_period: \"2025\"\n", "", "code: MH-1", "Thiếu khóa “only_period”. Thêm khóa này."},
	{"the one period of a yearly one", "obligations/RS-1.yaml", "recurrence: year", "recurrence: year\nonly_period: \"2025\"", "only_period", "Chỉ nhiệm vụ làm một lần (once) có kỳ duy nhất. Bỏ khóa only_period."},
	{"a recurring one that never opens", "obligations/CK-1.yaml", "opens: [", "# opens: [", "code: CK-1", "Thiếu khóa “opens”. Thêm khóa này."},
	{"a workflow of another pattern", "obligations/RS-1.yaml", "workflow: StandingCommitment", "workflow: Petition", "workflow: Petition",
		"Quy trình “Petition” không phải của mẫu “commitment”. Chọn một trong: StandingCommitment."},
	{"a register without items", "obligations/SO-1.yaml", "pattern: figures", "pattern: register", "code: SO-1", "Thiếu khóa “items”. Thêm khóa này."},
	{"items where there can be none", "obligations/CK-1.yaml", "pattern: register", "pattern: petition", "title: {vi: \"nội dung công khai\"", "Chỉ mẫu register và plan có các mục. Bỏ phần items."},
	{"a threshold of a fact that is not asked", "obligations/DT-1.yaml", "part: asking", "part: askign", "askign", "Không có số liệu “askign”. Có phải “asking”?"},
	{"a threshold of a day", "obligations/QC-1.yaml", "key: staff, title: {vi: \"Tổng số người\", en: \"Staff\"}, kind: count", "key: staff, title: {vi: \"Tổng số người\", en: \"Staff\"}, kind: day",
		"whole: staff", "Số liệu “staff” không phải là số đếm (count). Nêu khóa của một số đếm (count)."},
	{"a share that is none", "obligations/DT-1.yaml", "at_least: ASK-10", "at_least: LAW", "at_least: LAW", "Giá trị “” của “LAW” không dùng được ở đây; cần số phần trăm hoặc phân số như 1/3."},
	{"an anchor that is no day", "obligations/KN-1.yaml", "anchor_fact: received_on", "anchor_fact: kind", "anchor_fact: kind", "Số liệu “kind” không phải là ngày (day). Nêu khóa của một ngày (day)."},
	{"an item counted from a fact that is not asked", "obligations/CK-1.yaml", "from: decided", "from: decide", "from: decide", "Không có số liệu “decide”. Có phải “decided”?"},
	{"an item done by a choice", "obligations/CK-1.yaml", "done_fact: posted", "done_fact: channel", "done_fact: channel", "Số liệu “channel” không phải là ngày (day). Nêu khóa của một ngày (day)."},
	{"an item without a term", "obligations/CK-1.yaml", "  within: POST-5\n", "", "title: {vi: \"nội dung công khai\"", "Hạn tính từ một ngày cần from và đúng một trong hai khóa within, before."},
	{"an item due twice", "obligations/CK-1.yaml", "from: decided", "from: decided\n  due_fact: posted", "title: {vi: \"nội dung công khai\"", "Hạn của mỗi mục: nêu đúng một trong hai khóa from, due_fact."},
	{"held by a choice that is not there", "obligations/CK-1.yaml", "choice: radio", "choice: radoi", "radoi", "“radoi” không có trong danh sách của “channel”. Có phải “radio”?"},
	{"held by a choice of no fact", "obligations/CK-1.yaml", "{fact: channel, choice: radio,", "{choice: radio,", "{choice: radio,", "Khóa “choice” cần có thêm “fact”. Thêm khóa này."},
	{"a rung of items where there are none", "obligations/RS-1.yaml", "use: default", "use: items", "use: items", "Thang “items” nhắc theo từng mục, nhiệm vụ này không có các mục (items). Chọn thang khác."},
	{"an own rung of items where there are none", "obligations/SO-1.yaml", "step: month, offset: -2, counted: calendar, role: contact", "offset: -2, counted: calendar, role: contact, each_item: true", "remind-month",
		"Mức nhắc “remind-month” theo từng mục chỉ có ở nhiệm vụ có các mục (items) và không gắn với bước. Bỏ khóa each_item."},
	{"raises an obligation that is not there", "obligations/DT-1.yaml", "obligation: KT-1", "obligation: KT-9", "KT-9", "Danh mục không có nhiệm vụ “KT-9”. Có phải “KT-1”?"},
	{"raises by a trigger that is not there", "obligations/DT-1.yaml", "trigger: held", "trigger: holds", "trigger: holds", "Nhiệm vụ KT-1 không có sự kiện “holds”. Có phải “held”?"},
	{"raises by a trigger of another kind", "obligations/KT-1.yaml", ", automatic: raised", "", "", "Sự kiện “held” của KT-1 không phải loại raised. Sửa automatic của sự kiện đó."},
	{"raises at a step that is not there", "obligations/DT-1.yaml", "step: hold}]\nopinions", "step: hodl}]\nopinions", "step: hodl", "Nhiệm vụ không có bước “hodl”. Có phải “hold”?"},
	{"opinions become what is not there", "obligations/DT-1.yaml", "opinions_become: KN-1", "opinions_become: KN-9", "KN-9", "Danh mục không có nhiệm vụ “KN-9”. Có phải “KN-1”?"},
	{"opinions become what recurs", "obligations/DT-1.yaml", "opinions_become: KN-1", "opinions_become: CK-1", "opinions_become", "Nhiệm vụ CK-1 không mở theo sự kiện. Chọn nhiệm vụ theo sự kiện."},
	{"carried by a step that is not there", "obligations/DS-1.yaml", "step: list", "step: lits", "lits", "Nhiệm vụ không có bước “lits”. Có phải “list”?"},
	{"carried by what is carried itself", "obligations/DS-1.yaml", "obligation: CK-1", "obligation: DS-1", "obligation: DS-1", "Nhiệm vụ DS-1 không có hồ sơ riêng. Nêu nhiệm vụ có hồ sơ."},
	{"carried, and yet with steps", "obligations/DS-1.yaml", "caveat:", "recurrence: year\ncaveat:", "recurrence", "Khóa “recurrence” không đi cùng carried_by. Bỏ khóa này."},
	{"no board to miss", "obligations/TT-1.yaml", "automatic: missing-board, board: peoples-inspection-board", "automatic: missing-board", "id: missing",
		"Sự kiện “missing” tự phát sinh (missing-board) cần biết loại ban. Thêm khóa board."},
	{"a term that ends without warning", "obligations/TT-1.yaml", ", lead_days: lead-days", "", "id: renewal",
		"Sự kiện “renewal” tự phát sinh trước khi hết nhiệm kỳ, cần số ngày báo trước. Thêm khóa lead_days."},
	{"a figure that nobody can enter", "obligations/TT-1.yaml", "key: role, title: {vi: \"Chức danh khuyết\", en: \"Seat\"}, kind: choice,", "key: role, title: {vi: \"Chức danh khuyết\", en: \"Seat\"}, kind: choice, required: true,",
		"key: role", "Sự kiện “vacancy” tự phát sinh, không ai nhập số liệu “role”. Bỏ required."},
	{"a term without a unit", "obligations/TT-1.yaml", "term: TERM", "term: MEMBERS", "term: MEMBERS", "Giá trị “5” của “MEMBERS” không dùng được ở đây; cần số năm hoặc số tháng (unit: years, months)."},
	{"members equal to a fact that is not asked", "obligations/TT-1.yaml", "members_equal_fact: villages", "members_equal_fact: village", "members_equal_fact", "Không có số liệu “village”. Có phải “villages”?"},
	{"a step of a trigger that is not there", "obligations/TT-1.yaml", "triggers: [missing, renewal, born]", "triggers: [missing, renewals, born]", "renewals", "Nhiệm vụ TT-1 không có sự kiện “renewals”. Có phải “renewal”?"},
	{"a step of a kind that is not obliged", "obligations/CK-1.yaml", "unit_kinds: [commune-peoples-committee]", "unit_kinds: [department]", "unit_kinds",
		"Nhiệm vụ không đặt ra cho loại đơn vị “department”. Bỏ loại này hoặc thêm vào obliged."},
	{"a due rule of a kind that is not obliged", "obligations/KN-1.yaml", "unit_kind: state-enterprise", "unit_kind: village", "unit_kind: village",
		"Nhiệm vụ không đặt ra cho loại đơn vị “village”. Bỏ loại này hoặc thêm vào obliged."},
	{"a trigger beside a recurring one that is never due", "obligations/DT-1.yaml", ", due: [{kind: days_after, n: 15, ground: event-days}]", "", "id: needed", "Sự kiện “needed” chưa có cách tính hạn. Thêm khóa due."},
	{"a day of the year for two halves", "obligations/TH-1.yaml", "  - {kind: fixed_day, ground: half-1, number: 1}\n", "", "ground: half-2",
		"Ngày này trong năm dùng chung cho nhiều nửa năm, quý. Thêm number cho từng kỳ, hoặc dùng end_of_period, hoặc days_after với from: period-start."},
	{"a second half of a year", "obligations/BC-1.yaml", "  window_to: {kind: fixed_day, month: 12, day: 14, ground: LAW}\n",
		"  window_to: {kind: fixed_day, month: 12, day: 14, ground: LAW}\n  second_half: {window_from: {kind: end_of_period, ground: LAW}, window_to: {kind: end_of_period, ground: LAW}}\n",
		"second_half", "Chỉ nhiệm vụ 6 tháng một lần (half) có nửa cuối năm. Bỏ khóa second_half."},
	{"a third half", "obligations/TH-1.yaml", "number: 1", "number: 3", "number: 3", "Nhiệm vụ không có kỳ thứ 3 trong năm. Bỏ khóa number."},
	{"a happening's date from a period", "obligations/QC-1.yaml", "due: [{kind: days_after, ground: event-days}]", "due: [{kind: days_after, from: period-end, ground: event-days}]", "from: period-end",
		"Hạn này tính từ một sự việc, không từ kỳ. Bỏ khóa from."},
	{"months of a step without a day", "obligations/SO-1.yaml", "    due: {kind: working_days_after, ground: month-days}\n", "", "every: month",
		"Bước “month” lặp lại hằng tháng, hạn tính từ ngày cuối tháng. Thêm khóa due, bỏ due_with_case và hangs_on."},
	{"a step that hangs both ways", "obligations/DT-1.yaml", "{step: hold, before: NOTICE}", "{step: hold, before: NOTICE, after: NOTICE}", "after: NOTICE", "Bước “notice” cần đúng một trong hai khóa before, after."},
	{"an exemption on two grounds", "obligations/TT-1.yaml", "{special: SPECIAL}", "{special: SPECIAL, staff_at_most: MEMBERS}", "exempt_when", "“exempt_when” có thừa khóa. Bỏ bớt."},
}

func TestWhatLeadsNowhereIsNamedWithItsLine(t *testing.T) {
	for _, c := range spoiltLinks {
		folder := folderOf(t, "testdata/du-mau")
		spoil(t, folder, c.file, c.old, c.with)
		var said []string
		found := false
		for _, f := range faultsOf(t, folder) {
			said = append(said, f.Error()+" | "+f.VI)
			require.NotContains(t, f.VI+f.EN, "%!", c.name)
			require.NotEmpty(t, f.EN, c.name)
			found = found || (f.VI == c.vi && f.Column > 0 && (c.at == "" || (f.File == c.file && f.Line == lineOf(t, folder, c.file, c.at))))
		}
		require.True(t, found, "%s: %s\nsaid: %s", c.name, c.vi, strings.Join(said, "\n"))
	}
}

func TestRulesAndSettingsMayStandInSeveralFiles(t *testing.T) {
	folder := folderOf(t, "testdata/du-mau")
	folder["rules.yaml"] = &fstest.MapFile{Data: []byte("rules:\n  - {id: LAW, document: Luật khác, article: Điều 9, valid_from: 2024-01-01, confidence: V, text: {vi: a, en: b}}\n")}
	faults := faultsOf(t, folder)
	require.Len(t, faults, 1)
	require.Equal(t, "rules/law.yaml", faults[0].File, "the later of the two, by name of the file")

	folder = folderOf(t, "testdata/du-mau")
	folder["settings/more/x.yaml"] = &fstest.MapFile{Data: []byte("settings: []")}
	require.Contains(t, faultsOf(t, folder)[0].VI, "không thuộc phần nào của danh mục")

	folder = folderOf(t, "testdata/du-mau")
	delete(folder, "rules/law.yaml")
	require.Equal(t, "rules.yaml", faultsOf(t, folder)[0].File, "no rules at all")
}
