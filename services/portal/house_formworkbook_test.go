package portal

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
)

// formWorkbookHouse reads lines in the place of a workbook: "step key value", and "! sentence" for a fault. An answer stands as its step's
// record holds it. The line "theirs step" has somebody else have recorded the step meanwhile.
type formWorkbookHouse struct {
	reportsv1connect.UnimplementedFormWorkbookServiceHandler
	house *house
}

// GetFormWorkbook answers something that stands for a workbook.
func (h *formWorkbookHouse) GetFormWorkbook(context.Context, *connect.Request[reportsv1.GetFormWorkbookRequest]) (*connect.Response[reportsv1.GetFormWorkbookResponse], error) {
	return connect.NewResponse(&reportsv1.GetFormWorkbookResponse{Content: []byte("PK")}), nil
}

// ReadFormWorkbook reads the lines.
func (h *formWorkbookHouse) ReadFormWorkbook(ctx context.Context, r *connect.Request[reportsv1.ReadFormWorkbookRequest]) (*connect.Response[reportsv1.ReadFormWorkbookResponse], error) {
	h.house.mutex.Lock()
	defer h.house.mutex.Unlock()
	c := h.house.cases[r.Msg.GetCaseId()]
	lines := strings.Split(string(r.Msg.GetContent()), "\n")
	answer := &reportsv1.ReadFormWorkbookResponse{}
	line := 6
	for _, step := range c.GetInput().GetSteps() {
		if len(step.GetFacts()) == 0 {
			continue
		}
		line++
		section := &reportsv1.ReadSection{StepId: step.GetId(), TitleVi: step.GetTitleVi(), Outcome: bookEmpty}
		stands, by := map[string]string{}, ""
		for _, record := range c.GetState().GetSteps() {
			if record.GetStepId() == step.GetId() {
				stands, by = record.GetFacts(), record.GetActId()
			}
		}
		theirs := slices.Contains(lines, "theirs "+step.GetId())
		for _, fact := range step.GetFacts() {
			told := &reportsv1.ReadAnswer{Key: fact.GetKey(), TitleVi: fact.GetTitleVi(), Kind: fact.GetKind(), UnitVi: fact.GetUnitVi(), Stands: stands[fact.GetKey()], Sheet: "Số liệu", Cell: fmt.Sprintf("F%d", line), Outcome: bookSame}
			line++
			for _, one := range lines {
				if value, is := strings.CutPrefix(one, step.GetId()+" "+fact.GetKey()+" "); is {
					told.Value = value
				}
			}
			if told.GetValue() != told.GetStands() {
				told.Outcome, section.Outcome = bookChanged, bookChanged
				if theirs {
					told.Outcome = bookContested
				}
			} else if told.GetValue() != "" && section.GetOutcome() == bookEmpty {
				section.Outcome = bookSame
			}
			section.Answers = append(section.Answers, told)
		}
		if section.GetOutcome() == bookChanged && theirs {
			section.Outcome = bookContested
		}
		if section.GetOutcome() == bookChanged {
			section.HeldOn = "2026-12-14"
			section.ActId = "bx-" + sumOf(step.GetId(), by, string(r.Msg.GetContent()), wire.IdentityOf(ctx).OfficialID)[:32]
		}
		answer.Sections = append(answer.Sections, section)
	}
	for i, one := range lines {
		if text, is := strings.CutPrefix(one, "! "); is {
			answer.Faults = append(answer.Faults, &reportsv1.FormWorkbookFault{Sheet: "Số liệu", Cell: fmt.Sprintf("F%d", i+7), TextVi: text})
		}
	}
	if len(answer.GetFaults()) == 0 {
		answer.Judged = sumOf(fmt.Sprint(answer.GetSections()))
	}
	return connect.NewResponse(answer), nil
}

func sumOf(of ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(of, "\n")))
	return hex.EncodeToString(sum[:])
}

// formWorkbookRights are the rows of a case's form in Excel.
func formWorkbookRights(root, of string) []right {
	return []right{
		{route: "GET " + root + "/bieu.xlsx", address: of + "/bieu.xlsx", may: readers},
		{route: "GET " + root + "/bieu", address: of + "/bieu", may: theUnit},
		{route: "POST " + root + "/bieu", address: of + "/bieu", may: theUnit},
		{route: "POST " + root + "/bieu/ghi", address: of + "/bieu/ghi", may: theUnit},
	}
}

var formWorkbooksRights = slices.Concat(formWorkbookRights("/h/:obligation/:unit/:period", "/h/"+khoaiChauCase), formWorkbookRights("/h/:obligation/:unit/:period/:correction", "/h/"+khoaiChauCase+"/c1"))
