package tests

import (
	"strings"
	"testing"
)

// switches are what an administrator chooses among, each with its choices; the first is the default.
var switches = [][]string{
	{`{}`, `roles: {worker: {scaling: {enabled: true}}}`, `roles: {worker: {scaling: {enabled: true, by: temporal}}}`, byController},
	{`{}`, `migrations: {mode: job}`, `migrations: {mode: initContainer}`, `migrations: {mode: none}`},
	{`{}`, `tls: {existingSecret: "nenep-tls"}`},
	{`{}`, `{config: {portalUrl: ""}, ingress: {enabled: true, host: a.example, tlsSecret: cert}}`, `{config: {portalUrl: ""}, gateway: {enabled: true, host: a.example, parent: {name: g}}}`},
	{`{}`, `evidence: {existingClaim: "", emptyDir: true}`, `{evidence: {existingClaim: ""}, config: {evidenceUrl: "s3://evidence"}}`},
	{`{}`, `roles: {portal: {replicas: 3}, units: {replicas: 2}}`, `roles: {portal: {scaling: {enabled: true}}}`},
	{`{}`, `temporalTls: {existingSecret: temporal}`, `temporalTls: {existingSecret: temporal, cert: "", key: ""}`},
	{`{}`, `secrets: {tokenKey: {existingSecret: tokens}}`},
	{`{}`, `catalogues: [{name: built-in}, {name: a, files: {catalogue.yaml: a}}]`, `catalogues: [{name: a, existingConfigMap: a, paths: {a: catalogue.yaml}}]`},
	{`{}`, `{networkPolicy: {enabled: true}, disruptionBudget: {enabled: false}}`},
	{`{}`, `monitoring: {serviceMonitor: {enabled: true}, prometheusRule: {enabled: true}, dashboard: {enabled: true}}`},
	{`{}`, `channels: {declaration: "sms: {}", env: [{name: A, existingSecret: a, key: a}], filesSecret: zalo}`},
	{`{}`, `{terminal: {enabled: false}, helmTest: {enabled: false}}`},
	{`{}`, `{topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}], podAnnotations: {a: b}, fullnameOverride: hungyen}`},
}

// important is how many of the first switches are tried in every combination; all of them are in every pair of choices.
const important = 3

func TestEveryCombinationOfTheImportantSwitchesAndEveryPairOfAll(t *testing.T) {
	for _, chosen := range append(product(important), pairs()...) {
		t.Run(strings.Trim(strings.ReplaceAll(sentence(chosen), "/", " "), " "), func(t *testing.T) {
			t.Parallel()
			var values []string
			for i, choice := range chosen {
				values = append(values, switches[i][choice])
			}
			rendered := render(t, values...)
			requireRestricted(t, rendered)
			requireSound(t, rendered)
		})
	}
}

// sentence names the choices that are not the default.
func sentence(chosen []int) string {
	var said []string
	for i, choice := range chosen {
		if choice > 0 {
			said = append(said, switches[i][choice])
		}
	}
	return strings.Join(said, " ")
}

// product is every combination of the first switches, with the defaults of the others.
func product(first int) [][]int {
	all := [][]int{make([]int, len(switches))}
	for i := range first {
		var wider [][]int
		for _, chosen := range all {
			for choice := range switches[i] {
				one := append([]int(nil), chosen...)
				one[i] = choice
				wider = append(wider, one)
			}
		}
		all = wider
	}
	return all
}

type pair struct{ i, a, j, b int }

// pairs are few combinations in which every choice of every switch meets every choice of every other. Each takes, switch by switch, the
// choice that meets the most others it has not met yet.
func pairs() [][]int {
	missing := map[pair]bool{}
	for i := range switches {
		for j := i + 1; j < len(switches); j++ {
			for a := range switches[i] {
				for b := range switches[j] {
					missing[pair{i, a, j, b}] = true
				}
			}
		}
	}
	var all [][]int
	for len(missing) > 0 {
		chosen := make([]int, len(switches))
		for start := range missing {
			for i := range chosen {
				chosen[i] = -1
			}
			chosen[start.i], chosen[start.j] = start.a, start.b
			break
		}
		for i := range switches {
			if chosen[i] < 0 {
				chosen[i] = best(chosen, i, missing)
			}
		}
		for i := range switches {
			for j := i + 1; j < len(switches); j++ {
				delete(missing, pair{i, chosen[i], j, chosen[j]})
			}
		}
		all = append(all, chosen)
	}
	return all
}

func best(chosen []int, i int, missing map[pair]bool) int {
	most, found := -1, 0
	for choice := range switches[i] {
		meets := 0
		for j, other := range chosen {
			if other >= 0 && (missing[pair{i, choice, j, other}] || missing[pair{j, other, i, choice}]) {
				meets++
			}
		}
		if meets > most {
			most, found = meets, choice
		}
	}
	return found
}
