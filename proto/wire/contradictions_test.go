package wire

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// environment empties it of the house's variables and sets these.
func environment(t *testing.T, variables map[string]string) {
	t.Helper()
	for _, pair := range os.Environ() {
		name, value, _ := strings.Cut(pair, "=")
		if strings.HasPrefix(name, "NENEP_") {
			require.NoError(t, os.Unsetenv(name))
			t.Cleanup(func() { _ = os.Setenv(name, value) })
		}
	}
	for name, value := range variables {
		t.Setenv(name, value)
	}
}

func TestAMisspeltVariableIsNamedWithTheNearestRightOne(t *testing.T) {
	for written, meant := range map[string]string{
		"NENEP_TEMPORAL_ADR": "NENEP_TEMPORAL_ADDR", "NENEP_TEMPORAL_ADDRESS": "NENEP_TEMPORAL_ADDR", "NENEP_DATABASEURL": "NENEP_DATABASE_URL",
		"NENEP_SMPT_ADDR": "NENEP_SMTP_ADDR", "NENEP_SMTP_USERNAME": "NENEP_SMTP_USER", "NENEP_EVIDENCE_ULR": "NENEP_EVIDENCE_URL",
	} {
		environment(t, map[string]string{written: "x"})
		_, err := Load()
		require.EqualError(t, err, written+": there is no such variable; the nearest is "+meant+" (`nenep config` lists all)")
		require.NoError(t, os.Unsetenv(written))
	}
}

func TestVariablesOfOthersDoNotKeepTheProgramFromStarting(t *testing.T) {
	declared := filepath.Join(t.TempDir(), "channels.yaml")
	require.NoError(t, os.WriteFile(declared, []byte("sms: {secret: NENEP_CHANNEL}"), 0o600))
	environment(t, map[string]string{
		"NENEP_PORTAL_SERVICE_HOST": "10.0.0.1", "NENEP_PORTAL_PORT": "tcp://10.0.0.1:8080", "NENEP_PORTAL_PORT_8080_TCP_ADDR": "10.0.0.1",
		"NENEP_DATA": "/data", "NENEP_SMS_PASSWORD": "of a gateway", "NENEP_CHANNEL": "declared", "NENEP_CHANNELS": declared,
	})
	cfg, err := Load()
	require.NoError(t, err)
	require.Len(t, cfg.Strangers(), 1, "it is said in the log")
	require.Equal(t, "NENEP_SMS_PASSWORD", cfg.Strangers()[0].Name)
}

func TestValuesOfTheWrongKindAreAllNamedAndSecretsNeverShown(t *testing.T) {
	environment(t, map[string]string{"NENEP_MAX_FILE_BYTES": "25MB", "NENEP_SIGN_IN_BY_MAIL": "có", "NENEP_WORKER_STOP_SECONDS": "20s", "NENEP_LOG_LEVL": "info"})
	_, err := Load()
	require.ErrorContains(t, err, `NENEP_MAX_FILE_BYTES: "25MB" is not a whole number`)
	require.ErrorContains(t, err, `NENEP_SIGN_IN_BY_MAIL: "có" is not true or false`)
	require.ErrorContains(t, err, `NENEP_WORKER_STOP_SECONDS: "20s" is not a whole number`)
	require.ErrorContains(t, err, "NENEP_LOG_LEVL: there is no such variable; the nearest is NENEP_LOG_LEVEL")
}

func whole(t *testing.T) Config {
	t.Helper()
	environment(t, nil)
	cfg, err := Load()
	require.NoError(t, err)
	cfg.ServiceKey, cfg.DatabaseURL, cfg.EvidenceURL = strings.Repeat("k", 32), "postgres://nenep@db/nenep", "file:///evidence"
	return cfg
}

func TestWhatContradictsIsNamedTogether(t *testing.T) {
	cfg := whole(t)
	for _, role := range []string{"units", "reports", "notifications", "portal", "worker", "migrate"} {
		require.NoError(t, cfg.Verify(role), role)
	}
	for _, of := range []struct {
		role, says string
		change     func(*Config)
	}{
		{"reports", "NENEP_TEMPORAL_TLS_CERT is set and NENEP_TEMPORAL_TLS_KEY is not", func(c *Config) { c.TemporalTLSCert = "/dev/null" }},
		{"worker", "NENEP_TEMPORAL_TLS_KEY is set and NENEP_TEMPORAL_TLS_CERT is not", func(c *Config) { c.TemporalTLSKey = "/dev/null" }},
		{"notifications", "NENEP_SMTP_USER is set and NENEP_SMTP_PASSWORD is not", func(c *Config) { c.SMTPUser = "nenep" }},
		{"portal", "NENEP_OIDC_ISSUER is set and NENEP_OIDC_CLIENT_ID is not", func(c *Config) { c.OIDCIssuer = "https://sso" }},
		{"portal", "nobody could sign in", func(c *Config) { c.SignInByMail = false }},
		{"migrate", "NENEP_TEMPORAL_TLS_CA: the file cannot be read", func(c *Config) { c.TemporalTLSCA = "/nowhere/ca.crt" }},
		{"reports", "NENEP_EVIDENCE_URL: is not set", func(c *Config) { c.EvidenceURL = "" }},
		{"reports", "NENEP_EVIDENCE_URL: must begin with file://", func(c *Config) { c.EvidenceURL = "/evidence" }},
		{"units", "NENEP_DATABASE_URL: must begin with postgres://", func(c *Config) { c.DatabaseURL = "mysql://secret@db" }},
		{"units", `NENEP_TEMPORAL_ADDR: "temporal" is not host:port`, func(c *Config) { c.TemporalAddr = "temporal" }},
		{"portal", `NENEP_REPORTS_URL: "reports:8082" is not an address`, func(c *Config) { c.ReportsURL = "reports:8082" }},
		{"worker", `NENEP_LOG_LEVEL: "loud" is not one of debug, info, warn, error`, func(c *Config) { c.LogLevel = "loud" }},
	} {
		broken := cfg
		of.change(&broken)
		require.ErrorContains(t, broken.Verify(of.role), of.says)
	}
	cfg.SMTPUser, cfg.OIDCIssuer, cfg.TemporalTLSCert, cfg.ServiceKey = "nenep", "https://sso", "/etc/nenep/temporal-tls/tls.crt", "short and secret"
	require.NotContains(t, cfg.Verify("portal").Error(), "NENEP_SMTP_", "a pod is not given the secrets of others")
	said := cfg.Verify("portal").Error()
	require.Equal(t, 4, len(strings.Split(said, "\n")), "all at once: %s", said)
	require.NotContains(t, said, "short and secret")
}
