package notifications

import (
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/ladder"
)

// told are the rows of the ledger, the oldest first: role, official, state, in place of which role.
func (h *house) told() (rows [][4]string) {
	h.t.Helper()
	messages := h.ledger()
	for i := len(messages) - 1; i >= 0; i-- {
		m := messages[i]
		rows = append(rows, [4]string{m.GetRole(), m.GetOfficialId(), m.GetState(), m.GetVacantRole()})
	}
	return rows
}

func TestEveryEmptyRoleThatAMatterClimbsPastLeavesARow(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "contact")
	h.town.hold(exampleUnit, "head")
	h.mustTell(reminder())
	request := reminder()
	request.VacantRole = "contact"
	for _, role := range []string{"head", "deputy"} {
		request.Role = role
		require.Empty(t, h.mustTell(request).GetOfficialIds())
	}
	require.Equal(t, [][4]string{{"contact", "", "dropped", ""}, {"head", "", "dropped", "contact"}, {"deputy", "", "dropped", "contact"}}, h.told())
}

func TestASeatThatFallsEmptyBeforeTheDigestIsToldToTheNextWhoIsThere(t *testing.T) {
	h := newHouse(t)
	lan := person("CB-LAN", "Phạm Thị Lan", "Phó Chủ tịch UBND xã", exampleUnit, "Ủy ban nhân dân xã Khoái Châu")
	h.mustTell(reminder())
	h.town.hold(exampleUnit, "contact")
	h.town.hold(exampleUnit, "head")
	h.town.hold(exampleUnit, "deputy", lan)
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
	require.Equal(t, "cb-lan@hungyen.example", h.last().to)
	require.Contains(t, bodies(t, h.last())["text/plain"], "còn 07 ngày (đơn vị chưa có cán bộ đầu mối); còn thiếu")
	require.Equal(t, [][4]string{
		{"contact", "CB-AN", "dropped", ""}, {"contact", "", "dropped", ""}, {"head", "", "dropped", "contact"}, {"deputy", "CB-LAN", "sent", "contact"},
	}, h.told())
	require.Equal(t, answerLeft, h.ledger()[3].GetAnswer())
	require.Len(t, h.list(&notificationsv1.ListMessagesRequest{Nobody: true}), 2, "the supervisor reads who is missing")
	require.Equal(t, int32(1), h.mustDigest("2026-12-24").GetMessages())
	require.Len(t, h.relay.taken(), 1)
}

func TestASeatThatFallsEmptyAgainClimbsOnFromWhereItWas(t *testing.T) {
	h := newHouse(t)
	h.town.hold(exampleUnit, "contact")
	request := reminder()
	h.mustTell(request)
	request.Role, request.VacantRole = "head", "contact"
	h.mustTell(request)
	h.town.hold(exampleUnit, "head")
	h.town.hold(exampleUnit, "standing-agency", person("CB-LEAD", "Phạm Thị Lan", "Trưởng ban", "BTGDV", "Ban Tuyên giáo và Dân vận Tỉnh ủy"))
	h.mustDigest("2026-12-24")
	require.Equal(t, [][4]string{
		{"contact", "", "dropped", ""}, {"head", "CB-BINH", "dropped", "contact"}, {"head", "", "dropped", "contact"},
		{"deputy", "", "dropped", "contact"}, {"superior", "", "dropped", "contact"}, {"standing-agency", "CB-LEAD", "sent", "contact"},
	}, h.told())
}

func TestWhoRoseHimselfHearsItInHisNewRole(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.town.hold(exampleUnit, "contact")
	h.town.hold(exampleUnit, "head", an(), binh())
	require.Equal(t, int32(2), h.mustDigest("2026-12-24").GetMessages())
	require.Equal(t, [][4]string{{"head", "CB-AN", "sent", "contact"}, {"contact", "", "dropped", ""}, {"head", "CB-BINH", "sent", "contact"}}, h.told())
}

func TestWhereNobodyIsLeftTheLedgerSaysSoForEveryRole(t *testing.T) {
	h := newHouse(t)
	h.mustTell(reminder())
	h.town.hold(exampleUnit, "contact")
	h.town.hold(exampleUnit, "head")
	require.Zero(t, h.mustDigest("2026-12-24").GetMessages())
	require.Len(t, h.list(&notificationsv1.ListMessagesRequest{Nobody: true}), 5)
	require.Zero(t, h.mustDigest("2026-12-24").GetMessages())
	require.Len(t, h.ledger(), 6)
}

