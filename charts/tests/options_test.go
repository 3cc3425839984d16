package tests

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	psaapi "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"
	"nenep/proto/contract"
)

// options is every switch of the chart, each with what it must change.
var options = []struct {
	name, values string
	check        func(*testing.T, objects)
}{
	{"the least", "", func(t *testing.T, o objects) {
		require.Len(t, o.deployments, 6)
		require.Len(t, o.services, 4)
		require.Len(t, o.jobs, 1)
		require.Empty(t, o.ingresses)
		require.Empty(t, o.policies)
		require.Equal(t, "nenep:0.1.0", image(o, "portal"))
		require.Equal(t, appsv1.RecreateDeploymentStrategyType, o.deployments["nenep-reports"].Spec.Strategy.Type)
		require.Equal(t, appsv1.RollingUpdateDeploymentStrategyType, o.deployments["nenep-units"].Spec.Strategy.Type)
		require.Equal(t, "http://nenep-reports", plain(o, "portal")["NENEP_REPORTS_URL"])
		require.Equal(t, "file:///evidence", plain(o, "reports")["NENEP_EVIDENCE_URL"])
		require.Equal(t, "evidence", volume(o, "reports", "evidence").PersistentVolumeClaim.ClaimName)
		require.Nil(t, volume(o, "portal", "evidence"))
	}},
	{"image by digest", `image: {repository: r.example/nenep, tag: v2, digest: "sha256:0123456789012345678901234567890123456789012345678901234567890123"}`, func(t *testing.T, o objects) {
		require.Equal(t, "r.example/nenep:v2@sha256:0123456789012345678901234567890123456789012345678901234567890123", image(o, "worker"))
		require.Equal(t, image(o, "worker"), image(o, "migrations"))
	}},
	{"pull secrets and pull policy", `{imagePullSecrets: [{name: pull}], image: {pullPolicy: Always}}`, func(t *testing.T, o objects) {
		for _, pod := range o.pods() {
			require.Equal(t, "pull", pod.Spec.ImagePullSecrets[0].Name)
			require.Equal(t, corev1.PullAlways, pod.Spec.Containers[0].ImagePullPolicy)
		}
	}},
	{"another name", `fullnameOverride: hungyen`, func(t *testing.T, o objects) {
		require.Contains(t, o.services, "hungyen-units")
		require.Equal(t, "http://hungyen-units", plain(o, "worker")["NENEP_UNITS_URL"])
	}},
	{"evidence in the pod, for a trial", `evidence: {existingClaim: "", emptyDir: true}`, func(t *testing.T, o objects) {
		require.NotNil(t, volume(o, "reports", "evidence").EmptyDir)
		require.Equal(t, appsv1.RollingUpdateDeploymentStrategyType, o.deployments["nenep-reports"].Spec.Strategy.Type)
	}},
	{"evidence in an object store", `{evidence: {existingClaim: ""}, config: {evidenceUrl: "s3://evidence?region=hn"}, roles: {reports: {replicas: 3}}}`, func(t *testing.T, o objects) {
		require.Nil(t, volume(o, "reports", "evidence"))
		require.Equal(t, "s3://evidence?region=hn", plain(o, "reports")["NENEP_EVIDENCE_URL"])
		require.Equal(t, appsv1.RollingUpdateDeploymentStrategyType, o.deployments["nenep-reports"].Spec.Strategy.Type)
		require.EqualValues(t, 3, *o.deployments["nenep-reports"].Spec.Replicas)
	}},
	{"migrations without units", `migrations: {load: false}`, func(t *testing.T, o objects) {
		require.Equal(t, []string{"migrate"}, o.pods()["migrations"].Spec.Containers[0].Args)
	}},
	{"migrations by hand", `migrations: {mode: none}`, func(t *testing.T, o objects) { require.Empty(t, o.jobs) }},
	{"migrations as a Job among the rest", `migrations: {mode: job}`, func(t *testing.T, o objects) {
		require.Empty(t, o.jobs["nenep-migrations-1"].Annotations["helm.sh/hook"], "tools without hooks run it as well")
	}},
	{"migrations in the pods", `migrations: {mode: initContainer}`, func(t *testing.T, o objects) {
		require.Empty(t, o.jobs)
		first := o.pods()["units"].Spec.InitContainers[0]
		require.Equal(t, []string{"migrate", "--load"}, first.Args)
		require.NotEmpty(t, first.Resources.Limits.Memory().String())
		require.Empty(t, o.pods()["reports"].Spec.InitContainers, "one role is enough: the others are not ready until it is done")
	}},
	{"several pods of a role", `roles: {portal: {replicas: 3}}`, func(t *testing.T, o objects) {
		require.Len(t, o.budgets, 1, "one pod cannot be kept while its node is drained")
		require.Equal(t, 1, o.budgets["nenep-portal"].Spec.MaxUnavailable.IntValue())
		require.Equal(t, o.deployments["nenep-portal"].Spec.Selector, o.budgets["nenep-portal"].Spec.Selector)
	}},
	{"no terminal", `terminal: {enabled: false}`, func(t *testing.T, o objects) { require.NotContains(t, o.deployments, "nenep-terminal") }},
	{"no disruption budget", `{roles: {portal: {replicas: 3}}, disruptionBudget: {enabled: false}}`, func(t *testing.T, o objects) { require.Empty(t, o.budgets) }},
	{"as many pods as there is work", `roles: {portal: {scaling: {enabled: true, maxReplicas: 9}}, worker: {scaling: {enabled: true}}}`, func(t *testing.T, o objects) {
		require.Len(t, o.scalers, 2)
		require.EqualValues(t, 9, o.scalers["nenep-portal"].Spec.MaxReplicas)
		require.Equal(t, "nenep-worker", o.scalers["nenep-worker"].Spec.ScaleTargetRef.Name)
		require.Nil(t, o.deployments["nenep-portal"].Spec.Replicas, "an upgrade leaves the number to the autoscaler")
		require.EqualValues(t, 1, *o.deployments["nenep-units"].Spec.Replicas)
		require.Len(t, o.budgets, 2)
	}},
	{"as many workers as wait in the task queues", `{config: {temporalNamespace: so-noi-vu}, roles: {worker: {scaling: {enabled: true, by: temporal, waiting: 7, authentication: temporal}}}}`, func(t *testing.T, o objects) {
		require.Empty(t, o.scalers, "never both")
		scaled := o.queueScaled["nenep-worker"].Spec
		var queues []string
		for _, trigger := range scaled.Triggers {
			require.Equal(t, "so-noi-vu", trigger.Metadata["namespace"])
			require.Equal(t, "7", trigger.Metadata["targetQueueSize"])
			require.Equal(t, "temporal", trigger.AuthenticationRef.Name)
			queues = append(queues, trigger.Metadata["taskQueue"])
		}
		require.Equal(t, []string{contract.QueueCases, contract.QueueUpkeep}, queues)
	}},
	{"the portal behind a Gateway", `{config: {portalUrl: ""}, gateway: {enabled: true, host: nenep.example, parent: {name: public, namespace: edge, sectionName: https}}}`, func(t *testing.T, o objects) {
		route := o.routes["nenep"].Spec
		require.EqualValues(t, "edge", *route.ParentRefs[0].Namespace)
		require.EqualValues(t, "nenep-portal", route.Rules[0].BackendRefs[0].Name)
		require.Equal(t, "https://nenep.example", plain(o, "notifications")["NENEP_PORTAL_URL"])
	}},
	{"who may reach what", `
networkPolicy:
  enabled: true
  portalFrom: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ingress}}}]
  metricsFrom: [{ipBlock: {cidr: 10.0.0.0/8}}]
`, func(t *testing.T, o objects) {
		require.Equal(t, "ingress", o.policies["nenep-portal"].Spec.Ingress[0].From[0].NamespaceSelector.MatchLabels["kubernetes.io/metadata.name"])
		require.Equal(t, "metrics", o.policies["nenep-services"].Spec.Ingress[1].Ports[0].Port.StrVal, "metrics only")
	}},
	{"looked at by Prometheus", `monitoring: {serviceMonitor: {enabled: true, labels: {release: prometheus}}}`, func(t *testing.T, o objects) {
		monitor := o.monitors["nenep"]
		require.Equal(t, "prometheus", monitor.Labels["release"])
		require.Equal(t, monitor.Spec.Selector.MatchLabels["app.kubernetes.io/component"], role(o.services["nenep-metrics"].Labels))
		require.Equal(t, "None", o.services["nenep-metrics"].Spec.ClusterIP)
		for name, deployment := range o.deployments {
			require.Subset(t, deployment.Spec.Template.Labels, o.services["nenep-metrics"].Spec.Selector, name)
		}
	}},
	{"alerts and a dashboard", `monitoring: {prometheusRule: {enabled: true, labels: {release: prometheus}, guide: "https://wiki.example/operations"}, dashboard: {enabled: true}}`, func(t *testing.T, o objects) {
		require.Equal(t, "prometheus", o.alerts["nenep"].Labels["release"])
		rules := o.alerts["nenep"].Spec.Groups[0].Rules
		require.Equal(t, "https://wiki.example/operations#nenepdown", rules[0].Annotations["runbook_url"])
		require.Contains(t, rules[1].Annotations["summary"], "{{ $labels.schedule }}", "left for Prometheus")
		require.Equal(t, "1", o.files["nenep-dashboard"].Labels["grafana_dashboard"])
		require.True(t, json.Valid([]byte(o.files["nenep-dashboard"].Data["nenep.json"])))
	}},
	{"objects of your own", `extraObjects: [{apiVersion: v1, kind: ConfigMap, metadata: {name: "{{ .Release.Name }}-own", namespace: nenep}, data: {a: b}}]`, func(t *testing.T, o objects) {
		require.Equal(t, "b", o.files["nenep-own"].Data["a"])
	}},
	{"strategy of a role", `roles: {worker: {strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: "50%", maxUnavailable: 1}}}}`, func(t *testing.T, o objects) {
		require.Equal(t, "50%", o.deployments["nenep-worker"].Spec.Strategy.RollingUpdate.MaxSurge.StrVal)
	}},
	{"resources of a role", `roles: {worker: {resources: {limits: {memory: 1Gi, cpu: 2}}}}`, func(t *testing.T, o objects) {
		require.Equal(t, "1Gi", o.pods()["worker"].Spec.Containers[0].Resources.Limits.Memory().String())
	}},
	{"the worker's time to stop", `config: {workerStopSeconds: 45}`, func(t *testing.T, o objects) {
		require.Equal(t, "45", plain(o, "worker")["NENEP_WORKER_STOP_SECONDS"])
		require.EqualValues(t, 60, *o.pods()["worker"].Spec.TerminationGracePeriodSeconds)
	}},
	{"the worker rolled out by Temporal's controller", byController, func(t *testing.T, o objects) { require.Len(t, o.rolledOut, 1) }},
	{"another trial", `helmTest: {withinSeconds: 300, obligation: BCD-02, unit: DU-12205-2507}`, func(t *testing.T, o objects) {
		require.Equal(t, []string{"try", "--ready=http://nenep-portal/readyz", "--within=300s", "--obligation=BCD-02", "--unit=DU-12205-2507"}, o.trials["nenep-try"].Spec.Containers[0].Args)
		require.EqualValues(t, 360, *o.trials["nenep-try"].Spec.ActiveDeadlineSeconds)
	}},
	{"no trial", `helmTest: {enabled: false}`, func(t *testing.T, o objects) { require.Empty(t, o.trials) }},
	{"a port of its own", `config: {unitsAddr: ":9191"}`, func(t *testing.T, o objects) {
		require.EqualValues(t, 9191, o.pods()["units"].Spec.Containers[0].Ports[0].ContainerPort)
	}},
	{"a service elsewhere", `config: {unitsUrl: "https://units.example"}`, func(t *testing.T, o objects) {
		require.Equal(t, "https://units.example", plain(o, "reports")["NENEP_UNITS_URL"])
	}},
	{"TLS to Temporal", `temporalTls: {existingSecret: temporal, ca: ""}`, func(t *testing.T, o objects) {
		require.Equal(t, "temporal", volume(o, "migrations", "temporal-certificates").Secret.SecretName)
		require.Equal(t, "/etc/nenep/temporal-tls/tls.key", plain(o, "worker")["NENEP_TEMPORAL_TLS_KEY"])
		require.NotContains(t, plain(o, "worker"), "NENEP_TEMPORAL_TLS_CA")
		require.Nil(t, volume(o, "notifications", "temporal-certificates"))
	}},
	{"sign-in, mail and Temporal with secrets", `
config: {oidcIssuer: "https://id.example", oidcClientId: nenep, smtpUser: nenep}
secrets:
  smtpPassword: {existingSecret: mail}
  oidcClientSecret: {existingSecret: sso, key: client}
  temporalApiKey: {existingSecret: cloud}
`, func(t *testing.T, o objects) {
		require.Equal(t, "mail/smtp-password", secrets(o, "notifications")["NENEP_SMTP_PASSWORD"])
		require.Equal(t, "sso/client", secrets(o, "portal")["NENEP_OIDC_CLIENT_SECRET"])
		require.Equal(t, "cloud/temporal-api-key", secrets(o, "worker")["NENEP_TEMPORAL_API_KEY"])
		require.NotContains(t, secrets(o, "worker"), "NENEP_SMTP_PASSWORD", "a role is shown no secret it does not use")
		require.NotContains(t, secrets(o, "worker"), "NENEP_DATABASE_URL")
		require.NotContains(t, secrets(o, "units"), "NENEP_OIDC_CLIENT_SECRET")
	}},
	{"ingress with TLS", `{config: {portalUrl: ""}, ingress: {enabled: true, host: nenep.hungyen.example, className: nginx, tlsSecret: cert, annotations: {a: b}}}`, func(t *testing.T, o objects) {
		ingress := o.ingresses["nenep"]
		require.Equal(t, "nginx", *ingress.Spec.IngressClassName)
		require.Equal(t, "cert", ingress.Spec.TLS[0].SecretName)
		require.Equal(t, "nenep-portal", ingress.Spec.Rules[0].HTTP.Paths[0].Backend.Service.Name)
		require.Equal(t, "https://nenep.hungyen.example", plain(o, "notifications")["NENEP_PORTAL_URL"])
	}},
	{"ingress without TLS", `{config: {portalUrl: ""}, ingress: {enabled: true, host: nenep.local}}`, func(t *testing.T, o objects) {
		require.Equal(t, "http://nenep.local", plain(o, "portal")["NENEP_PORTAL_URL"])
	}},
	{"the portal on every node", `portalService: {type: NodePort, annotations: {a: b}}`, func(t *testing.T, o objects) {
		require.Equal(t, corev1.ServiceTypeNodePort, o.services["nenep-portal"].Spec.Type)
		require.Equal(t, corev1.ServiceTypeClusterIP, o.services["nenep-units"].Spec.Type)
	}},
	{"network policy", `networkPolicy: {enabled: true}`, func(t *testing.T, o objects) {
		for _, name := range []string{"nenep-services", "nenep-portal"} {
			require.Equal(t, []networkingv1.PolicyType{networkingv1.PolicyTypeIngress}, o.policies[name].Spec.PolicyTypes)
		}
		require.Equal(t, o.deployments["nenep-portal"].Spec.Selector.MatchLabels, o.policies["nenep-portal"].Spec.PodSelector.MatchLabels)
	}},
	{"where pods run", `
topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway}, {maxSkew: 2, topologyKey: host, whenUnsatisfiable: DoNotSchedule}]
nodeSelector: {disk: fast}
tolerations: [{key: province, operator: Exists, effect: NoSchedule}]
serviceAccountName: cloud
podAnnotations: {prometheus.io/scrape: "true"}
`, func(t *testing.T, o objects) {
		for name, deployment := range o.deployments {
			pod := deployment.Spec.Template
			if name == "nenep-terminal" {
				continue // one pod is spread over nothing
			}
			require.Len(t, pod.Spec.TopologySpreadConstraints, 2)
			require.Equal(t, deployment.Spec.Selector, pod.Spec.TopologySpreadConstraints[1].LabelSelector, name)
			require.Equal(t, "true", pod.Annotations["prometheus.io/scrape"])
		}
		for _, pod := range o.pods() {
			require.Equal(t, "fast", pod.Spec.NodeSelector["disk"])
			require.Equal(t, "province", pod.Spec.Tolerations[0].Key)
			require.Equal(t, "cloud", pod.Spec.ServiceAccountName)
		}
	}},
	{"channels beside mail", `
channels:
  declaration: |
    # SMS
    sms:
      url: https://sms.example/v1
      body: '{"to": {{json .To}}}'
      headers: {Authorization: "Bearer ${NENEP_SMS_TOKEN}"}
  env: [{name: NENEP_SMS_TOKEN, existingSecret: sms, key: token}]
  filesSecret: zalo
podAnnotations: {a: b}
`, func(t *testing.T, o objects) {
		require.Contains(t, o.files["nenep-channels"].Data["channels.yaml"], "  body: '{\"to\": {{json .To}}}'\n")
		require.Equal(t, "nenep-channels", volume(o, "notifications", "channels").ConfigMap.Name)
		require.Equal(t, "zalo", volume(o, "notifications", "channel-files").Secret.SecretName)
		require.Equal(t, "/etc/nenep/channels/channels.yaml", plain(o, "notifications")["NENEP_CHANNELS"])
		require.Equal(t, "sms/token", secrets(o, "notifications")["NENEP_SMS_TOKEN"])
		for _, other := range []string{"portal", "worker", "migrations"} {
			require.NotContains(t, secrets(o, other), "NENEP_SMS_TOKEN", "a role is shown no secret it does not use")
			require.Nil(t, volume(o, other, "channels"))
		}
		require.Len(t, o.pods()["notifications"].Annotations["nenep/channels"], 64, "another declaration starts the pods anew")
		require.Equal(t, "b", o.pods()["notifications"].Annotations["a"])
		require.NotContains(t, o.pods()["portal"].Annotations, "nenep/channels")
	}},
	{"roots of signatures", `
signatureRoots: |
  -----BEGIN CERTIFICATE-----
  AAAA
  -----END CERTIFICATE-----
`, func(t *testing.T, o objects) {
		require.Equal(t, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", o.files["nenep-signature-roots"].Data["roots.pem"])
		require.Equal(t, "nenep-signature-roots", volume(o, "reports", "signature-roots").ConfigMap.Name)
		require.Equal(t, "/etc/nenep/signature-roots/roots.pem", plain(o, "reports")["NENEP_SIGNATURE_ROOTS"])
		require.Nil(t, volume(o, "portal", "signature-roots"))
		require.Len(t, o.pods()["reports"].Annotations["nenep/signature-roots"], 64, "other roots start the pods anew")
	}},
	{"catalogues of ConfigMaps", `
catalogues:
  - name: built-in
  - name: tinh
    files:
      catalogue.yaml: "version: '1'\n"
      obligations/X-01.yaml: "code: X-01\n"
  - name: so
    existingConfigMap: so-catalogue
    paths: {first: catalogue.yaml, x: obligations/X-02.yaml}
`, func(t *testing.T, o objects) {
		require.Equal(t, "built-in,/etc/nenep/catalogues/tinh,/etc/nenep/catalogues/so", plain(o, "worker")["NENEP_CATALOGUE"])
		require.Equal(t, map[string]string{"catalogue.yaml": "version: '1'\n", "obligations__X-01.yaml": "code: X-01\n"}, o.files["nenep-catalogue-tinh"].Data)
		require.Equal(t, o.files["nenep-catalogue-tinh"].Data, o.files["nenep-migrations-catalogue-tinh"].Data)
		require.Equal(t, "pre-install,pre-upgrade", o.files["nenep-migrations-catalogue-tinh"].Annotations["helm.sh/hook"], "there before the Job is")
		require.Equal(t, "nenep-migrations-catalogue-tinh", volume(o, "migrations", "catalogue-tinh").ConfigMap.Name)
		for _, reader := range []string{"units", "reports", "notifications", "worker"} {
			require.Equal(t, "nenep-catalogue-tinh", volume(o, reader, "catalogue-tinh").ConfigMap.Name, reader)
			require.Equal(t, []corev1.KeyToPath{{Key: "first", Path: "catalogue.yaml"}, {Key: "x", Path: "obligations/X-02.yaml"}},
				volume(o, reader, "catalogue-so").ConfigMap.Items, reader)
			require.Len(t, o.pods()[reader].Annotations["nenep/catalogues"], 64, "another content starts the pods anew")
		}
		require.Contains(t, volume(o, "worker", "catalogue-tinh").ConfigMap.Items, corev1.KeyToPath{Key: "obligations__X-01.yaml", Path: "obligations/X-01.yaml"})
		require.Nil(t, volume(o, "portal", "catalogue-tinh"), "it reads none")
		require.NotContains(t, o.pods()["portal"].Annotations, "nenep/catalogues")
	}},
	{"when digests leave, and a key of their own for telephone numbers", `
config: {digestWindows: "07:00,13:30", quietHours: "21:00-06:00"}
secrets: {personalKey: {existingSecret: nenep}}
`, func(t *testing.T, o objects) {
		require.Equal(t, "07:00,13:30", plain(o, "migrations")["NENEP_DIGEST_WINDOWS"])
		require.Equal(t, "21:00-06:00", plain(o, "notifications")["NENEP_QUIET_HOURS"])
		require.Equal(t, "nenep/personal-key", secrets(o, "units")["NENEP_PERSONAL_KEY"])
		require.NotContains(t, secrets(o, "notifications"), "NENEP_PERSONAL_KEY")
		require.Empty(t, o.files)
	}},
	{"variables of others", `extraEnv: [{name: HTTPS_PROXY, value: "http://proxy:3128"}, {name: AWS_KEY, valueFrom: {secretKeyRef: {name: s3, key: k}}}]`, func(t *testing.T, o objects) {
		require.Equal(t, "http://proxy:3128", plain(o, "reports")["HTTPS_PROXY"])
		require.Equal(t, "s3/k", secrets(o, "migrations")["AWS_KEY"])
	}},
}

func TestEveryOptionLintsRendersAndIsWhatAClusterTakes(t *testing.T) {
	for _, option := range options {
		t.Run(option.name, func(t *testing.T) {
			t.Parallel()
			out, err := run(t, "lint", least, option.values)
			require.NoError(t, err, out)
			rendered := render(t, option.values)
			option.check(t, rendered)
			requireRestricted(t, rendered)
			requireSound(t, rendered)
		})
	}
}

// requireRestricted asks the very rules a cluster enforces, and those the house adds.
func requireRestricted(t *testing.T, o objects) {
	t.Helper()
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	require.NoError(t, err)
	restricted := psaapi.LevelVersion{Level: psaapi.LevelRestricted, Version: psaapi.LatestVersion()}
	for name, pod := range o.pods() {
		verdict := policy.AggregateCheckResults(evaluator.EvaluatePod(restricted, &pod.ObjectMeta, &pod.Spec))
		require.True(t, verdict.Allowed, "%s: %s", name, verdict.ForbiddenDetail())
		require.False(t, *pod.Spec.AutomountServiceAccountToken, name)
		require.False(t, *pod.Spec.EnableServiceLinks, name)
		require.EqualValues(t, 65532, *pod.Spec.SecurityContext.RunAsUser, name)
		for _, container := range append(pod.Spec.InitContainers, pod.Spec.Containers...) {
			require.True(t, *container.SecurityContext.ReadOnlyRootFilesystem, name)
			require.NotEmpty(t, container.Resources.Limits.Memory().String(), name)
		}
	}
}

// requireSound checks what holds whatever the options are: probes, ports, selectors, references.
func requireSound(t *testing.T, o objects) {
	t.Helper()
	for name, deployment := range o.deployments {
		container := deployment.Spec.Template.Spec.Containers[0]
		require.Equal(t, "/livez", container.LivenessProbe.HTTPGet.Path, name)
		require.Contains(t, []string{"/readyz", "/readyz/own"}, container.ReadinessProbe.HTTPGet.Path, name)
		require.Equal(t, container.Ports[0].Name, container.ReadinessProbe.HTTPGet.Port.StrVal, name)
		require.Subset(t, deployment.Spec.Template.Labels, deployment.Spec.Selector.MatchLabels, name)
		require.NotContains(t, deployment.Spec.Selector.MatchLabels, "app.kubernetes.io/version", "a selector never changes")
		require.NotContains(t, deployment.Spec.Selector.MatchLabels, "helm.sh/chart", "a selector never changes")
	}
	for name, service := range o.services {
		if set := o.stateful[name]; set != nil {
			require.Equal(t, set.Spec.Selector.MatchLabels, service.Spec.Selector, name)
			continue
		}
		if role(service.Labels) == "metrics" {
			continue
		}
		require.Equal(t, o.deployments[name].Spec.Selector.MatchLabels, service.Spec.Selector, name)
		require.Equal(t, o.deployments[name].Spec.Template.Spec.Containers[0].Ports[0].Name, service.Spec.Ports[0].TargetPort.StrVal, name)
	}
	for name, pod := range o.pods() {
		mounted := map[string]bool{}
		for _, volume := range pod.Spec.Volumes {
			mounted[volume.Name] = true
		}
		for _, set := range o.stateful {
			for _, claim := range set.Spec.VolumeClaimTemplates {
				mounted[claim.Name] = mounted[claim.Name] || role(set.Labels) == name
			}
		}
		for _, mount := range pod.Spec.Containers[0].VolumeMounts {
			require.True(t, mounted[mount.Name], "%s mounts %s", name, mount.Name)
		}
	}
}

func TestRolesRunTheOneProgram(t *testing.T) {
	pods := render(t).pods()
	for name, arguments := range map[string][]string{
		"units": {"serve", "units"}, "reports": {"serve", "reports"}, "notifications": {"serve", "notifications"},
		"portal": {"serve", "portal"}, "worker": {"work"}, "terminal": {"terminal", "--listen", ":8080"}, "migrations": {"migrate", "--load"},
	} {
		require.Equal(t, arguments, pods[name].Spec.Containers[0].Args)
		require.Empty(t, pods[name].Spec.Containers[0].Command, "the image knows its program")
	}
}

func TestTheTrialRunsWhenAskedOnly(t *testing.T) {
	trial := render(t).trials["nenep-try"]
	require.Equal(t, "test", trial.Annotations["helm.sh/hook"])
	require.Equal(t, corev1.RestartPolicyNever, trial.Spec.RestartPolicy)
	require.Equal(t, secrets(render(t), "terminal"), secrets(render(t), "try"), "what a terminal is shown, and no more")
}

func TestMigrationsRunBeforeEverythingElse(t *testing.T) {
	job := render(t).jobs["nenep-migrations"]
	require.Equal(t, "pre-install,pre-upgrade", job.Annotations["helm.sh/hook"])
	require.Equal(t, "before-hook-creation", job.Annotations["helm.sh/hook-delete-policy"])
	require.Equal(t, corev1.RestartPolicyNever, job.Spec.Template.Spec.RestartPolicy)
	require.EqualValues(t, 600, *job.Spec.ActiveDeadlineSeconds)
	require.Empty(t, job.Spec.Template.Spec.ServiceAccountName, "nothing of this release exists yet when it runs")
}

func image(o objects, role string) string { return o.pods()[role].Spec.Containers[0].Image }

// plain are the variables of a role that stand in its manifest.
func plain(o objects, role string) map[string]string {
	values := map[string]string{}
	for _, variable := range o.pods()[role].Spec.Containers[0].Env {
		if variable.ValueFrom == nil {
			values[variable.Name] = variable.Value
		}
	}
	return values
}

// secrets are the variables of a role that are taken from a Secret, as secret/key.
func secrets(o objects, role string) map[string]string {
	values := map[string]string{}
	for _, variable := range o.pods()[role].Spec.Containers[0].Env {
		if variable.ValueFrom != nil {
			values[variable.Name] = variable.ValueFrom.SecretKeyRef.Name + "/" + variable.ValueFrom.SecretKeyRef.Key
		}
	}
	return values
}

func volume(o objects, role, name string) *corev1.Volume {
	for _, volume := range o.pods()[role].Spec.Volumes {
		if volume.Name == name {
			return &volume
		}
	}
	return nil
}
