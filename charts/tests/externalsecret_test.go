package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// externalSecret is external-secrets.io/v1 as far as the README speaks of it (github.com/external-secrets/external-secrets, whose Go module
// cannot be had everywhere).
type externalSecret struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		RefreshInterval metav1.Duration `json:"refreshInterval"`
		SecretStoreRef  struct {
			Kind string `json:"kind"`
			Name string `json:"name"`
		} `json:"secretStoreRef"`
		Target struct {
			Name           string `json:"name"`
			CreationPolicy string `json:"creationPolicy"`
		} `json:"target"`
		Data []struct {
			SecretKey string `json:"secretKey"`
			RemoteRef struct {
				Key      string `json:"key"`
				Property string `json:"property"`
			} `json:"remoteRef"`
		} `json:"data"`
	} `json:"spec"`
}

// The example of the README brings what the chart refers to.
func TestTheExternalSecretOfTheREADMEFillsTheSecretOfTheValues(t *testing.T) {
	readme, err := os.ReadFile(chart + "/README.md")
	require.NoError(t, err)
	_, after, found := strings.Cut(string(readme), "```yaml\nextraObjects:\n")
	require.True(t, found)
	example, _, _ := strings.Cut(after, "```")
	out, err := run(t, "template", least, "extraObjects:\n"+example)
	require.NoError(t, err, out)
	for _, document := range separator.Split(out, -1) {
		if !strings.Contains(document, "kind: ExternalSecret") {
			continue
		}
		var secret externalSecret
		require.NoError(t, yaml.UnmarshalStrict([]byte(document), &secret))
		require.Equal(t, "nenep", secret.Namespace)
		require.Equal(t, "pre-install,pre-upgrade", secret.Annotations["helm.sh/hook"])
		held := map[string]bool{}
		for _, entry := range secret.Spec.Data {
			held[secret.Spec.Target.Name+"/"+entry.SecretKey] = true
		}
		rendered := render(t)
		for role := range rendered.pods() {
			for variable, from := range secrets(rendered, role) {
				require.True(t, held[from], "%s of %s is in no Secret of the example", variable, role)
			}
		}
		return
	}
	require.Fail(t, "the example renders no ExternalSecret")
}
