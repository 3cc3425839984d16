package wire

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Verify tells all at once why a role ("units", "reports", "notifications", "portal", "worker", "terminal", "migrate") cannot run as the environment says.
func (c Config) Verify(role string) error {
	var faults Faults
	if len(c.ServiceKey) < shortestSecret && (c.TokenKey == "" || role != "worker" && role != "terminal") {
		faults = append(faults, errShortSecret.Error())
	}
	if role != "worker" && role != "terminal" && !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, "NENEP_DATABASE_URL: must begin with postgres://")
	}
	if role == "reports" && c.EvidenceURL == "" {
		faults = append(faults, "NENEP_EVIDENCE_URL: is not set; files that officials hand in need a place (file:///folder, s3://bucket…)")
	}
	if _, err := c.PayloadCodec(); err != nil {
		faults = append(faults, err.Error())
	}
	if role == "portal" && c.OIDCIssuer == "" && !c.SignInByMail {
		faults = append(faults, "NENEP_OIDC_ISSUER is not set and NENEP_SIGN_IN_BY_MAIL is false: nobody could sign in; set one of them")
	}
	return slices.Concat(faults, c.wrongAddresses(), c.wrongChoices(), c.wrongPayloadKeys(), c.brokenPairs(role), c.unreadableFiles(role), c.trustFaults(role)).orNil()
}

func (c Config) wrongAddresses() Faults {
	var faults Faults
	for name, value := range map[string]string{
		"NENEP_UNITS_ADDR": c.UnitsAddr, "NENEP_REPORTS_ADDR": c.ReportsAddr, "NENEP_NOTIFICATIONS_ADDR": c.NotificationsAddr,
		"NENEP_PORTAL_ADDR": c.PortalAddr, "NENEP_WORKER_ADDR": c.WorkerAddr, "NENEP_TEMPORAL_ADDR": c.TemporalAddr,
		"NENEP_SMTP_ADDR": c.SMTPAddr, "NENEP_METRICS_ADDR": c.MetricsAddr,
	} {
		_, port, err := net.SplitHostPort(value)
		number, notNumber := strconv.Atoi(port)
		if value != "" && (err != nil || notNumber != nil || number < 0 || number > 65535) || value == "" && name != "NENEP_METRICS_ADDR" {
			faults = append(faults, fmt.Sprintf("%s: %q is not host:port", name, value))
		}
	}
	for name, value := range map[string]string{
		"NENEP_UNITS_URL": c.UnitsURL, "NENEP_REPORTS_URL": c.ReportsURL, "NENEP_NOTIFICATIONS_URL": c.NotificationsURL,
		"NENEP_PORTAL_URL": c.PortalURL, "NENEP_TEMPORAL_UI_URL": c.TemporalUIURL, "NENEP_OIDC_ISSUER": c.OIDCIssuer,
	} {
		if value == "" && name == "NENEP_OIDC_ISSUER" {
			continue
		}
		parsed, err := url.Parse(value)
		if err != nil || parsed.Host == "" || parsed.Scheme != "http" && parsed.Scheme != "https" {
			faults = append(faults, fmt.Sprintf("%s: %q is not an address such as https://host", name, value))
		}
	}
	slices.Sort(faults)
	return faults
}

func (c Config) wrongChoices() Faults {
	var faults Faults
	for _, choice := range []struct {
		name, value string
		of          []string
	}{
		{"NENEP_SMTP_TLS", c.SMTPTLS, []string{"mandatory", "opportunistic", "none"}},
		{"NENEP_LOG_LEVEL", c.LogLevel, []string{"debug", "info", "warn", "error"}},
	} {
		if !slices.Contains(choice.of, choice.value) {
			faults = append(faults, fmt.Sprintf("%s: %q is not one of %s", choice.name, choice.value, strings.Join(choice.of, ", ")))
		}
	}
	if scheme, _, found := strings.Cut(c.EvidenceURL, "://"); c.EvidenceURL != "" && (!found || !slices.Contains([]string{"file", "s3", "gs", "azblob", "mem"}, scheme)) {
		faults = append(faults, "NENEP_EVIDENCE_URL: must begin with file://, s3://, gs:// or azblob://")
	}
	if c.MaxFileBytes <= 0 {
		faults = append(faults, fmt.Sprintf("NENEP_MAX_FILE_BYTES: %d is not a number of bytes above 0", c.MaxFileBytes))
	}
	if c.WorkerStopSeconds < 0 {
		faults = append(faults, fmt.Sprintf("NENEP_WORKER_STOP_SECONDS: %d is below 0", c.WorkerStopSeconds))
	}
	if c.PersonalKey != "" && len(c.PersonalKey) < 32 {
		faults = append(faults, "NENEP_PERSONAL_KEY: must have at least 32 characters")
	}
	return faults
}

