package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/ladder"
)

// Entry is one sentence, and the events it tells.
type Entry struct {
	At       time.Time
	Kind     string
	VI, EN   string
	EventIDs []int64
}

// Tell tells the story, oldest first. Every happening becomes exactly one entry, so every event is
// named exactly once.
func (s Story) Tell(words Words) []Entry {
	t := &teller{words: words, input: &casefilev1.CaseInput{}, state: &casefilev1.CaseState{}, told: map[int32]bool{}}
	entries := make([]Entry, len(s))
	for i, happening := range s {
		sentence := t.tell(happening)
		entries[i] = Entry{At: happening.At, Kind: happening.Kind, VI: sentence.vi, EN: sentence.en, EventIDs: happening.EventIDs}
	}
	return entries
}

// teller follows the case while it tells.
type teller struct {
	words Words
	input *casefilev1.CaseInput
	state *casefilev1.CaseState // as the last answer left it
	told  map[int32]bool        // rounds whose due day has been told to have passed
}

func (t *teller) tell(h *Happening) text {
	switch {
	case h.Kind == KindOpened:
		return t.reopened(h.Input.GetReopened()).join(t.opened(h))
	case h.Kind == KindReopened:
		return text{"Mở lại hồ sơ từ sổ theo dõi và các việc đã ghi.", "The case was opened again from the register and its acts."}
	case h.Act != nil:
		return t.act(h)
	case h.Kind == KindRung:
		return t.rung(h).join(t.delay(h))
	case h.Kind == KindTimer:
		return text{"Đến giờ hẹn; không có mức nhắc nào phải gửi.", "The waiting ended; nobody had to be told."}
	case h.Kind == KindExported:
		return exported(h).join(t.delay(h))
	case h.Kind == KindClosed:
		return t.closed()
	case h.Kind == KindTerminated:
		return after(text{"Hồ sơ bị dừng trong Temporal", "The case was stopped in Temporal"}, h.Reason)
	default:
		return text{"Phần đầu của lịch sử không còn.", "The beginning of the history is gone."}
	}
}

func (t *teller) opened(h *Happening) text {
	t.input = h.Input
	t.state = &casefilev1.CaseState{State: casefilev1.State_STATE_OPEN, Round: 1, DueDay: h.Input.GetDue().GetDay(), DueOfLaw: h.Input.GetDue().GetOfLaw()}
	if h.Input.GetCaseId() == "" {
		return text{"Mở hồ sơ; không đọc được nội dung.", "Case opened; its input cannot be read."}
	}
	due := h.Input.GetDue()
	sentence := both(text{"Mở hồ sơ %s: %s thực hiện %s kỳ %s, hạn %s", "Case %s opened: %s owes %s for %s, due %s"},
		same(h.Input.GetCaseId()), t.words.unit(h.Input.GetUnitId()).args(), t.title(), periodWords(h.Input.GetPeriodId()), day(due.GetDay()))
	if ground := groundWords(due.GetWhy().GetGround()); ground != "" {
		sentence = both(text{"%s, theo %s", "%s, by %s"}, sentence.args(), same(ground))
	}
	if version := h.Input.GetCatalogueVersion(); version != "" {
		sentence = both(text{"%s; danh mục phiên bản %s", "%s; catalogue version %s"}, sentence.args(), same(version))
	}
	sentence = text{sentence.vi + ".", sentence.en + "."}
	sentence = sentence.join(cameFrom(h.Input))
	if steps := due.GetWhy().GetStepsVi(); len(steps) > 0 {
		sentence = sentence.join(text{vi: fmt.Sprintf("Tính hạn %s: %s.", day(due.GetDay())[0], said(strings.Join(steps, " ")))})
	}
	return sentence.join(warned(h.Input))
}

// cameFrom tells the case that this one goes on with, and the one out of which it was raised.
func cameFrom(input *casefilev1.CaseInput) text {
	var sentence text
	if follows := input.GetFollowsCaseId(); follows != "" {
		form := text{"Nhận hồ sơ %s cùng minh chứng.", "It takes over case %s with its evidence."}
		if _, unit, _, err := contract.CaseIDParts(follows); err == nil && unit == input.GetUnitId() {
			form = text{"Tiếp tục hồ sơ %s cùng minh chứng.", "It goes on with case %s and its evidence."}
		}
		sentence = both(form, same(follows))
	}
	if origin := input.GetOriginCaseId(); origin != "" {
		sentence = sentence.join(both(text{"Phát sinh từ hồ sơ %s.", "It was raised out of case %s."}, same(origin)))
	}
	return sentence
}

