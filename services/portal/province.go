package portal

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

// settingsLife is how long the province's settings, once read, serve the pages.
const settingsLife = time.Minute

// provincial is the catalogue with the values that the province chose, and its days off, as they were read last.
type provincial struct{ known atomic.Pointer[provincialAt] }

type provincialAt struct {
	catalogue *catalogue.Catalogue
	days      *calendar.Calendar
	at        time.Time
}

// learnProvince reads the settings and the days off at most once a minute. While they cannot be read what was known before serves, and the declared
// values before anything was: a page waits for no setting.
func (p *portal) learnProvince(ctx context.Context) {
	if known := p.province.known.Load(); known != nil && p.now().Sub(known.at) < settingsLife {
		return
	}
	answer, err := p.calls.Units.ListSettings(ctx, call(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		p.logWarning("settings of the province not read", err)
		return
	}
	own, err := p.withSettings(changedSettings(answer.Msg.GetSettings()))
	if err != nil {
		p.logWarning("settings of the province do not fit the catalogue", err)
		return
	}
	p.province.known.Store(&provincialAt{own, p.learnDays(ctx), p.now()})
}

// withSettings leaves out the values that fit no more: the declared one stands in the place of each.
func (p *portal) withSettings(values map[string]string) (*catalogue.Catalogue, error) {
	own, err := p.declared.WithSettings(values)
	var unfit catalogue.Faults
	if !errors.As(err, &unfit) {
		return own, err
	}
	p.logWarning("settings of the province do not fit the catalogue, the declared ones serve", err)
	for _, one := range unfit {
		delete(values, one.File) // the setting's key
	}
	return p.declared.WithSettings(values)
}

func changedSettings(settings []*unitsv1.Setting) map[string]string {
	changed := map[string]string{}
	for _, setting := range settings {
		if setting.GetValue() != "" && setting.GetValue() != setting.GetDefaultValue() {
			changed[setting.GetKey()] = setting.GetValue()
		}
	}
	return changed
}

// inProvince is the catalogue as the province has set it.
func (p *portal) inProvince() *catalogue.Catalogue {
	if known := p.province.known.Load(); known != nil {
		return known.catalogue
	}
	return p.declared
}

// daysOff is the table of days off as the province has it.
func (p *portal) daysOff() *calendar.Calendar {
	if known := p.province.known.Load(); known != nil {
		return known.days
	}
	return releasedDays()
}

// edition is what is in force today; nil before the first.
func (p *portal) edition() *catalogue.Edition { return p.inProvince().At(p.today()) }
