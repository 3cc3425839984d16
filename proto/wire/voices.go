package wire

import (
	"maps"
	"slices"
)

// voice lets one service of the house call another: in its own name, in an official's, or in both.
type voice struct {
	speaker, listener string
	own, officials    bool
}

// voices is who calls whom. What stands here in nobody's name is refused, whatever key signed it. In an official's name speak those who
// have signed him in (portal; gateway, its door for machines), those who pass his own call on (reports, notifications), and the worker,
// which carries out upon the register what he ordered.
var voices = []voice{
	{"portal", "units", true, true}, {"portal", "reports", true, true}, {"portal", "notifications", true, true},
	{"gateway", "units", false, true}, {"gateway", "reports", false, true}, {"gateway", "notifications", false, true},
	{"worker", "units", true, false}, {"worker", "reports", true, true}, {"worker", "notifications", true, false},
	{"terminal", "units", true, false}, {"terminal", "reports", true, false}, {"terminal", "notifications", true, false},
	{"reports", "units", true, true},
	{"notifications", "units", true, true}, {"notifications", "reports", true, true},
}

// MayCall tells whether a service may call another, in its own name or in an official's.
func MayCall(speaker, listener string, forOfficial bool) bool {
	return slices.ContainsFunc(voices, func(v voice) bool {
		return v.speaker == speaker && v.listener == listener && (forOfficial && v.officials || !forOfficial && v.own)
	})
}

// keeperOf names whose key signs what a service says: the gateway is a part of the portal's process and has none of its own.
func keeperOf(service string) string {
	if service == "gateway" {
		return "portal"
	}
	return service
}

// TokenKeepers are the services that call others, and so hold keys of their own.
func TokenKeepers() []string {
	keepers := map[string]bool{}
	for _, v := range voices {
		keepers[keeperOf(v.speaker)] = true
	}
	return slices.Sorted(maps.Keys(keepers))
}
