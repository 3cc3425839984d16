package gazetteer

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"strings"
)

// MailDomain is reserved (RFC 2606): no letter to an example official can
// reach anybody.
const MailDomain = "hungyen.example"

// post is a position before somebody holds it.
type post struct{ role, title, sameAs string }

// loadPeople gives every unit that still exists the officials of its posts, since
// the province of today began.
func (g *Gazetteer) loadPeople() error {
	return g.people(reorganised, func(id string) string { return id })
}

// people gives every unit without an end the officials of its posts, since its
// first day or the day given, whichever is later. stoodBefore answers who stood
// where a unit of today stands.
func (g *Gazetteer) people(since string, stoodBefore func(id string) string) error {
	posts, err := loadPosts(stoodBefore)
	if err != nil {
		return err
	}
	names, err := loadNames()
	if err != nil {
		return err
	}
	holders := map[string]string{} // unit/role → official, for same_as
	for _, u := range g.Units {
		if u.ValidTo == "" {
			g.staff(u, max(u.ValidFrom, since), postsOf(u, posts), names, holders)
		}
	}
	return g.nameSharedHolders(holders)
}

// postsOf: the posts of a provincial body are declared, those of an area's bodies
// and of villages are the same everywhere; a body of which nothing is declared has
// the two that every unit needs.
func postsOf(u Unit, declared map[string][]post) []post {
	posts := append(usualPosts(u), declared[u.ID]...)
	if len(posts) == 0 {
		return []post{{"head", "Người đứng đầu", ""}, {"contact", "Cán bộ đầu mối", ""}}
	}
	return posts
}

func usualPosts(u Unit) []post {
	place := placeOf(u.Name)
	switch u.Kind {
	case "commune-peoples-committee", "district-peoples-committee":
		return []post{{"head", "Chủ tịch UBND " + place, ""}, {"contact", "Chuyên viên Văn phòng HĐND và UBND", ""}}
	case "commune-front", "district-front":
		return []post{{"head", "Chủ tịch Ủy ban MTTQ Việt Nam " + place, ""}, {"contact", "Chuyên viên Cơ quan Ủy ban MTTQ Việt Nam " + place, ""}}
	case "commune-party-committee":
		return []post{{"head", "Bí thư Đảng ủy", ""}, {"contact", "Chuyên viên Văn phòng Đảng ủy", ""}}
	case "district-party-committee":
		committee := strings.Join(strings.Fields(u.Name)[:2], " ") // "Huyện ủy", "Thị ủy", "Thành ủy"
		return []post{{"head", "Bí thư " + committee, ""}, {"contact", "Chuyên viên Văn phòng " + committee, ""}}
	case "village":
		title := "Trưởng thôn"
		if strings.HasPrefix(u.Name, "Tổ dân phố ") {
			title = "Tổ trưởng tổ dân phố"
		}
		return []post{{"head", title, ""}, {"contact", title, u.ID + "/head"}}
	}
	return nil
}

// placeOf is the kind of area in the name of one of its bodies; "xã" when it names none.
func placeOf(name string) string {
	for _, place := range []string{"phường", "thị trấn", "huyện", "thị xã", "thành phố"} {
		if strings.Contains(name, " "+place+" ") {
			return place
		}
	}
	return "xã"
}

func (g *Gazetteer) staff(u Unit, since string, posts []post, names nameParts, holders map[string]string) {
	taken := map[string]bool{}
	n := 0
	for _, p := range posts {
		holder := p.sameAs // resolved when every unit has its people
		if p.sameAs == "" {
			n++
			o := names.official(u.ID, n, taken)
			g.Officials = append(g.Officials, o)
			holder = o.ID
			if key := u.ID + "/" + p.role; holders[key] == "" {
				holders[key] = o.ID
			}
		}
		g.Positions = append(g.Positions, Position{
			OfficialID: holder, UnitID: u.ID, Role: p.role, Title: p.title, ValidFrom: since, Example: true,
		})
	}
}