// concerns are the roles that read a setting. A pod is given the plain settings of all roles and the secrets and files of its own.
var concerns = map[string][]string{
	"NENEP_TLS_":      {"units", "reports", "notifications", "portal", "worker", "terminal"},
	"NENEP_TEMPORAL_": {"units", "reports", "portal", "worker", "migrate"}, "NENEP_SMTP_": {"notifications"}, "NENEP_OIDC_": {"portal"},
	"NENEP_SIGNATURE_ROOTS": {"reports"}, "NENEP_CHANNELS": {"notifications"},
}

func concerned(name, role string) bool {
	for beginning, roles := range concerns {
		if strings.HasPrefix(name, beginning) {
			return slices.Contains(roles, role)
		}
	}
	return true
}

// brokenPairs are settings of which one says nothing without the other.
func (c Config) brokenPairs(role string) Faults {
	var faults Faults
	for _, pair := range []struct {
		name, value, needs, other, why string
	}{
		{"NENEP_TEMPORAL_TLS_CERT", c.TemporalTLSCert, "NENEP_TEMPORAL_TLS_KEY", c.TemporalTLSKey, "a client certificate is of no use without its key"},
		{"NENEP_TEMPORAL_TLS_KEY", c.TemporalTLSKey, "NENEP_TEMPORAL_TLS_CERT", c.TemporalTLSCert, "a key is of no use without its certificate"},
		{"NENEP_TLS_CERT", c.TLSCert, "NENEP_TLS_KEY", c.TLSKey, "a certificate is of no use without its key"},
		{"NENEP_TLS_KEY", c.TLSKey, "NENEP_TLS_CERT", c.TLSCert, "a key is of no use without its certificate"},
		{"NENEP_SMTP_USER", c.SMTPUser, "NENEP_SMTP_PASSWORD", c.SMTPPassword, "the mail relay asks a user for a password"},
		{"NENEP_SMTP_PASSWORD", c.SMTPPassword, "NENEP_SMTP_USER", c.SMTPUser, "the mail relay asks whose password it is"},
		{"NENEP_OIDC_ISSUER", c.OIDCIssuer, "NENEP_OIDC_CLIENT_ID", c.OIDCClientID, "the issuer asks which client people sign in to"},
		{"NENEP_OIDC_CLIENT_ID", c.OIDCClientID, "NENEP_OIDC_ISSUER", c.OIDCIssuer, "a client is known to an issuer only"},
		{"NENEP_OIDC_CLIENT_SECRET", c.OIDCClientSecret, "NENEP_OIDC_CLIENT_ID", c.OIDCClientID, "a secret belongs to a client"},
	} {
		if pair.value != "" && pair.other == "" && concerned(pair.name, role) {
			faults = append(faults, fmt.Sprintf("%s is set and %s is not: %s; set both or neither", pair.name, pair.needs, pair.why))
		}
	}
	return faults
}

// unreadableFiles are those a setting names and that are not there: as a rule, the Secret or ConfigMap that holds them is not mounted.
func (c Config) unreadableFiles(role string) Faults {
	var faults Faults
	for _, file := range []struct{ name, path string }{
		{"NENEP_TEMPORAL_TLS_CERT", c.TemporalTLSCert}, {"NENEP_TEMPORAL_TLS_KEY", c.TemporalTLSKey}, {"NENEP_TEMPORAL_TLS_CA", c.TemporalTLSCA},
		{"NENEP_TLS_CERT", c.TLSCert}, {"NENEP_TLS_KEY", c.TLSKey}, {"NENEP_TLS_CA", c.TLSCA},
		{"NENEP_SIGNATURE_ROOTS", c.SignatureRoots}, {"NENEP_CHANNELS", c.Channels},
	} {
		if file.path == "" || !concerned(file.name, role) {
			continue
		}
		if held, err := os.Open(file.path); err != nil {
			faults = append(faults, fmt.Sprintf("%s: the file cannot be read (%v); is the Secret or ConfigMap that holds it mounted?", file.name, err))
		} else {
			_ = held.Close()
		}
	}
	return faults
}

// trustFaults are those of what a role proves itself by and trusts: keys of tokens, certificates. What is not there at all is told elsewhere.
func (c Config) trustFaults(role string) Faults {
	if role == "migrate" {
		return nil
	}
	var faults Faults
	if err := c.VerifyTokens(role); err != nil && !errors.Is(err, errShortSecret) {
		faults = append(faults, err.Error())
	}
	if c.TLSCert == "" != (c.TLSKey == "") {
		return faults
	}
	if err := c.VerifyTLS(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		faults = append(faults, err.Error())
	}
	return faults
}
