package notifications

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/wire"
)

// GetPreferences answers an official's choices, what there is to choose, and how each channel fares for him. They are his own and an
// administrator's to see.
func (s *service) GetPreferences(ctx context.Context, request *connect.Request[notificationsv1.GetPreferencesRequest]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	id, err := s.ownToRead(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	return s.preferencesOf(ctx, id)
}

func (s *service) preferencesOf(ctx context.Context, id string) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	db := s.db.WithContext(ctx)
	chosen, err := people(db, id)
	if err != nil {
		return nil, err
	}
	rows, err := s.faring(db, id)
	if err != nil {
		return nil, err
	}
	answer := &notificationsv1.GetPreferencesResponse{Preferences: chosenBy(id, chosen[id]), Windows: s.windows, Channels: s.channelNames()}
	for _, row := range rows {
		answer.Reach = append(answer.Reach, channelState(row))
	}
	return connect.NewResponse(answer), nil
}

func chosenBy(id string, p addressee) *notificationsv1.Preferences {
	out := &notificationsv1.Preferences{OfficialId: id, Language: p.Language, Channels: p.Channels, Window: p.Window}
	if !p.UpdatedAt.IsZero() {
		out.UpdatedAt = instant(&p.UpdatedAt)
	}
	for caseID, until := range p.mutes {
		out.Mutes = append(out.Mutes, &notificationsv1.Mute{CaseId: caseID, Until: until})
	}
	for channel, on := range p.consents {
		out.Consents = append(out.Consents, &notificationsv1.Consent{Channel: channel, On: on})
	}
	slices.SortFunc(out.Mutes, func(a, b *notificationsv1.Mute) int { return strings.Compare(a.GetCaseId(), b.GetCaseId()) })
	slices.SortFunc(out.Consents, func(a, b *notificationsv1.Consent) int { return strings.Compare(a.GetChannel(), b.GetChannel()) })
	return out
}

// channelNames are the channels of the installation: mail, those that are declared, paper.
func (s *service) channelNames() []string {
	names := []string{channelEmail}
	for _, name := range []string{channelZalo, channelSMS, channelWebhook} {
		if s.others.Has(name) {
			names = append(names, name)
		}
	}
	return append(names, channelPaper)
}

// SetPreferences writes an official's choices, all faults at once. Mutes are written by MuteCase and stay. A consent that is left out is
// taken back.
func (s *service) SetPreferences(ctx context.Context, request *connect.Request[notificationsv1.Preferences]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	id, err := s.own(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	if faults := s.preferenceFaults(request.Msg); len(faults) > 0 {
		return nil, refuseFields(faults)
	}
	row := preference{OfficialID: id, Language: request.Msg.GetLanguage(), Channels: append([]string{}, request.Msg.GetChannels()...),
		Window: request.Msg.GetWindow(), UpdatedAt: s.now().UTC()}
	err = s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error; err != nil {
			return err
		}
		return s.writeConsents(tx, id, request.Msg.GetConsents())
	})
	if err != nil {
		return nil, err
	}
	return s.preferencesOf(ctx, id)
}

// writeConsents keeps the day of a consent that was given before.
func (s *service) writeConsents(tx *gorm.DB, id string, given []*notificationsv1.Consent) error {
	var channels []string
	for _, one := range given {
		channels = append(channels, one.GetChannel())
	}
	if err := tx.Where("official_id = ? AND channel NOT IN ?", id, append(channels, "")).Delete(&consent{}).Error; err != nil {
		return err
	}
	for _, one := range given {
		on := one.GetOn()
		if on == "" {
			on = today(s.now()).String()
		}
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&consent{OfficialID: id, Channel: one.GetChannel(), OnDay: on}).Error; err != nil {
			return err
		}
	}
	return nil
}

