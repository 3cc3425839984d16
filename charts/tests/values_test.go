package tests

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
	"sigs.k8s.io/yaml"
)

// key is the value that maps onto a variable: NENEP_TEMPORAL_ADDR is temporalAddr.
func key(variable string) string {
	words := strings.Split(strings.ToLower(strings.TrimPrefix(variable, "NENEP_")), "_")
	for i, word := range words[1:] {
		words[i+1] = strings.ToUpper(word[:1]) + word[1:]
	}
	return strings.Join(words, "")
}

func keys(values any) []string { return slices.Sorted(maps.Keys(values.(map[string]any))) }

func TestEveryVariableIsOneValueAndEveryValueOneVariable(t *testing.T) {
	var config, secret []string
	for _, setting := range (wire.Config{}).Settings() {
		if setting.Secret {
			secret = append(secret, key(setting.Name))
			continue
		}
		config = append(config, key(setting.Name))
	}
	slices.Sort(config)
	slices.Sort(secret)
	values, schema := defaults(t), readSchema(t)["properties"].(map[string]any)
	require.Equal(t, config, keys(values["config"]), "config in values.yaml")
	require.Equal(t, secret, keys(values["secrets"]), "secrets in values.yaml")
	require.Equal(t, config, keys(schema["config"].(map[string]any)["properties"]), "config in the schema")
	require.Equal(t, secret, keys(schema["secrets"].(map[string]any)["properties"]), "secrets in the schema")
}

// example is something the schema takes for a value, other than its default.
func example(name string) any {
	switch {
	case strings.HasSuffix(name, "Seconds"), strings.HasSuffix(name, "Bytes"):
		return 104857600 / 1048576
	case name == "signInByMail":
		return false
	case name == "evidenceUrl":
		return "s3://evidence"
	case name == "auditHeadsUrl":
		return "s3://heads"
	case name == "channels":
		return "/run/channels.yaml"
	case name == "signatureRoots":
		return "/run/roots.pem"
	case name == "digestWindows":
		return "06:30,07:30"
	case name == "quietHours":
		return "21:00-06:00"
	case name == "mailFrom":
		return "a@hungyen.example"
	case name == "smtpTls":
		return "none"
	case name == "webhookNetworks":
		return "10.1.0.0/16"
	case name == "logLevel":
		return "debug"
	case strings.HasPrefix(name, "temporalTls"), strings.HasPrefix(name, "tls"), name == "tokenKeys":
		return "/run/" + name
	case name == "metricsAddr":
		return "host:1235"
	case strings.HasSuffix(name, "Addr"):
		return "host:1234"
	case strings.HasSuffix(name, "Url"), name == "oidcIssuer":
		return "https://" + strings.ToLower(name) + ".example"
	default:
		return name + " của tỉnh"
	}
}

func TestEveryValueReachesEveryRole(t *testing.T) {
	values := map[string]any{
		"config": map[string]any{}, "secrets": map[string]any{}, "evidence": map[string]any{"existingClaim": ""},
	}
	for _, setting := range (wire.Config{}).Settings() {
		name := key(setting.Name)
		if setting.Secret {
			values["secrets"].(map[string]any)[name] = map[string]any{"existingSecret": "of-" + strings.ToLower(name), "key": name}
			continue
		}
		values["config"].(map[string]any)[name] = example(name)
	}
	text, err := yaml.Marshal(values)
	require.NoError(t, err)
	rendered := render(t, string(text))
	shown := map[string]bool{}
	for role := range rendered.pods() {
		for variable := range secrets(rendered, role) {
			shown[variable] = true
		}
	}
	for _, setting := range (wire.Config{}).Settings() {
		name := key(setting.Name)
		if setting.Secret {
			require.True(t, shown[setting.Name], "%s reaches no role", setting.Name)
			continue
		}
		for role := range rendered.pods() {
			require.Equal(t, asText(example(name)), plain(rendered, role)[setting.Name], "%s in %s", setting.Name, role)
		}
	}
}

func asText(value any) string {
	if text, is := value.(string); is {
		return text
	}
	text, _ := json.Marshal(value)
	return string(text)
}

func TestALargeNumberIsNotWrittenWithAnExponent(t *testing.T) {
	require.Equal(t, "26214400", plain(render(t), "reports")["NENEP_MAX_FILE_BYTES"])
	require.Equal(t, "104857600", plain(render(t, "config: {maxFileBytes: 104857600}"), "portal")["NENEP_MAX_FILE_BYTES"])
}

