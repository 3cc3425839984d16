package reports

import (
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func TestASupervisorOfACommuneReadsTheCasesBelowHimAndNoOther(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	const elsewhere = "DT-01/OTHER-99999/2026"
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.UnitId, input.AreaId = elsewhere, "OTHER-99999", "99999"
	})
	list := func(official, unit string) (ids []string, total int32) {
		answer, err := h.portal().Register.ListCases(h.as(official), connect.NewRequest(&reportsv1.ListCasesRequest{UnitId: unit}))
		require.NoError(t, err)
		for _, one := range answer.Msg.GetCases() {
			ids = append(ids, one.GetId())
		}
		return ids, answer.Msg.GetTotal()
	}
	ids, total := list(ofCommune, "")
	require.Equal(t, []string{dialogue}, ids)
	require.EqualValues(t, 1, total, "nor is any other counted")
	_, total = list(ofCommune, "OTHER-99999")
	require.Zero(t, total)
	_, total = list(supervisor, "")
	require.EqualValues(t, 2, total)

	get := func(official, id string) error {
		_, err := h.portal().Register.GetCase(h.as(official), connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
		return err
	}
	require.NoError(t, get(ofCommune, dialogue))
	require.NoError(t, get(supervisor, elsewhere))
	refusalOf(t, get(ofCommune, elsewhere), contract.CodeForbidden)
	_, err := h.portal().Register.GetHistory(h.as(ofCommune), connect.NewRequest(&reportsv1.GetHistoryRequest{Id: elsewhere}))
	refusalOf(t, err, contract.CodeForbidden)
	_, err = h.portal().Acts.ListActs(h.as(ofCommune), connect.NewRequest(&reportsv1.ListActsRequest{CaseId: elsewhere}))
	refusalOf(t, err, contract.CodeForbidden)
}
