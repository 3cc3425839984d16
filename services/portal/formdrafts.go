package portal

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

const (
	draftLife  = 60 * 24 * time.Hour
	draftBytes = 512 << 10
	// mostDrafts is how many one person keeps; the oldest make room.
	mostDrafts = 100
)

// formDraft is what an official typed into the form at an address and has not sent.
type formDraft struct {
	OfficialID string `gorm:"primaryKey"`
	Address    string `gorm:"primaryKey"`
	ActID      string
	Content    *string
	SavedAt    time.Time

	values url.Values
}

func (formDraft) TableName() string { return "form_drafts" }

// draftStore keeps what was typed. A draft carries the act id of the showing it was typed into: an act whose answer never reached the page
// is then answered again, and not done a second time.
type draftStore struct{ db *gorm.DB }

// notTyped are the fields of a form that nobody typed and the next showing makes anew.
var notTyped = []string{forgeryField, sealField, addressField, "do", "act_id"}

func (s draftStore) save(ctx context.Context, form typedForm, now time.Time) error {
	kept := url.Values{}
	for name, several := range form.values {
		if !slices.Contains(notTyped, name) {
			kept[name] = several
		}
	}
	content, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if len(content) > draftBytes {
		return wire.Refuse(contract.CodeInvalid, "Nội dung quá dài nên không lưu nháp được. Rút gọn hoặc đính kèm thành tệp.", "The text is too long to be kept as a draft.")
	}
	return s.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		err := tx.Exec(`INSERT INTO form_drafts (official_id, address, act_id, content, saved_at) VALUES (?, ?, ?, ?::jsonb, ?)
			ON CONFLICT (official_id, address) DO UPDATE SET act_id = EXCLUDED.act_id, content = EXCLUDED.content, saved_at = EXCLUDED.saved_at
			WHERE NOT (form_drafts.content IS NULL AND form_drafts.act_id <> '' AND form_drafts.act_id = EXCLUDED.act_id)`,
			form.owner, form.address, form.values.Get("act_id"), string(content), now).Error
		if err != nil {
			return err
		}
		return tx.Exec(`DELETE FROM form_drafts WHERE official_id = ? AND address IN (
			SELECT address FROM form_drafts WHERE official_id = ? ORDER BY saved_at DESC, address OFFSET ?)`, form.owner, form.owner, mostDrafts).Error
	})
}

// taken forgets what was typed into a form that was taken.
func (s draftStore) taken(ctx context.Context, form typedForm, now time.Time) error {
	return s.db.WithContext(ctx).Exec(`INSERT INTO form_drafts (official_id, address, act_id, content, saved_at) VALUES (?, ?, ?, NULL, ?)
		ON CONFLICT (official_id, address) DO UPDATE SET act_id = EXCLUDED.act_id, content = NULL, saved_at = EXCLUDED.saved_at`,
		form.owner, form.address, form.values.Get("act_id"), now).Error
}

func (s draftStore) discard(ctx context.Context, official, address string) error {
	return s.db.WithContext(ctx).Where("official_id = ? AND address = ?", official, address).Delete(&formDraft{}).Error
}

// at answers the draft of the form at the address; nil when there is none.
func (s draftStore) at(ctx context.Context, official, address string) (*formDraft, error) {
	var draft formDraft
	err := s.db.WithContext(ctx).Where("official_id = ? AND address = ? AND content IS NOT NULL", official, address).Take(&draft).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &draft, draft.read()
}

// all answers the drafts of one official, newest first.
func (s draftStore) all(ctx context.Context, official string) ([]formDraft, error) {
	var drafts []formDraft
	if err := s.db.WithContext(ctx).Where("official_id = ? AND content IS NOT NULL", official).Order("saved_at DESC, address").Find(&drafts).Error; err != nil {
		return nil, err
	}
	for i := range drafts {
		if err := drafts[i].read(); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

func (s draftStore) sweep(ctx context.Context, now time.Time) error {
	return s.db.WithContext(ctx).Where("saved_at < ?", now.Add(-draftLife)).Delete(&formDraft{}).Error
}

func (d *formDraft) read() error { return json.Unmarshal([]byte(*d.Content), &d.values) }

// Saved is when, as a person reads it.
func (d *formDraft) Saved() string { return instant(d.SavedAt.UTC().Format(time.RFC3339)) }

// Files are the files that came with the form and must be chosen again.
func (d *formDraft) Files() string {
	return strings.Join(nonEmpty(slices.Clone(d.values[filesField])...), ", ")
}

// Title is what the page of the form is called; the address where it has no name.
func (d *formDraft) Title() string {
	if title := (typedForm{values: d.values}).label(""); title != "" {
		return title
	}
	return d.Address
}

// Case is the case the form stands at; empty where it stands at none.
func (d *formDraft) Case() string {
	at, under := strings.CutPrefix(d.Address, "/h/")
	parts := strings.Split(at, "/")
	if !under || len(parts) < 4 {
		return ""
	}
	return strings.Join(parts[:3], "/")
}

// Lines are what was typed, under the labels of the page and in their order.
func (d *formDraft) Lines() []choice { return typedForm{values: d.values}.lines() }

func (t typedForm) lines() []choice {
	var lines []choice
	for _, pair := range t.values[labelField] {
		name, label, _ := strings.Cut(pair, "=")
		if text := strings.Join(nonEmpty(slices.Clone(t.values[name])...), "; "); name != "" && name != "do" && text != "" {
			lines = append(lines, choice{Value: text, Label: label})
		}
	}
	return lines
}

// into shows the form with what the draft holds in the place of what the page would show.
func (d *formDraft) into(f form) form {
	f.Fields = slices.Clone(f.Fields)
	for i := range f.Fields {
		one := &f.Fields[i]
		picked := slices.Contains([]string{"choice", "choices", "flag"}, one.Kind)
		if picked || d.values.Has(one.Name) {
			one.Value, one.Chosen = d.values.Get(one.Name), d.values[one.Name]
		}
	}
	if d.ActID != "" {
		f.ActID = d.ActID
	}
	f.Hidden = slices.Clone(f.Hidden)
	for _, id := range d.values["file_id"] {
		if one := (choice{"file_id", id}); !slices.Contains(f.Hidden, one) {
			f.Hidden = append(f.Hidden, one)
		}
	}
	for i := range f.Hidden {
		if f.Hidden[i].Value == seenField && d.values.Has(seenField) {
			f.Hidden[i].Label = d.values.Get(seenField)
		}
	}
	return f
}
