package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/figures"
)

func TestACaseNobodyTouchesClimbsItsWholeLadder(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	s.act("2027-03-01 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{
		"2026-11-02 remind-plan-60 told", "2026-12-01 remind-plan-30 told",
		"2026-12-17 remind-14 told", "2026-12-24 remind-7 told", "2026-12-30 remind-1 told",
		"2027-01-04 overdue-1 told", "2027-01-06 overdue-3 told", "2027-01-12 overdue-7 draft", "2027-01-21 overdue-14 draft",
	}, s.desk.rungs())
	require.Equal(t, []string{
		"reminder contact", "reminder contact", "reminder contact", "reminder contact", "reminder contact",
		"overdue-head head", "overdue-superior superior", "overdue-standing standing-agency", "overdue-committee committee",
		"withdrawn contact", "withdrawn head",
	}, s.desk.templates())
	require.Equal(t, 1, s.desk.exported)
	head := s.desk.told[5]
	require.Equal(t, "DT-01/UBND-12205-2507/2026/1/overdue-1", head.GetKey())
	require.Equal(t, "2027-01-04", head.GetOn())
	require.Equal(t, "1", head.GetFacts()["late_days"])
	require.Equal(t, "superior", head.GetFacts()["next_role"])
	require.Equal(t, "2027-01-06", head.GetFacts()["next_day"])
	require.False(t, head.GetNow())
}

// A first start long after the due day: the head first, the superior a working day later, and on with the ladder's own spacing.
func TestAFirstStartWithEverythingPast(t *testing.T) {
	t.Parallel()
	input := dialogue(t)
	input.OpenedOn = "2027-01-30" // a Saturday
	s := newStage(t, input)
	s.act("2027-03-12 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{
		"2027-02-01 remind-plan-60 joined", "2027-02-01 remind-plan-30 joined", "2027-02-01 remind-14 joined", "2027-02-01 remind-7 joined",
		"2027-02-01 remind-1 joined", "2027-02-01 overdue-1 told",
		"2027-02-02 overdue-3 told",
		"2027-02-12 overdue-7 draft", // Tết between: 05, 08, 09, 10/02 are unsettled
		"2027-02-23 overdue-14 draft",
	}, s.desk.rungs())
}

func TestAVacantHeadClimbsAtOnceAndAVacantContactIsStoodInFor(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	leave := func(roles ...string) func() {
		return func() { s.desk.mu.Lock(); s.desk.vacant = roles; s.desk.mu.Unlock() }
	}
	leave("contact", "head", "deputy", "superior", "standing-agency")()
	s.at("2026-12-10 09:00", leave("contact", "head", "deputy"))
	s.at("2026-12-23 09:00", leave("contact"))
	s.at("2026-12-31 09:00", leave("head"))
	s.act("2027-01-08 09:00", "withdraw", withdraw())
	s.run()
	rungs := s.desk.state().GetFired()
	require.Equal(t, "2026-12-01 remind-plan-30 nobody", s.desk.rungs()[1])
	require.Empty(t, rungs[1].GetOfficialIds(), "nobody is there at all: the ledger's rows say so")
	require.Equal(t, "2026-12-17 remind-14 nobody", s.desk.rungs()[2])
	require.Equal(t, []string{"cb-superior"}, rungs[2].GetOfficialIds())
	require.Equal(t, "nobody", rungs[3].GetOutcome())
	require.Equal(t, []string{"cb-head"}, rungs[3].GetOfficialIds(), "the head is told in the contact's place")
	require.Equal(t, []string{"2027-01-04 overdue-1 nobody", "2027-01-04 overdue-3 told"}, s.desk.rungs()[5:])
	require.Equal(t, []string{"cb-deputy"}, rungs[5].GetOfficialIds())
	var said []string
	for _, told := range s.desk.told {
		if told.GetRungId() == "remind-14" || told.GetRungId() == "overdue-1" || told.GetRungId() == "overdue-3" {
			said = append(said, told.GetRungId()+" "+told.GetRole()+" for "+told.GetVacantRole())
		}
	}
	require.Equal(t, []string{
		"remind-14 contact for ", "remind-14 head for contact", "remind-14 deputy for contact", "remind-14 superior for contact",
		"overdue-1 head for ", "overdue-1 deputy for head", "overdue-3 superior for head",
	}, said, "each role that was empty has a row; nobody hears twice")
}

func TestACaseThatTheRegisterKnowsElsewhereDoesNothing(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	s.desk.foreign = true
	s.run()
	require.Empty(t, s.desk.rows)
	require.Empty(t, s.desk.told)
	require.Zero(t, s.desk.exported)
}

