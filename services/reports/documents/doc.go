// Package documents composes what an office signs out of the facts of a case: reports, the synthesis, lists of late units, minutes, decisions.
// It is pure: the same facts on the same day give the same paper. What is not known leaves no half sentence, a section without figures and
// words is left out, and what only a person can know stands as dots to be filled in.
package documents
