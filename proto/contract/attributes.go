package contract

import "regexp"

// AttributeForms are the search attributes that a workflow of the house carries, by name, each with the form of its values. They are read in
// clear by whoever reads Temporal's store, since no codec encrypts them: ids, dates and states, never a word that a person wrote. Those that
// begin with Temporal, and the builds, are Temporal's own: changes that code asks for by GetVersion, schedules, tasks that fail.
var AttributeForms = map[string]*regexp.Regexp{
	AttributeUnit.GetName():       regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`),
	AttributeObligation.GetName(): regexp.MustCompile(`^[A-Z0-9]+(-[A-Z0-9]+)*$`),
	AttributePeriod.GetName():     regexp.MustCompile(`^(2[01][0-9]{2}(-H[12]|-Q[1-4])?|E-2[01][0-9]{2}-[0-9]{4,9})$`),
	AttributeArea.GetName():       regexp.MustCompile(`^([0-9]{2,5}-[0-9]{4})?$`),
	AttributeState.GetName():      regexp.MustCompile(`^(open|submitted|returned|accepted|exempted|withdrawn|succeeded)$`),
	AttributeDue.GetName():        regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}(Z|[+-][0-9]{2}:[0-9]{2})$`),

	"TemporalChangeVersion":      regexp.MustCompile(`^[a-z]+(-[a-z]+)*-[0-9]+$`),
	"TemporalScheduledById":      regexp.MustCompile(`^[a-z]+(-[A-Za-z0-9]+)*$`),
	"TemporalScheduledStartTime": regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{8,18}Z$`),
	"TemporalReportedProblems":   regexp.MustCompile(`^(category|cause)=[A-Za-z]+$`),

	"BuildIds": regexp.MustCompile(`^(unversioned|versioned|assigned|pinned|auto)?:?[A-Za-z0-9:._-]*$`),
}