func (s *service) preferenceFaults(asked *notificationsv1.Preferences) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if !slices.Contains([]string{"", vietnamese.code, english.code}, asked.GetLanguage()) {
		faults = append(faults, wire.Field("language", "Ngôn ngữ là tiếng Việt (vi) hoặc tiếng Anh (en).", "The language is Vietnamese (vi) or English (en)."))
	}
	faults = append(faults, s.channelFaults(asked)...)
	if window := asked.GetWindow(); window != "" && !slices.Contains(s.windows, window) {
		faults = append(faults, wire.Field("window", "Không gửi bản tổng hợp lúc “"+clean(window)+"”. Chọn một trong các giờ "+strings.Join(s.windows, ", ")+".",
			"No digest leaves at “"+clean(window)+"”. Choose one of "+strings.Join(s.windows, ", ")+"."))
	}
	return append(faults, s.consentFaults(asked)...)
}

func (s *service) channelFaults(asked *notificationsv1.Preferences) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	known := s.channelNames()
	for i, channel := range asked.GetChannels() {
		field := "channels[" + strconv.Itoa(i) + "]"
		consented := slices.ContainsFunc(asked.GetConsents(), func(c *notificationsv1.Consent) bool { return c.GetChannel() == channel })
		switch {
		case !slices.Contains(known, channel):
			faults = append(faults, wire.Field(field, "Không có kênh “"+clean(channel)+"”. Chọn một trong các kênh "+strings.Join(known, ", ")+".",
				"There is no channel “"+clean(channel)+"”. Choose one of "+strings.Join(known, ", ")+"."))
		case slices.Contains(asked.GetChannels()[:i], channel):
			faults = append(faults, wire.Field(field, "Kênh “"+channel+"” đã chọn ở trên. Bỏ một lần.", "The channel “"+channel+"” stands twice. Take one out."))
		case needsConsent(channel) && !consented:
			faults = append(faults, wire.Field(field, "Chưa đồng ý nhận qua "+vietnamese.channels[channel]+". Đánh dấu đồng ý rồi gửi lại.",
				"Being told by "+english.channels[channel]+" has not been agreed to. Agree and send again."))
		}
	}
	return faults
}

func (s *service) consentFaults(asked *notificationsv1.Preferences) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	for i, one := range asked.GetConsents() {
		field := "consents[" + strconv.Itoa(i) + "]"
		if !needsConsent(one.GetChannel()) {
			faults = append(faults, wire.Field(field+".channel", "Kênh “"+clean(one.GetChannel())+"” không cần đồng ý. Bỏ mục này.",
				"The channel “"+clean(one.GetChannel())+"” needs no consent. Take this out."))
		}
		if day, ok := dayOf(one.GetOn()); one.GetOn() != "" && (!ok || day.After(today(s.now()))) {
			faults = append(faults, badDay(field+".on", one.GetOn()))
		}
	}
	return faults
}

