package catalogue

import "slices"

// WithSettings is the catalogue with the province's own values in place of the declared ones, by key of the setting, in every edition
// that has it. An unknown key and a value that cannot serve where the declared one does are refused, all at once, as [Faults].
func (c *Catalogue) WithSettings(values map[string]string) (*Catalogue, error) {
	changed := &Catalogue{}
	applied := map[string]bool{}
	var faults Faults
	for _, e := range c.Editions {
		own := *e
		own.Settings = slices.Clone(e.Settings)
		for i, s := range own.Settings {
			value, given := values[s.Key]
			if !given {
				continue
			}
			applied[s.Key] = true
			if !Value(value).like(s.Value) {
				faults = append(faults, Fault{File: s.Key,
					VI: "Giá trị “" + value + "” không dùng được cho thiết lập “" + s.Key + "”. Nhập giá trị cùng dạng với “" + string(s.Value) + "”.",
					EN: "The value “" + value + "” cannot be used for the setting “" + s.Key + "”. Enter one of the form of “" + string(s.Value) + "”."})
				continue
			}
			own.Settings[i].Value = Value(value)
		}
		changed.Editions = append(changed.Editions, &own)
	}
	if faults = append(faults, c.unknownSettings(values, applied)...); len(faults) > 0 {
		return nil, faults.sorted()
	}
	return changed, nil
}

func (c *Catalogue) unknownSettings(values map[string]string, applied map[string]bool) Faults {
	var keys []string
	for _, s := range c.Latest().Settings {
		keys = append(keys, s.Key)
	}
	var faults Faults
	for key := range values {
		if !applied[key] {
			vi, en := suggestion(key, keys)
			faults = append(faults, Fault{File: key, VI: "Không có thiết lập “" + key + "”. " + vi, EN: "There is no setting “" + key + "”. " + en})
		}
	}
	return faults
}

// like tells whether both values are of the same form.
func (v Value) like(o Value) bool {
	for _, as := range []use{usesNumber, usesDayOfYear, usesFraction} {
		if o.serves(as) {
			return v.serves(as)
		}
	}
	return false
}
