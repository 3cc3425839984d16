package portal

import (
	"context"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
)

// evidenceHouse is what the house knows of its evidence store.
type evidenceHouse struct {
	reportsv1connect.UnimplementedEvidenceServiceHandler
	checks *reportsv1.ListFileFaultsResponse
}

func (h *evidenceHouse) ListFileFaults(context.Context, *connect.Request[reportsv1.ListFileFaultsRequest]) (*connect.Response[reportsv1.ListFileFaultsResponse], error) {
	if h.checks == nil {
		return connect.NewResponse(&reportsv1.ListFileFaultsResponse{}), nil
	}
	return connect.NewResponse(h.checks), nil
}

// twoFaults is a night's check that found a file gone and another one changed.
func twoFaults() *reportsv1.ListFileFaultsResponse {
	return &reportsv1.ListFileFaultsResponse{
		Last: &reportsv1.FileCheck{Day: "2026-12-23", Files: 12_408, Bytes: 41_250_000_000, Faults: 2, FinishedAt: "2026-12-23T19:41:00Z"},
		Faults: []*reportsv1.FileFault{
			{FileId: "F-plan", CaseId: khoaiChauCase, Name: "Kế hoạch tổ chức hội nghị trao đổi, đối thoại năm 2026.pdf", Kind: "missing", FoundAt: "2026-12-22T19:40:00Z"},
			{FileId: "F-minutes", CaseId: "DT-01/UBND-12142-2507/2026", Name: "Biên bản.pdf", Kind: "damaged", FoundAt: "2026-12-23T19:38:00Z"},
		},
	}
}
