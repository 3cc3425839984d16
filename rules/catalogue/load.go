package catalogue

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The files of an edition.
const (
	editionName       = "catalogue.yaml"
	indicatorsName    = "indicators.yaml"
	papersName        = "papers.yaml"
	rulesName         = "rules.yaml"
	rulesFolder       = "rules"
	settingsFolder    = "settings"
	obligationsFolder = "obligations"
)

// Load reads every edition under the folder: each folder with a catalogue.yaml, beside it rules.yaml or rules/*.yaml (or both),
// settings/*.yaml, indicators.yaml and papers.yaml if there are any, and obligations/*.yaml. An edition that follows another holds only what it
// changes. What is wrong in any file is told at once, as [Faults]; other errors are of the folder or of the program itself.
func Load(folder fs.FS) (*Catalogue, error) {
	s, err := compileSchema()
	if err != nil {
		return nil, err
	}
	homes, faults, err := findEditions(folder)
	if err != nil {
		return nil, err
	}
	c := &Catalogue{}
	editions, found := loadAll(folder, homes, s)
	c.Editions, faults = editions, append(faults, found...)
	faults = append(faults, twins(homes, c.Editions)...)
	if len(faults) > 0 {
		return nil, faults.sorted()
	}
	slices.SortFunc(c.Editions, func(a, b *Edition) int { return a.InForceFrom.Compare(b.InForceFrom) })
	return c, nil
}

// findEditions lists the folders of editions and refuses YAML files that no edition would read.
func findEditions(folder fs.FS) ([]string, Faults, error) {
	var homes, files []string
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		switch ext := path.Ext(name); {
		case path.Base(name) == editionName:
			homes = append(homes, path.Dir(name))
		case ext == ".yaml" || ext == ".yml":
			files = append(files, name)
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("walk the catalogue's folder: %w", err)
	}
	var faults Faults
	if len(homes) == 0 {
		faults = append(faults, Fault{File: editionName, VI: "Thư mục không có tệp catalogue.yaml. Thêm tệp này.", EN: "The folder has no catalogue.yaml. Add it."})
	}
	for _, name := range files {
		if !readByAny(homes, name) {
			faults = append(faults, Fault{File: name,
				VI: "Tệp này không thuộc phần nào của danh mục. Chuyển vào thư mục obligations, rules hoặc settings (đuôi .yaml) hoặc bỏ đi.",
				EN: "This file is no part of the catalogue. Move it into the folder obligations, rules or settings (ending .yaml) or remove it."})
		}
	}
	return homes, faults, nil
}

func readByAny(homes []string, name string) bool {
	return slices.ContainsFunc(homes, func(home string) bool {
		in := strings.TrimPrefix(path.Dir(name), home+"/")
		return name == path.Join(home, rulesName) || name == path.Join(home, indicatorsName) || name == path.Join(home, papersName) ||
			(path.Ext(name) == ".yaml" && path.Join(home, in) == path.Dir(name) && slices.Contains([]string{rulesFolder, settingsFolder, obligationsFolder}, in))
	})
}

func twins(homes []string, editions []*Edition) Faults {
	var faults Faults
	for i, e := range editions {
		for j := range i {
			other := editions[j]
			if e.Version == "" || (e.Version != other.Version && e.InForceFrom != other.InForceFrom) {
				continue
			}
			faults = append(faults, Fault{File: path.Join(homes[i], editionName), Line: 1, Column: 1,
				VI: fmt.Sprintf("Phiên bản hoặc ngày hiệu lực trùng với %s. Đổi một trong hai.", path.Join(homes[j], editionName)),
				EN: fmt.Sprintf("Version or date in force is that of %s too. Change one of them.", path.Join(homes[j], editionName))})
		}
	}
	return faults
}

// loadEdition reads an edition behind its first file. What an edition inherits is judged again with what is its own: a link may lead
// nowhere now. An edition that follows a broken one is not judged.
func loadEdition(folder fs.FS, h headed, s *schema, base loaded) (loaded, Faults) {
	e, head := h.edition, h.head
	declared := sources{settings: []place{{head, len(e.Settings)}}}
	declared.readSettings(folder, h.home, s, e)
	declared.readRules(folder, h.home, s, e)
	declared.readIndicators(folder, h.home, s, e)
	declared.readPapers(folder, h.home, s, e)
	obligations, broken := readObligations(folder, h.home, s, e)
	own, docs := *e, map[string]*document{}
	for i, o := range e.Obligations {
		docs[o.Code] = obligations[i]
	}
	if base.edition != nil {
		e.inherit(base.edition)
		for code, d := range base.docs {
			if docs[code] == nil {
				docs[code] = &document{file: d.file, root: d.root, value: d.value}
				obligations = append(obligations, docs[code])
			}
		}
	}
	sortIndicators(e.Indicators)

	// Whether ids lead anywhere can be judged only where settings and rules could be read.
	documents := declared.documents()
	unread := slices.ContainsFunc(documents, func(d *document) bool { return len(d.faults) > 0 })
	if !unread && (base.edition == nil || base.whole) {
		checkEdition(e, own, head, declared)
		for _, o := range own.Obligations {
			checkObligation(e, o, docs[o.Code])
		}
		if len(broken) == 0 {
			checkLinks(e, docs)
		}
	}
	slices.SortFunc(e.Obligations, func(a, b *Obligation) int { return cmp.Compare(a.Code, b.Code) })
	var faults Faults
	for _, d := range slices.Concat(documents, obligations, broken) {
		faults = append(faults, d.faults...)
	}
	return loaded{e, docs, len(faults) == 0}, faults
}