// A register that is away delays a case and never fails it; what happened meanwhile is written in its order.
func TestAServiceThatIsAwayDelaysOnly(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	s.desk.away, s.retries = 7, true
	s.at("2026-12-17 05:00", func() { s.desk.mu.Lock(); s.desk.mute = 9; s.desk.mu.Unlock() })
	s.at("2026-12-24 05:00", func() { s.desk.mu.Lock(); s.desk.away = 6; s.desk.mu.Unlock() })
	s.at("2026-12-28 05:00", func() { s.desk.mu.Lock(); s.desk.away = 5; s.desk.mu.Unlock() })
	first := s.act("2026-12-28 09:00", "note-1", note())
	second := s.act("2026-12-28 09:01", "note-2", note())
	s.act("2026-12-29 09:00", "withdraw", withdraw())
	s.run()
	require.NoError(t, first.err)
	require.NoError(t, second.err)
	require.Equal(t, []string{"opened", "rung", "rung", "rung", "rung", "noted", "noted", "withdrawn"}, s.desk.what())
	require.Equal(t, []string{
		"2026-11-02 remind-plan-60 told", "2026-12-01 remind-plan-30 told", "2026-12-17 remind-14 told", "2026-12-24 remind-7 told",
	}, s.desk.rungs())
}

func TestTheSameActAgainGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	first := s.act("2026-11-10 09:00", "plan", record("plan", "2026-11-09", nil, "f-1"))
	again := &answer{}
	act := record("plan", "2026-11-09", nil, "f-1")
	act.ActId, act.CaseId = "act-00-plan", s.input.GetCaseId()
	s.at("2026-11-20 09:00", func() { s.send(act, "delivered-once-more", again) })
	s.act("2026-11-21 09:00", "withdraw", withdraw())
	s.run()
	require.NoError(t, first.err)
	require.NoError(t, again.err)
	require.Equal(t, first.outcome.GetState().GetSequence(), again.outcome.GetState().GetSequence())
	require.Equal(t, []string{"opened", "rung", "step-recorded", "withdrawn"}, s.desk.what())
}

func TestARefusedActLeavesNoTrace(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	early := s.act("2026-11-10 09:00", "submit", submit())
	extension := s.act("2026-11-10 10:00", "extension", askExtension("2027-02-01"))
	clock := s.act("2026-11-10 11:00", "clock", shift(time.Hour))
	s.act("2026-11-21 09:00", "withdraw", withdraw())
	late := s.act("2026-11-21 09:00", "note", note())
	s.run()
	require.Equal(t, "Còn thiếu 4 minh chứng: Thông báo thời gian, địa điểm, nội dung; Tổ chức hội nghị; Biên bản hội nghị; Công bố kết quả. Thêm đủ rồi nộp hồ sơ.",
		early.refusal.GetTextVi())
	require.Equal(t, contract.CodeWrongState, extension.refusal.GetCode(), "a date of the law is not extended")
	require.Equal(t, contract.CodeForbidden, clock.refusal.GetCode())
	require.Contains(t, late.refusal.GetTextVi(), "“thu hồi”")
	require.Equal(t, []string{"opened", "rung", "withdrawn"}, s.desk.what())
}

func TestAnExplanationPausesTheLadder(t *testing.T) {
	t.Parallel()
	s := newStage(t, dialogue(t))
	s.act("2027-01-04 09:00", "explain", explain())
	s.act("2027-02-01 09:00", "hold", record("hold", "2027-01-29", map[string]string{"present": "100", "opinions": "3", "opinions_answered": "3"}))
	s.act("2027-03-30 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{
		"2027-01-04 overdue-1 told",
		"2027-02-17 overdue-3 told", // of the file, due on 13/02: held late, the pause is over
		"2027-02-23 overdue-7 draft", "2027-03-04 overdue-14 draft",
	}, s.desk.rungs()[5:])
}

