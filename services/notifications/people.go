package notifications

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"

	"gorm.io/gorm"
	unitsv1 "nenep/proto/nenep/units/v1"
)

// Channels beside mail. Paper leaves by no process: it is listed until a person prints it.
const (
	channelSMS     = "sms"
	channelZalo    = "zalo"
	channelWebhook = "webhook"
	channelPaper   = "paper"
)

// needsConsent: a telephone is a person's own.
func needsConsent(channel string) bool { return channel == channelSMS || channel == channelZalo }

// preference is what an official chose.
type preference struct {
	OfficialID string `gorm:"primaryKey"`
	Language   string
	Channels   []string `gorm:"serializer:json"`
	Window     string   `gorm:"column:digest_window"`
	IdleSince  string
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}

// TableName names the table.
func (preference) TableName() string { return "preferences" }

type mute struct {
	OfficialID string `gorm:"primaryKey"`
	CaseID     string `gorm:"primaryKey"`
	UntilDay   string
}

// TableName names the table.
func (mute) TableName() string { return "mutes" }

type consent struct {
	OfficialID string `gorm:"primaryKey"`
	Channel    string `gorm:"primaryKey"`
	OnDay      string
}

// TableName names the table.
func (consent) TableName() string { return "consents" }

// addressee is how an official wants to be told.
type addressee struct {
	preference
	mutes    map[string]string // case → last day
	consents map[string]string // channel → day
}

// wants is the person's language, else the one the facts ask for.
func (p addressee) wants(facts map[string]string) language {
	switch p.Language {
	case english.code:
		return english
	case vietnamese.code:
		return vietnamese
	default:
		return languageOf(facts)
	}
}

// muted is the last day on which reminders of a case are held back; empty when they are not on that day. Escalations never are.
func (p addressee) muted(template, caseID, on string) string {
	if until := p.mutes[caseID]; isReminder(template) && until >= on {
		return until
	}
	return ""
}

func isReminder(template string) bool {
	return template == "reminder" || template == "item-reminder" || template == "step-reminder"
}

// mostNamed is up to how many people are looked up by name; more are read all at once.
const mostNamed = 1000

// people reads the choices of officials.
func people(db *gorm.DB, ids ...string) (map[string]addressee, error) {
	if slices.Sort(ids); len(ids) == 0 {
		return map[string]addressee{}, nil
	}
	ids = slices.Compact(ids)
	of := func() *gorm.DB {
		if len(ids) > mostNamed {
			return db
		}
		return db.Where("official_id IN ?", ids)
	}
	var chosen []preference
	var mutes []mute
	var consents []consent
	for _, found := range []any{&chosen, &mutes, &consents} {
		if err := of().Find(found).Error; err != nil {
			return nil, err
		}
	}
	return joinPeople(chosen, mutes, consents), nil
}

func joinPeople(chosen []preference, mutes []mute, consents []consent) map[string]addressee {
	all := map[string]addressee{}
	of := func(id string) addressee {
		if known, found := all[id]; found {
			return known
		}
		return addressee{preference: preference{OfficialID: id}, mutes: map[string]string{}, consents: map[string]string{}}
	}
	for _, row := range chosen {
		p := of(row.OfficialID)
		p.preference = row
		all[row.OfficialID] = p
	}
	for _, row := range mutes {
		p := of(row.OfficialID)
		p.mutes[row.CaseID] = row.UntilDay
		all[row.OfficialID] = p
	}
	for _, row := range consents {
		p := of(row.OfficialID)
		p.consents[row.Channel] = row.OnDay
		all[row.OfficialID] = p
	}
	return all
}

// way is a channel and the address on it.
type way struct{ channel, address string }

// ways are the channels by which an official can be reached, in his order; where he chose none, or none of those he chose is there, mail and
// then what else there is. At the end stands paper, which needs no address.
func (s *service) ways(p addressee, official *unitsv1.Official) []way {
	ways := s.waysIn(p.Channels, p, official)
	if len(ways) == 0 && !slices.Contains(p.Channels, channelPaper) {
		ways = s.waysIn([]string{channelEmail, channelZalo, channelSMS}, p, official)
	}
	return append(ways, way{channel: channelPaper})
}

func (s *service) waysIn(order []string, p addressee, official *unitsv1.Official) (ways []way) {
	for _, channel := range order {
		to := way{channel, addressOn(channel, official)}
		switch {
		case channel == channelPaper:
			return ways
		case to.address == "" || slices.Contains(ways, to):
		case channel != channelEmail && !s.others.Has(channel):
		case needsConsent(channel) && p.consents[channel] == "":
		default:
			ways = append(ways, to)
		}
	}
	return ways
}

func addressOn(channel string, official *unitsv1.Official) string {
	switch channel {
	case channelEmail:
		return official.GetEmail()
	case channelSMS, channelZalo:
		return official.GetPhone()
	case channelWebhook:
		return official.GetId()
	default:
		return ""
	}
}

// official answers an official with his addresses; an empty one when units do not know him.
func (s *service) official(ctx context.Context, id string) (*unitsv1.Official, error) {
	hats, err := s.hats(ctx, id, today(s.now()).String())
	if err != nil {
		return nil, err
	}
	if hats.GetOfficial() == nil {
		return &unitsv1.Official{Id: id}, nil
	}
	return hats.GetOfficial(), nil
}

// shortCode is the secret of a short link: a text message has no room for a signed one.
func (l links) shortCode(key, officialID, channel string) string {
	sum := hmac.New(sha256.New, l.key)
	for _, part := range []string{"short link", key, officialID, channel} {
		sum.Write([]byte(part))
		sum.Write([]byte{0})
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil))[:shortCodeLength]
}

const shortCodeLength = 16
