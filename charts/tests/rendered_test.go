package tests

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// A real API server is given what stands in the folder of NENEP_RENDERED (make test-cluster): every option as it is rendered, its name in
// the first line. Without a folder it is rendered all the same.
func TestEveryOptionIsWrittenDown(t *testing.T) {
	folder := os.Getenv("NENEP_RENDERED")
	if folder == "" {
		folder = t.TempDir()
	}
	written := [][]string{
		{"evaluation", evaluation}, {"evaluation on claims of one's own", evaluation, `evaluation: {storage: {databaseClaim: a, dataClaim: b}}`},
		{"a worker that is rolled out by Temporal's controller", least, `roles: {worker: {kind: workerDeployment}}`},
	}
	written = append(written,
		[]string{"a key for each service", least, `secrets: {tokenKey: {existingSecret: nenep-tokens}}`},
		[]string{"TLS in the house, behind a gateway, looked at by Prometheus", least, `
tls: {existingSecret: nenep-tls}
databaseTls: {existingSecret: nenep-database}
gateway: {enabled: true, host: nenep.example, parent: {name: public}}
monitoring: {serviceMonitor: {enabled: true}}
`})
	for _, option := range options {
		written = append(written, []string{option.name, least, option.values})
	}
	for i, one := range written {
		out, err := run(t, "template", one[1:]...)
		require.NoError(t, err, one[0])
		file := filepath.Join(folder, fmt.Sprintf("%02d.yaml", i))
		require.NoError(t, os.WriteFile(file, []byte("# "+one[0]+"\n"+out), 0o600))
	}
}
