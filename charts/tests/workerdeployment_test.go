package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

// The resources of Temporal's worker controller, as far as the chart speaks of them: temporal.io/v1alpha1 of release 1.11
// (github.com/temporalio/temporal-worker-controller, helm/temporal-worker-controller-crds), whose Go module cannot be had everywhere.
type workerDeployment struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Replicas      *int32 `json:"replicas"`
		WorkerOptions struct {
			ConnectionRef     corev1.LocalObjectReference `json:"connectionRef"`
			TemporalNamespace string                      `json:"temporalNamespace"`
		} `json:"workerOptions"`
		Rollout struct {
			Strategy string `json:"strategy"`
			Steps    []struct {
				RampPercentage int             `json:"rampPercentage"`
				PauseDuration  metav1.Duration `json:"pauseDuration"`
			} `json:"steps"`
		} `json:"rollout"`
		Sunset struct {
			ScaledownDelay metav1.Duration `json:"scaledownDelay"`
			DeleteDelay    metav1.Duration `json:"deleteDelay"`
		} `json:"sunset"`
		Template corev1.PodTemplateSpec `json:"template"`
	} `json:"spec"`
}

type connection struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		HostPort string `json:"hostPort"`
		TLS      *struct {
			ServerName      string                       `json:"serverName"`
			CACertSecretRef *corev1.LocalObjectReference `json:"caCertSecretRef"`
		} `json:"tls"`
		MutualTLSSecretRef *corev1.LocalObjectReference `json:"mutualTLSSecretRef"`
		APIKeySecretRef    *corev1.SecretKeySelector    `json:"apiKeySecretRef"`
	} `json:"spec"`
}

// keepOfController takes what is the worker controller's out of the documents, and answers whether this one was.
func (o objects) keepOfController(t *testing.T, document string) bool {
	t.Helper()
	var known metav1.TypeMeta
	require.NoError(t, yaml.Unmarshal([]byte(document), &known), document)
	if !strings.HasPrefix(known.APIVersion, "temporal.io/") {
		return false
	}
	switch known.Kind {
	case "WorkerDeployment":
		var worker workerDeployment
		require.NoError(t, yaml.UnmarshalStrict([]byte(document), &worker), document)
		require.Equal(t, "nenep", worker.Namespace)
		o.rolledOut[worker.Name] = &worker
	case "Connection":
		var to connection
		require.NoError(t, yaml.UnmarshalStrict([]byte(document), &to), document)
		require.Equal(t, "nenep", to.Namespace)
		o.connections[to.Name] = &to
	default:
		require.Fail(t, "unexpected kind", "%s", known.Kind)
	}
	return true
}

const byController = `roles: {worker: {kind: workerDeployment, replicas: 2}}`

func TestTheWorkerControllerRollsTheWorkerOut(t *testing.T) {
	o := render(t, byController)
	require.NotContains(t, o.deployments, "nenep-worker")
	worker := o.rolledOut["nenep-worker"].Spec
	require.EqualValues(t, 2, *worker.Replicas)
	require.Equal(t, "nenep", worker.WorkerOptions.TemporalNamespace)
	require.Equal(t, "AllAtOnce", worker.Rollout.Strategy)
	require.Equal(t, "1h0m0s", worker.Sunset.ScaledownDelay.Duration.String())
	require.NotContains(t, plain(o, "worker"), "NENEP_BUILD_ID", "the controller names the version")
	require.NotContains(t, plain(o, "worker"), "NENEP_DEPLOYMENT_NAME", "the controller names the version")
	require.Equal(t, "temporal-frontend.temporal:7233", o.connections["nenep-worker"].Spec.HostPort)
	require.Equal(t, "nenep-worker", worker.WorkerOptions.ConnectionRef.Name)
	require.Equal(t, render(t).deployments["nenep-worker"].Spec.Template, worker.Template, "the same pods either way")
	require.Equal(t, 1, o.budgets["nenep-worker"].Spec.MaxUnavailable.IntValue())
}

func TestTheWorkerControllerConnectsAsTheWorkerDoes(t *testing.T) {
	for name, row := range map[string]struct {
		values string
		check  func(*testing.T, *connection)
	}{
		"with a certificate": {`temporalTls: {existingSecret: temporal}`, func(t *testing.T, to *connection) {
			require.Equal(t, "temporal", to.Spec.MutualTLSSecretRef.Name)
			require.Nil(t, to.Spec.TLS)
		}},
		"with an authority only": {`temporalTls: {existingSecret: temporal, cert: "", key: ""}`, func(t *testing.T, to *connection) {
			require.Equal(t, "temporal", to.Spec.TLS.CACertSecretRef.Name)
			require.Nil(t, to.Spec.MutualTLSSecretRef)
		}},
		"with an API key": {`secrets: {temporalApiKey: {existingSecret: cloud, key: token}}`, func(t *testing.T, to *connection) {
			require.Equal(t, "cloud", to.Spec.APIKeySecretRef.Name)
			require.Equal(t, "token", to.Spec.APIKeySecretRef.Key)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			o := render(t, byController, row.values)
			row.check(t, o.connections["nenep-worker"])
			for _, volume := range o.rolledOut["nenep-worker"].Spec.Template.Spec.Volumes {
				require.NotEqual(t, "temporal-tls", volume.Name, "the controller adds a volume of that name")
			}
		})
	}
}

func TestAnUpgradeInStepsOverAConnectionOfOnesOwn(t *testing.T) {
	o := render(t, byController, `
roles:
  worker:
    workerDeployment:
      connection: cloud
      rollout: {strategy: Progressive, steps: [{rampPercentage: 10, pauseDuration: 10m}, {rampPercentage: 50, pauseDuration: 1h30m}]}
      sunset: {scaledownDelay: 15m, deleteDelay: 2h}
`)
	require.Empty(t, o.connections)
	worker := o.rolledOut["nenep-worker"].Spec
	require.Equal(t, "cloud", worker.WorkerOptions.ConnectionRef.Name)
	require.Equal(t, 50, worker.Rollout.Steps[1].RampPercentage)
	require.Equal(t, "1h30m0s", worker.Rollout.Steps[1].PauseDuration.Duration.String())
}
