// Package catalogue holds the declared obligations of a province and decides, purely, which cases should exist and by what each is
// judged.
//
// An obligation is a YAML file, not code: whom it obliges, when or by which happenings it opens, when it falls due, its steps, items,
// ladder, evidence, target and legal ground. A folder with a catalogue.yaml is an edition, in force from a date; one that follows another
// holds only what it changes. [Indicator] is a number by which reports are added up. Several catalogues are
// joined where they are opened ([Open]). What a case is decided by is copied into its input when it opens ([Snapshot]), so that a later
// edition never changes a running case.
//
// [Expected] says which cases should exist, [Wanted] which happenings follow from what is known without anybody recording them, and
// [Edition.CheckTrigger] whether one that somebody records is complete and reaches the share that the law asks for.
//
// No date is stated without its ground: a rule of law, a clause of the plan, or a setting of the province, which is marked as such.
package catalogue