func TestSecretsAreNeverInAManifest(t *testing.T) {
	secret := map[string]bool{}
	for _, setting := range (wire.Config{}).Settings() {
		secret[setting.Name] = setting.Secret
	}
	for _, option := range options {
		rendered := render(t, option.values)
		for role := range rendered.pods() {
			for variable := range plain(rendered, role) {
				require.False(t, secret[variable], "%s: %s stands in the manifest of %s", option.name, variable, role)
			}
		}
	}
}

func TestWhatIsMissingIsRefusedAtOnce(t *testing.T) {
	for name, refusal := range map[string]struct {
		values []string
		names  []string
	}{
		"nothing said": {nil, []string{"config.temporalAddr:", "config.smtpAddr:", "config.portalUrl:", "evidence:"}},
		"no secrets": {[]string{least, `secrets: {databaseUrl: {existingSecret: ""}, serviceKey: {existingSecret: ""}}`},
			[]string{"secrets.databaseUrl.existingSecret:", "secrets.serviceKey.existingSecret:"}},
		"two stores":              {[]string{least, `config: {evidenceUrl: "s3://a"}`}, []string{"evidence:"}},
		"pods with folders apart": {[]string{least, `{evidence: {existingClaim: "", emptyDir: true}, roles: {reports: {replicas: 2}}}`}, []string{"roles.reports.replicas:"}},
		"ingress without host":    {[]string{least, `ingress: {enabled: true}`}, []string{"ingress.host:"}},
		"half a sign-in":          {[]string{least, `config: {oidcIssuer: "https://id.example"}`}, []string{"config.oidcIssuer:"}},
		"channels declared twice": {[]string{least, `{channels: {declaration: "sms: {}"}, config: {channels: /run/c.yaml}}`}, []string{"channels.declaration:"}},
		"roots twice":             {[]string{least, `{signatureRoots: "-----BEGIN CERTIFICATE-----", config: {signatureRoots: /run/r.pem}}`}, []string{"signatureRoots:"}},
		"roots that are a path":   {[]string{least, `signatureRoots: /run/roots.pem`}, []string{"signatureRoots:"}},
		"secrets of no channel":   {[]string{least, `channels: {env: [{name: A, existingSecret: a, key: a}]}`}, []string{"channels.declaration:"}},
		"two ways to the portal":  {[]string{least, `{ingress: {enabled: true, host: a}, gateway: {enabled: true, host: a, parent: {name: g}}}`}, []string{"gateway.enabled:"}},
		"a gateway of no name":    {[]string{least, `gateway: {enabled: true}`}, []string{"gateway:"}},
		"what is no longer read":  {[]string{least, `migrations: {enabled: false}`}, []string{"migrations.mode=none"}},
		"fewest above most":       {[]string{least, `roles: {units: {scaling: {enabled: true, minReplicas: 9}}}`}, []string{"roles.units.scaling:"}},
		"metrics of nothing":      {[]string{least, `{config: {metricsAddr: ""}, monitoring: {serviceMonitor: {enabled: true}}}`}, []string{"monitoring.serviceMonitor:"}},
		"a version that the controller names": {[]string{least, byController, `config: {buildId: v2, deploymentName: mine}`}, []string{
			"config.buildId: leave it empty with roles.worker.kind=workerDeployment", "config.deploymentName: leave it empty"}},
		"an autoscaler beside the controller": {[]string{least, byController, `roles: {worker: {scaling: {enabled: true}}}`}, []string{"roles.worker.scaling: an autoscaler of the chart cannot follow"}},
		"a Deployment's strategy":             {[]string{least, byController, `roles: {worker: {strategy: {type: Recreate}}}`}, []string{"roles.worker.strategy: is of a Deployment"}},
		"no steps":                            {[]string{least, byController, `roles: {worker: {workerDeployment: {rollout: {strategy: Progressive}}}}`}, []string{"rollout.steps: Progressive needs at least one step"}},
		"steps of all at once": {[]string{least, byController, `roles: {worker: {workerDeployment: {rollout: {steps: [{rampPercentage: 10, pauseDuration: 10m}]}}}}`}, []string{
			"rollout.steps: are of the strategy Progressive, not of AllAtOnce"}},
		"steps that go back": {[]string{least, byController, `roles: {worker: {workerDeployment: {rollout: {strategy: Progressive, steps: [{rampPercentage: 50, pauseDuration: 10m}, {rampPercentage: 10, pauseDuration: 10m}]}}}}`}, []string{
			"rampPercentage grows from step to step"}},
		"a connection of no controller": {[]string{least, `roles: {worker: {workerDeployment: {connection: cloud}}}`}, []string{"roles.worker.workerDeployment.connection: is read with"}},
		"a certificate and a key": {[]string{least, byController, `{temporalTls: {existingSecret: temporal}, secrets: {temporalApiKey: {existingSecret: cloud}}}`}, []string{
			"secrets.temporalApiKey: a Connection of the worker controller takes"}},
		"certificates by other names": {[]string{least, byController, `temporalTls: {existingSecret: temporal, cert: client.pem, ca: root.pem}`}, []string{
			"temporalTls: the worker controller reads tls.crt and tls.key", "temporalTls.ca: the worker controller reads ca.crt"}},
		"catalogues twice":              {[]string{least, `{config: {catalogue: /run/a}, catalogues: [{name: a, existingConfigMap: a}, {name: a, existingConfigMap: b}]}`}, []string{"catalogues: catalogues are named here or in config.catalogue", "catalogues: a stands there twice"}},
		"a catalogue of nothing":        {[]string{least, `catalogues: [{name: a}]`}, []string{"catalogues: give a either files (path: text) or existingConfigMap"}},
		"a catalogue of two":            {[]string{least, `catalogues: [{name: a, files: {catalogue.yaml: b}, existingConfigMap: c}]`}, []string{"catalogues: give a either files"}},
		"paths of files":                {[]string{least, `catalogues: [{name: a, files: {catalogue.yaml: b}, paths: {c: c.yaml}}]`}, []string{"catalogues: paths of a say where the keys of existingConfigMap lie"}},
		"a catalogue without its first": {[]string{least, `catalogues: [{name: a, files: {rules.yaml: b}}]`}, []string{"catalogues: files of a lack catalogue.yaml"}},
		"files of the built-in one":     {[]string{least, `catalogues: [{name: built-in, existingConfigMap: c}]`}, []string{"catalogues: built-in is the catalogue inside the program"}},
		"one port twice":                {[]string{least, `config: {portalAddr: ":9090"}`}, []string{"config.portalAddr:"}},
		"a password without a user":     {[]string{least, `secrets: {smtpPassword: {existingSecret: mail}}`}, []string{"config.smtpUser:"}},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, "template", refusal.values...)
			require.Error(t, err)
			for _, named := range refusal.names {
				require.Contains(t, out, named)
			}
		})
	}
}

