package tests

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
)

const evaluation = `evaluation: {enabled: true}`

// renderAlone answers what the chart makes of these values and no others.
func renderAlone(t *testing.T, values ...string) objects {
	t.Helper()
	out, err := run(t, "template", values...)
	require.NoError(t, err, out)
	return decode(t, out)
}

// One switch and nothing else: nothing outside is asked for, nothing of production is left.
func TestEvaluationBringsEverythingByOneSwitch(t *testing.T) {
	out, err := run(t, "lint", evaluation)
	require.NoError(t, err, out)
	rendered := renderAlone(t, evaluation)
	requireRestricted(t, rendered)
	requireSound(t, rendered)
	require.Len(t, rendered.deployments, 1)
	require.Len(t, rendered.stateful, 1)
	require.Len(t, rendered.claims, 1)
	require.Len(t, rendered.services, 2)
	require.Len(t, rendered.generated, 1)
	require.Empty(t, rendered.jobs, "the program brings its schemas to the release itself")
	require.Equal(t, appsv1.RecreateDeploymentStrategyType, rendered.deployments["nenep-evaluation"].Spec.Strategy.Type)
	require.Equal(t, "nenep-standalone:0.1.0", image(rendered, "evaluation"))
	require.Equal(t, "http://127.0.0.1:8080", plain(rendered, "evaluation")["NENEP_PORTAL_URL"], "as kubectl port-forward gives it")
	require.Equal(t, "nenep-evaluation/database-password", secrets(rendered, "evaluation")["POSTGRES_PASSWORD"])
	require.Equal(t, "nenep-evaluation/database-password", secrets(rendered, "postgres")["POSTGRES_PASSWORD"])
	require.Equal(t, "nenep-evaluation", volume(rendered, "evaluation", "data").PersistentVolumeClaim.ClaimName)
	require.Equal(t, appsv1.DeletePersistentVolumeClaimRetentionPolicyType,
		rendered.stateful["nenep-postgres"].Spec.PersistentVolumeClaimRetentionPolicy.WhenDeleted, "the data goes with the release")
	require.Len(t, string(rendered.generated["nenep-evaluation"].Data["database-password"]), 32)
}

func TestEvaluationKeepsItsDataWhereOneSays(t *testing.T) {
	rendered := renderAlone(t, evaluation, `evaluation: {storage: {className: fast, databaseSize: 5Gi}}`)
	require.Equal(t, "fast", *rendered.claims["nenep-evaluation"].Spec.StorageClassName)
	require.Equal(t, "fast", *rendered.stateful["nenep-postgres"].Spec.VolumeClaimTemplates[0].Spec.StorageClassName)
	require.Equal(t, "5Gi", rendered.stateful["nenep-postgres"].Spec.VolumeClaimTemplates[0].Spec.Resources.Requests.Storage().String())
	rendered = renderAlone(t, evaluation, `evaluation: {storage: {databaseClaim: a, dataClaim: b}}`)
	requireSound(t, rendered)
	require.Empty(t, rendered.claims)
	require.Empty(t, rendered.stateful["nenep-postgres"].Spec.VolumeClaimTemplates)
	require.Equal(t, "a", volume(rendered, "postgres", "database").PersistentVolumeClaim.ClaimName)
	require.Equal(t, "b", volume(rendered, "evaluation", "data").PersistentVolumeClaim.ClaimName)
}

func TestEvaluationTakesWhatIsNoMatterOfProduction(t *testing.T) {
	rendered := renderAlone(t, evaluation, `
config: {helpPhone: "0221 3863", logLevel: debug, digestWindows: "07:00"}
fullnameOverride: thu
image: {tag: v3}
evaluation: {image: {tag: v4}, postgres: {image: {repository: r.example/pg, tag: "16"}}}
extraEnv: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]
`)
	require.Equal(t, "0221 3863", plain(rendered, "evaluation")["NENEP_HELP_PHONE"])
	require.Equal(t, "07:00", plain(rendered, "evaluation")["NENEP_DIGEST_WINDOWS"])
	require.Equal(t, "http://proxy:3128", plain(rendered, "evaluation")["HTTPS_PROXY"])
	require.NotContains(t, plain(rendered, "evaluation"), "NENEP_UNITS_ADDR", "inside the pod the roles meet on loopback")
	require.Equal(t, "nenep-standalone:v4", image(rendered, "evaluation"))
	require.Equal(t, "r.example/pg:16", image(rendered, "postgres"))
	require.Contains(t, plain(rendered, "evaluation")["DATABASE_URL"], "@thu-postgres:5432/")
}

func TestEvaluationRefusesWhatBelongsToProduction(t *testing.T) {
	for values, named := range map[string]string{
		`config: {temporalAddr: "a:1"}`:                        "config.temporalAddr:",
		`config: {smtpAddr: "a:1"}`:                            "config.smtpAddr:",
		`config: {oidcIssuer: "https://id.example"}`:           "config.oidcIssuer:",
		`config: {evidenceUrl: "s3://a"}`:                      "evidence:",
		`config: {clamdAddr: "a:1"}`:                           "config.clamdAddr:",
		`evidence: {existingClaim: a}`:                         "evidence:",
		`secrets: {temporalApiKey: {existingSecret: a}}`:       "secrets.temporalApiKey:",
		`temporalTls: {existingSecret: a}`:                     "temporalTls:",
		`channels: {declaration: "sms: {}"}`:                   "channels:",
		`ingress: {enabled: true, host: a}`:                    "ingress:",
		`gateway: {enabled: true, host: a, parent: {name: g}}`: "gateway:",
		`portalService: {type: NodePort}`:                      "portalService.type:",
		`roles: {portal: {replicas: 2}}`:                       "roles.portal:",
		`roles: {worker: {scaling: {enabled: true}}}`:          "roles.worker:",
		`monitoring: {serviceMonitor: {enabled: true}}`:        "monitoring:",
		least: "config.smtpAddr:",
	} {
		out, err := run(t, "template", evaluation, values)
		require.Error(t, err, values)
		require.Contains(t, out, "evaluation.enabled does not go with these values")
		require.Contains(t, out, named, values)
	}
}

func TestTheSchemaRefusesAMisspeltEvaluation(t *testing.T) {
	for values, place := range map[string]string{
		`evaluation: {enable: true}`:                           "enable",
		`evaluation: {storage: {databaseSize: much}}`:          "/evaluation/storage/databaseSize",
		`evaluation: {postgres: {image: {digest: latest}}}`:    "/evaluation/postgres/image/digest",
		`evaluation: {resources: {limits: {memory: "a lot"}}}`: "memory",
	} {
		out, err := run(t, "template", evaluation, values)
		require.Error(t, err, values)
		require.Contains(t, out, place)
	}
}
