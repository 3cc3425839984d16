// Package wire is how every process of the house talks: configuration, logger, Temporal client,
// service tokens, clients of the services, refusals.
package wire

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"

	"github.com/caarlos0/env/v11"
)

// Config is every setting of every role, read from NENEP_* variables. `nenep config` lists them
// and the chart's values map onto them one to one.
type Config struct {
	DatabaseURL string `env:"NENEP_DATABASE_URL" doc:"PostgreSQL of the services (postgres://user@host/database)" secret:"true"`

	UnitsAddr         string `env:"NENEP_UNITS_ADDR" envDefault:"127.0.0.1:8081" doc:"where the units service listens"`
	ReportsAddr       string `env:"NENEP_REPORTS_ADDR" envDefault:"127.0.0.1:8082" doc:"where the reports service listens"`
	NotificationsAddr string `env:"NENEP_NOTIFICATIONS_ADDR" envDefault:"127.0.0.1:8083" doc:"where the notifications service listens"`
	PortalAddr        string `env:"NENEP_PORTAL_ADDR" envDefault:"127.0.0.1:8080" doc:"where the portal listens"`
	WorkerAddr        string `env:"NENEP_WORKER_ADDR" envDefault:"127.0.0.1:8084" doc:"where the worker answers probes"`

	MetricsAddr string `env:"NENEP_METRICS_ADDR" doc:"where a service or the worker answers /metrics (Prometheus), away from where people reach it; empty means nowhere"`

	UnitsURL         string `env:"NENEP_UNITS_URL" envDefault:"http://127.0.0.1:8081" doc:"where others find the units service"`
	ReportsURL       string `env:"NENEP_REPORTS_URL" envDefault:"http://127.0.0.1:8082" doc:"where others find the reports service"`
	NotificationsURL string `env:"NENEP_NOTIFICATIONS_URL" envDefault:"http://127.0.0.1:8083" doc:"where others find the notifications service"`
	PortalURL        string `env:"NENEP_PORTAL_URL" envDefault:"http://127.0.0.1:8080" doc:"the portal's address as officials type it; links in messages begin with it"`

	TemporalAddr      string `env:"NENEP_TEMPORAL_ADDR" envDefault:"127.0.0.1:7233" doc:"Temporal frontend, host:port"`
	TemporalNamespace string `env:"NENEP_TEMPORAL_NAMESPACE" envDefault:"nenep" doc:"Temporal namespace"`
	TemporalUIAddr    string `env:"NENEP_TEMPORAL_UI_ADDR" envDefault:"127.0.0.1:8233" doc:"where the Temporal Web UI listens (make run)"`
	TemporalUIURL     string `env:"NENEP_TEMPORAL_UI_URL" envDefault:"http://127.0.0.1:8233" doc:"the Temporal Web UI's address as supervisors open it"`
	TemporalAPIKey    string `env:"NENEP_TEMPORAL_API_KEY" doc:"API key for Temporal, where it asks for one" secret:"true"`
	TemporalTLSCert   string `env:"NENEP_TEMPORAL_TLS_CERT" doc:"file: client certificate for mTLS to Temporal"`
	TemporalTLSKey    string `env:"NENEP_TEMPORAL_TLS_KEY" doc:"file: key of the client certificate"`
	TemporalTLSCA     string `env:"NENEP_TEMPORAL_TLS_CA" doc:"file: authority that signed Temporal's certificate"`
	PayloadKeys       string `env:"NENEP_PAYLOAD_KEYS" doc:"keys that what is kept in Temporal is encrypted with: id:key separated by commas, a key 32 bytes in base64; the first encrypts, every one decrypts; the word plain in place of the first: decrypt only; empty means not encrypted" secret:"true"`

	ServiceKey string `env:"NENEP_SERVICE_KEY" doc:"key of links in messages, of forms and of webhooks' secrets, at least 32 characters; the keys of service tokens come of it where NENEP_TOKEN_KEYS is empty" secret:"true"`
	TokenKey   string `env:"NENEP_TOKEN_KEY" doc:"own keys of the role (nenep keys tokens), by which it signs what it says to other services: kid:seed, separated by commas, the first one signs; empty means one derived from the service key" secret:"true"`
	TokenKeys  string `env:"NENEP_TOKEN_KEYS" doc:"public keys of all roles: a file, or the text itself (JSON Web Key Set); empty means those derived from the service key"`

	TLSCert string `env:"NENEP_TLS_CERT" doc:"file (PEM): certificate by which services, worker and metrics answer over TLS, read again when it changes; empty means plain HTTP"`
	TLSKey  string `env:"NENEP_TLS_KEY" doc:"file (PEM): key of that certificate"`
	TLSCA   string `env:"NENEP_TLS_CA" doc:"file (PEM): authorities by which the certificates of the house's services are judged, read again when it changes; empty means those of the system"`

	EvidenceURL    string `env:"NENEP_EVIDENCE_URL" doc:"evidence store: file:///folder, s3://bucket?region=…&endpoint=… of any store that speaks S3 (credentials by AWS_* variables), gs://bucket or azblob://container"`
	AuditHeadsURL  string `env:"NENEP_AUDIT_HEADS_URL" doc:"store for the daily head of the audit trail, of the same form, best one whose objects cannot be changed (object lock); empty means mail to auditors only"`
	ClamdAddr      string `env:"NENEP_CLAMD_ADDR" doc:"virus scanner (clamd) that looks at every file before it is kept: host:port or unix:/path; empty means none"`
	SignatureRoots string `env:"NENEP_SIGNATURE_ROOTS" doc:"file (PEM): root certificates, and intermediate ones beside them, by which electronic signatures of signed copies are judged; empty means that chains are not judged"`
	MaxFileBytes   int64  `env:"NENEP_MAX_FILE_BYTES" envDefault:"26214400" doc:"largest file an official may hand in, bytes"`

	SMTPAddr     string `env:"NENEP_SMTP_ADDR" envDefault:"127.0.0.1:1025" doc:"mail relay, host:port"`
	SMTPUser     string `env:"NENEP_SMTP_USER" doc:"user at the mail relay"`
	SMTPPassword string `env:"NENEP_SMTP_PASSWORD" doc:"password at the mail relay" secret:"true"`
	SMTPTLS      string `env:"NENEP_SMTP_TLS" envDefault:"mandatory" doc:"TLS to the mail relay: mandatory, opportunistic or none"`
	MailFrom     string `env:"NENEP_MAIL_FROM" envDefault:"ne-nep@hungyen.example" doc:"sender of messages"`

	Channels      string   `env:"NENEP_CHANNELS" doc:"file (YAML) that declares SMS, Zalo and webhook channels; empty means e-mail and paper only"`
	DigestWindows []string `env:"NENEP_DIGEST_WINDOWS" envDefault:"07:30,06:30,11:00,15:00" doc:"times of day (Asia/Ho_Chi_Minh) at which officials may get their digest, the usual one first"`
	QuietHours    string   `env:"NENEP_QUIET_HOURS" envDefault:"20:00-06:30" doc:"when no message leaves by itself (Asia/Ho_Chi_Minh)"`
	PersonalKey   string   `env:"NENEP_PERSONAL_KEY" doc:"key that telephone numbers are encrypted with at rest, at least 32 characters; empty means one derived from the service key" secret:"true"`

	WebhookNetworks []string `env:"NENEP_WEBHOOK_NETWORKS" doc:"networks (10.0.0.0/8, separated by commas) inside which webhooks may be told although they are private; empty means public addresses only"`

	Catalogue string `env:"NENEP_CATALOGUE" doc:"catalogues of obligations, separated by commas: folders, or the word built-in; empty means built-in"`

	OIDCIssuer       string `env:"NENEP_OIDC_ISSUER" doc:"sign-in: OpenID Connect issuer"`
	OIDCClientID     string `env:"NENEP_OIDC_CLIENT_ID" doc:"sign-in: client id"`
	OIDCClientSecret string `env:"NENEP_OIDC_CLIENT_SECRET" doc:"sign-in: client secret" secret:"true"`
	SignInByMail     bool   `env:"NENEP_SIGN_IN_BY_MAIL" envDefault:"true" doc:"sign-in: whether officials may have a one-time link mailed to their address; true or false"`

	HelpContact string `env:"NENEP_HELP_CONTACT" envDefault:"quản trị hệ thống của tỉnh" doc:"whom refusals tell people to ask"`
	HelpPhone   string `env:"NENEP_HELP_PHONE" doc:"telephone of the help desk"`

	LogLevel string `env:"NENEP_LOG_LEVEL" envDefault:"info" doc:"debug, info, warn or error"`
	BuildID  string `env:"NENEP_BUILD_ID" doc:"Worker Versioning build id; empty means the one that Temporal's worker controller gives (TEMPORAL_WORKER_BUILD_ID), or without it that the worker is not versioned"`

	DeploymentName string `env:"NENEP_DEPLOYMENT_NAME" doc:"Worker Versioning: the Worker Deployment that build ids are versions of; empty means nenep, or what Temporal's worker controller gives (TEMPORAL_DEPLOYMENT_NAME)"`

	WorkerStopSeconds int `env:"NENEP_WORKER_STOP_SECONDS" envDefault:"20" doc:"how long a stopping worker lets activities finish"`
}

