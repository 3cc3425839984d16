package catalogue

// Classes of retention: how long the files of a case are kept once its period is sealed.
const (
	// RetentionPermanent files are never deleted.
	RetentionPermanent = "permanent"
	// RetentionOrdinary files are kept for the months of the setting EvidenceMonths, and then until somebody orders that they be deleted.
	RetentionOrdinary = "ordinary"
	// EvidenceMonths is the setting of the ordinary class: a province's own, not a rule of law that this catalogue has read.
	EvidenceMonths = "evidence.keep-months"
)

// RetentionOf is the class of an obligation's files. Those of an obligation that the edition does not know are kept for ever: nobody said
// that they may go.
func (e *Edition) RetentionOf(code string) string {
	switch obligation := e.Obligation(code); {
	case obligation == nil:
		return RetentionPermanent
	case obligation.Retention == "":
		return RetentionOrdinary
	default:
		return obligation.Retention
	}
}
