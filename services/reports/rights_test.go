package reports

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
)

var sample = map[string]*casefilev1.Act{
	"record_step":       {Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{}}},
	"submit":            {Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{}}},
	"submit paper":      {Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{PaperReceivedOn: "2026-12-01"}}},
	"recall":            {Kind: &casefilev1.Act_Recall{Recall: &casefilev1.Recall{}}},
	"accept":            {Kind: &casefilev1.Act_Accept{Accept: &casefilev1.Accept{}}},
	"return":            {Kind: &casefilev1.Act_Return{Return: &casefilev1.Return{}}},
	"explain":           {Kind: &casefilev1.Act_Explain{Explain: &casefilev1.Explain{}}},
	"request_extension": {Kind: &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{}}},
	"decide_extension":  {Kind: &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{}}},
	"exempt":            {Kind: &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{}}},
	"transfer":          {Kind: &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{}}},
	"withdraw":          {Kind: &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{}}},
	"correct":           {Kind: &casefilev1.Act_Correct{Correct: &casefilev1.Correct{}}},
	"note":              {Kind: &casefilev1.Act_Note{Note: &casefilev1.Note{}}},
	"shift_clock":       {Kind: &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{}}},
	"seal":              {Kind: &casefilev1.Act_Seal{Seal: &casefilev1.Seal{}}},
	"record_item":       {Kind: &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{}}},
	"take_over":         {Kind: &casefilev1.Act_TakeOver{TakeOver: &casefilev1.TakeOver{}}},
	"amend":             {Kind: &casefilev1.Act_Amend{Amend: &casefilev1.Amend{}}},
	revokeExtension:     {Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "extension"}}},
	revokeExplanation:   {Kind: &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: "explanation"}}},
}

func TestWhoMayDoWhat(t *testing.T) {
	own := []string{"record_step", "record_item", "submit", "recall", "explain", "request_extension", "correct", "note", revokeExplanation}
	review := []string{"submit paper", "accept", "return", "decide_extension", "exempt", "withdraw", "note", revokeExtension, revokeExplanation, "take_over"}
	lead := []string{"seal", "transfer", "take_over", "amend"}
	steward := []string{"transfer", "withdraw", "note", "seal", "take_over", "amend"}
	for name, c := range map[string]struct {
		hats []hat
		may  []string
	}{
		"contact of the unit":                  {[]hat{{commune, "", roleContact, ""}}, own},
		"head of the unit":                     {[]hat{{commune, "", roleHead, ""}}, own},
		"deputy of the unit":                   {[]hat{{commune, "", roleDeputy, ""}}, own},
		"union chair of the unit":              {[]hat{{commune, "", "union-chair", ""}}, nil},
		"contact of another unit":              {[]hat{{"OTHER", "", roleContact, ""}}, nil},
		"reviewer of the reviewing body":       {[]hat{{reviewing, "standing-agency", roleReviewer, ""}}, review},
		"leader of the standing agency":        {[]hat{{reviewing, "standing-agency", roleLeader, ""}}, append(lead, review...)},
		"leader of another standing agency":    {[]hat{{"BDV", "standing-agency", roleLeader, ""}}, lead},
		"leader of a body that is no agency":   {[]hat{{"SO-NV", "department", roleLeader, ""}}, nil},
		"head of the reviewing body":           {[]hat{{reviewing, "standing-agency", roleHead, ""}}, nil},
		"reviewer of another body":             {[]hat{{"OTHER", "", roleReviewer, ""}}, nil},
		"reviewer who also sits in the unit":   {[]hat{{reviewing, "standing-agency", roleReviewer, ""}, {commune, "", roleContact, ""}}, own},
		"reviewer who is a member of the unit": {[]hat{{reviewing, "standing-agency", roleReviewer, ""}, {commune, "", "member", ""}}, nil},
		"administrator":                        {[]hat{{"VP-TU", "", roleAdministrator, ""}}, steward},
		"supervisor":                           {[]hat{{"BCD-TINH", "", roleSupervisor, ""}}, nil},
		"nobody":                               {nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for kind, act := range sample {
				who, allowed := mayAct(act, c.hats, bodies{commune, reviewing}, false)
				require.Equal(t, slices.Contains(c.may, kind), allowed, kind)
				require.Equal(t, allowed, who.unitID != "" && who.role != "", kind)
			}
		})
	}
}

