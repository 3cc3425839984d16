package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

// keepGolden says that what is rendered now is what should be: NENEP_GOLDEN=1 make chart-test.
var keepGolden = os.Getenv("NENEP_GOLDEN") != ""

// golden compares with the file, or keeps the text in it.
func golden(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join("golden", name)
	if keepGolden {
		require.NoError(t, os.MkdirAll("golden", 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, string(kept), text, "%s: look at the difference; if it is meant, keep it with NENEP_GOLDEN=1 make chart-test", file)
}

// What the defaults install is read in a review as what it is.
func TestTheDefaultsAreWhatTheyWere(t *testing.T) {
	out, err := run(t, "template", least)
	require.NoError(t, err, out)
	golden(t, "defaults.yaml", out)
}

// A selector can never be changed: an upgrade that did would be refused by the cluster, or would leave pods behind.
func TestSelectorsAreThoseOfEveryReleaseBefore(t *testing.T) {
	rendered := render(t, `{monitoring: {serviceMonitor: {enabled: true}}, roles: {portal: {replicas: 2}}}`)
	selectors := map[string]map[string]string{}
	for name, deployment := range rendered.deployments {
		selectors["Deployment "+name] = deployment.Spec.Selector.MatchLabels
	}
	for name, service := range rendered.services {
		selectors["Service "+name] = service.Spec.Selector
	}
	for name, budget := range rendered.budgets {
		selectors["PodDisruptionBudget "+name] = budget.Spec.Selector.MatchLabels
	}
	text, err := yaml.Marshal(selectors)
	require.NoError(t, err)
	golden(t, "selectors.yaml", string(text))
}

// documents are the manifests one by one, as a cluster is given them.
func documents(t *testing.T, manifests string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, document := range separator.Split(manifests, -1) {
		var object map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(document), &object), document)
		if len(object) > 0 {
			all = append(all, object)
		}
	}
	return all
}

var hostPath = regexp.MustCompile(`(?m)^\s*(-\s*)?(hostPath|hostNetwork|hostPID|hostIPC|privileged):`)

// requireWellFormed checks what holds of every manifest, whatever the options are.
func requireWellFormed(t *testing.T, manifests string) {
	t.Helper()
	require.NotRegexp(t, hostPath, manifests, "nothing of the node is reached")
	seen := map[string]bool{}
	for _, object := range documents(t, manifests) {
		var meta struct {
			metav1.TypeMeta `json:",inline"`
			Metadata        metav1.ObjectMeta `json:"metadata"`
		}
		text, err := yaml.Marshal(object)
		require.NoError(t, err)
		require.NoError(t, yaml.Unmarshal(text, &meta))
		id := meta.Kind + " " + meta.Metadata.Name
		require.False(t, seen[id], "%s stands there twice", id)
		seen[id] = true
		require.Empty(t, validation.IsDNS1123Subdomain(meta.Metadata.Name), id)
		if strings.HasSuffix(meta.Metadata.Name, "-own") {
			continue // of the administrator's own
		}
		for _, label := range []string{"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component", "app.kubernetes.io/version",
			"app.kubernetes.io/managed-by", "helm.sh/chart"} {
			require.NotEmpty(t, meta.Metadata.Labels[label], "%s has no label %s", id, label)
			require.Empty(t, validation.IsValidLabelValue(meta.Metadata.Labels[label]), id)
		}
		requireNamedPorts(t, id, object)
	}
}

// requireNamedPorts: a port without a name is one that a Service or a policy can only guess.
func requireNamedPorts(t *testing.T, id string, value any) {
	t.Helper()
	switch value := value.(type) {
	case map[string]any:
		for key, one := range value {
			ports, are := one.([]any)
			if key != "ports" || !are || slices.Contains([]string{"NetworkPolicy"}, strings.Fields(id)[0]) {
				requireNamedPorts(t, id, one)
				continue
			}
			for _, port := range ports {
				require.NotEmpty(t, port.(map[string]any)["name"], "%s has a port without a name", id)
			}
		}
	case []any:
		for _, one := range value {
			requireNamedPorts(t, id, one)
		}
	}
}