func TestAShiftedClockCollapsesWhatItPasses(t *testing.T) {
	t.Parallel()
	input := dialogue(t)
	input.Demo = true
	s := newStage(t, input)
	s.act("2026-11-03 10:00", "clock", shift(63*24*time.Hour)) // 05/01/2027
	s.act("2026-11-04 10:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{"2027-01-05 overdue-1 told"}, s.desk.rungs()[len(s.desk.rungs())-2:len(s.desk.rungs())-1])
	require.Equal(t, "2027-01-06 overdue-3 told", s.desk.rungs()[len(s.desk.rungs())-1], "06:00 of the next day by the case's clock")
	require.True(t, s.desk.told[len(s.desk.told)-3].GetNow(), "a shifted case does not wait for the digest")
}

// story is a case of one of the four types, from opening to sealing.
type story struct {
	input  *casefilev1.CaseInput
	record []func(s *stage)
	submit, back, again, accept, correct,
	seal string
	correction *casefilev1.Act
}

func stories(t *testing.T) map[string]story {
	t.Helper()
	does := func(when, id string, act *casefilev1.Act) func(*stage) {
		return func(s *stage) { s.act(when, id, act) }
	}
	return map[string]story{
		contract.AnnualDialogue: {
			input: dialogue(t),
			record: []func(*stage){
				does("2026-11-10 09:00", "plan", record("plan", "2026-11-09", nil, "f-1")),
				does("2026-12-01 09:00", "notice", record("notice", "2026-12-01", map[string]string{"channel": "several"}, "f-2")),
				does("2026-12-10 09:00", "hold", record("hold", "2026-12-09", map[string]string{"present": "214", "opinions": "27", "opinions_answered": "25"})),
				does("2026-12-14 09:00", "minutes", record("minutes", "2026-12-11", nil, "f-3")),
				does("2026-12-15 09:00", "publish", record("publish", "2026-12-15", nil, "f-4")),
			},
			submit: "2026-12-16 09:00", back: "2026-12-17 09:00", again: "2026-12-21 09:00", accept: "2026-12-22 09:00", correct: "2026-12-23 09:00", seal: "2027-01-20 09:00",
			correction: correct("hold", map[string]string{"opinions_answered": "27"}),
		},
		contract.CadreConference: {
			input: staffConference(t),
			record: []func(*stage){
				does("2027-03-01 09:00", "hold-1", record("hold", "2027-03-01", map[string]string{"summoned": "90", "present": "30"})),
				does("2027-03-10 09:00", "hold-2", record("hold", "2027-03-10", map[string]string{"summoned": "90", "present": "75", "votes_for": "70"})),
				does("2027-03-11 09:00", "minutes", record("minutes", "2027-03-11", nil, "f-1")),
			},
			submit: "2027-03-12 09:00", back: "2027-03-15 09:00", again: "2027-03-17 09:00", accept: "2027-03-19 09:00", correct: "2027-03-22 09:00", seal: "2027-06-20 09:00",
			correction: correct("hold", map[string]string{"votes_for": "71"}),
		},
		contract.SemiannualReport: {
			input: sixMonthReport(t),
			record: []func(*stage){
				does("2026-06-15 09:00", "leadership", record("leadership", "2026-06-15", map[string]string{
					"directives": "3", "committees_restructured": "1", "committees_new": "0", "committee_members": "9"})),
				does("2026-06-15 09:05", "propaganda", record("propaganda", "2026-06-15", map[string]string{
					"sessions": "4", "training_classes": "2", "training_attendees": "120"})),
				does("2026-06-15 09:10", "communes", record("communes", "2026-06-15", map[string]string{
					"dialogues": "1", "dialogue_attendees": "214", "opinions": "27", "opinions_answered": "25"})),
				does("2026-06-15 09:15", "service", record("service", "2026-06-15", map[string]string{"receptions": "40", "petitions": "6", "petitions_competent": "5"})),
				does("2026-06-15 09:20", "agencies", record("agencies", "2026-06-15", map[string]string{
					"agencies": "12", "regulations": "12", "staff_conferences": "11"})),
				does("2026-06-15 09:25", "boards", record("boards", "2026-06-15", map[string]string{
					"inspection_boards": "1", "inspection_board_members": "9", "inspections": "6",
					"supervision_boards": "2", "supervision_board_members": "14", "projects_supervised": "3"})),
				does("2026-06-15 09:30", "front", record("front", "2026-06-15", map[string]string{
					"supervisions": "2", "recommendations": "5", "recommendations_resolved": "4"})),
				does("2026-06-15 09:35", "inspection", record("inspection", "2026-06-15", map[string]string{
					"committee_checks": "3", "ad_hoc_checks": "0", "units_checked": "3"})),
				does("2026-06-15 09:40", "assessment", record("assessment", "2026-06-15", map[string]string{
					"strengths": figures.WordsSum("Duy trì thành nề nếp"), "shortcomings": figures.WordsSum("Còn hình thức"), "causes": figures.WordsSum("Cán bộ mới")})),
				does("2026-06-15 09:45", "directions", record("directions", "2026-06-15", map[string]string{"directions": figures.WordsSum("Trả lời hết các ý kiến")})),
				does("2026-06-15 10:00", "report", record("report", "2026-06-15", nil, "f-1")),
			},
			submit: "2026-06-16 09:00", back: "2026-06-17 09:00", again: "2026-06-19 09:00", accept: "2026-06-22 09:00", correct: "2026-06-23 09:00", seal: "2026-08-20 09:00",
			correction: correct("communes", map[string]string{"opinions_answered": "27"}),
		},
		contract.CommitteeRestructuring: {
			input: restructuring(t),
			record: []func(*stage){
				does("2026-04-01 09:00", "decision", record("decision", "2026-03-31", map[string]string{"chair_role": "head", "members": "9"}, "f-1")),
			},
			submit: "2026-04-02 09:00", back: "2026-04-03 09:00", again: "2026-04-07 09:00", accept: "2026-04-08 09:00", correct: "2026-04-09 09:00", seal: "2026-08-20 09:00",
			correction: correct("decision", map[string]string{"members": "11"}),
		},
	}
}

// Every type is recorded, submitted, returned, submitted again, accepted, corrected, sealed, exported.
func TestTheReviewLoopOfTheFourTypes(t *testing.T) {
	t.Parallel()
	for name, st := range stories(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, name, st.input.GetWorkflowType())
			s := newStage(t, st.input)
			for _, step := range st.record {
				step(s)
			}
			answers := []*answer{
				s.act(st.submit, "submit", submit()), s.act(st.back, "return", giveBack("")), s.act(st.again, "again", submit()),
				s.act(st.accept, "accept", accept()), s.act(st.correct, "correct", st.correction), s.act(st.seal, "seal", seal()),
			}
			s.run()
			for i, a := range answers {
				require.NoError(t, a.err, "act %d: %s", i, a.refusal.GetTextVi())
			}
			final := s.desk.state()
			require.Equal(t, casefilev1.State_STATE_ACCEPTED, final.GetState())
			require.True(t, final.GetSealed())
			require.EqualValues(t, 2, final.GetRound())
			require.EqualValues(t, 2, final.GetSubmission())
			require.EqualValues(t, 1, final.GetCorrections())
			require.EqualValues(t, 0, final.GetLateWorkingDays())
			require.Equal(t, 1, s.desk.exported)
			what := s.desk.what()
			require.Equal(t, []string{"accepted", "corrected", "sealed"}, what[len(what)-3:])
			require.Contains(t, s.desk.templates(), "returned head")
			require.Contains(t, s.desk.templates(), "accepted contact")
			require.NotContains(t, s.desk.templates(), "overdue-head head")
		})
	}
}