func TestEveryKindOfActHasARightAndAVerb(t *testing.T) {
	fields := (&casefilev1.Act{}).ProtoReflect().Descriptor().Oneofs().ByName("kind").Fields()
	for i := range fields.Len() {
		name := string(fields.Get(i).Name())
		require.Contains(t, actVerbs, name)
		require.True(t, slices.ContainsFunc(slices.Collect(maps.Values(sample)), func(act *casefilev1.Act) bool { return actKind(act) == name }), name)
	}
}

func TestAReviewerActsInTheNameOfTheReviewingBody(t *testing.T) {
	who, allowed := mayAct(sample["accept"], []hat{{"OTHER", "", roleContact, ""}, {reviewing, "standing-agency", roleLeader, ""}}, bodies{commune, reviewing}, false)
	require.True(t, allowed)
	require.Equal(t, acting{reviewing, roleReviewer}, who)
}

func TestAPaperIsNeverEnteredByTheUnitItself(t *testing.T) {
	_, allowed := mayAct(sample["submit paper"], []hat{{commune, "", roleContact, ""}}, bodies{commune, reviewing}, false)
	require.False(t, allowed)
}

func TestAClockIsShiftedUnderMakeRunOnly(t *testing.T) {
	who, allowed := mayAct(sample["shift_clock"], []hat{{"BCD-TINH", "", roleSupervisor, ""}}, bodies{commune, reviewing}, true)
	require.True(t, allowed)
	require.Equal(t, acting{"BCD-TINH", roleSupervisor}, who)
	_, allowed = mayAct(sample["shift_clock"], []hat{{"VP-TU", "", roleAdministrator, ""}}, bodies{commune, reviewing}, false)
	require.False(t, allowed)
	_, allowed = mayAct(sample["shift_clock"], nil, bodies{commune, reviewing}, true)
	require.False(t, allowed)
}

func TestWithoutAReviewingBodyNobodyReviews(t *testing.T) {
	_, allowed := mayAct(sample["accept"], []hat{{"", "", roleReviewer, ""}}, bodies{commune, ""}, false)
	require.False(t, allowed)
}

func TestWhoMayOpenFiles(t *testing.T) {
	for name, c := range map[string]struct {
		hats         []hat
		handIn, read bool
	}{
		"contact":       {[]hat{{commune, "", roleContact, ""}}, true, true},
		"reviewer":      {[]hat{{reviewing, "", roleReviewer, ""}}, true, true},
		"supervisor":    {[]hat{{"BCD-TINH", "", roleSupervisor, ""}}, false, true},
		"administrator": {[]hat{{"VP-TU", "", roleAdministrator, ""}}, false, true},
		"stranger":      {[]hat{{"OTHER", "", roleContact, ""}}, false, false},
		"nobody":        {nil, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.handIn, mayHandIn(c.hats, bodies{commune, reviewing}))
			require.Equal(t, c.read, mayRead(c.hats, bodies{commune, reviewing}))
		})
	}
}

func TestWhoMayRecordAnEvent(t *testing.T) {
	for name, c := range map[string]struct {
		hats       []hat
		one, every bool
	}{
		"contact":                       {[]hat{{commune, "", roleContact, ""}}, true, false},
		"reviewer at the agency":        {[]hat{{reviewing, standingAgencyKind, roleReviewer, ""}}, true, true},
		"leader at the agency":          {[]hat{{reviewing, standingAgencyKind, roleLeader, ""}}, true, true},
		"administrator":                 {[]hat{{"VP-TU", "", roleAdministrator, ""}}, true, true},
		"supervisor":                    {[]hat{{"BCD-TINH", "", roleSupervisor, ""}}, false, false},
		"contact of another":            {[]hat{{"OTHER", "", roleContact, ""}}, false, false},
		"head of the reviewing body":    {[]hat{{reviewing, standingAgencyKind, roleHead, ""}}, false, false},
		"reviewer of a body in between": {[]hat{{"SO-NV", "department", roleReviewer, ""}}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, c.one, mayRecordEvent(c.hats, bodies{commune, reviewing}, false))
			require.Equal(t, c.every, mayRecordEvent(c.hats, bodies{commune, reviewing}, true))
		})
	}
}
