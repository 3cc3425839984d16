package webhook

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
)

func TestWhatIsToldAsWhat(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		change Change
		kind   string
	}{
		"opened":                            {Change{What: contract.ProgressOpened, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31"}, "case.opened"},
		"submitted":                         {Change{What: contract.ProgressSubmitted, State: "submitted"}, "case.submitted"},
		"returned with a new due day":       {Change{What: contract.ProgressReturned, State: "returned", DueDay: "2027-01-08", WasDue: "2026-12-31"}, "case.returned"},
		"a step":                            {Change{What: contract.ProgressStepRecorded, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31"}, ""},
		"a step that settles the due day":   {Change{What: contract.ProgressStepRecorded, State: "open", DueDay: "2026-12-30", WasDue: "2026-12-31"}, "case.due-changed"},
		"an extension":                      {Change{What: contract.ProgressExtensionGranted, State: "open", DueDay: "2027-01-31", WasDue: "2026-12-31"}, "case.due-changed"},
		"a reminder":                        {Change{What: contract.ProgressRung, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31", Today: "2026-12-24"}, ""},
		"a rung on the due day":             {Change{What: contract.ProgressRung, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31", Today: "2026-12-31"}, ""},
		"a rung after it":                   {Change{What: contract.ProgressRung, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31", Today: "2027-01-04"}, "case.overdue"},
		"a rung for a reviewer who waits":   {Change{What: contract.ProgressRung, State: "submitted", DueDay: "2026-12-31", WasDue: "2026-12-31", Today: "2027-01-04"}, ""},
		"a transfer that is only planned":   {Change{What: contract.ProgressTransferred, State: "open"}, ""},
		"a transfer":                        {Change{What: contract.ProgressTransferred, State: "succeeded"}, "case.succeeded"},
		"a note":                            {Change{What: contract.ProgressNoted, State: "open"}, ""},
		"an amendment that leaves its days": {Change{What: contract.ProgressRecalculated, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31"}, ""},
	} {
		require.Equal(t, tc.kind, tc.change.Kind(), name)
	}
	late := Change{What: contract.ProgressRung, State: "open", DueDay: "2026-12-31", WasDue: "2026-12-31", Today: "2027-01-04", Sequence: 7}
	later := late
	later.Today, later.Sequence = "2027-01-06", 8
	require.Equal(t, late.Once(), later.Once(), "overdue is told once for a due day")
}

func TestWhereAWebhookMayGo(t *testing.T) {
	t.Parallel()
	public, inside := Networks(nil), Networks{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.0/8")}
	for address, allowed := range map[string][2]bool{
		"8.8.8.8": {true, true}, "2001:4860:4860::8888": {true, true},
		"10.1.2.3": {false, true}, "::ffff:10.1.2.3": {false, true}, "127.0.0.1": {false, true}, "10.2.0.1": {false, false},
		"172.16.0.1": {false, false}, "192.168.1.1": {false, false}, "169.254.169.254": {false, false}, "::1": {false, false}, "fe80::1": {false, false},
		"fd00::1": {false, false}, "0.0.0.0": {false, false}, "100.64.0.1": {false, false}, "224.0.0.1": {false, false}, "255.255.255.255": {false, false},
		"64:ff9b::a00:1": {false, false}, "2002:a00:1::": {false, false}, "::ffff:169.254.169.254": {false, false},
	} {
		require.Equal(t, allowed, [2]bool{public.Allow(netip.MustParseAddr(address)), inside.Allow(netip.MustParseAddr(address))}, address)
	}
	for typed, faults := range map[string][2]error{
		"https://he-thong.example/nhan?k=1": {nil, nil}, "http://he-thong.example/": {ErrPlain, ErrPlain}, "http://10.1.2.3/": {ErrPlain, ErrPlain},
		"https://10.1.2.3/": {ErrInside, nil}, "http://127.0.0.1:9/": {ErrPlain, nil}, "https://localhost/": {ErrInside, nil}, "http://localhost/": {ErrPlain, ErrPlain},
		"https://[::1]/": {ErrInside, ErrInside}, "ftp://x/": {ErrAddress, ErrAddress}, "https://": {ErrAddress, ErrAddress}, "//x": {ErrAddress, ErrAddress},
		"https://a:b@x.example/": {ErrAddress, ErrAddress}, "https://x.example/#a": {ErrAddress, ErrAddress}, "javascript:alert(1)": {ErrAddress, ErrAddress}, "\x00": {ErrAddress, ErrAddress},
	} {
		require.Equal(t, faults, [2]error{public.CheckURL(typed), inside.CheckURL(typed)}, typed)
	}
	_, err := ParseNetworks([]string{"10.0.0.0/8", "mạng nội bộ"})
	require.ErrorContains(t, err, "NENEP_WEBHOOK_NETWORKS")
}

// The example of docs/api.md: whoever computes it by hand comes to the same.
func TestTheExampleOfTheDocumentation(t *testing.T) {
	t.Parallel()
	message := Message{
		ID: "evt_3s7q2v5x7yzabcdefghijklmno", At: time.Unix(1798765200, 0), Secrets: []string{"whsec_bmVuZXAtZXhhbXBsZS1zZWNyZXQtMzItYnl0ZXMhISE="},
		Body: `{"type":"case.submitted","timestamp":"2026-12-31T03:00:00Z","data":{"case_id":"DT-01/UBND-12205-2507/2026"}}`,
	}
	signature, err := message.Signature()
	require.NoError(t, err)
	require.Equal(t, documented(t, "webhook-signature: "), signature)
	for _, said := range []string{message.ID, message.Body, message.Secrets[0], "1798765200"} {
		require.Contains(t, document(t), said)
	}
	receiver, err := standardwebhooks.NewWebhook(message.Secrets[0])
	require.NoError(t, err)
	header := http.Header{}
	header.Set("webhook-id", message.ID)
	header.Set("webhook-timestamp", "1798765200")
	header.Set("webhook-signature", signature)
	require.NoError(t, receiver.VerifyIgnoringTimestamp([]byte(message.Body), header))
	require.Error(t, receiver.VerifyIgnoringTimestamp([]byte(strings.Replace(message.Body, "submitted", "accepted", 1)), header))
}

func TestASecretOpensForItsWebhookAlone(t *testing.T) {
	t.Parallel()
	vault, err := NewVault(strings.Repeat("k", 32))
	require.NoError(t, err)
	secret, sealed, err := vault.NewSecret("WH-AAAAAAAA")
	require.NoError(t, err)
	require.NotContains(t, string(sealed), secret[6:20])
	opened, err := vault.Open("WH-AAAAAAAA", sealed)
	require.NoError(t, err)
	require.Equal(t, secret, opened)
	_, err = vault.Open("WH-BBBBBBBB", sealed)
	require.Error(t, err)
	other, err := NewVault(strings.Repeat("x", 32))
	require.NoError(t, err)
	_, err = other.Open("WH-AAAAAAAA", sealed)
	require.ErrorContains(t, err, "NENEP_SERVICE_KEY")
	_, err = vault.Open("WH-AAAAAAAA", []byte{1})
	require.Error(t, err)
}
