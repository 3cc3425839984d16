// Package catalogue holds the declared obligations of a province and decides, purely, which cases should exist and by what each is
// judged.
//
// An obligation is a YAML file, not code: whom it obliges, when it opens and falls due, its steps, ladder, evidence and legal ground.
// A folder with a catalogue.yaml is an edition, in force from a date; what a case is decided by is copied into its input when it
// opens ([Snapshot]), so that a later edition never changes a running case.
//
// No date is stated without its ground: a rule of law, a clause of the plan, or a setting of the province, which is marked as such.
package catalogue
