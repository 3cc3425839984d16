package contract

// What open cases a position has in its sight.
const (
	SightOwn      = "own"      // those of its own unit
	SightReviewed = "reviewed" // those that its unit reviews
	SightNone     = ""         // none by itself: figures, lists, the house
)

// SightOf says which open cases go along when a position of the role is handed over.
func SightOf(role string) string {
	switch role {
	case "head", "deputy", "contact", "union-chair":
		return SightOwn
	case "reviewer", "leader":
		return SightReviewed
	default:
		return SightNone
	}
}
