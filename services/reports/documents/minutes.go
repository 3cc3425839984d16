package documents

import (
	"fmt"
	"slices"
	"strings"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/services/internal/letterpaper"
)

// Minutes are the minutes of a conference, from what its case recorded. Who spoke is never named.
type Minutes struct {
	Office     Office
	Input      *casefilev1.CaseInput
	State      *casefilev1.CaseState
	Obligation *catalogue.Obligation // for the words of choices; may be nil
	Secretary  Person                // who wrote them; may be unknown
}

// The steps of a conference.
const (
	stepHold   = "hold"
	stepBallot = "ballot"
	stepNotice = "notice"
)

// Held tells whether minutes can be written: the conference was held.
func Held(state *casefilev1.CaseState) bool { return lastRecord(state, stepHold) != nil }

func lastRecord(state *casefilev1.CaseState, step string) *casefilev1.StepRecord {
	var last *casefilev1.StepRecord
	for _, record := range state.GetSteps() {
		if record.GetStepId() == step && record.GetHeldOn() != "" {
			last = record
		}
	}
	return last
}

// Composed are the minutes with their two signatures.
func (m Minutes) Composed() Composed {
	title := subject(m.Input.GetTitleVi(), m.Input.GetPeriodId())
	var text []letterpaper.Block
	number := 0
	for _, part := range []struct {
		title string
		lines []string
	}{
		{"Thời gian, địa điểm", m.when()}, {"Thành phần", m.attendance()}, {"Nội dung", m.contents()}, {"Biểu quyết", m.votes()}, {"Kết luận", []string{dots + dots + dots}},
	} {
		if len(part.lines) == 0 {
			continue
		}
		number++
		text = append(text, chapter(number, part.title))
		for _, line := range part.lines {
			text = append(text, letterpaper.Paragraph{Text: line})
		}
	}
	text = append(text, letterpaper.Paragraph{Text: "Hội nghị kết thúc vào hồi …… giờ …… phút cùng ngày. Biên bản được đọc lại cho những người dự hội nghị nghe, thống nhất thông qua."})
	chair := letterpaper.Signatory{Title: "Chủ tọa", Name: m.Office.Signer.Name}
	paper := letterpaper.Paper{Form: m.Office.Form, Head: m.Office.head(KindMinutes, "Biên bản", title), Text: text,
		Signatures: []letterpaper.Signatory{{Title: "Thư ký", Name: m.Secretary.Name}, chair}}
	fields := fieldsOf(m.Office, paper)
	fields.Values["nguoi_ghi"], fields.Values["chu_toa"], fields.Values["ngay_to_chuc"] = m.Secretary.Name, m.Office.Signer.Name, day(lastRecord(m.State, stepHold).GetHeldOn())
	for key, lines := range map[string][]string{"thanh_phan": m.attendance(), "bieu_quyet": m.votes()} {
		fields.Blocks[key] = lines
	}
	return Composed{paper, nil, fields}
}

func (m Minutes) when() []string {
	record := lastRecord(m.State, stepHold)
	held := dots
	if on, err := calendar.ParseDate(record.GetHeldOn()); err == nil && !on.IsZero() {
		held = fmt.Sprintf("ngày %02d tháng %02d năm %d", on.Day(), int(on.Month()), on.Year())
	}
	lines := []string{fmt.Sprintf("Hội nghị khai mạc vào hồi …… giờ …… phút, %s, tại %s.", held, dots+dots)}
	if notice := lastRecord(m.State, stepNotice); notice != nil {
		line := "Thông báo về hội nghị ngày " + day(notice.GetHeldOn())
		if channel := m.choice(stepNotice, "channel", notice.GetFacts()["channel"]); channel != "" {
			line += ", hình thức: " + channel
		}
		lines = append(lines, line+".")
	}
	return lines
}

// choice is a choice in words; empty where they are not known.
func (m Minutes) choice(step, key, id string) string {
	if m.Obligation == nil || id == "" {
		return ""
	}
	for _, s := range m.Obligation.Steps {
		for _, fact := range s.Facts {
			at := slices.IndexFunc(fact.Choices, func(c catalogue.Choice) bool { return c.ID == id })
			if s.ID == step && fact.Key == key && at >= 0 {
				return fact.Choices[at].Text.VI
			}
		}
	}
	return ""
}