// sources are the files that settings and rules came from, in the order in which the edition lists them.
type sources struct {
	settings, rules []place
	indicators      *document // nil where the edition has no such file
	papers          *document // likewise
}

// place is a file and how many entries it gave.
type place struct {
	doc *document
	n   int
}

// entry is the file of the i-th entry, and the entry's number in it.
func entry(places []place, i int) (*document, int) {
	for _, p := range places {
		if i < p.n {
			return p.doc, i
		}
		i -= p.n
	}
	return places[len(places)-1].doc, i
}

func (in *sources) documents() []*document {
	var docs []*document
	for _, p := range slices.Concat(in.settings, in.rules) {
		docs = append(docs, p.doc)
	}
	if in.indicators != nil {
		docs = append(docs, in.indicators)
	}
	if in.papers != nil {
		docs = append(docs, in.papers)
	}
	return docs
}

func (in *sources) readIndicators(folder fs.FS, home string, s *schema, e *Edition) {
	name := path.Join(home, indicatorsName)
	if _, err := fs.Stat(folder, name); err != nil {
		return
	}
	var file struct{ Indicators []Indicator }
	in.indicators = readInto(folder, name, s, indicatorsFile, &file)
	e.Indicators = file.Indicators
}

func (in *sources) readPapers(folder fs.FS, home string, s *schema, e *Edition) {
	name := path.Join(home, papersName)
	if _, err := fs.Stat(folder, name); err != nil {
		return
	}
	var file struct{ Papers []PaperForm }
	in.papers = readInto(folder, name, s, papersFile, &file)
	e.Papers = file.Papers
}

func (in *sources) readSettings(folder fs.FS, home string, s *schema, e *Edition) {
	names, _ := fs.Glob(folder, path.Join(home, settingsFolder, "*.yaml"))
	for _, name := range names {
		var file struct{ Settings []Setting }
		d := readInto(folder, name, s, settingsFile, &file)
		in.settings = append(in.settings, place{d, len(file.Settings)})
		e.Settings = append(e.Settings, file.Settings...)
	}
}

// readRules misses rules.yaml only where no file of rules/ stands in its stead and no other edition's rules hold.
func (in *sources) readRules(folder fs.FS, home string, s *schema, e *Edition) {
	names, _ := fs.Glob(folder, path.Join(home, rulesFolder, "*.yaml"))
	single := path.Join(home, rulesName)
	if _, err := fs.Stat(folder, single); err == nil || len(names) == 0 && e.Follows == "" {
		names = append([]string{single}, names...)
	}
	for _, name := range names {
		var file struct{ Rules []Rule }
		d := readInto(folder, name, s, rulesFile, &file)
		in.rules = append(in.rules, place{d, len(file.Rules)})
		e.Rules = append(e.Rules, file.Rules...)
	}
}

// readObligations puts those that could be read into the edition; the documents stand in the same order.
func readObligations(folder fs.FS, home string, s *schema, e *Edition) (whole, broken []*document) {
	names, _ := fs.Glob(folder, path.Join(home, obligationsFolder, "*.yaml"))
	for _, name := range names {
		o := &Obligation{}
		d := readInto(folder, name, s, obligationFile, o)
		if len(d.faults) > 0 {
			broken = append(broken, d)
			continue
		}
		whole = append(whole, d)
		e.Obligations = append(e.Obligations, o)
	}
	return whole, broken
}

// readInto reads a file, judges it by the schema and, when nothing is wrong, decodes it.
func readInto(folder fs.FS, file string, s *schema, definition string, into any) *document {
	d := readDocument(folder, file)
	s.judge(d, definition)
	if len(d.faults) > 0 {
		return d
	}
	plain, err := json.Marshal(d.value)
	if err == nil {
		decoder := json.NewDecoder(strings.NewReader(string(plain)))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(into)
	}
	if err != nil {
		// The schema knows the form of a day, only the calendar knows that 30/02 is none.
		d.faults = append(d.faults, Fault{File: file, Line: d.root.Line, Column: d.root.Column,
			VI: "Tệp có giá trị không dùng được (thường là một ngày không có trong lịch). Kiểm tra các ngày.",
			EN: "The file has a value that cannot be used (usually a day that is not in the calendar): " + err.Error()})
	}
	return d
}
