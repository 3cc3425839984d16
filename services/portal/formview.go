package portal

// formView is a form on its page: what the template needs beside the fields.
type formView struct {
	Form      form
	Forgery   string
	Cancel    string
	MaxFile   int64
	FileFault string
	OnlyRead  bool // the button does nothing
}

func newCaseForm(p *page, f form, cancel string) formView {
	view := formView{Form: f, Forgery: p.Forgery, Cancel: cancel, MaxFile: p.MaxFile, OnlyRead: p.OnlyRead()}
	for _, wrong := range p.Faults {
		if wrong.Field == "files" {
			view.FileFault = wrong.Text
		}
	}
	return view
}
