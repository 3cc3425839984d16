package ladder

// Letter is the name of the letter by which a rung is told: of an item, of a step that must be done, or else of the case itself.
func Letter(kind, role string, ofItem, ofStep bool) string {
	reminds := kind == Reminder
	switch {
	case ofStep && reminds:
		return "step-reminder"
	case ofStep:
		return "step-overdue"
	case ofItem && reminds:
		return "item-reminder"
	case ofItem:
		return "item-overdue"
	case reminds:
		return "reminder"
	case role == RoleSuperior || role == RoleReviewer:
		return "overdue-superior"
	case role == RoleStandingAgency:
		return "overdue-standing"
	case role == RoleCommittee:
		return "overdue-committee"
	default:
		return "overdue-head"
	}
}
