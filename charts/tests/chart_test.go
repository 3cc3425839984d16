// Package tests renders the chart as an administrator would and reads it as a cluster would.
package tests

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	kedav1alpha1 "github.com/kedacore/keda/v2/apis/keda/v1alpha1"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"
	"sigs.k8s.io/yaml"
)

const (
	chart   = "../nenep"
	helm    = "../../bin/helm"
	release = "nenep"
)

// least is what nobody can install without.
const least = `
config: {temporalAddr: "temporal-frontend.temporal:7233", smtpAddr: "mail.example:587", portalUrl: "https://nenep.example"}
evidence: {existingClaim: evidence}
`

// objects are what a rendering would put into a cluster.
type objects struct {
	deployments map[string]*appsv1.Deployment
	services    map[string]*corev1.Service
	jobs        map[string]*batchv1.Job
	ingresses   map[string]*networkingv1.Ingress
	policies    map[string]*networkingv1.NetworkPolicy
	files       map[string]*corev1.ConfigMap
	budgets     map[string]*policyv1.PodDisruptionBudget
	scalers     map[string]*autoscalingv2.HorizontalPodAutoscaler
	queueScaled map[string]*kedav1alpha1.ScaledObject
	routes      map[string]*gatewayv1.HTTPRoute
	monitors    map[string]*monitoringv1.ServiceMonitor
	alerts      map[string]*monitoringv1.PrometheusRule
	rolledOut   map[string]*workerDeployment
	connections map[string]*connection
	trials      map[string]*corev1.Pod
	stateful    map[string]*appsv1.StatefulSet
	claims      map[string]*corev1.PersistentVolumeClaim
	generated   map[string]*corev1.Secret
}

// pods are the pod templates by role.
func (o objects) pods() map[string]corev1.PodTemplateSpec {
	pods := map[string]corev1.PodTemplateSpec{}
	for _, deployment := range o.deployments {
		pods[role(deployment.Labels)] = deployment.Spec.Template
	}
	for _, trial := range o.trials {
		pods[role(trial.Labels)] = corev1.PodTemplateSpec{ObjectMeta: trial.ObjectMeta, Spec: trial.Spec}
	}
	for _, worker := range o.rolledOut {
		pods[role(worker.Labels)] = worker.Spec.Template
	}
	for _, set := range o.stateful {
		pods[role(set.Labels)] = set.Spec.Template
	}
	for _, job := range o.jobs {
		pods[role(job.Labels)] = job.Spec.Template
	}
	return pods
}

func role(labels map[string]string) string { return labels["app.kubernetes.io/component"] }

// valueFiles writes each text as a file of values and answers the flags that name them.
func valueFiles(t *testing.T, values ...string) []string {
	t.Helper()
	var flags []string
	folder, err := os.MkdirTemp("", "values") // no name of a test in it: Helm takes a comma for two files
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(folder)) })
	for i, text := range values {
		file := filepath.Join(folder, strconv.Itoa(i)+".yaml")
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		flags = append(flags, "--values", file)
	}
	return flags
}

func run(t *testing.T, command string, values ...string) (string, error) {
	t.Helper()
	arguments := map[string][]string{
		"template": {"template", release, chart, "--namespace", "nenep"}, "lint": {"lint", "--strict", "--namespace", "nenep", chart},
	}[command]
	var out, faults bytes.Buffer
	process := exec.Command(helm, append(arguments, valueFiles(t, values...)...)...)
	process.Stdout, process.Stderr = &out, &faults
	err := process.Run()
	return out.String() + faults.String(), err
}

// render answers what the chart makes of the least values and these, decoded as strictly as a
// cluster with field validation would.
func render(t *testing.T, values ...string) objects {
	t.Helper()
	out, err := run(t, "template", append([]string{least}, values...)...)
	require.NoError(t, err, out)
	return decode(t, out)
}