// Setting describes one variable for `nenep config`.
type Setting struct {
	Name    string `json:"name"`
	Value   string `json:"value"`
	Default string `json:"default"`
	Doc     string `json:"doc"`
	Secret  bool   `json:"secret"`
}

// Load reads the environment. Its error names every variable that is misspelt or holds a value of the wrong kind.
func Load() (Config, error) {
	var cfg Config
	var faults Faults
	if err := env.Parse(&cfg); err != nil {
		faults = unreadable(err)
	}
	for _, stranger := range cfg.Strangers() {
		if stranger.Misspelt {
			faults = append(faults, stranger.String())
		}
	}
	return cfg, errors.Join(faults.orNil(), cfg.takeVersion(os.Getenv))
}

// Settings lists every variable with its value; secrets are shown as set or not.
func (c Config) Settings() []Setting {
	value, kind := reflect.ValueOf(c), reflect.TypeFor[Config]()
	settings := make([]Setting, 0, kind.NumField())
	for i := range kind.NumField() {
		field := kind.Field(i)
		setting := Setting{
			Name: field.Tag.Get("env"), Default: field.Tag.Get("envDefault"), Doc: field.Tag.Get("doc"),
			Secret: field.Tag.Get("secret") == "true", Value: written(value.Field(i).Interface()),
		}
		if setting.Secret && setting.Value != "" {
			setting.Value = "(set)"
		}
		settings = append(settings, setting)
	}
	return settings
}

// written is a value as the variable holds it.
func written(value any) string {
	if list, ok := value.([]string); ok {
		return strings.Join(list, ",")
	}
	return fmt.Sprint(value)
}

// VerifyService tells all at once what a service role cannot start without.
func (c Config) VerifyService() error {
	var faults []error
	if len(c.ServiceKey) < shortestSecret {
		faults = append(faults, errShortSecret)
	}
	if !strings.HasPrefix(c.DatabaseURL, "postgres://") && !strings.HasPrefix(c.DatabaseURL, "postgresql://") {
		faults = append(faults, errors.New("NENEP_DATABASE_URL: must begin with postgres://"))
	}
	if c.SMTPTLS != "mandatory" && c.SMTPTLS != "opportunistic" && c.SMTPTLS != "none" {
		faults = append(faults, fmt.Errorf("NENEP_SMTP_TLS: %q is not one of mandatory, opportunistic, none", c.SMTPTLS))
	}
	if _, err := c.PayloadCodec(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}
