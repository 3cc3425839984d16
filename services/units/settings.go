package units

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
)

// settingSource stands at every setting: neither law nor plan states its value.
const settingSource = "Thiết lập của tỉnh, không phải quy định của pháp luật"

// settingsOf are the settings of every edition, by key; the newest edition's words and proposed
// value hold.
func settingsOf(declared *catalogue.Catalogue) []setting {
	byKey := map[string]setting{}
	for _, edition := range declared.Editions {
		for _, s := range edition.Settings {
			byKey[s.Key] = setting{Key: s.Key, DefaultValue: string(s.Value), TitleVI: s.Text.VI, TitleEN: s.Text.EN, Unit: s.Unit, Source: settingSource}
		}
	}
	rows := make([]setting, 0, len(byKey))
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		rows = append(rows, byKey[key])
	}
	return rows
}

// ListSettings answers the province's settings with the values proposed for them.
func (s *server) ListSettings(ctx context.Context, _ *connect.Request[unitsv1.ListSettingsRequest]) (*connect.Response[unitsv1.ListSettingsResponse], error) {
	var rows []setting
	if err := s.db.WithContext(ctx).Where("NOT retired").Order("key").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list settings: %w", err)
	}
	return connect.NewResponse(&unitsv1.ListSettingsResponse{Settings: messages(rows)}), nil
}

// SetSetting changes a value of the province by a document; an empty value returns to the proposed
// one, and needs a document too. Cases that run keep the values they opened with.
func (s *server) SetSetting(ctx context.Context, r *connect.Request[unitsv1.SetSettingRequest]) (*connect.Response[unitsv1.Setting], error) {
	if err := s.mayAdminister(ctx, "thay đổi thiết lập của tỉnh", "change the province's settings"); err != nil {
		return nil, err
	}
	asked := request{faults: settingFaults(s.catalogue, r.Msg)}
	if err := asked.err(); err != nil {
		return nil, err
	}
	var row setting
	var changeID int64
	err := s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) (err error) {
		if err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("key = ?", r.Msg.GetKey()).Take(&row).Error; err != nil {
			return err
		}
		changeID, err = s.setSetting(ctx, tx, &row, r.Msg)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set %s: %w", r.Msg.GetKey(), err)
	}
	if changeID != 0 {
		s.tellReconciliation(ctx, strconv.FormatInt(changeID, 10))
	}
	return connect.NewResponse(row.message()), nil
}

// setSetting writes the value and what changed, and answers the change's id; 0 when nothing did.
func (s *server) setSetting(ctx context.Context, tx *gorm.DB, row *setting, asked *unitsv1.SetSettingRequest) (int64, error) {
	was := *row
	row.Value, row.Document = nil, ""
	if value := strings.TrimSpace(asked.GetValue()); value != "" {
		row.Value, row.Document = &value, strings.TrimSpace(asked.GetDocument())
	}
	if was.message().GetValue() == row.message().GetValue() && was.Document == row.Document {
		return 0, nil
	}
	if err := tx.Model(row).Select("value", "document").Updates(row).Error; err != nil {
		return 0, err
	}
	return s.record(ctx, tx, changeSetting, map[string]string{
		"key": row.Key, "from": was.message().GetValue(), "to": row.message().GetValue(), "document": strings.TrimSpace(asked.GetDocument()),
	})
}

// settingFaults names everything wrong with a new value: a key that no catalogue has, a value that
// cannot serve where the proposed one does, no document.
func settingFaults(declared *catalogue.Catalogue, asked *unitsv1.SetSettingRequest) []*casefilev1.FieldFault {
	key, value := asked.GetKey(), strings.TrimSpace(asked.GetValue())
	known := slices.IndexFunc(settingsOf(declared), func(row setting) bool { return row.Key == key }) >= 0
	var faults []*casefilev1.FieldFault
	if value != "" || !known {
		_, err := declared.WithSettings(map[string]string{key: value})
		var wrong catalogue.Faults
		if errors.As(err, &wrong) {
			field := "value"
			if !known {
				field = "key"
			}
			faults = append(faults, wire.Field(field, wrong[0].VI, wrong[0].EN))
		}
	}
	if strings.TrimSpace(asked.GetDocument()) == "" {
		faults = append(faults, wire.Field("document", "Chưa có văn bản quyết định thiết lập này. Nhập số, ký hiệu văn bản rồi gửi lại.",
			"The document that decides this setting is missing. Enter its number and symbol and send again."))
	}
	return faults
}