// MuteCase holds reminders of one case back from one person until the end of a day, never an escalation. An empty day ends it.
func (s *service) MuteCase(ctx context.Context, request *connect.Request[notificationsv1.MuteCaseRequest]) (*connect.Response[notificationsv1.GetPreferencesResponse], error) {
	id, err := s.own(ctx, request.Msg.GetOfficialId())
	if err != nil {
		return nil, err
	}
	if faults := s.muteFaults(request.Msg); len(faults) > 0 {
		return nil, refuseFields(faults)
	}
	row := mute{OfficialID: id, CaseID: request.Msg.GetCaseId(), UntilDay: request.Msg.GetUntil()}
	if row.UntilDay == "" {
		err = s.db.WithContext(ctx).Delete(&row).Error
	} else {
		err = s.db.WithContext(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	}
	if err != nil {
		return nil, err
	}
	return s.preferencesOf(ctx, id)
}

func (s *service) muteFaults(asked *notificationsv1.MuteCaseRequest) []*casefilev1.FieldFault {
	var faults []*casefilev1.FieldFault
	if asked.GetCaseId() == "" {
		faults = missing("case_id", "mã hồ sơ", "the case")
	}
	day, ok := dayOf(asked.GetUntil())
	switch {
	case asked.GetUntil() == "":
	case !ok:
		faults = append(faults, badDay("until", asked.GetUntil()))
	case day.Before(today(s.now())):
		faults = append(faults, wire.Field("until", "Ngày "+day.Vietnamese()+" đã qua. Chọn từ hôm nay trở đi.", day.Vietnamese()+" is past. Choose today or later."))
	}
	return faults
}

// ListChannels answers, for supervisors, administrators and the services, whom each channel does not reach and how each fares as a whole.
func (s *service) ListChannels(ctx context.Context, _ *connect.Request[notificationsv1.ListChannelsRequest]) (*connect.Response[notificationsv1.ListChannelsResponse], error) {
	if wire.IdentityOf(ctx).OfficialID != "" {
		watches, err := s.callerWears(ctx, inRoles(roleAdministrator, roleSupervisor, roleAuditor))
		if err != nil {
			return nil, err
		}
		if !watches {
			return nil, s.forbidden("xem tình trạng các kênh gửi", "see how the channels fare")
		}
	}
	db := s.db.WithContext(ctx)
	rows, err := s.faring(db, "")
	if err != nil {
		return nil, err
	}
	if err := s.nameAll(db, rows); err != nil {
		return nil, err
	}
	answer := &notificationsv1.ListChannelsResponse{}
	for _, channel := range s.channelNames() {
		if channel == channelPaper {
			continue
		}
		whole, err := s.faringWhole(db, channel)
		if err != nil {
			return nil, err
		}
		answer.Channels = append(answer.Channels, channelState(whole))
	}
	for _, row := range rows {
		answer.Channels = append(answer.Channels, channelState(row))
	}
	return connect.NewResponse(answer), nil
}

func channelState(row fared) *notificationsv1.ChannelState {
	return &notificationsv1.ChannelState{Channel: row.Channel, OfficialId: row.OfficialID, Failures: int32(row.Failures), LastAnswer: row.LastAnswer,
		LastFailedAt: instant(row.LastFailedAt), LastTakenAt: instant(row.LastTakenAt), Failing: row.Failures >= failuresToTell, Name: row.Name}
}

// faringWhole is how a channel fares: how many attempts in a row, of whomever, it has not taken, up to now.
func (s *service) faringWhole(db *gorm.DB, channel string) (fared, error) {
	whole := fared{Channel: channel}
	err := db.Raw(`WITH last AS (SELECT max(id) AS id, max(at) AS at FROM attempts WHERE channel = @channel AND fate = 'taken')
		SELECT last.at AS last_taken_at, (SELECT max(at) FROM attempts a WHERE a.channel = @channel AND a.fate IN ('later', 'unknown')) AS last_failed_at,
		       (SELECT count(*) FROM attempts a WHERE a.channel = @channel AND a.fate IN ('later', 'unknown') AND a.id > coalesce(last.id, 0)) AS failures,
		       coalesce((SELECT answer FROM attempts a WHERE a.channel = @channel AND a.fate IN ('later', 'unknown') ORDER BY id DESC LIMIT 1), '') AS last_answer
		FROM last`, map[string]any{"channel": channel}).Scan(&whole).Error
	whole.Channel = channel
	return whole, err
}

// nameAll takes the names from the ledger, which is where people failed to be reached.
func (s *service) nameAll(db *gorm.DB, rows []fared) error {
	var ids []string
	for _, row := range rows {
		ids = append(ids, row.OfficialID)
	}
	var found []struct{ OfficialID, Name string }
	err := db.Raw("SELECT DISTINCT ON (official_id) official_id, name FROM messages WHERE official_id = ANY(?::text[]) AND name <> '' ORDER BY official_id, id DESC",
		listedTexts(ids)).Scan(&found).Error
	names := map[string]string{}
	for _, one := range found {
		names[one.OfficialID] = one.Name
	}
	for i := range rows {
		rows[i].Name = names[rows[i].OfficialID]
	}
	return err
}

// listedTexts are texts as PostgreSQL writes an array.
func listedTexts(texts []string) string {
	quoted := make([]string, len(texts))
	for i, text := range texts {
		quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
	}
	return listed(quoted)
}
