package board

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// Facts of composition, by the names the catalogue gives them.
const (
	factChairRole = "chair_role"
	factMembers   = "members"
	factDeputies  = "deputies"
	factCitizens  = "citizens"
	// roleSeparator stands between the roles of BoardRules.chair_role when any of several will do.
	roleSeparator = "|"
)

// factsNoExcluded are the flags by which a record confirms that nobody is a member who may not be.
var factsNoExcluded = []string{"no_excluded_person", "no_excluded"}

// compositionFaults name every field of the record that breaks a rule of composition. No explanation cures one: the decision is wrong, or
// the entry is.
func compositionFaults(rules *casefilev1.BoardRules, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	return slices.Concat(
		chairFaults(rules, record), memberFaults(rules, record),
		mostFaults(record, factDeputies, "Số cấp phó", "deputies", rules.GetDeputiesMax(), rules.GetDeputiesGround()),
		mostFaults(record, factCitizens, "Số đại diện người dân", "citizens", rules.GetCitizensMax(), rules.GetCitizensGround()),
		excludedFaults(rules, record),
	)
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

// memberFaults: a number between the rule's least and most, or that of another count. Where that count is below the least, the least
// becomes the most: a commune of fewer than five villages has a board of at most five.
func memberFaults(rules *casefilev1.BoardRules, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	members, err := strconv.Atoi(record.GetFacts()[factMembers])
	if err != nil {
		return nil
	}
	least, most := int(rules.GetMembersMin()), int(rules.GetMembersMax())
	if equal, err := strconv.Atoi(record.GetFacts()[rules.GetMembersEqualFact()]); err == nil {
		if least, most = equal, equal; equal < int(rules.GetMembersMin()) {
			least, most = 1, int(rules.GetMembersMin())
		}
	}
	ground := groundWords(rules.GetMembersGround())
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

func mostFaults(record *casefilev1.StepRecord, fact, titleVI, titleEN string, most int32, ground *casefilev1.LegalGround) []*casefilev1.FieldFault {
	n, err := strconv.Atoi(record.GetFacts()[fact])
	if err != nil || most == 0 || n <= int(most) {
		return nil
	}
	return []*casefilev1.FieldFault{wire.Field(fact,
		fmt.Sprintf("%s %d nhiều hơn quy định %d%s. Kiểm tra lại số này.", titleVI, n, most, groundWords(ground)),
		fmt.Sprintf("%d %s are more than the %d allowed%s. Check the number.", n, titleEN, most, groundWords(ground)))}
}

// excludedFaults: a record that is asked whether anybody excluded is a member must be able to say that nobody is.
func excludedFaults(rules *casefilev1.BoardRules, record *casefilev1.StepRecord) []*casefilev1.FieldFault {
	for _, fact := range factsNoExcluded {
		if record.GetFacts()[fact] == "false" {
			return []*casefilev1.FieldFault{wire.Field(fact,
				fmt.Sprintf("Trong Ban có người thuộc diện không được làm thành viên%s. Thay thành viên đó rồi ghi lại.", groundWords(rules.GetExcludedGround())),
				fmt.Sprintf("Somebody sits in the board who may not%s. Replace him, then record again.", groundWords(rules.GetExcludedGround())))}
		}
	}
	return nil
}

// groundWords name the rule: " (Điều 60 Luật số 10/2022/QH15)".
func groundWords(ground *casefilev1.LegalGround) string {
	if ground.GetDocument() == "" {
		return ""
	}
	return " (" + contract.Citation(ground) + ")"
}
