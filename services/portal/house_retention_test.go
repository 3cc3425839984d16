package portal

import (
	"context"
	"strings"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
)

// retentionHouse is what the house knows of files whose retention has ended.
type retentionHouse struct {
	reportsv1connect.UnimplementedRetentionServiceHandler
	ended  *reportsv1.ListRetentionResponse
	orders []*reportsv1.OrderDeletionRequest
}

func (h *retentionHouse) ListRetention(context.Context, *connect.Request[reportsv1.ListRetentionRequest]) (*connect.Response[reportsv1.ListRetentionResponse], error) {
	if h.ended == nil {
		return connect.NewResponse(&reportsv1.ListRetentionResponse{KeepMonths: 240}), nil
	}
	return connect.NewResponse(h.ended), nil
}

func (h *retentionHouse) OrderDeletion(_ context.Context, r *connect.Request[reportsv1.OrderDeletionRequest]) (*connect.Response[reportsv1.DeletionOrder], error) {
	if !strings.Contains(r.Msg.GetDocument(), "/") {
		text := "“" + r.Msg.GetDocument() + "” không phải là số, ký hiệu văn bản. Nhập theo dạng 05/BC-UBND hoặc 05-BC/ĐU."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "No number.", wire.Field("document", text, "No number.")))
	}
	h.orders = append(h.orders, r.Msg)
	return connect.NewResponse(&reportsv1.DeletionOrder{Id: r.Msg.GetActId(), Document: r.Msg.GetDocument(), Files: 312}), nil
}

// endedRetention are two periods whose files may go, and an order that was given before.
func endedRetention() *reportsv1.ListRetentionResponse {
	return &reportsv1.ListRetentionResponse{On: "2026-12-24", KeepMonths: 240,
		Groups: []*reportsv1.RetentionGroup{
			{Id: "CK-01/2005-Q4", ObligationId: "CK-01", PeriodId: "2005-Q4", Class: "ordinary", EndedOn: "2025-12-31", Cases: 104, Files: 208, Bytes: 410_000_000, Listed: strings.Repeat("a1", 32)},
			{Id: "DT-01/2005", ObligationId: "DT-01", PeriodId: "2005", Class: "ordinary", EndedOn: "2025-12-31", Cases: 102, Files: 312, Bytes: 1_210_000_000, Listed: strings.Repeat("b2", 32)},
		},
		Orders: []*reportsv1.DeletionOrder{{Id: "a-huy-00001", Document: "31/QĐ-UBND", IssuedOn: "2025-02-14", AsOf: "2025-02-17", OfficialId: "o-quan", OrderedAt: "2025-02-17T02:00:00Z", Files: 298, Bytes: 980_000_000, Shared: 2}},
	}
}