// warned tells what the case has to say from its first day on.
func warned(input *casefilev1.CaseInput) text {
	var sentence text
	for _, warning := range input.GetWarnings() {
		sentence = sentence.join(both(text{"Lưu ý: %s.", "Note: %s."}, [2]any{said(warning.GetTextVi()), said(warning.GetTextEn())}))
	}
	return sentence
}

func (t *teller) title() [2]any {
	vi, en := t.input.GetTitleVi(), t.input.GetTitleEn()
	if vi == "" {
		vi = t.input.GetObligationId()
	}
	if en == "" {
		en = t.input.GetObligationId()
	}
	return [2]any{lowered(vi), en}
}

func periodWords(id string) [2]any {
	base, _, _ := strings.Cut(id, "/")
	period, err := calendar.ParsePeriod(base)
	if err != nil {
		return same(id)
	}
	return [2]any{period.Vietnamese(), id}
}

// groundWords is "Điều 32 Luật số 10/2022/QH15"; a setting of the province has none.
func groundWords(ground *casefilev1.LegalGround) string {
	return contract.Citation(ground)
}

func (t *teller) closed() text {
	if t.state.GetSealed() {
		return text{"Hồ sơ đã khóa kỳ và kết thúc.", "The case is sealed and closed."}
	}
	return text{"Hồ sơ kết thúc.", "The case is closed."}
}

func exported(h *Happening) text {
	if h.SHA256 == "" {
		return text{"Lưu lịch sử hồ sơ vào kho minh chứng.", "The history was stored with the evidence."}
	}
	return both(text{"Lưu lịch sử hồ sơ vào kho minh chứng, mã kiểm tra %s.", "The history was stored with the evidence, check code %s."}, same(check(h.SHA256)))
}

// delay tells of a service that was away: the deed is late, not lost and not doubled.
func (t *teller) delay(h *Happening) text {
	minutes := int(h.Late / time.Minute)
	if minutes < 1 {
		return text{}
	}
	return both(text{"Dịch vụ ngừng trả lời từ %s; việc này chậm %d phút, không mất, không lặp.",
		"A service had stopped answering at %s; this came %d minutes late, not lost, not doubled."}, clock(h.At), same(minutes))
}

func (t *teller) rung(h *Happening) text {
	result := h.Rung
	if result == nil {
		return text{"Đến mức nhắc; chưa gửi xong.", "A reminder is due; it has not left yet."}
	}
	if words, is := deeds[result.RungID]; is {
		return t.synthesised(words, result)
	}
	policy := t.policy(result.RungID)
	if result.Outcome == ladder.Nobody || len(result.OfficialIDs) == 0 && result.Outcome != ladder.Drafted {
		return t.nobody(policy, result)
	}
	passed := t.passed(result)
	switch {
	case t.state.GetState() == casefilev1.State_STATE_SUBMITTED:
		return t.waiting(result)
	case policy.GetKind() == ladder.Escalation:
		return passed.join(t.escalation(policy, result))
	default:
		return passed.join(t.reminder(policy, result))
	}
}

// nobody: the rung is skipped and recorded; whoever stands in hears instead.
func (t *teller) nobody(policy *casefilev1.RungPolicy, result *contract.CarryOutResult) text {
	name := t.reminderName(policy, result.RungID)
	if policy.GetKind() == ladder.Escalation {
		name = both(text{"quá hạn %d ngày làm việc", "%d working days late"}, same(policy.GetOffset()))
	}
	sentence := both(text{"Bỏ qua mức nhắc %s: %s.", "Rung skipped (%s): %s."},
		name.args(), vacancy(policy.GetRole(), t.words.unit(t.input.GetUnitId())).args())
	if len(result.OfficialIDs) == 0 {
		return sentence
	}
	return sentence.join(both(text{"Thông báo chuyển đến %s.", "%s was told instead."}, same(t.words.people(result.OfficialIDs, t.input.GetUnitId()))))
}

// passed tells once in a round that the due day is over.
func (t *teller) passed(result *contract.CarryOutResult) text {
	due, err := calendar.ParseDate(t.state.GetDueDay())
	on, dayErr := calendar.ParseDate(result.Day)
	if err != nil || dayErr != nil || itemOf(result.RungID) != "" || !on.After(due) || t.told[result.Round] || t.state.GetState() == casefilev1.State_STATE_SUBMITTED {
		return text{}
	}
	t.told[result.Round] = true
	return both(text{"Hết hạn %s, hồ sơ chưa nộp; từ đây tính là quá hạn.", "The due date %s has passed without a submission; from here on the case is late."}, day(t.state.GetDueDay()))
}

