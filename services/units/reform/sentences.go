package reform

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"nenep/services/units/gazetteer"
)

// fault says what is wrong with an operation, in Vietnamese and English; line 0 is the plan.
func (w *work) fault(line int, field, vi, en string, args ...any) {
	w.out.Faults = append(w.out.Faults, sentence(line, field, vi, en, args...))
}

func sentence(line int, field, vi, en string, args ...any) gazetteer.Fault {
	vi, en = fmt.Sprintf(vi, args...), fmt.Sprintf(en, args...)
	if line > 0 {
		vi, en = fmt.Sprintf("Nội dung %d: %s", line, vi), fmt.Sprintf("Operation %d: %s", line, en)
	}
	return gazetteer.Fault{Line: line, Field: field, VI: vi, EN: en}
}

// wrong is a fault that keeps the operation from being worked out.
func (w *work) wrong(op *operation, field, vi, en string, args ...any) {
	op.wrong = true
	for _, id := range op.GetFromIds() {
		w.excused[id] = true
	}
	w.fault(op.n, field, vi, en, args...)
}

// name is how a sentence calls an area or unit: its name and its id.
func (w *work) name(id string) string {
	if u, ok := w.units[id]; ok {
		return u.Name + " (" + id + ")"
	}
	if a, ok := w.areas[id]; ok {
		return a.Name + " (" + id + ")"
	}
	return id
}

// mostNamed is how many a sentence names before it only counts.
const mostNamed = 5

func (w *work) names(ids []string) string {
	called := make([]string, 0, mostNamed)
	for _, id := range ids[:min(len(ids), mostNamed)] {
		called = append(called, w.name(id))
	}
	if more := len(ids) - mostNamed; more > 0 {
		called = append(called, fmt.Sprintf("… (+%d)", more))
	}
	return strings.Join(called, ", ")
}

// dayVI writes a day as a Vietnamese reader does.
func dayVI(day string) string {
	if parsed, err := time.Parse(time.DateOnly, day); err == nil {
		return parsed.Format("02/01/2006")
	}
	return day
}

func blank(text string) bool { return strings.TrimSpace(text) == "" }

// decomposed text looks the same and is never found again by searching.
func decomposed(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Mn, r) })
}

// note says what a person should know and what stops nothing.
func (w *work) note() {
	without := map[int][]string{}
	for _, s := range w.out.UnitSuccessions {
		if s.To == "" {
			without[w.ended[s.From]] = append(without[w.ended[s.From]], s.From)
		}
	}
	for _, op := range w.ops {
		if kept := without[op.n]; len(kept) > 0 {
			w.out.Notes = append(w.out.Notes, sentence(op.n, "to",
				"%[1]d đơn vị kết thúc mà không có đơn vị kế thừa: %[2]s. Hồ sơ đang mở của các đơn vị này được giữ lại và liệt kê để cán bộ xử lý.",
				"%[1]d units end without a successor: %[2]s. Their open cases are kept and listed for a person.", len(kept), w.names(kept)))
		}
		if op.GetUncertain() {
			w.out.Notes = append(w.out.Notes, sentence(op.n, "uncertain", "chưa có văn bản nêu rõ nội dung này. Đối chiếu với quyết định.",
				"no text states this for certain. Compare it with the decision."))
		}
	}
	if n := len(w.out.UnitsBegun); n > 0 {
		w.out.Notes = append(w.out.Notes, sentence(0, "operations",
			"%[1]d đơn vị mới bắt đầu ngày %[2]s mà chưa có người đứng đầu, cán bộ đầu mối. Cập nhật cán bộ để việc nhắc có người nhận.",
			"%[1]d new units begin on %[2]s without a head and a contact. Enter them, so that reminders reach somebody.", n, dayVI(w.day)))
	}
}
