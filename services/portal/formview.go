package portal

// formView is a form on its page: what the template needs beside the fields.
type formView struct {
	Form      form
	Forgery   string
	Cancel    string
	MaxFile   int64
	FileFault string
	OnlyRead  bool // the button does nothing
	// Owner is whose text the form holds, Seal proves it, Title names the page among his drafts; all empty where nothing is typed.
	Owner, Seal, Title string
	Draft              *formDraft
}

func newCaseForm(p *page, f form, cancel string) formView {
	view := formView{Forgery: p.Forgery, Cancel: cancel, MaxFile: p.MaxFile, OnlyRead: p.OnlyRead()}
	for _, wrong := range p.Faults {
		if wrong.Field == "files" {
			view.FileFault = wrong.Text
		}
	}
	if len(f.Fields) > 0 && p.Person != nil && !view.OnlyRead {
		view.Owner, view.Seal, view.Title = p.Person.ID, p.seal(f.Action), p.Title
		if view.Draft = p.draftOf(f.Action); view.Draft != nil {
			f = view.Draft.into(f)
		}
	}
	view.Form = f
	return view
}