func (g *Gazetteer) nameSharedHolders(holders map[string]string) error {
	for i, p := range g.Positions {
		if !strings.Contains(p.OfficialID, "/") {
			continue
		}
		holder, ok := holders[p.OfficialID]
		if !ok {
			return fmt.Errorf("gazetteer: example_positions.tsv: %s %s: nobody holds %s", p.UnitID, p.Role, p.OfficialID)
		}
		g.Positions[i].OfficialID = holder
	}
	return nil
}

// loadPosts reads who holds which post. Rows of a unit of today count for who stood
// there before, unless that has rows of its own; of two units that followed one, the
// first lends it its posts.
func loadPosts(stoodBefore func(id string) string) (map[string][]post, error) {
	rows, err := readTable("example_positions.tsv", "unit", "role", "title", "same_as")
	lender := map[string]string{} // unit → whose rows are its posts
	for _, row := range rows {
		lender[row["unit"]] = row["unit"]
	}
	posts := map[string][]post{}
	for _, row := range rows {
		id := row["unit"]
		if before := stoodBefore(id); before != "" {
			lender[before] = cmp.Or(lender[before], id)
			if lender[before] == id {
				id = before
			}
		}
		sameAs := row["same_as"]
		if holder, role, shared := strings.Cut(sameAs, "/"); shared {
			sameAs = stoodBefore(holder) + "/" + role
		}
		posts[id] = append(posts[id], post{row["role"], row["title"], sameAs})
	}
	return posts, err
}

// nameParts holds the words of a name by part and sex.
type nameParts struct {
	family, middle, given [2][]string
}

func loadNames() (nameParts, error) {
	rows, err := readTable("example_names.tsv", "part", "sex", "value")
	var names nameParts
	for _, row := range rows {
		for sex, word := range []string{"m", "f"} {
			if row["sex"] != word && row["sex"] != "both" {
				continue
			}
			switch row["part"] {
			case "family":
				names.family[sex] = append(names.family[sex], row["value"])
			case "middle":
				names.middle[sex] = append(names.middle[sex], row["value"])
			case "given":
				names.given[sex] = append(names.given[sex], row["value"])
			}
		}
	}
	return names, err
}

// official makes up the nth official of a unit. The name depends on the id
// alone, so that it stays when other units come or go; taken keeps two people
// of one unit from sharing a name, and with it a mail address.
func (names nameParts) official(unit string, n int, taken map[string]bool) Official {
	id := fmt.Sprintf("CB-%s-%d", unit, n)
	name := names.pick(id)
	for salt := 1; taken[name]; salt++ {
		name = names.pick(fmt.Sprintf("%s/%d", id, salt))
	}
	taken[name] = true
	return Official{
		ID: id, Name: name, Example: true,
		Email: strings.ReplaceAll(asciiLower(name), " ", ".") + "." + strings.ToLower(unit) + "@" + MailDomain,
	}
}

func (names nameParts) pick(seed string) string {
	sum := fnv.New64a()
	sum.Write([]byte(seed))
	h := sum.Sum64()
	// FNV leaves ids that differ in one digit alike in its low bits.
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	draw := func(words []string) string {
		word := words[h%uint64(len(words))]
		h /= uint64(len(words))
		return word
	}
	sex := h % 2
	h /= 2
	middle := draw(names.middle[sex])
	given := draw(names.given[sex])
	for given == middle {
		given = draw(names.given[sex])
	}
	return draw(names.family[sex]) + " " + middle + " " + given
}

var plainLetters = func() map[rune]rune {
	plain := map[rune]rune{}
	for letter, marked := range map[rune]string{
		'a': "àáảãạăằắẳẵặâầấẩẫậ", 'e': "èéẻẽẹêềếểễệ", 'i': "ìíỉĩị", 'o': "òóỏõọôồốổỗộơờớởỡợ",
		'u': "ùúủũụưừứửữự", 'y': "ỳýỷỹỵ", 'd': "đ",
	} {
		for _, r := range marked {
			plain[r] = letter
		}
	}
	return plain
}()

// asciiLower writes Vietnamese without marks, in lower case.
func asciiLower(text string) string {
	return strings.Map(func(r rune) rune {
		if letter, ok := plainLetters[r]; ok {
			return letter
		}
		return r
	}, strings.ToLower(text))
}
