package wire

import (
	"cmp"
	"fmt"
)

// Variables that Temporal's worker controller sets in the pods of a WorkerDeployment.
const (
	controllersBuild      = "TEMPORAL_WORKER_BUILD_ID"
	controllersDeployment = "TEMPORAL_DEPLOYMENT_NAME"
)

// takeVersion takes build id and Worker Deployment from Temporal's worker controller where it runs the pod. Its controller waits for
// workers that say exactly these: another one said here is an error, since the rollout would never end.
func (c *Config) takeVersion(variable func(string) string) error {
	build, deployment := variable(controllersBuild), variable(controllersDeployment)
	if build == "" {
		return nil
	}
	for _, said := range []struct{ name, value, given string }{
		{"NENEP_BUILD_ID", c.BuildID, build}, {"NENEP_DEPLOYMENT_NAME", c.DeploymentName, deployment},
	} {
		if said.value != "" && said.value != said.given {
			return fmt.Errorf("%s is %q and Temporal's worker controller says %q: leave %s empty", said.name, said.value, said.given, said.name)
		}
	}
	c.BuildID, c.DeploymentName = build, cmp.Or(deployment, c.DeploymentName)
	return nil
}
