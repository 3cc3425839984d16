package tests

import (
	"testing"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"
)

// roles are the pods that call others or are called.
var houseRoles = []string{"units", "reports", "notifications", "portal", "worker", "terminal"}

func TestEachRoleHoldsItsOwnTokenKeyAndEverybodysPublicOnes(t *testing.T) {
	o := render(t, `secrets: {tokenKey: {existingSecret: nenep-tokens}}`)
	for _, role := range []string{"reports", "notifications", "portal", "worker", "terminal"} {
		require.Equal(t, "nenep-tokens/"+role, secrets(o, role)["NENEP_TOKEN_KEY"])
	}
	require.NotContains(t, secrets(o, "units"), "NENEP_TOKEN_KEY", "units calls nobody")
	for _, role := range houseRoles {
		mounted := volume(o, role, "token-keys").Secret
		require.Equal(t, []corev1.KeyToPath{{Key: "public.json", Path: "public.json"}}, mounted.Items, "no other file of that Secret may lie in the pod")
		require.Equal(t, "/etc/nenep/token-keys/public.json", plain(o, role)["NENEP_TOKEN_KEYS"])
	}
	require.Nil(t, volume(o, "migrations", "token-keys"))
	for role, uses := range map[string]bool{"worker": false, "terminal": false, "portal": true, "units": true} {
		_, shown := secrets(o, role)["NENEP_SERVICE_KEY"]
		require.Equal(t, uses, shown, role)
	}
}

func TestWithoutTokenKeysAllComeOfTheServiceKey(t *testing.T) {
	o := render(t)
	for _, role := range houseRoles {
		require.Equal(t, "nenep/service-key", secrets(o, role)["NENEP_SERVICE_KEY"])
		require.NotContains(t, plain(o, role), "NENEP_TOKEN_KEYS")
		require.Nil(t, volume(o, role, "token-keys"))
	}
}

func TestTLSEverywhere(t *testing.T) {
	o := render(t, `
tls: {existingSecret: "nenep-{role}-tls"}
databaseTls: {existingSecret: postgres-ca}
monitoring: {serviceMonitor: {enabled: true}}
ingress: {enabled: true, host: nenep.example}
`)
	for _, role := range houseRoles {
		require.Equal(t, "nenep-"+role+"-tls", volume(o, role, "tls").Secret.SecretName)
		for variable, file := range map[string]string{"NENEP_TLS_CERT": "tls.crt", "NENEP_TLS_KEY": "tls.key", "NENEP_TLS_CA": "ca.crt"} {
			require.Equal(t, "/etc/nenep/tls/"+file, plain(o, role)[variable])
		}
		container := o.pods()[role].Spec.Containers[0]
		require.Equal(t, corev1.URISchemeHTTPS, container.LivenessProbe.HTTPGet.Scheme, role)
		require.Equal(t, corev1.URISchemeHTTPS, container.ReadinessProbe.HTTPGet.Scheme, role)
	}
	for _, name := range []string{"units", "reports", "notifications"} {
		require.Equal(t, "https://nenep-"+name, plain(o, "portal")["NENEP_"+map[string]string{"units": "UNITS", "reports": "REPORTS", "notifications": "NOTIFICATIONS"}[name]+"_URL"])
		require.EqualValues(t, 443, o.services["nenep-"+name].Spec.Ports[0].Port)
	}
	require.Equal(t, "https", o.ingresses["nenep"].Spec.Rules[0].HTTP.Paths[0].Backend.Service.Port.Name)
	require.Equal(t, "https", o.services["nenep-portal"].Spec.Ports[0].Name)
	endpoint := o.monitors["nenep"].Spec.Endpoints[0]
	require.EqualValues(t, "https", *endpoint.Scheme)
	require.Equal(t, "nenep-metrics", *endpoint.TLSConfig.ServerName)
	require.Equal(t, "nenep-units-tls", endpoint.TLSConfig.CA.Secret.Name)
	require.Equal(t, "postgres-ca", volume(o, "migrations", "database-tls").Secret.SecretName)
	require.Equal(t, "/etc/nenep/database-tls/ca.crt", plain(o, "reports")["PGSSLROOTCERT"])
	require.NotContains(t, plain(o, "worker"), "PGSSLROOTCERT", "it reaches no database")
	requireRestricted(t, o)
	requireSound(t, o)
}

func TestTheGatewayFindsThePortalsPort(t *testing.T) {
	o := render(t, `{tls: {existingSecret: nenep-tls}, gateway: {enabled: true, host: nenep.example, parent: {name: public}}}`)
	require.EqualValues(t, 443, *o.routes["nenep"].Spec.Rules[0].BackendRefs[0].Port)
	require.Equal(t, "nenep-tls", volume(o, "worker", "tls").Secret.SecretName, "one certificate for all")
}

func TestHalfOfATrustIsRefused(t *testing.T) {
	for values, named := range map[string]string{
		`tls: {existingSecret: a, key: ""}`:               "tls:",
		`config: {tlsCert: /run/tls.crt}`:                 "config.tlsCert:",
		`config: {tokenKeys: /run/keys.json}`:             "config.tokenKeys:",
		`tls: {existingSecret: "nenep-{name}-tls"}`:       "/tls/existingSecret",
		`secrets: {tokenKey: {value: "portal:c2VlZA=="}}`: "/secrets/tokenKey",
	} {
		out, err := run(t, "template", least, values)
		require.Error(t, err, values)
		require.Contains(t, out, named)
	}
}