func (m Minutes) attendance() []string {
	facts := lastRecord(m.State, stepHold).GetFacts()
	chair := "Chủ tọa: " + person(m.Office.Signer)
	secretary := "Thư ký: " + person(m.Secretary)
	lines := []string{chair + ".", secretary + "."}
	summoned, wasSummoned := figures.CountOf(facts, figures.FactSummoned)
	present, counted := figures.CountOf(facts, figures.FactPresent)
	switch {
	case wasSummoned && counted:
		lines = append(lines, fmt.Sprintf("Số người được triệu tập: %s; số người dự: %s (%s).", vietnamese(summoned), vietnamese(present), figures.Share(present, summoned)))
	case counted:
		lines = append(lines, fmt.Sprintf("Số người dự: %s.", vietnamese(present)))
	}
	rules := m.Input.GetConference()
	if rules.GetQuorumDenominator() > 0 && wasSummoned && counted {
		least := figures.QuorumOf(rules, figures.MoreThanQuorum(m.Input.GetWorkflowType()), summoned)
		ruling := "Hội nghị đủ thành phần theo quy định"
		if present < least {
			ruling = "Hội nghị không đủ thành phần theo quy định"
		}
		lines = append(lines, fmt.Sprintf("%s (cần ít nhất %s người dự).", ruling, vietnamese(least)))
	}
	return lines
}

func person(p Person) string {
	switch {
	case p.Name == "":
		return dots + dots
	case p.Title == "":
		return p.Name
	}
	return p.Name + ", " + p.Title
}

// contents are the figures of the conference that are neither attendance nor votes.
func (m Minutes) contents() []string {
	var asked []Figure
	facts := lastRecord(m.State, stepHold).GetFacts()
	for _, step := range m.Input.GetSteps() {
		for _, p := range step.GetFacts() {
			counts := figures.IsFigure(p.GetKind()) && !slices.Contains([]string{figures.FactSummoned, figures.FactPresent, figures.FactVotesFor}, p.GetKey())
			if step.GetId() == stepHold && counts {
				asked = append(asked, FigureOf(p, facts[p.GetKey()]))
			}
		}
	}
	lines := []string{"1. Nội dung trình bày tại hội nghị: " + dots + dots, "2. Trao đổi, thảo luận (tổng hợp theo nội dung, không ghi tên người có ý kiến): " + dots + dots}
	for _, line := range sentences(asked) {
		line = strings.NewReplacer("Trong kỳ có ", "Hội nghị có ", "Trong kỳ không phát sinh: ", "Hội nghị không có: ").Replace(line)
		lines = append(lines, line)
	}
	return lines
}

func (m Minutes) votes() []string {
	rules := m.Input.GetConference()
	facts := lastRecord(m.State, stepHold).GetFacts()
	if ballot := lastRecord(m.State, stepBallot); ballot != nil {
		return ballotLines(ballot.GetFacts())
	}
	votes, voted := figures.CountOf(facts, figures.FactVotesFor)
	present, counted := figures.CountOf(facts, figures.FactPresent)
	if !voted || !counted {
		return nil
	}
	line := fmt.Sprintf("Số người tán thành nghị quyết: %s/%s (%s)", vietnamese(votes), vietnamese(present), figures.Share(votes, present))
	if passed, judged := figures.Passed(rules, facts); judged && passed {
		line += fmt.Sprintf("; nghị quyết được thông qua với trên %d%% tổng số người dự tán thành", rules.GetPassOverPercent())
	} else if judged {
		line += fmt.Sprintf("; nghị quyết không được thông qua vì chưa đạt trên %d%% tổng số người dự", rules.GetPassOverPercent())
	}
	return []string{line + "."}
}

func ballotLines(facts map[string]string) []string {
	sent, _ := figures.CountOf(facts, "ballots_sent")
	back, counted := figures.CountOf(facts, "ballots_returned")
	votes, voted := figures.CountOf(facts, figures.FactVotesFor)
	if !counted || !voted {
		return nil
	}
	return []string{fmt.Sprintf("Phát phiếu lấy ý kiến toàn thể: phát ra %s phiếu, thu về %s phiếu; tán thành %s phiếu (%s số phiếu phát ra).",
		vietnamese(sent), vietnamese(back), vietnamese(votes), figures.Share(votes, sent))}
}

func vietnamese(n int64) string { return figures.Count(n).Vietnamese() }