// Reviewers who keep a case waiting are reminded; the unit is not late for it.
func TestReviewersWhoKeepACaseWaiting(t *testing.T) {
	t.Parallel()
	st := stories(t)[contract.CommitteeRestructuring]
	s := newStage(t, st.input)
	st.record[0](s)
	s.act("2026-04-02 09:00", "submit", submit())
	s.act("2026-06-01 09:00", "accept", accept())
	s.act("2026-06-02 09:00", "seal", seal())
	s.run()
	require.Equal(t, []string{"2026-04-09 waiting-5 told", "2026-04-16 waiting-10 told"}, s.desk.rungs()[len(s.desk.rungs())-2:])
	require.EqualValues(t, 0, s.desk.state().GetLateWorkingDays())
	require.Contains(t, s.desk.templates(), "waiting reviewer")
}

// A report's due day is a setting: it may be extended, and the ladder is climbed towards the new day.
func TestAnExtensionMovesTheLadder(t *testing.T) {
	t.Parallel()
	s := newStage(t, sixMonthReport(t))
	s.act("2026-06-18 09:00", "ask", askExtension("2026-07-15"))
	s.act("2026-06-26 09:00", "grant", decide(true, ""))
	s.act("2026-07-21 09:00", "withdraw", withdraw())
	s.run()
	require.Equal(t, []string{
		"2026-07-01 remind-14 told", "2026-07-08 remind-7 told", "2026-07-14 remind-1 told", "2026-07-16 overdue-1 told", "2026-07-20 overdue-3 told",
	}, rungsOfDue(s, "2026-06-26"))
	require.Contains(t, s.desk.templates(), "extension-requested reviewer")
	require.Contains(t, s.desk.templates(), "extension-granted head")
}

func rungsOfDue(s *stage, from string) []string {
	var said []string
	for _, r := range s.desk.rungs() {
		if r[:len(from)] >= from {
			said = append(said, r)
		}
	}
	return said
}

func TestARecalledCaseIsLateAgain(t *testing.T) {
	t.Parallel()
	st := stories(t)[contract.CommitteeRestructuring]
	s := newStage(t, st.input)
	st.record[0](s)
	s.act("2026-04-02 09:00", "submit", submit())
	s.act("2026-04-03 09:00", "recall", recall())
	s.act("2026-04-14 09:00", "again", submit())
	s.act("2026-04-15 09:00", "accept", accept())
	s.act("2026-04-16 09:00", "seal", seal())
	s.run()
	due := calendar.MustDate(s.desk.state().GetDueDay())
	require.Equal(t, "2026-04-10", due.String(), "ten days after the decision")
	require.Contains(t, s.desk.rungs(), "2026-04-13 overdue-1 told")
	require.EqualValues(t, 2, s.desk.state().GetLateWorkingDays())
}
