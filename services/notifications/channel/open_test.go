package channel

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNoFileIsNoChannels(t *testing.T) {
	set, err := Open("", getenv)
	require.NoError(t, err)
	require.Empty(t, set.Names())
	require.False(t, set.Has(SMS))
	_, err = set.Callback(SMS, nil, nil)
	require.ErrorIs(t, err, ErrNoChannel)
}

func TestTheExampleIsRead(t *testing.T) {
	content, err := os.ReadFile("example.yaml")
	require.NoError(t, err)
	token := t.TempDir() + "/token"
	require.NoError(t, os.WriteFile(token, []byte("abc\n"), 0o600))
	set, err := open(t, strings.ReplaceAll(string(content), "/run/secrets/zalo-access-token", token), "")
	require.NoError(t, err)
	require.Equal(t, []string{SMS, Webhook, Zalo}, set.Names())
	written, err := set.channels[Zalo].body(letter())
	require.NoError(t, err)
	require.JSONEq(t, `{"phone": "84912345678", "template_id": "000000", "tracking_id": "tin-7@hungyen.example", "template_data":
		{"ten": "Nguyễn Văn An", "ma_nhiem_vu": "DT-01/UBND-12205-2507/2026", "nhiem_vu": "Hội nghị", "han": ""}}`, string(written))
}

func TestEveryFaultIsToldAtOnceAndNoSecret(t *testing.T) {
	_, err := open(t, `
fax: {url: x}
sms:
  url: http://sms.example/?key=${SMS_TOKEN}
  method: GET
  headers: {"X Y": a, Authorization: "Bearer ${ABSENT}", Host: b}
  body: '{"to": {{json .Phone}}, "x": {{if .Link}}{{json .Params.lời}}{{else}}{{.Texts}}{{end}}, {{printf .To}} {{range .Params}}{{end}}}'
  signature: {secret: ABSENT_SECRET, format: base32, digest: sha256}
  per_second: -1
  timeout: 5m
  later: [999]
  mesage_id: id
  error: {never: [-1], later: [-1]}
  callback: {delivered: [a], failed: [a]}
zalo: {url: "`+smsToken+`", body: '{"x": "{{.Text}}"}', burst: mot-hai-ba-bi-mat}
webhook: {url: "https://an:mat-khau@gateway.example", body: "{}"}
email: {callback: {token: {header: "X Y", secret: ABSENT_BOUNCE}}}
`, "")
	require.Error(t, err)
	for _, told := range []string{
		"field fax not found", "field mesage_id not found", "cannot unmarshal", "sms.url: must be https", "sms.method: is POST or PUT", `sms.headers: "X Y"`,
		"sms.headers.Authorization: the environment variable ABSENT is not set", "sms.headers.Host", "there is no field .Phone", "there is no .Params.lời",
		"there is no field .Texts", "the function printf", "only fields, functions and if", "sms.signature.header", "ABSENT_SECRET is not set",
		"sms.signature.format", "sms.signature.over", "sms.per_second", "sms.timeout", "sms.later: 999", "sms.error.path", "sms.error.ok",
		`sms.error: "-1" is declared twice`, "either signature or token", "sms.callback.status", "declares message_id", `sms.callback: "a" is declared twice`,
		"zalo.url: is not an address", "zalo.body: is no JSON once filled in", "webhook.url: must not hold a name", "webhook.body", "webhook.signature: is missing",
		"email.callback.token.header: names no header", "ABSENT_BOUNCE is not set",
	} {
		require.ErrorContains(t, err, told)
	}
	for _, secret := range []string{smsToken, "mat-khau", "bi-mat"} {
		require.NotContains(t, err.Error(), secret)
	}
}

func TestABodyIsTriedBeforeTheFirstMessage(t *testing.T) {
	for name, c := range map[string]struct{ body, kind, fault string }{
		"a form":                   {"to={{urlquery (national .To)}}&text={{urlquery (unaccented .Text)}}", "application/x-www-form-urlencoded", ""},
		"a form that a word opens": {"to={{.To}}&text={{.Text}}", "application/x-www-form-urlencoded", "urlquery"},
		"JSON with a bare value":   {`{"text": "{{.Text}}"}`, "application/json", "{{json .Text}}"},
		"all parameters":           {`{"data": {{json .Params}}}`, "application/json", ""},
		"conditions":               {`{"text": {{if and .Link (ne .Link "x")}}{{json .Link}}{{else}}{{json $.Text}}{{end}}}`, "application/json", ""},
		"a variable":               {`{"text": {{$x := .Text}}{{json $x}}}`, "application/json", "variables"},
		"a method":                 {`{{.Text.Foo}}`, "text/plain", "no field .Text.Foo"},
		"another template":         {`{{define "x"}}{{end}}{}`, "text/plain", "further templates"},
		"broken":                   {`{{json .Text`, "text/plain", "unclosed"},
		"nothing":                  {` `, "text/plain", "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			r := &reader{at: SMS}
			r.body(c.body, c.kind)
			if c.fault == "" {
				require.Empty(t, r.faults)
				return
			}
			require.Len(t, r.faults, 1)
			require.ErrorContains(t, r.faults[0], c.fault)
		})
	}
}

func TestNumbersAreWrittenAsProvidersWantThem(t *testing.T) {
	for number, want := range map[string][2]string{
		"0912 345 678": {"84912345678", "0912345678"}, "+84 912.345.678": {"84912345678", "0912345678"}, "84912345678": {"84912345678", "0912345678"},
		"0084912345678": {"84912345678", "0912345678"}, "0842345678": {"84842345678", "0842345678"}, "": {"", ""},
	} {
		require.Equal(t, want, [2]string{international(number), national(number)}, number)
	}
	require.Equal(t, "Nguyen Van Duong, DE NGHI xac nhan ky bao cao", unaccented("Nguyễn Văn Đường, ĐỀ NGHỊ xác nhận kỳ báo cáo"))
}
