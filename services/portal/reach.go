package portal

import (
	"context"
	"sync"
	"time"

	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

const (
	channelEmail   = "email"
	channelSMS     = "sms"
	channelZalo    = "zalo"
	channelWebhook = "webhook"
	channelPaper   = "paper"

	// reachLife is how long what was learnt of a person's channels serves his pages.
	reachLife = time.Minute
	// reachWait bounds how long a page waits to learn it.
	reachWait = 2 * time.Second
	// mostReaches bounds how many people are remembered at once.
	mostReaches = 10_000
)

// channelWord names a channel inside a sentence.
func channelWord(channel string) string {
	switch channel {
	case channelEmail:
		return "thư điện tử"
	case channelSMS:
		return "tin nhắn SMS"
	case channelZalo:
		return "Zalo"
	case channelWebhook:
		return "hệ thống kết nối"
	case channelPaper:
		return "văn bản giấy"
	default:
		return channel
	}
}

// reached is what was last learnt of each person's channels, so that no page asks twice a minute.
type reached struct {
	mutex sync.Mutex
	of    map[string]reachAt
}

type reachAt struct {
	failing []*notificationsv1.ChannelState
	at      time.Time
}

func (r *reached) known(official string, now time.Time) ([]*notificationsv1.ChannelState, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	found, is := r.of[official]
	return found.failing, is && now.Sub(found.at) < reachLife
}

func (r *reached) keep(official string, states []*notificationsv1.ChannelState, now time.Time) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.of == nil || len(r.of) >= mostReaches {
		r.of = map[string]reachAt{}
	}
	r.of[official] = reachAt{failingOnly(states), now}
}

func (r *reached) forget(official string) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	delete(r.of, official)
}

func failingOnly(states []*notificationsv1.ChannelState) []*notificationsv1.ChannelState {
	var failing []*notificationsv1.ChannelState
	for _, state := range states {
		if state.GetFailing() {
			failing = append(failing, state)
		}
	}
	return failing
}

// learnReach tells the person on every page which channel does not reach him; a page goes on without it.
func (p *portal) learnReach(ctx context.Context, who *person) {
	failing, known := p.reach.known(who.ID, p.now())
	if !known {
		ctx, cancel := context.WithTimeout(ctx, reachWait)
		defer cancel() // before the page is made
		answer, err := p.calls.Notifications.GetPreferences(ctx, call(&notificationsv1.GetPreferencesRequest{OfficialId: who.ID}))
		if err != nil {
			p.logWarning("channels of a person not read", err)
		} else {
			failing = failingOnly(answer.Msg.GetReach())
		}
		p.reach.keep(who.ID, failing, p.now())
	}
	for _, state := range failing {
		who.Unreached = append(who.Unreached, unreachedWord(state, who.Email))
	}
}

// unreachedWord says that a channel does not reach the person, since when and with what answer.
func unreachedWord(state *notificationsv1.ChannelState, email string) string {
	var text string
	switch state.GetChannel() {
	case channelEmail:
		text = "Thư gửi tới địa chỉ " + email + " không đến được"
	case channelSMS:
		text = "Tin nhắn SMS gửi tới số điện thoại đã ghi không đến được"
	case channelZalo:
		text = "Tin Zalo gửi tới số điện thoại đã ghi không đến được"
	default:
		text = "Thông báo qua " + channelWord(state.GetChannel()) + " không đến được"
	}
	if at := state.GetLastFailedAt(); at != "" {
		text += ", lần gần nhất lúc " + instant(at)
	}
	if answer := state.GetLastAnswer(); answer != "" {
		text += " (" + answer + ")"
	}
	return text + "."
}
