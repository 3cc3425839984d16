package wire

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheVersionIsTakenFromTheWorkerController(t *testing.T) {
	for name, row := range map[string]struct {
		said        Config
		given       map[string]string
		want        Config
		complaining string
	}{
		"no controller":            {said: Config{BuildID: "v2", DeploymentName: "so-nv"}, want: Config{BuildID: "v2", DeploymentName: "so-nv"}},
		"not versioned":            {},
		"the controller says both": {given: map[string]string{controllersBuild: "v3-1a2b", controllersDeployment: "nenep/nenep-worker"}, want: Config{BuildID: "v3-1a2b", DeploymentName: "nenep/nenep-worker"}},
		"a name without a build":   {given: map[string]string{controllersDeployment: "nenep/nenep-worker"}},
		"both say the same":        {said: Config{BuildID: "v3"}, given: map[string]string{controllersBuild: "v3"}, want: Config{BuildID: "v3"}},
		"another build by hand": {said: Config{BuildID: "v2"}, given: map[string]string{controllersBuild: "v3"},
			complaining: `NENEP_BUILD_ID is "v2" and Temporal's worker controller says "v3": leave NENEP_BUILD_ID empty`},
		"another name by hand": {said: Config{DeploymentName: "mine"}, given: map[string]string{controllersBuild: "v3", controllersDeployment: "a/b"},
			complaining: "leave NENEP_DEPLOYMENT_NAME empty"},
	} {
		t.Run(name, func(t *testing.T) {
			err := row.said.takeVersion(func(variable string) string { return row.given[variable] })
			if row.complaining != "" {
				require.ErrorContains(t, err, row.complaining)
				return
			}
			require.NoError(t, err)
			require.Equal(t, row.want, row.said)
		})
	}
}
