package history

import (
	"fmt"
	"slices"
	"strings"
	"time"

	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
)

// Words are what a history does not hold: names, and what people wrote.
type Words struct {
	Officials map[string]Official
	Units     map[string]Name
	Acts      map[string]*casefilev1.Act // whole acts, with their words, by id
	Files     map[string]File
	Reopened  map[string]Reopening // orders by which the case was opened again, by id
}

// Reopening is who had a lost case opened again, and why.
type Reopening struct{ OfficialID, Words string }

// Name is a name in both languages.
type Name struct{ VI, EN string }

// Official is a person and what he is called in his units.
type Official struct {
	Name   string
	Titles map[string]string // unit → title
}

// File is an evidence file as a sentence names it.
type File struct {
	Name   string
	Size   int64
	SHA256 string
}

// text is one sentence in both languages.
type text struct{ vi, en string }

func both(format text, args ...[2]any) text {
	vi, en := make([]any, len(args)), make([]any, len(args))
	for i, arg := range args {
		vi[i], en[i] = arg[0], arg[1]
	}
	return text{fmt.Sprintf(format.vi, vi...), fmt.Sprintf(format.en, en...)}
}

func same(value any) [2]any { return [2]any{value, value} }

func (t text) args() [2]any { return [2]any{t.vi, t.en} }

// join puts sentence after sentence.
func (t text) join(next text) text {
	return text{strings.TrimSpace(t.vi + " " + next.vi), strings.TrimSpace(t.en + " " + next.en)}
}

// day is a day as people read it; what is no day is shown as it stands.
func day(s string) [2]any {
	date, err := calendar.ParseDate(s)
	if err != nil {
		return same(s)
	}
	return [2]any{date.Vietnamese(), date.String()}
}

// clock is a moment of a day, "06:00 ngày 21/12/2026".
func clock(t time.Time) [2]any {
	t = t.In(calendar.Zone)
	return [2]any{t.Format("15:04 ngày 02/01/2006"), t.Format("15:04 on 2006-01-02")}
}

func (w Words) unit(id string) text {
	name, known := w.Units[id]
	if !known || name.VI == "" {
		return text{id, id}
	}
	if name.EN == "" {
		name.EN = name.VI
	}
	return text{name.VI, name.EN}
}

// person is a name; an id when nobody knows it any more.
func (w Words) person(id string) string {
	if official, known := w.Officials[id]; known && official.Name != "" {
		return official.Name
	}
	if id == "" {
		return "Hệ thống"
	}
	return id
}

// who is the person an act is told of, at the head of a sentence.
func (w Words) who(act *casefilev1.Act) text {
	if act.GetOfficialId() == "" {
		return text{"Hệ thống", "The system"}
	}
	name := w.person(act.GetOfficialId())
	return text{name, name}
}

// whoFor is the person and the body in whose name the act was done.
func (w Words) whoFor(act *casefilev1.Act) text {
	unit, who := w.unit(act.GetActingUnitId()), w.who(act)
	if unit.vi == "" || act.GetOfficialId() == "" {
		return who
	}
	return text{who.vi + ", " + unit.vi + ",", who.en + ", " + unit.en + ","}
}

// people are the persons a rung told, each with his position.
func (w Words) people(ids []string, unitID string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = w.person(id)
		if title := w.title(id, unitID); title != "" {
			names[i] += ", " + title
		}
	}
	return strings.Join(names, "; ")
}

// title is what the official is in the unit, or else anywhere.
func (w Words) title(id, unitID string) string {
	titles := w.Officials[id].Titles
	if title := titles[unitID]; title != "" {
		return title
	}
	units := make([]string, 0, len(titles))
	for unit := range titles {
		units = append(units, unit)
	}
	slices.Sort(units)
	if len(units) == 0 {
		return ""
	}
	return titles[units[0]]
}

// bodyOf is the unit in which the first of these officials holds a position.
func (w Words) bodyOf(ids []string) text {
	for _, id := range ids {
		units := make([]string, 0, 1)
		for unit := range w.Officials[id].Titles {
			units = append(units, unit)
		}
		slices.Sort(units)
		if len(units) > 0 {
			return w.unit(units[0])
		}
	}
	return text{}
}

// whole is the act as it was stored, with its words; the delivered one when it is not to be found.
func (w Words) whole(act *casefilev1.Act) *casefilev1.Act {
	if stored := w.Acts[act.GetActId()]; stored != nil {
		return stored
	}
	return act
}

// said is what a person wrote, on one line without its last dot.
func said(words string) string {
	return strings.TrimRight(strings.Join(strings.Fields(words), " "), ". ")
}

// after puts ": words" behind a sentence's stem, and the final dot.
func after(stem text, words string) text {
	if words = said(words); words != "" {
		stem = text{stem.vi + ": " + words, stem.en + ": " + words}
	}
	return text{stem.vi + ".", stem.en + "."}
}

// bytesOf is a size as people read it.
func bytesOf(size int64) string {
	if size < 1<<20 {
		return fmt.Sprintf("%d kB", (size+1023)/1024)
	}
	return strings.Replace(fmt.Sprintf("%.1f MB", float64(size)/(1<<20)), ".", ",", 1)
}

// check is the 8-character check code of a hash.
func check(sha string) string { return sha[:min(8, len(sha))] }
