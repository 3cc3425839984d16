package calendar

import (
	"fmt"
	"strings"
)

// DayKind says how a day differs from Monday-to-Friday work.
type DayKind string

// The kinds of day a table may hold.
const (
	// Off is a public holiday, or the day given for one that fell on a rest day (Bộ luật Lao động 2019, art. 111.3, 112).
	Off DayKind = "off"
	// OffSwapped is a day off whose work is done on another day.
	OffSwapped DayKind = "off-swapped"
	// WorkingSwapped is a rest day on which offices work for a day swapped away.
	WorkingSwapped DayKind = "working-swapped"
	// Unsettled is a day of which nobody can say yet whether offices work: no reminder leaves on it and nobody's lateness counts it.
	Unsettled DayKind = "unsettled"
)

func (k DayKind) known() bool {
	return k == Off || k == OffSwapped || k == WorkingSwapped || k == Unsettled
}

// Day is one row of the table of days that differ from Monday-to-Friday work. NameVI is shown to people; Source is where the day was
// announced; Confidence is how surely that is known ("V" read in the text, "R" remembered, [Computed], …).
type Day struct {
	Date       Date    `json:"date" yaml:"date"`
	Kind       DayKind `json:"kind" yaml:"kind"`
	NameVI     string  `json:"name_vi" yaml:"name_vi"`
	Source     string  `json:"source" yaml:"source"`
	Confidence string  `json:"confidence" yaml:"confidence"`
}

func (d Day) isComputed() bool { return d.Confidence == Computed }

// wordFaults says what is wrong beside the date; line is the row's line in a table, or 0.
func (d Day) wordFaults(line int) Faults {
	var fs Faults
	if !d.Kind.known() {
		fs = append(fs, &Fault{Code: CodeBadDay, Line: line, Field: "kind", Input: string(d.Kind),
			VI: fmt.Sprintf("“%s” không phải là loại ngày. Chọn off, off-swapped, working-swapped hoặc unsettled.", d.Kind),
			EN: fmt.Sprintf("“%s” is not a kind of day. Choose off, off-swapped, working-swapped or unsettled.", d.Kind)})
	}
	if strings.TrimSpace(d.NameVI) == "" {
		fs = append(fs, &Fault{Code: CodeBadDay, Line: line, Field: "name_vi",
			VI: "Chưa có tên ngày nghỉ. Nhập tên rồi gửi lại.", EN: "The Vietnamese name is missing. Enter it and send again."})
	}
	return fs
}

func missingDate() *Fault {
	return &Fault{Code: CodeBadDay, Field: "date",
		VI: "Chưa có ngày. Nhập ngày rồi gửi lại.", EN: "The date is missing. Enter it and send again."}
}

func duplicateDay(d Date, line int) *Fault {
	return &Fault{Code: CodeDuplicateDay, Line: line, Field: "date", Input: d.String(),
		VI: fmt.Sprintf("Ngày %s có hai dòng. Giữ lại một dòng.", d.Vietnamese()),
		EN: fmt.Sprintf("%s stands twice. Keep one row.", d)}
}