func TestTheSchemaRefuses(t *testing.T) {
	for _, refused := range []struct{ values, place string }{
		{`config: {temporalAdr: "a:1"}`, "temporalAdr"},
		{`config: {smtpTls: "yes"}`, "/config/smtpTls"},
		{`config: {digestWindows: "7:30"}`, "/config/digestWindows"},
		{`config: {quietHours: "20:00"}`, "/config/quietHours"},
		{`channels: {env: [{name: A, value: secret}]}`, "/channels/env/0"},
		{`config: {workerStopSeconds: "20"}`, "/config/workerStopSeconds"},
		{`config: {evidenceUrl: "file:///data"}`, "/config/evidenceUrl"},
		{`config: {databaseUrl: "postgres://u:p@h/d"}`, "databaseUrl"},
		{`secrets: {serviceKey: {value: abc}}`, "/secrets/serviceKey"},
		{`image: {digest: latest}`, "/image/digest"},
		{`roles: {cron: {replicas: 1}}`, "cron"},
		{`roles: {units: {replicas: -1}}`, "/roles/units/replicas"},
		{`migrations: {mode: hooks}`, "/migrations/mode"},
		{`roles: {units: {scaling: {by: temporal}}}`, "/roles/units/scaling"},
		{`roles: {worker: {kind: WorkerDeployment}}`, "/roles/worker/kind"},
		{`roles: {worker: {workerDeployment: {rollout: {strategy: Canary}}}}`, "/roles/worker/workerDeployment/rollout/strategy"},
		{`roles: {worker: {workerDeployment: {rollout: {steps: [{rampPercentage: 10, pauseDuration: 5s}]}}}}`, "/roles/worker/workerDeployment/rollout/steps/0/pauseDuration"},
		{`roles: {worker: {workerDeployment: {sunset: {deleteDelay: 1d}}}}`, "/roles/worker/workerDeployment/sunset/deleteDelay"},
		{`catalogues: [{name: Tỉnh}]`, "/catalogues/0/name"},
		{`catalogues: [{name: a, files: {../x.yaml: b}}]`, "/catalogues/0/files"},
		{`catalogues: [{name: a, configMap: b}]`, "configMap"},
		{`image: {repository: "Registry/Nenep:v1 "}`, "/image/repository"},
		{`image: {pullPolicy: always}`, "/image/pullPolicy"},
		{`config: {temporalAddr: "https://temporal:7233"}`, "/config/temporalAddr"},
		{`config: {clamdAddr: clamd}`, "/config/clamdAddr"},
		{`config: {portalUrl: nenep.example}`, "/config/portalUrl"},
		{`config: {mailFrom: nobody}`, "/config/mailFrom"},
		{`config: {webhookNetworks: "10.0.0.1"}`, "/config/webhookNetworks"},
		{`config: {maxFileBytes: 25MB}`, "/config/maxFileBytes"},
		{`config: {signInByMail: "yes"}`, "/config/signInByMail"},
		{`config: {logLevel: verbose}`, "/config/logLevel"},
		{`monitoring: {serviceMonitor: {interval: 30}}`, "/monitoring/serviceMonitor/interval"},
		{`ingress: {host: "https://a.example"}`, "/ingress/host"},
		{`helmTest: {withinSeconds: 2m}`, "/helmTest/withinSeconds"},
		{`roles: {worker: {resources: {limits: {memory: much}}}}`, "/roles/worker/resources/limits/memory"},
		{`roles: {worker: {resources: {limits: {gpu: 1}}}}`, "gpu"},
		{`podAnnotations: {a: 1}`, "/podAnnotations/a"},
		{`imagePullSecrets: [pull]`, "/imagePullSecrets/0"},
		{`disruptionBudget: {maxUnavailable: "one"}`, "/disruptionBudget/maxUnavailable"},
		{`networkPolicy: {portalFrom: [{anyone: true}]}`, "/networkPolicy/portalFrom/0"},
		{`extraObjects: [{kind: Secret}]`, "/extraObjects/0"},
		{`extraEnv: [{name: NENEP_LOG_LEVEL, value: debug}]`, "/extraEnv/0/name"},
		{`topologySpreadConstraints: {maxSkew: 1}`, "/topologySpreadConstraints"},
	} {
		out, err := run(t, "template", least, refused.values)
		require.Error(t, err, refused.values)
		require.Contains(t, out, refused.place)
	}
}

