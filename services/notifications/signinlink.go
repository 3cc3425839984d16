package notifications

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"time"

	"connectrpc.com/connect"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
)

// templateSignInLink is the letter with a link that signs its reader in. It leaves at once or not at all, by mail or not at all: what
// would send it later, or over another channel, would have to keep the link.
const templateSignInLink = "sign-in-link"

// signInPath is under which the portal takes the secret of such a link.
const signInPath = "/dang-nhap/thu/"

const answerNoAnswer = "Máy chủ thư chưa trả lời."

// errRelayDoesNotAnswer is the same whether or not there was somebody to write to.
var errRelayDoesNotAnswer = wire.Refuse(contract.CodeUnavailable,
	"Máy chủ thư chưa trả lời nên chưa gửi được liên kết. Thử lại sau ít phút.",
	"The mail relay does not answer, so no link was sent. Try again in a few minutes.")

// SendSignInLink mails the link at once, quiet hours or not, once for a link. The ledger keeps that it was sent, and to whom; the link
// stands in the mail alone. Where nobody is named, or the named one has no address, the relay is called as well and given nothing.
func (s *service) SendSignInLink(ctx context.Context, request *connect.Request[notificationsv1.SendSignInLinkRequest]) (*connect.Response[notificationsv1.SendSignInLinkResponse], error) {
	if !isService(ctx, "portal") {
		return nil, wire.Forbidden("Chỉ cổng mới gửi được liên kết đăng nhập.", "Only the portal sends a sign-in link.")
	}
	link, err := s.signInLink(request.Msg)
	if err != nil {
		return nil, err
	}
	official, err := s.official(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	chosen, err := people(s.db.WithContext(ctx), official.GetId())
	if err != nil {
		return nil, err
	}
	letter, err := s.signInLetter(link, chosen[official.GetId()], official)
	if err != nil {
		return nil, err
	}
	// The caller who hangs up would leave the mail's fate unknown.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*mailTime)
	defer cancel()
	phone := s.courier.newLine()
	defer phone.hangUp()
	if official.GetId() == "" || letter.row.Address == "" {
		err = phone.callOnly(ctx)
	} else {
		err = s.sendSignInLetter(ctx, phone, letter)
	}
	return connect.NewResponse(&notificationsv1.SendSignInLinkResponse{}), err
}

// signInLink is a link of the portal with the moment from which it opens nothing more.
type signInLink struct {
	address string
	expires time.Time
}

func (s *service) signInLink(request *notificationsv1.SendSignInLinkRequest) (signInLink, error) {
	var faults []*casefilev1.FieldFault
	secret, under := strings.CutPrefix(request.GetUrl(), strings.TrimSuffix(s.links.portal, "/")+signInPath)
	if !under || secret == "" || strings.ContainsAny(secret, "/?# \r\n") {
		faults = append(faults, wire.Field("url", "Liên kết không thuộc trang đăng nhập của cổng.", "The link does not lead to the portal's sign-in."))
	}
	expires, err := time.Parse(time.RFC3339, request.GetExpiresAt())
	if err != nil {
		faults = append(faults, wire.Field("expires_at", "Thời điểm hết hạn không đọc được.", "The moment of expiry cannot be read."))
	}
	if len(faults) > 0 {
		return signInLink{}, refuseFields(faults)
	}
	return signInLink{request.GetUrl(), expires}, nil
}

// secret is the part of the address that nobody but the reader of the mail may learn.
func (l signInLink) secret() string { return l.address[strings.LastIndexByte(l.address, '/')+1:] }

// signInMail is the mail as it leaves, and the row of the ledger, which holds the same words but for the link.
type signInMail struct {
	link signInLink
	row  message
	mail envelope
}

func (s *service) signInLetter(link signInLink, p addressee, official *unitsv1.Official) (signInMail, error) {
	lang, sum := p.wants(nil), sha256.Sum256([]byte(link.address))
	key := "sign-in/" + hex.EncodeToString(sum[:16])
	row := message{
		Key: key, OfficialID: official.GetId(), Channel: channelEmail, Address: official.GetEmail(), Template: templateSignInLink, OnDay: today(s.now()).String(),
		State: stateFailed, Answer: answerNoAnswer, FoldedAnswer: fold(answerNoAnswer), // until the relay answers, nobody was told
		Name: clean(official.GetName()), Subject: lang.signIn, Facts: map[string]string{"language": lang.code},
		CreatedAt: s.now().UTC(), MessageID: mailID(s.courier.domain, key, official.GetId()),
	}
	row.Folded = foldedOf(row)
	words := letter{Recipient: lang.comrade + row.Name, Link: link.address, LinkUntil: lang.atInstant(link.expires.In(calendar.Zone)),
		HelpContact: clean(s.help.contact), HelpPhone: clean(s.help.phone)}
	text, err := s.letters.text(lang.code, templateSignInLink, words)
	if err != nil {
		return signInMail{}, err
	}
	html, err := s.letters.html(lang.code, row.Subject, text, link.address)
	if err != nil {
		return signInMail{}, err
	}
	words.Link = lang.linkNotKept
	row.BodyText, err = s.letters.text(lang.code, templateSignInLink, words)
	return signInMail{link, row, envelope{
		id: row.MessageID, name: row.Name, address: row.Address, subject: row.Subject, text: text, html: html, at: s.now(),
	}}, err
}

func (s *service) sendSignInLetter(ctx context.Context, phone *line, letter signInMail) error {
	rows, repeated, err := s.enter(ctx, []message{letter.row})
	if err != nil || repeated {
		return err
	}
	what, answer, away := phone.attempt(ctx, letter.mail)
	answer = strings.ReplaceAll(answer, letter.link.secret(), "…") // a relay that refuses a mail may quote it
	s.logger.Info("sign-in link handed over", zap.Int64("message", rows[0].ID), zap.String("fate", fateNames[what]), zap.String("answer", answer))
	if err := s.writeSignInFate(s.db.WithContext(ctx), rows[0], handed{fate: what, answer: answer}); err != nil {
		return err
	}
	if away {
		return errRelayDoesNotAnswer
	}
	return nil
}

// writeSignInFate writes what came of the mail. What the relay did not take now stays unsent: whoever still wants in asks for a link anew.
func (s *service) writeSignInFate(db *gorm.DB, row message, what handed) error {
	columns := map[string]any{"state": stateFailed, "answer": clean(what.answer), "folded_answer": fold(what.answer)}
	if what.fate == fateTaken {
		columns["state"], columns["sent_at"] = stateSent, s.now().UTC()
	}
	return db.Transaction(func(tx *gorm.DB) error {
		if err := tx.Model(&message{}).Where("id = ?", row.ID).Updates(columns).Error; err != nil {
			return err
		}
		return tx.Create(s.attempt(row, what)).Error
	})
}

// callOnly reaches the relay as for a mail, and takes leave.
func (l *line) callOnly(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, l.courier.patience)
	defer cancel()
	defer context.AfterFunc(ctx, l.cut)()
	if err := l.dial(ctx); err != nil {
		return errRelayDoesNotAnswer
	}
	return nil
}
