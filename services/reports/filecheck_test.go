package reports

import (
	"os"
	"path/filepath"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
)

// checked is what a whole night's check comes to, two files at a time.
func (h *house) checked() (files, faults int32) {
	for after := ""; ; {
		answer, err := h.evidence().CheckFiles(h.as(""), connect.NewRequest(&reportsv1.CheckFilesRequest{After: after, Limit: 2}))
		require.NoError(h.t, err)
		files, faults = files+answer.Msg.GetFiles(), faults+answer.Msg.GetFaults()
		if after = answer.Msg.GetNext(); after == "" {
			return files, faults
		}
	}
}

func (h *house) evidence() reportsv1connect.EvidenceServiceClient {
	return h.cfg.NewClients("worker").Evidence
}

func (h *house) faults(official string) []*reportsv1.FileFault {
	answer, err := h.cfg.NewClients("portal").Evidence.ListFileFaults(h.as(official), connect.NewRequest(&reportsv1.ListFileFaultsRequest{}))
	require.NoError(h.t, err)
	return answer.Msg.GetFaults()
}

func TestTheNightlyCheckNamesEveryFileThatIsNotWhole(t *testing.T) {
	folder := t.TempDir()
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.EvidenceURL = "file://" + folder })
	h.openCase()
	kept := h.handedIn(contact, "hold", "bien-ban.pdf", pdf)
	damaged := h.handedIn(contact, "hold", "anh.png", png)
	lost := h.handedIn(contact, "hold", "anh.jpg", jpg)
	files, faults := h.checked()
	require.EqualValues(t, []int32{3, 0}, []int32{files, faults})
	require.Empty(t, h.faults(administrator))

	at := func(f *reportsv1.File) string {
		return filepath.Join(folder, filepath.FromSlash(contentKey(f.GetSha256())))
	}
	require.NoError(t, os.WriteFile(at(damaged), append([]byte("x"), png[1:]...), 0o600))
	content, err := os.ReadFile(at(lost))
	require.NoError(t, err)
	require.NoError(t, os.Remove(at(lost)))
	files, faults = h.checked()
	require.EqualValues(t, []int32{3, 2}, []int32{files, faults})
	kinds := map[string]string{}
	for _, fault := range h.faults(auditor) {
		kinds[fault.GetFileId()] = fault.GetKind()
		require.Equal(t, dialogue, fault.GetCaseId())
	}
	require.Equal(t, map[string]string{damaged.GetId(): "damaged", lost.GetId(): "missing"}, kinds)

	require.NoError(t, os.WriteFile(at(lost), content, 0o600))
	_, faults = h.checked()
	require.EqualValues(t, 1, faults)
	require.Len(t, h.faults(administrator), 1, "a file that is whole again is no fault")
	_ = kept
}

func TestANightsCheckIsKeptOnceADay(t *testing.T) {
	h := newHouse(t)
	for _, files := range []int32{4, 5} {
		_, err := h.evidence().FinishCheck(h.as(""), connect.NewRequest(&reportsv1.FinishCheckRequest{Day: "2026-12-21", Files: files, Bytes: 9}))
		require.NoError(t, err)
	}
	answer, err := h.evidence().ListFileFaults(h.as(""), connect.NewRequest(&reportsv1.ListFileFaultsRequest{}))
	require.NoError(t, err)
	require.Equal(t, "2026-12-21", answer.Msg.GetLast().GetDay())
	require.EqualValues(t, 5, answer.Msg.GetLast().GetFiles())
}

func TestEveryCallOfTheEvidenceStoreIsWalkedByEveryCaller(t *testing.T) {
	h := newHouse(t)
	services := reportsv1.File_nenep_reports_v1_evidence_proto.Services()
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("EvidenceService")}, map[string]everycall.Call{
		"CheckFiles":     {Do: everycall.Of(evidenceClient.CheckFiles, &reportsv1.CheckFilesRequest{}), May: workflows},
		"FinishCheck":    {Do: everycall.Of(evidenceClient.FinishCheck, &reportsv1.FinishCheckRequest{Day: "2026-12-21"}), May: workflows},
		"ListFileFaults": {Do: everycall.Of(evidenceClient.ListFileFaults, &reportsv1.ListFileFaultsRequest{}), May: append([]string{"auditor", "administrator"}, inOwnName...)},
	})
}

type evidenceClient = reportsv1connect.EvidenceServiceClient