// policy finds a rung on the case's ladders; one that leaves for an item is told under that item's name.
func (t *teller) policy(rungID string) *casefilev1.RungPolicy {
	rungID, _, _ = strings.Cut(rungID, itemMark)
	review := t.input.GetReview()
	for _, policy := range []*casefilev1.LadderPolicy{t.input.GetLadder(), review.GetReturned(), review.GetWaiting()} {
		for _, rung := range policy.GetRungs() {
			if rung.GetId() == rungID {
				return rung
			}
		}
	}
	return &casefilev1.RungPolicy{Id: rungID, Kind: ladder.Reminder, Role: ladder.RoleContact}
}

func (t *teller) reminder(policy *casefilev1.RungPolicy, result *contract.CarryOutResult) text {
	return both(text{"Nhắc %s gửi %s.", "Reminder %s to %s."}, t.reminderName(policy, result.RungID).args(), same(t.words.people(result.OfficialIDs, t.input.GetUnitId())))
}

// reminderName is "lần 2 (trước hạn 7 ngày)".
func (t *teller) reminderName(policy *casefilev1.RungPolicy, rungID string) text {
	unit := text{"ngày", "days"}
	if policy.GetCounted() == ladder.Working {
		unit = text{"ngày làm việc", "working days"}
	}
	what := text{"hạn", "the due date"}
	if policy.GetStep() != "" {
		title := t.stepTitle(policy.GetStep())
		what = text{"hạn bước " + title.vi, "the date of the step " + title.en}
	}
	name, span := both(text{"lần %d", "%d"}, same(t.ordinal(policy.GetId()))), max(policy.GetOffset(), -policy.GetOffset())
	if item := itemOf(rungID); item != "" {
		name = t.itemName(item) // each item's reminders are few, and are not numbered
	}
	switch {
	case span == 0:
		return both(text{"%s (đến %s)", "%s (on %s)"}, name.args(), what.args())
	case policy.GetOffset() > 0:
		return both(text{"%s (sau %s %d %s)", "%s (after %s by %d %s)"}, name.args(), what.args(), same(span), unit.args())
	default:
		return both(text{"%s (trước %s %d %s)", "%s (before %s by %d %s)"}, name.args(), what.args(), same(span), unit.args())
	}
}

// ordinal is the reminder's number on its ladder, as Temporal's own summary of the timer counts it.
func (t *teller) ordinal(rungID string) int {
	policy, anchor := ladder.Present(t.input, t.state)
	n := 0
	for _, rung := range ladder.Rungs(policy, anchor, ladder.StepDays(t.input, &casefilev1.CaseState{}), ladder.Calendar(t.input.GetCalendar())) {
		if rung.Kind == ladder.Reminder {
			n++
		}
		if rung.RungID == rungID {
			break
		}
	}
	return max(n, 1)
}

func (t *teller) escalation(policy *casefilev1.RungPolicy, result *contract.CarryOutResult) text {
	stem := both(text{"Quá hạn %d ngày làm việc", "%d working days late"}, same(t.late(result)))
	if item := itemOf(result.RungID); item != "" {
		stem = both(text{"%s của %s", "%s with %s"}, stem.args(), t.itemName(item).args())
	}
	people, body := t.words.people(result.OfficialIDs, t.input.GetUnitId()), t.words.bodyOf(result.OfficialIDs)
	var to text
	switch policy.GetRole() {
	case ladder.RoleSuperior:
		to = both(text{"báo cáo cấp trên %s", "reported to the superior body %s"}, body.args())
	case ladder.RoleReviewer:
		to = both(text{"báo cáo cơ quan theo dõi %s", "reported to the reviewing body %s"}, body.args())
	case ladder.RoleStandingAgency:
		to = both(text{"báo cáo cơ quan thường trực %s", "reported to the standing agency %s"}, body.args())
	case ladder.RoleCommittee:
		to = text{"đưa vào danh sách báo cáo Ban Chỉ đạo", "put on the list for the Steering Committee"}
	default:
		to = both(text{"báo cáo %s", "reported to %s"}, same(people))
	}
	sentence := both(text{"%s: %s.", "%s: %s."}, stem.args(), text{strings.TrimSpace(to.vi), strings.TrimSpace(to.en)}.args())
	if result.Outcome == ladder.Drafted {
		sentence = sentence.join(text{"Bản dự thảo chờ người có thẩm quyền gửi.", "The draft waits for a person to release it."})
	}
	return sentence
}

