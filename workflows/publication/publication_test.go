package publication_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/workflows/casefile"
	"nenep/workflows/publication"
)

func TestTheListAgreesWithTheItems(t *testing.T) {
	t.Parallel()
	input := &casefilev1.CaseInput{
		CaseId: "CK-01/UBND-12205-2507/2026-Q2", OpenedOn: "2026-04-01", Due: &casefilev1.Deadline{Day: "2026-06-30"}, DutyStep: "list",
		Items: &casefilev1.ItemPolicy{TitleVi: "nội dung công khai", Required: true},
		Steps: []*casefilev1.StepPolicy{{Id: "list", TitleVi: "Danh sách nội dung đã công khai", Required: true, Facts: []*casefilev1.FactPolicy{
			{Key: "none", Kind: "flag", TitleVi: "Không phát sinh"}, {Key: "published", Kind: "count", TitleVi: "Số nội dung"}}}},
	}
	items := []*casefilev1.ItemRecord{{ItemId: "A", DoneOn: "2026-04-10"}, {ItemId: "B", DoneOn: "2026-06-20"}, {ItemId: "C"}}
	for name, tc := range map[string]struct {
		items   []*casefilev1.ItemRecord
		day     string
		facts   map[string]string
		field   string
		outcome string
	}{
		"all of them":                   {items, "2026-06-25", map[string]string{"published": "2"}, "", ""},
		"another number":                {items, "2026-06-25", map[string]string{"published": "3"}, "facts.published", ""},
		"another number, explained":     {items, "2026-06-25", map[string]string{"published": "3", "explained": "true"}, "", casefile.Limited},
		"before the last was published": {items, "2026-06-15", map[string]string{"published": "2"}, "held_on", ""},
		"none, although there are":      {items, "2026-06-25", map[string]string{"none": "true", "explained": "true"}, "facts.none", ""},
		"none":                          {nil, "2026-06-25", map[string]string{"none": "true", "published": "0"}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			state := casefile.Begin(input)
			state.Items = tc.items
			act := &casefilev1.Act{Kind: &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: "list", HeldOn: tc.day, Facts: tc.facts}}}
			refusal := casefile.Judge(publication.Pattern{}, input, state, act, calendar.MustDate("2026-06-28"))
			if tc.field != "" {
				require.Equal(t, "record_step."+tc.field, refusal.GetFields()[0].GetField(), refusal.GetTextVi())
				return
			}
			require.Nil(t, refusal)
			done := casefile.Apply(publication.Pattern{}, input, state, act, calendar.MustDate("2026-06-28").At(9, 0)).State
			require.Equal(t, tc.outcome, done.GetSteps()[0].GetOutcome())
			require.Equal(t, tc.day, done.GetDutyDoneOn())
			require.Empty(t, casefile.Missing(publication.Pattern{}, input, done))
		})
	}
}
