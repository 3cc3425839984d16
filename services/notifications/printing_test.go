package notifications

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/catalogue"
	"nenep/services/units/gazetteer"
)

func (h *house) paperOf(caseID string) string {
	h.t.Helper()
	letter, err := h.config.NewClients("terminal").Notifications.PrintLetter(h.t.Context(), connect.NewRequest(&notificationsv1.PrintLetterRequest{CaseId: caseID}))
	require.NoError(h.t, err)
	archive, err := zip.NewReader(bytes.NewReader(letter.Msg.GetContent()), int64(len(letter.Msg.GetContent())))
	require.NoError(h.t, err)
	file, err := archive.Open("word/document.xml")
	require.NoError(h.t, err)
	text, err := io.ReadAll(file)
	require.NoError(h.t, err)
	return string(text)
}

func TestABodyOfThePartyWritesInThePartysFormAndAnyOtherInTheStates(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	h.town.cases = map[string]*reportsv1.Case{exampleCase: caseDue(exampleCase, "2026-12-31", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z")}
	const party, state = "ĐẢNG CỘNG SẢN VIỆT NAM", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"
	for _, kind := range gazetteer.Kinds() {
		h.town.kinds = map[string]string{reviewing: kind}
		text := h.paperOf(exampleCase)
		if catalogue.OfParty(kind) {
			require.Contains(t, text, party, kind)
			require.NotContains(t, text, state, kind)
		} else {
			require.Contains(t, text, state, kind)
		}
	}
	h.town.leads = map[string]string{exampleUnit + "/standing-agency": standing9}
	h.town.kinds = map[string]string{standing9: "standing-agency"}
	require.Contains(t, h.paperOf(exampleCase), party)
}

func TestTheLetterCitesTheArticleAsLettersDo(t *testing.T) {
	h := newHouse(t)
	h.withBodies()
	owed := caseDue(exampleCase, "2026-12-31", casefilev1.State_STATE_OPEN, "2026-12-01T00:00:00Z")
	owed.Input = &casefilev1.CaseInput{Due: &casefilev1.Deadline{Why: &casefilev1.Why{Ground: &casefilev1.LegalGround{Article: "Điều 32", Document: "Luật số 10/2022/QH15"}}}}
	h.town.cases = map[string]*reportsv1.Case{exampleCase: owed}
	require.Contains(t, h.paperOf(exampleCase), "Theo Điều 32 Luật số 10/2022/QH15, ")
}
