package tests

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
	"github.com/stretchr/testify/require"
)

const alertsOn = `monitoring: {prometheusRule: {enabled: true}, dashboard: {enabled: true}}`

// asked are the queries of the alerts and of the dashboard, by where they stand.
func asked(t *testing.T) map[string]string {
	t.Helper()
	rendered, queries := render(t, alertsOn), map[string]string{}
	for _, rule := range rendered.alerts["nenep"].Spec.Groups[0].Rules {
		queries[rule.Alert] = rule.Expr.StrVal
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	require.NoError(t, json.Unmarshal([]byte(rendered.files["nenep-dashboard"].Data["nenep.json"]), &dashboard))
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			queries[panel.Title] = target.Expr
		}
	}
	return queries
}

// What Prometheus cannot read never fires; a figure that the programs do not tell never does either.
func TestAlertsAndDashboardAskForFiguresThatAreTold(t *testing.T) {
	told := toldFigures(t)
	for place, query := range asked(t) {
		expression, err := parser.ParseExpr(query)
		require.NoError(t, err, place)
		parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
			selector, is := node.(*parser.VectorSelector)
			if !is || selector.Name == "" || selector.Name == "up" || strings.HasPrefix(selector.Name, "temporal_") {
				return nil
			}
			require.Contains(t, told, selector.Name, place)
			require.Contains(t, query, `namespace="nenep"`, place)
			return nil
		})
	}
}

// toldFigures are the names of the figures that the programs declare, and those of the portal's requests, which its middleware names.
func toldFigures(t *testing.T) map[string]bool {
	t.Helper()
	told := map[string]bool{"nenep_portal_requests_total": true, "nenep_portal_request_duration_seconds_bucket": true}
	for file, prefix := range map[string]string{
		"services/reports/measured.go": "nenep_reports_", "services/notifications/measured.go": "nenep_notifications_", "cmd/nenep/app/measured.go": "",
	} {
		source, err := os.ReadFile(filepath.Join("..", "..", file))
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`(?:Name: |NewDesc\()"([a-z_]+)"`).FindAllStringSubmatch(string(source), -1) {
			told[prefix+strings.TrimPrefix(found[1], prefix)] = true // a collector of its own says the whole name
		}
	}
	return told
}

// Whoever is woken by an alert finds it in the guide.
func TestEveryAlertStandsInTheGuide(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "..", "docs", "operations.md"))
	require.NoError(t, err)
	for _, rule := range render(t, alertsOn).alerts["nenep"].Spec.Groups[0].Rules {
		require.Contains(t, string(guide), "### "+rule.Alert+"\n")
	}
}