func readSchema(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(chart, "values.schema.json"))
	require.NoError(t, err)
	schema := map[string]any{}
	require.NoError(t, json.Unmarshal(text, &schema))
	return schema
}

func TestTheSchemaTypesEverything(t *testing.T) {
	schema := readSchema(t)
	own := keys(schema["properties"])
	own = slices.DeleteFunc(own, func(name string) bool { return name == "global" })
	require.Equal(t, own, keys(defaults(t)), "values.yaml and the schema name the same values")
	requireTyped(t, "", schema)
	for name, definition := range schema["definitions"].(map[string]any) {
		requireTyped(t, name, definition.(map[string]any))
	}
}

func requireTyped(t *testing.T, place string, schema map[string]any) {
	t.Helper()
	if schema["$ref"] != nil || place == "/global" {
		return
	}
	require.NotNil(t, schema["type"], place)
	if schema["type"] == "object" {
		require.NotNil(t, schema["additionalProperties"], "%s takes anything", place)
		require.NotEqual(t, true, schema["additionalProperties"], "%s takes anything", place)
	}
	if schema["type"] == "array" {
		requireTyped(t, place+"[]", schema["items"].(map[string]any))
	}
	properties, _ := schema["properties"].(map[string]any)
	for name, property := range properties {
		if place+"/"+name != "/global" {
			require.NotEmpty(t, property.(map[string]any)["description"], "%s/%s: write a comment beside it in values.yaml and run make chart-readme, or a description into the schema", place, name)
		}
		requireTyped(t, place+"/"+name, property.(map[string]any))
	}
}
