package portal

import (
	"slices"

	casefilev1 "nenep/proto/nenep/casefile/v1"
)

type missingItem struct{ Text, Href string }

// missingOf lists what must be recorded or attached before the case may be submitted, as the case itself will judge it.
func missingOf(v *caseView) []missingItem {
	var missing []missingItem
	for _, step := range v.Steps {
		href := v.URL() + "/buoc/" + step.Policy.GetId()
		label := step.Policy.GetTitleVi() + " (" + v.named(step) + ")"
		switch {
		case !step.Policy.GetRequired() || step.Done:
		case step.lacksFile():
			missing = append(missing, missingItem{"tệp minh chứng: " + label, href})
		default:
			missing = append(missing, missingItem{label, href})
		}
	}
	return append(missing, missingEntries(v)...)
}

// missingEntries says what the entries still lack before the case may be submitted.
func missingEntries(v *caseView) []missingItem {
	policy := v.GetInput().GetItems()
	open, bare := 0, 0
	for _, entry := range v.items {
		switch {
		case !entry.Done:
			open++
		case len(entry.GetFileIds()) == 0 && entry.GetFromCaseId() == "":
			bare++
		}
	}
	none := slices.ContainsFunc(v.GetState().GetSteps(), func(r *casefilev1.StepRecord) bool { return r.GetFacts()["none"] == "true" })
	var missing []missingItem
	if policy.GetRequired() && len(v.items) == 0 && !none {
		missing = append(missing, missingItem{v.ItemTitle() + " (ít nhất một, hoặc ghi rõ là không phát sinh)", v.URL() + "/muc/" + newItem})
	}
	if policy.GetAllDone() && open > 0 {
		missing = append(missing, missingItem{number(int64(open)) + " " + v.ItemTitle() + " chưa thực hiện", v.URL() + "#muc"})
	}
	if policy.GetEvidenceRequired() && bare > 0 {
		missing = append(missing, missingItem{"tệp minh chứng của " + number(int64(bare)) + " " + v.ItemTitle(), v.URL() + "#muc"})
	}
	return missing
}
