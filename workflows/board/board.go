// Package board is the pattern of a body with members, a chair and a term: who may chair it and how many sit in it.
package board

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/workflow"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/workflows/casefile"
)

// CommitteeRestructuring is the restructuring or setting up of a steering committee.
func CommitteeRestructuring(ctx workflow.Context, input *casefilev1.CaseInput) error {
	return casefile.Run(ctx, input, Pattern{})
}

// Facts of the pattern, by the names the catalogue gives them.
const (
	factChairRole = "chair_role"
	factMembers   = "members"
	// roleSeparator stands between the roles of BoardRules.chair_role when any of several will do.
	roleSeparator = "|"
)

// Pattern applies the rules of composition.
type Pattern struct{ casefile.Plain }

// CheckStep refuses a chair of another position and a number of members outside the rule, naming the field.
func (Pattern) CheckStep(input *casefilev1.CaseInput, _ *casefilev1.CaseState, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	rules := input.GetBoard()
	return append(chairFaults(rules, record), memberFaults(rules, record)...)
}

func chairFaults(rules *casefilev1.BoardRules, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	chair, asked := record.GetFacts()[factChairRole]
	roles := strings.Split(rules.GetChairRole(), roleSeparator)
	if rules.GetChairRole() == "" || !asked || slices.Contains(roles, chair) {
		return nil
	}
	ground := groundWords(rules.GetChairGround())
	return []*casefilev1.FieldFault{wire.Field(factChairRole,
		fmt.Sprintf("Chức vụ của Trưởng ban chưa đúng quy định%s. Kiểm tra quyết định; nếu ghi nhầm, chọn lại chức vụ.", ground),
		fmt.Sprintf("The chair must hold another position (%s)%s. Check the decision; if it was entered wrongly, choose again.", strings.Join(roles, ", "), ground))}
}

func memberFaults(rules *casefilev1.BoardRules, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	members, err := strconv.Atoi(record.GetFacts()[factMembers])
	if err != nil {
		return nil
	}
	ground := groundWords(rules.GetMembersGround())
	least, most := int(rules.GetMembersMin()), int(rules.GetMembersMax())
	switch {
	case members < least:
		return []*casefilev1.FieldFault{wire.Field(factMembers,
			fmt.Sprintf("Số thành viên %d ít hơn quy định %d%s. Kiểm tra lại số này.", members, least, ground),
			fmt.Sprintf("%d members are fewer than the %d asked%s. Check the number.", members, least, ground))}
	case most > 0 && members > most:
		return []*casefilev1.FieldFault{wire.Field(factMembers,
			fmt.Sprintf("Số thành viên %d nhiều hơn quy định %d%s. Kiểm tra lại số này.", members, most, ground),
			fmt.Sprintf("%d members are more than the %d allowed%s. Check the number.", members, most, ground))}
	}
	return nil
}

// groundWords name the rule: " (Điều 60, Luật số 10/2022/QH15)".
func groundWords(ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return ""
	}
	return " (" + strings.TrimPrefix(ground.GetArticle()+", "+ground.GetDocument(), ", ") + ")"
}
