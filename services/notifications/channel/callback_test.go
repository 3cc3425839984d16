package channel

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"testing"

	"github.com/stretchr/testify/require"
)

const callbackDeclaration = smsDeclaration + `
  callback:
    signature: {header: X-Signature, secret: SMS_SECRET, timestamp: X-Timestamp}
    list: reports
    message_id: id
    reference: request
    status: status
    delivered: [DELIVERED, 2]
    failed: [FAILED, true]
    answer: reason
`

func signed(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = io.WriteString(mac, text)
	return hex.EncodeToString(mac.Sum(nil))
}

func TestAMessageThatWasTakenFailsByCallback(t *testing.T) {
	provider := startTheirs(t, answering(200, taken))
	set := mustOpen(t, callbackDeclaration, provider.url)
	sent := set.Send(t.Context(), SMS, letter())
	require.Equal(t, Taken, sent.Fate)

	body := `{"reports": [
		{"id": 9007199254740993, "request": "tin-7@hungyen.example", "status": "FAILED", "reason": "thuê bao\nkhông liên lạc được, ` + smsToken + `"},
		{"id": "x", "status": 2}, {"id": "y", "status": "QUEUED"}, {"status": "DELIVERED"}, 7]}`
	reports, err := set.Callback(SMS, map[string]string{"x-signature": signed(smsSecret, "1798000000."+body), "X-TIMESTAMP": "1798000000"}, []byte(body))
	require.NoError(t, err)
	require.Equal(t, []Report{
		{ProviderID: sent.ProviderID, MessageID: "tin-7@hungyen.example", Failed: true, Answer: "FAILED: thuê bao không liên lạc được, •••"},
		{ProviderID: "x", Delivered: true, Answer: "2"},
		{ProviderID: "y", Answer: "QUEUED"},
	}, reports)
}

func TestAStrangersCallbackIsRefused(t *testing.T) {
	set := mustOpen(t, callbackDeclaration, "http://127.0.0.1:1")
	body := `{"reports": [{"id": "x", "status": "DELIVERED"}]}`
	right := signed(smsSecret, "1."+body)
	for name, headers := range map[string]map[string]string{
		"unsigned":              {"X-Timestamp": "1"},
		"another secret":        {"X-Timestamp": "1", "X-Signature": signed("khác", "1."+body)},
		"another time":          {"X-Timestamp": "2", "X-Signature": right},
		"another body":          {"X-Timestamp": "1", "X-Signature": signed(smsSecret, "1."+body+" ")},
		"cut":                   {"X-Timestamp": "1", "X-Signature": right[:len(right)-2]},
		"empty":                 {"X-Timestamp": "1", "X-Signature": ""},
		"not hex":               {"X-Timestamp": "1", "X-Signature": "không"},
		"the body's own digest": {"X-Timestamp": "1", "X-Signature": signed("", "1."+body)},
	} {
		reports, err := set.Callback(SMS, headers, []byte(body))
		require.ErrorIs(t, err, ErrStranger, name)
		require.Empty(t, reports)
	}
	_, err := set.Callback(SMS, map[string]string{"X-Timestamp": "1", "X-Signature": signed(smsSecret, "1.<html>")}, []byte("<html>"))
	require.ErrorIs(t, err, ErrUnreadable)
	_, err = set.Callback(SMS, nil, make([]byte, longestCall+1))
	require.ErrorIs(t, err, ErrUnreadable)
	_, err = set.Callback(Zalo, nil, nil)
	require.ErrorIs(t, err, ErrNoChannel)
}

func TestASharedTokenAndAForm(t *testing.T) {
	set := mustOpen(t, smsDeclaration+`
  callback: {token: {header: X-Token, secret: SMS_TOKEN}, message_id: sms_id, status: status, delivered: [1], failed: [0]}
`, "http://127.0.0.1:1")
	headers := map[string]string{"X-Token": smsToken, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
	reports, err := set.Callback(SMS, headers, []byte("sms_id=a%2B1&status=1"))
	require.NoError(t, err)
	require.Equal(t, []Report{{ProviderID: "a+1", Delivered: true, Answer: "1"}}, reports)
	for _, token := range []string{"", smsToken + "x", smsToken[:4]} {
		_, err = set.Callback(SMS, map[string]string{"X-Token": token}, []byte(`{"sms_id": "a", "status": 1}`))
		require.ErrorIs(t, err, ErrStranger)
	}
}

func TestAnEventSignedByADigestOverIDBodyTimeAndSecret(t *testing.T) {
	set := mustOpen(t, `
zalo:
  url: https://zalo.example
  body: '{"phone": {{json .To}}}'
  callback:
    signature:
      {header: X-ZEvent-Signature, secret: NENEP_ZALO_OA_SECRET, prefix: "mac=", digest: sha256, timestamp_path: timestamp,
       over: ["=${NENEP_ZALO_APP_ID}", body, timestamp, secret]}
    message_id: message.msg_id
    reference: message.tracking_id
    status: event_name
    delivered: [user_received_message]
`, "")
	body := `{"event_name":"user_received_message","timestamp":"1602560967477","message":{"msg_id":"m1","tracking_id":"tin-7"}}`
	sum := sha256.Sum256([]byte("1860141329355019864" + body + "1602560967477" + "oa-secret"))
	head := func(body []byte) map[string]string {
		return map[string]string{"X-Zevent-Signature": "mac=" + hex.EncodeToString(body)}
	}
	reports, err := set.Callback(Zalo, head(sum[:]), []byte(body))
	require.NoError(t, err)
	require.Equal(t, []Report{{ProviderID: "m1", MessageID: "tin-7", Delivered: true, Answer: "user_received_message"}}, reports)
	_, err = set.Callback(Zalo, head(make([]byte, sha256.Size)), []byte(body))
	require.ErrorIs(t, err, ErrStranger)

	follow := `{"event_name":"follow","timestamp":"1"}`
	sum = sha256.Sum256([]byte("1860141329355019864" + follow + "1" + "oa-secret"))
	reports, err = set.Callback(Zalo, head(sum[:]), []byte(follow))
	require.NoError(t, err)
	require.Empty(t, reports)
}