func strictDecoder(t *testing.T) runtime.Decoder {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		appsv1.AddToScheme, corev1.AddToScheme, batchv1.AddToScheme, networkingv1.AddToScheme, policyv1.AddToScheme, autoscalingv2.AddToScheme,
		kedav1alpha1.AddToScheme, gatewayv1.Install, monitoringv1.AddToScheme,
	} {
		require.NoError(t, add(scheme))
	}
	return serializer.NewCodecFactory(scheme, serializer.EnableStrict).UniversalDeserializer()
}

var separator = regexp.MustCompile(`(?m)^---\s*$`)

func decode(t *testing.T, manifests string) objects {
	t.Helper()
	requireWellFormed(t, manifests)
	collect(manifests)
	decoder := strictDecoder(t)
	found := objects{
		deployments: map[string]*appsv1.Deployment{}, services: map[string]*corev1.Service{}, jobs: map[string]*batchv1.Job{},
		ingresses: map[string]*networkingv1.Ingress{}, policies: map[string]*networkingv1.NetworkPolicy{}, files: map[string]*corev1.ConfigMap{},
		budgets: map[string]*policyv1.PodDisruptionBudget{}, scalers: map[string]*autoscalingv2.HorizontalPodAutoscaler{},
		queueScaled: map[string]*kedav1alpha1.ScaledObject{}, routes: map[string]*gatewayv1.HTTPRoute{}, monitors: map[string]*monitoringv1.ServiceMonitor{},
		alerts: map[string]*monitoringv1.PrometheusRule{}, rolledOut: map[string]*workerDeployment{}, connections: map[string]*connection{}, trials: map[string]*corev1.Pod{},
		stateful: map[string]*appsv1.StatefulSet{},
		claims:   map[string]*corev1.PersistentVolumeClaim{}, generated: map[string]*corev1.Secret{},
	}
	for _, document := range separator.Split(manifests, -1) {
		if !strings.Contains(document, "kind:") {
			continue
		}
		if found.keepOfController(t, document) {
			continue
		}
		object, _, err := decoder.Decode([]byte(document), nil, nil)
		require.NoError(t, err, document)
		found.keep(t, object)
	}
	return found
}

// keep refuses kinds the chart has no business making: roles, cluster-wide things, Secrets but that of an evaluation.
func (o objects) keep(t *testing.T, object runtime.Object) {
	t.Helper()
	meta := object.(metav1.Object)
	require.Equal(t, "nenep", meta.GetNamespace())
	switch object := object.(type) {
	case *appsv1.Deployment:
		o.deployments[object.Name] = object
	case *corev1.Pod:
		o.trials[object.Name] = object
	case *corev1.Service:
		o.services[object.Name] = object
	case *batchv1.Job:
		o.jobs[object.Name] = object
	case *networkingv1.Ingress:
		o.ingresses[object.Name] = object
	case *networkingv1.NetworkPolicy:
		o.policies[object.Name] = object
	case *corev1.ConfigMap:
		o.files[object.Name] = object
	case *policyv1.PodDisruptionBudget:
		o.budgets[object.Name] = object
	case *autoscalingv2.HorizontalPodAutoscaler:
		o.scalers[object.Name] = object
	case *kedav1alpha1.ScaledObject:
		o.queueScaled[object.Name] = object
	case *gatewayv1.HTTPRoute:
		o.routes[object.Name] = object
	case *monitoringv1.ServiceMonitor:
		o.monitors[object.Name] = object
	case *monitoringv1.PrometheusRule:
		o.alerts[object.Name] = object
	case *appsv1.StatefulSet:
		o.stateful[object.Name] = object
	case *corev1.PersistentVolumeClaim:
		o.claims[object.Name] = object
	case *corev1.Secret:
		require.Equal(t, "evaluation", role(object.Labels))
		o.generated[object.Name] = object
	default:
		require.Fail(t, "unexpected kind", "%T %s", object, meta.GetName())
	}
}

// defaults are the chart's own values.
func defaults(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(chart, "values.yaml"))
	require.NoError(t, err)
	values := map[string]any{}
	require.NoError(t, yaml.UnmarshalStrict(text, &values))
	return values
}