// late is by how many working days the due day of the round, or of the item, had passed.
func (t *teller) late(result *contract.CarryOutResult) int {
	dueDay := t.state.GetDueDay()
	if item := itemIn(t.state, itemOf(result.RungID)); item != nil {
		dueDay = item.GetDueDay()
	}
	due, err := calendar.ParseDate(dueDay)
	on, dayErr := calendar.ParseDate(result.Day)
	if err != nil || dayErr != nil {
		return 0
	}
	n, _ := ladder.Calendar(t.input.GetCalendar()).WorkingDaysBetween(due, on)
	return n
}

func (t *teller) waiting(result *contract.CarryOutResult) text {
	return both(text{"Nhắc cơ quan theo dõi: hồ sơ nộp ngày %s chờ xác nhận, gửi %s.", "The reviewing body is reminded of what was submitted on %s: %s."},
		dayOfInstant(t.state.GetSubmittedAt()), same(t.words.people(result.OfficialIDs, t.state.GetReviewerUnitId())))
}

func dayOfInstant(s string) [2]any {
	moment, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return same(s)
	}
	return day(calendar.DateOf(moment).String())
}

func (t *teller) stepTitle(id string) text {
	for _, step := range t.input.GetSteps() {
		if step.GetId() == id {
			return text{quoted(step.GetTitleVi(), id), quoted(step.GetTitleEn(), id)}
		}
	}
	if id == "ballot" {
		return text{"“Phát phiếu lấy ý kiến toàn thể”", "“Ballot of everyone”"}
	}
	return text{quoted("", id), quoted("", id)}
}

// isSection tells whether a step is what the pages call a section of a report: one that asks for figures or answers.
func (t *teller) isSection(stepID string) bool {
	return t.input.GetReport() != nil && slices.ContainsFunc(t.input.GetSteps(), func(step *casefilev1.StepPolicy) bool {
		return step.GetId() == stepID && len(step.GetFacts()) > 0
	})
}

func quoted(title, fallback string) string {
	if title == "" {
		title = fallback
	}
	return "“" + title + "”"
}

// vacancies say that nobody is in a role, with the unit's name in them.
var vacancies = map[string]text{
	ladder.RoleContact:        {"%s chưa có cán bộ đầu mối", "%s has no contact"},
	ladder.RoleHead:           {"%s chưa có người đứng đầu", "%s has no head"},
	ladder.RoleDeputy:         {"%s chưa có cấp phó của người đứng đầu", "%s has no deputy head"},
	ladder.RoleSuperior:       {"cơ quan cấp trên của %s chưa có người nhận thông báo", "the superior body of %s has nobody to be told"},
	ladder.RoleReviewer:       {"cơ quan theo dõi %s chưa phân công người theo dõi", "the reviewing body of %s has named nobody to follow it"},
	ladder.RoleReviewerHead:   {"cơ quan theo dõi %s chưa có người đứng đầu", "the reviewing body of %s has no head"},
	ladder.RoleStandingAgency: {"cơ quan thường trực Ban Chỉ đạo chưa có người nhận thông báo về %s", "the standing agency has nobody to be told of %s"},
	ladder.RoleCommittee:      {"Ban Chỉ đạo chưa có người nhận thông báo về %s", "the Steering Committee has nobody to be told of %s"},
}

func vacancy(role string, unit text) text {
	if words, known := vacancies[role]; known {
		return both(words, unit.args())
	}
	return both(text{"%s chưa có người nhận", "%s has nobody to be told"}, unit.args())
}

// Mentions are the ids a story needs words for.
type Mentions struct{ Officials, Units, Acts []string }

// Mentions collects the ids, each once, in order.
func (s Story) Mentions() Mentions {
	var m Mentions
	for _, h := range s {
		m.Units = append(m.Units, h.Input.GetUnitId(), h.Act.GetActingUnitId(), h.Act.GetTransfer().GetSuccessorUnitId(), h.Input.GetReview().GetReviewerUnitId(),
			h.Act.GetTakeOver().GetFromUnitId(), h.Outcome.GetState().GetSuccessorUnitAfterReview())
		m.Officials, m.Acts = append(m.Officials, h.Act.GetOfficialId()), append(m.Acts, h.Act.GetActId())
		if h.Rung != nil {
			m.Officials = append(m.Officials, h.Rung.OfficialIDs...)
		}
	}
	return Mentions{distinct(m.Officials), distinct(m.Units), distinct(m.Acts)}
}

func distinct(ids []string) []string {
	slices.Sort(ids)
	ids = slices.Compact(ids)
	return slices.DeleteFunc(ids, func(id string) bool { return id == "" })
}
