package channel

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const report = `Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example
Arrival-Date: Thu, 24 Dec 2026 07:30:00 +0700

Final-Recipient: rfc822; an@hungyen.example
Original-Recipient: rfc822;an@hungyen.example
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx.hungyen.example
Diagnostic-Code: smtp; 550 5.1.1 <an@hungyen.example>: Recipient address
    rejected: User unknown
`

const returned = `Content-Type: message/rfc822

From: =?utf-8?q?N=E1=BB=81_N=E1=BA=BFp?= <ne-nep@hungyen.example>
Message-ID: <0f3a@hungyen.example>
Subject: x

Kính gửi`

func bounced(parts ...string) []byte {
	all := "From: MAILER-DAEMON@relay.example\nTo: ne-nep@hungyen.example\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\n" +
		"In-Reply-To: <khac@hungyen.example>\nContent-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"b1\"\n\n"
	for _, part := range parts {
		all += "--b1\n" + part + "\n"
	}
	return []byte(strings.ReplaceAll(all+"--b1--\n", "\n", "\r\n"))
}

const forPeople = "Content-Type: text/plain\n\nI'm sorry to have to inform you"

func TestABounceNamesTheMailAndTheReason(t *testing.T) {
	want := []Report{{MessageID: "0f3a@hungyen.example", Failed: true,
		Answer: "failed 5.1.1 smtp; 550 5.1.1 <an@hungyen.example>: Recipient address rejected: User unknown"}}
	coded := "Content-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n" +
		base64.StdEncoding.EncodeToString([]byte(strings.SplitN(report, "\n\n", 2)[1]))
	headers := strings.Replace(returned, "message/rfc822", "text/rfc822-headers", 1)
	for name, raw := range map[string][]byte{
		"whole":                   bounced(forPeople, report, returned),
		"headers only":            bounced(forPeople, report, headers),
		"coded":                   bounced(forPeople, coded, returned),
		"RFC 6533":                bounced(forPeople, strings.Replace(report, "delivery-status", "global-delivery-status", 1), strings.Replace(returned, "rfc822", "global", 1)),
		"cut off in the old mail": bounced(forPeople, report, returned)[:len(bounced(forPeople, report, returned))-20],
	} {
		reports, err := Bounce(raw)
		require.NoError(t, err, name)
		require.Equal(t, want, reports, name)
	}
}

func TestADelayIsNeitherAndADeliveryIsOne(t *testing.T) {
	two := strings.NewReplacer("Action: failed", "Action: Delayed", "5.1.1\n", "4.4.1\n").Replace(report) +
		"\nFinal-Recipient: rfc822; binh@hungyen.example\nAction: delivered (to mailbox)\nStatus: 2.0.0\n" +
		"\nFinal-Recipient: rfc822; chi@hungyen.example\nAction: relayed\nStatus: 2.0.0\n"
	reports, err := Bounce(bounced(forPeople, two))
	require.NoError(t, err)
	require.Len(t, reports, 3)
	require.Equal(t, [2]bool{false, false}, [2]bool{reports[0].Delivered, reports[0].Failed})
	require.Equal(t, [2]bool{true, false}, [2]bool{reports[1].Delivered, reports[1].Failed})
	require.Equal(t, [2]bool{false, false}, [2]bool{reports[2].Delivered, reports[2].Failed})
	require.Equal(t, "khac@hungyen.example", reports[0].MessageID, "from In-Reply-To when the old mail is not there")
}

func TestOtherMailIsNoBounce(t *testing.T) {
	for name, raw := range map[string]string{
		"out of office":   "From: an@hungyen.example\r\nAuto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\nTôi đi công tác",
		"no mail":         "xin chào",
		"nothing":         "",
		"a read receipt":  "Content-Type: multipart/report; report-type=disposition-notification; boundary=b\r\n\r\n--b--\r\n",
		"a broken header": "Content-Type: multipart/report; report-type\r\n\r\n",
	} {
		_, err := Bounce([]byte(raw))
		require.ErrorIs(t, err, ErrNoBounce, name)
	}
	for name, raw := range map[string][]byte{
		"no recipient": bounced(forPeople, returned),
		"nothing at all": []byte("Content-Type: multipart/report; report-type=delivery-status; boundary=b1\r\n\r\n--b1\r\n" +
			strings.ReplaceAll(report, "\n", "\r\n") + "\r\n--b1--\r\n"),
	} {
		_, err := Bounce(raw)
		require.ErrorIs(t, err, ErrUnreadable, name)
	}
}

func FuzzBounce(f *testing.F) {
	f.Add(bounced(forPeople, report, returned))
	f.Fuzz(func(t *testing.T, raw []byte) {
		reports, err := Bounce(raw)
		require.True(t, (err == nil) == (len(reports) > 0))
	})
}

func TestABounceByHTTPNeedsItsDeclaredToken(t *testing.T) {
	const mail = "Subject: I am out of office\r\n\r\n"
	none, err := read([]byte("sms: {url: https://sms.example, body: '{}'}"), getenv)
	require.NoError(t, err)
	_, err = none.Bounced(map[string]string{"x-token": ""}, []byte(mail))
	require.ErrorIs(t, err, ErrNoChannel)
	set, err := read([]byte("email: {callback: {token: {header: X-Token, secret: NENEP_BOUNCE_TOKEN}}}"), getenv)
	require.NoError(t, err)
	require.Empty(t, set.Names(), "mail is no channel of this file")
	for _, headers := range []map[string]string{nil, {"x-token": ""}, {"x-token": "token-567"}} {
		_, err = set.Bounced(headers, []byte(mail))
		require.ErrorIs(t, err, ErrStranger)
	}
	_, err = set.Bounced(map[string]string{"x-token": "token-5678"}, []byte(mail))
	require.ErrorIs(t, err, ErrNoBounce, "it is read")
	_, err = read([]byte("email: {}"), getenv)
	require.ErrorContains(t, err, "email.callback.token: is missing")
}
