package catalogue

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// loaded is an edition with the files its obligations came from, by code.
type loaded struct {
	edition *Edition
	docs    map[string]*document
	whole   bool // nothing is wrong with it
}

// headed is an edition of which the first file is read.
type headed struct {
	home    string
	edition *Edition
	head    *document
}

// loadAll reads the editions, each after the one it follows.
func loadAll(folder fs.FS, homes []string, s *schema) ([]*Edition, Faults) {
	var waiting []headed
	for _, home := range homes {
		e := &Edition{}
		waiting = append(waiting, headed{home, e, readInto(folder, path.Join(home, editionName), s, editionFile, e)})
	}
	all := make([]*Edition, len(homes))
	for i, one := range waiting {
		all[i] = one.edition
	}
	var faults Faults
	known := map[string]loaded{}
	for len(waiting) > 0 {
		ready := slices.IndexFunc(waiting, func(h headed) bool { _, read := known[h.edition.Follows]; return read || h.edition.Follows == "" })
		if ready < 0 {
			return all, append(faults, withoutBase(waiting)...)
		}
		next := waiting[ready]
		waiting = slices.Delete(waiting, ready, ready+1)
		done, found := loadEdition(folder, next, s, known[next.edition.Follows])
		faults = append(faults, found...)
		known[next.edition.Version] = done
	}
	return all, faults
}

func withoutBase(waiting []headed) Faults {
	var faults Faults
	for _, h := range waiting {
		h.head.faultAt(at("follows"), fmt.Sprintf("Không có phiên bản “%s” để kế tục. Kiểm tra khóa follows.", h.edition.Follows),
			fmt.Sprintf("There is no version “%s” to follow. Check follows.", h.edition.Follows))
		faults = append(faults, h.head.faults...)
	}
	return faults
}

// inherit puts what the edition does not declare itself behind what it does, as it stands in the one it follows.
func (e *Edition) inherit(base *Edition) {
	if e.Province.Code == "" {
		e.Province = base.Province
	}
	if e.Review == (Review{}) {
		e.Review = base.Review
	}
	if e.QuietDays == "" {
		e.QuietDays = base.QuietDays
	}
	if e.Ladders == nil {
		e.Ladders = map[string]Ladder{}
	}
	for name, l := range base.Ladders {
		if _, own := e.Ladders[name]; !own {
			e.Ladders[name] = l
		}
	}
	e.Settings = behind(e.Settings, base.Settings, func(s Setting) string { return s.Key })
	e.Rules = behind(e.Rules, base.Rules, func(r Rule) string { return r.ID })
	e.Indicators = behind(e.Indicators, base.Indicators, func(i Indicator) string { return i.Code })
	e.Papers = behind(e.Papers, base.Papers, PaperForm.name)
	e.Obligations = behind(e.Obligations, base.Obligations, func(o *Obligation) string { return o.Code })
}

// behind are one's own entries, and behind them those of the base that one's own do not name.
func behind[T any](own, base []T, name func(T) string) []T {
	named := map[string]bool{}
	for _, one := range own {
		named[name(one)] = true
	}
	for _, one := range base {
		if !named[name(one)] {
			own = append(own, one)
		}
	}
	return own
}