func TestWhatLeavesByItselfClimbsTooWhenItsSeatFallsEmptyOvernight(t *testing.T) {
	h := newHouse(t, office)
	h.at("2026-12-23 22:00")
	request := matterFor(exampleCase, "returned", "2026-12-28")
	request.On = "2026-12-23"
	h.mustTell(request)
	h.town.hold(exampleUnit, "contact")
	h.at("2026-12-24 06:31")
	require.Equal(t, int32(1), h.pending().GetSent())
	require.Equal(t, "cb-binh@hungyen.example", h.last().to)
	require.Contains(t, bodies(t, h.last())["text/plain"], "Ủy ban nhân dân xã Khoái Châu chưa có cán bộ đầu mối nên thông báo này chuyển đến đồng chí.")
}

func TestEveryRoleThatMayBeEmptyHasItsSentence(t *testing.T) {
	const unit = "Ủy ban nhân dân xã Khoái Châu"
	for role, want := range map[string]string{
		"head":     unit + " chưa có người đứng đầu nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của đơn vị.",
		"superior": "Cơ quan cấp trên của " + unit + " chưa có người nhận thông báo nên thông báo này chuyển đến đồng chí. Đề nghị cập nhật cán bộ của cơ quan cấp trên.",
		"reviewer": "Cơ quan theo dõi " + unit + " chưa phân công người theo dõi nên thông báo này chuyển đến đồng chí. " +
			"Đề nghị phân công người theo dõi và cập nhật vào hệ thống.",
	} {
		require.Equal(t, want, vietnamese.vacancy(role, unit))
	}
	require.Equal(t, "The superior body of X has nobody to be told, so this came to you. Please have that body's officials brought up to date.", english.vacancy("superior", "X"))
	require.Empty(t, vietnamese.vacancy("", unit))
	roles := []string{ladder.RoleStandingAgency, ladder.RoleCommittee}
	for _, role := range []string{ladder.RoleContact, ladder.RoleHead, ladder.RoleReviewer, ladder.RoleSuperior} {
		roles = append(append(roles, role), ladder.Above(role)...)
	}
	for _, lang := range []language{vietnamese, english} {
		for _, role := range roles {
			require.NotEmpty(t, lang.vacancy(role, unit), role)
			require.NotEmpty(t, lang.vacant[role].line, role)
		}
	}
}

// withStep is the example case with a step recorded.
func (h *house) withStep(step string) {
	h.town.mu.Lock()
	defer h.town.mu.Unlock()
	h.town.cases = map[string]*reportsv1.Case{exampleCase: {Id: exampleCase, State: &casefilev1.CaseState{
		CaseId: exampleCase, State: casefilev1.State_STATE_OPEN, Steps: []*casefilev1.StepRecord{{StepId: step, HeldOn: "2026-12-23"}},
	}}}
}

func TestWhatSpeaksOfAStepIsDroppedOnceTheStepIsRecorded(t *testing.T) {
	for template, dropped := range map[string]bool{"step-reminder": true, "step-overdue": true, "reminder": true, "overdue-head": false} {
		h := newHouse(t)
		request := matterFor(exampleCase, template, "2026-12-22")
		request.Facts["step_id"], request.Facts["step_title"] = "plan", "Kế hoạch tổ chức"
		h.mustTell(request)
		h.withStep("plan")
		sent := h.mustDigest("2026-12-24").GetMessages()
		if dropped {
			require.Zero(t, sent, template)
			require.Equal(t, answerStepDone, h.ledger()[0].GetAnswer())
		} else {
			require.Equal(t, int32(1), sent, template)
		}
	}
}

func TestAnotherStepRecordedDropsNothing(t *testing.T) {
	h := newHouse(t)
	request := matterFor(exampleCase, "step-reminder", "2026-12-28")
	request.Facts["step_id"], request.Facts["step_title"] = "plan", "Kế hoạch tổ chức"
	h.mustTell(request)
	h.mustTell(reminder())
	h.withStep("notice")
	require.Equal(t, int32(2), h.mustDigest("2026-12-24").GetLines())
}

func TestADraftOfAStepRecordedMeanwhileIsNotReleased(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	request := upwards()
	request.Template, request.Facts["step_id"], request.Facts["step_title"] = "step-overdue", "plan", "Kế hoạch tổ chức"
	h.mustTell(request)
	h.withStep("plan")
	_, err := h.release("CB-HEAD", h.ledger()[0].GetId(), "")
	require.Error(t, err)
	require.Equal(t, answerStepDone, h.ledger()[0].GetAnswer())
}
