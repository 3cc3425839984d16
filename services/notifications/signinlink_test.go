package notifications

import (
	"context"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

const signInSecret = "k7r2qsecretsecretsecretsecretsecretsecretsecretsecret"

// sendLink asks as the portal does.
func (h *house) sendLink(official string, change ...func(*notificationsv1.SendSignInLinkRequest)) error {
	request := &notificationsv1.SendSignInLinkRequest{OfficialId: official, Url: h.config.PortalURL + signInPath + signInSecret, ExpiresAt: "2026-12-24T00:45:00Z"}
	for _, one := range change {
		one(request)
	}
	_, err := h.config.NewClients("portal").Notifications.SendSignInLink(h.t.Context(), connect.NewRequest(request))
	return err
}

// ledgerHolds tells whether any column of the ledger holds a text.
func (h *house) ledgerHolds(text string) bool {
	var found string
	for _, table := range []string{"messages", "attempts", "digests"} {
		require.NoError(h.t, h.query("SELECT count(*)::text FROM notifications."+table+" t WHERE t::text LIKE '%"+text+"%'", &found))
		if found != "0" {
			return true
		}
	}
	return false
}

func TestASignInLinkLeavesAtOnceAndOnlyItsReaderHasIt(t *testing.T) {
	h := newHouse(t, func(c *wire.Config) { c.QuietHours = "00:00-23:59" })
	require.NoError(t, h.sendLink("CB-AN"), "in the quiet hours too")
	mail := h.last()
	require.Equal(t, "cb-an@hungyen.example", mail.to)
	require.Equal(t, "[Nề Nếp] Liên kết đăng nhập", mail.subject(t))
	text, link := strings.ReplaceAll(bodies(t, mail)["text/plain"], "\r\n", "\n"), "https://nenep.hungyen.example/dang-nhap/thu/"+signInSecret
	require.Contains(t, text, "Kính gửi: Đồng chí Nguyễn Văn An\n")
	require.Contains(t, text, "\n"+link+"\n")
	require.Contains(t, text, "Liên kết dùng một lần, đến 07:45 ngày 24/12/2026, không chuyển tiếp.")
	require.Contains(t, bodies(t, mail)["text/html"], `href="`+link+`"`)

	kept := h.ledger()
	require.Len(t, kept, 1)
	require.Equal(t, "sent", kept[0].GetState())
	require.Equal(t, templateSignInLink, kept[0].GetTemplate())
	require.NotEmpty(t, kept[0].GetSentAt())
	require.Contains(t, kept[0].GetBody(), "(liên kết chỉ có trong thư, sổ thư không lưu)")
	require.False(t, h.ledgerHolds(signInSecret), "the ledger keeps that it was sent and not the link")

	require.NoError(t, h.sendLink("CB-AN"))
	require.Len(t, h.relay.taken(), 1, "once for a link")
	h.pending()
	h.mustDigest("2026-12-24")
	require.Len(t, h.relay.taken(), 1, "in no digest")
}

func TestASignInLinkSpeaksTheReadersLanguage(t *testing.T) {
	h := newHouse(t)
	_, err := h.client.Notifications.SetPreferences(h.by("CB-AN"), connect.NewRequest(&notificationsv1.Preferences{OfficialId: "CB-AN", Language: "en"}))
	require.NoError(t, err)
	require.NoError(t, h.sendLink("CB-AN"))
	require.Equal(t, "[Nề Nếp] Sign-in link", h.last().subject(t))
	require.Contains(t, bodies(t, h.last())["text/plain"], "The link works once, until 07:45 on 24/12/2026; do not forward it.")
}

func TestNobodyIsWrittenToWhereNobodyIsKnown(t *testing.T) {
	h := newHouse(t)
	for _, official := range []string{"", "CB-NOBODY"} {
		require.NoError(t, h.sendLink(official))
	}
	require.Empty(t, h.relay.taken())
	require.Empty(t, h.ledger())
}

func TestARelayThatRefusesOrQuotesTheMailLeaksNothing(t *testing.T) {
	h := newHouse(t)
	h.refuse("cb-an@hungyen.example", &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user, refused " + signInSecret})
	require.NoError(t, h.sendLink("CB-AN"), "who asks does not hear it")
	kept := h.ledger()
	require.Len(t, kept, 1)
	require.Equal(t, "failed", kept[0].GetState())
	require.Contains(t, kept[0].GetAnswer(), "no such user, refused …")
	require.False(t, h.ledgerHolds(signInSecret))
	h.refuse("cb-an@hungyen.example", nil)
	h.pending()
	require.Empty(t, h.relay.taken(), "it goes on over no other channel and is not sent later")
	require.Len(t, h.ledger(), 1)
}

func TestARelayThatIsAwayIsSaidToEverybodyAlike(t *testing.T) {
	h := newHouse(t, func(c *wire.Config) { c.SMTPAddr = "127.0.0.1:1" })
	known, unknown := wire.RefusalOf(h.sendLink("CB-AN")), wire.RefusalOf(h.sendLink(""))
	require.Equal(t, contract.CodeUnavailable, known.GetCode())
	require.Equal(t, known.GetTextVi(), unknown.GetTextVi())
	require.Equal(t, "failed", h.ledger()[0].GetState())
}

func TestABouncedSignInLinkIsNotWrittenAnew(t *testing.T) {
	h := newHouse(t)
	require.NoError(t, h.sendLink("CB-AN"))
	bounce := "Content-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n" +
		"Reporting-MTA: dns; relay.example\r\n\r\nFinal-Recipient: rfc822; cb-an@hungyen.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n" +
		"--x\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: " + h.last().head.Get("Message-ID") + "\r\n\r\n--x--\r\n"
	answer, err := h.client.Notifications.TakeCallback(h.t.Context(), connect.NewRequest(&notificationsv1.TakeCallbackRequest{Channel: channelEmail, Body: []byte(bounce)}))
	require.NoError(t, err)
	require.True(t, answer.Msg.GetKnown())
	h.pending()
	require.Len(t, h.ledger(), 1)
	require.Equal(t, "failed", h.ledger()[0].GetState())
}

func TestOnlyALinkOfThePortalsSignInIsMailed(t *testing.T) {
	h := newHouse(t)
	for _, wrong := range []string{"https://evil.example/dang-nhap/thu/x", "https://nenep.hungyen.example/mo/x", "https://nenep.hungyen.example/dang-nhap/thu/",
		"https://nenep.hungyen.example/dang-nhap/thu/x?y", "https://nenep.hungyen.example/dang-nhap/thu/x\nBcc: a@b.example"} {
		err := h.sendLink("CB-AN", func(r *notificationsv1.SendSignInLinkRequest) { r.Url, r.ExpiresAt = wrong, "hôm nay" })
		require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode(), wrong)
		require.Len(t, wire.RefusalOf(err).GetFields(), 2, "all at once")
	}
	require.Empty(t, h.relay.taken())
	request := &notificationsv1.SendSignInLinkRequest{OfficialId: "CB-AN", Url: h.config.PortalURL + signInPath + signInSecret, ExpiresAt: "2026-12-24T00:45:00Z"}
	for _, ctx := range []context.Context{t.Context(), h.by("CB-AN")} {
		_, err := h.client.Notifications.SendSignInLink(ctx, connect.NewRequest(request))
		require.Equal(t, contract.CodeForbidden, wire.RefusalOf(err).GetCode())
	}
}
