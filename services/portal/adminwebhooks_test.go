package portal

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
)

// webhookHouse is what reports know of subscriptions.
type webhookHouse struct {
	reportsv1connect.UnimplementedWebhooksServiceHandler
	hooks      []*reportsv1.Webhook
	deliveries []*reportsv1.WebhookDelivery
	subscribed *reportsv1.CreateWebhookRequest
	retold     []string
}

func (h *webhookHouse) ListWebhooks(context.Context, *connect.Request[reportsv1.ListWebhooksRequest]) (*connect.Response[reportsv1.ListWebhooksResponse], error) {
	return connect.NewResponse(&reportsv1.ListWebhooksResponse{Webhooks: h.hooks}), nil
}

func (h *webhookHouse) CreateWebhook(_ context.Context, r *connect.Request[reportsv1.CreateWebhookRequest]) (*connect.Response[reportsv1.Webhook], error) {
	if r.Msg.GetUrl() == "http://noi-bo/" {
		text := "Địa chỉ nhận phải bắt đầu bằng https://."
		return nil, wire.ConnectError(wire.Refuse(contract.CodeInvalid, text, "https.", wire.Field("url", text, "https.")))
	}
	made := &reportsv1.Webhook{Id: "WH-ABCDEFGH", Name: r.Msg.GetName(), Url: r.Msg.GetUrl(), Kinds: r.Msg.GetKinds(), ObligationIds: r.Msg.GetObligationIds(),
		UnderUnitId: r.Msg.GetUnderUnitId(), State: "active", CreatedBy: "o-quan", CreatedAt: "2026-12-24T02:00:00Z"}
	if h.subscribed != nil && h.subscribed.GetIdempotencyKey() == r.Msg.GetIdempotencyKey() {
		return connect.NewResponse(made), nil
	}
	h.subscribed, h.hooks = r.Msg, append(h.hooks, made)
	answer, _ := proto.Clone(made).(*reportsv1.Webhook)
	answer.Secret = "whsec_bmVuZXA="
	return connect.NewResponse(answer), nil
}

func (h *webhookHouse) SetWebhookState(_ context.Context, r *connect.Request[reportsv1.SetWebhookStateRequest]) (*connect.Response[reportsv1.Webhook], error) {
	h.hooks[0].State, h.hooks[0].Reason = r.Msg.GetState(), map[string]string{"paused": "by-hand"}[r.Msg.GetState()]
	return connect.NewResponse(h.hooks[0]), nil
}

func (h *webhookHouse) RotateWebhookSecret(context.Context, *connect.Request[reportsv1.RotateWebhookSecretRequest]) (*connect.Response[reportsv1.Webhook], error) {
	return connect.NewResponse(&reportsv1.Webhook{Id: "WH-ABCDEFGH", Secret: "whsec_a2hhYw==", OldSecretUntil: "2026-12-25T02:00:00Z"}), nil
}

func (h *webhookHouse) SendTestEvent(_ context.Context, r *connect.Request[reportsv1.SendTestEventRequest]) (*connect.Response[reportsv1.WebhookDelivery], error) {
	h.retold = append(h.retold, "test "+r.Msg.GetId())
	return connect.NewResponse(&reportsv1.WebhookDelivery{}), nil
}

func (h *webhookHouse) RedeliverEvent(_ context.Context, r *connect.Request[reportsv1.RedeliverEventRequest]) (*connect.Response[reportsv1.WebhookDelivery], error) {
	h.retold = append(h.retold, r.Msg.GetDeliveryId())
	return connect.NewResponse(&reportsv1.WebhookDelivery{}), nil
}

func (h *webhookHouse) ListWebhookDeliveries(context.Context, *connect.Request[reportsv1.ListWebhookDeliveriesRequest]) (*connect.Response[reportsv1.ListWebhookDeliveriesResponse], error) {
	return connect.NewResponse(&reportsv1.ListWebhookDeliveriesResponse{Deliveries: h.deliveries}), nil
}

func withAdministrator(t *testing.T) *house {
	t.Helper()
	h := newHouse(t)
	h.addHolder("o-quan", "Vũ Thị Quản", "quan@btgdv.example", "administrator", "Quản trị hệ thống", agency)
	h.deliveries = deliveriesOfTwoDays()
	return h
}

// subscribed is a house with a subscriber that hears and one that does not.
func subscribed() webhookHouse {
	return webhookHouse{deliveries: deliveriesOfTwoDays(), hooks: []*reportsv1.Webhook{
		{Id: "WH-ABCDEFGH", Name: "Phần mềm quản lý văn bản", Url: "https://van-ban.example/nhan", State: "active", CreatedBy: "o-quan", CreatedAt: "2026-12-20T02:00:00Z"},
		{Id: "WH-BCDEFGHI", Name: "Cổng báo cáo", Url: "https://bao-cao.example/nhan", Kinds: []string{"case.submitted"}, State: "paused", Reason: "failing", CreatedBy: "o-quan", CreatedAt: "2026-12-20T02:00:00Z", Waiting: 12},
	}}
}

func deliveriesOfTwoDays() []*reportsv1.WebhookDelivery {
	return []*reportsv1.WebhookDelivery{
		{Id: "evt_bbbbbbbbbbbbbbbbbbbbbbbbbb", Kind: "case.returned", CaseId: khoaiChauCase, CreatedAt: "2026-12-24T01:30:00Z", Attempts: 3, Status: 500, Answer: "HTTP 500", LastAt: "2026-12-24T01:40:00Z"},
		{Id: "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa", Kind: "case.submitted", CaseId: khoaiChauCase, CreatedAt: "2026-12-22T03:00:00Z", Attempts: 1, Status: 204, Answer: "HTTP 204", LastAt: "2026-12-22T03:00:01Z", DeliveredAt: "2026-12-22T03:00:01Z"},
	}
}

func TestAnAdministratorKeepsWebhooksOnThePages(t *testing.T) {
	h := withAdministrator(t)
	b := serve(t, h).as(t, "o-quan")
	require.Equal(t, "Chưa báo thay đổi cho hệ thống nào.", b.get("/quan-tri/webhook").words(".lead"))
	page := b.get("/quan-tri/webhook/moi")
	values := url.Values{"act_id": {page.value("[name=act_id]")}, "name": {"Phần mềm văn bản"}, "url": {"http://noi-bo/"}, "kinds": {"case.submitted", "case.overdue"}, "obligation_ids": {"DT-01, CK-01"}}
	wrong := b.post("/quan-tri/webhook/moi", values)
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Contains(t, wrong.words("#e-url"), "https://")
	require.Equal(t, "http://noi-bo/", wrong.value("#f-url"))
	require.Equal(t, 2, wrong.Find("[name=kinds][checked]").Length(), "what was chosen stays")

	values.Set("url", "https://van-ban.example/nhan")
	made := b.post("/quan-tri/webhook/moi", values)
	require.Equal(t, "whsec_bmVuZXA=", made.words(".quote"))
	require.Equal(t, []string{"DT-01", "CK-01"}, h.subscribed.GetObligationIds())
	twice := b.post("/quan-tri/webhook/moi", values)
	require.Contains(t, twice.words(".banner"), "đã được lập")
	require.Len(t, h.hooks, 1)

	list := b.get("/quan-tri/webhook")
	require.Equal(t, "Đang báo thay đổi cho 1 hệ thống.", list.words(".lead"))
	require.Contains(t, list.words("table"), "Nộp, quá hạn")
	one := b.get("/quan-tri/webhook/WH-ABCDEFGH")
	require.Contains(t, one.words("table"), "Chưa nhận: HTTP 500, đã thử 3 lần")
	require.Contains(t, one.words("table"), "Đã nhận, HTTP 204")
	require.NotContains(t, one.Text(), "whsec_")
	require.Equal(t, 1, one.Find("td form").Length(), "what waits is not sent twice")
	b.post("/quan-tri/webhook/WH-ABCDEFGH/gui-lai/evt_aaaaaaaaaaaaaaaaaaaaaaaaaa", url.Values{})
	b.post("/quan-tri/webhook/WH-ABCDEFGH/gui-thu", url.Values{})
	require.Equal(t, []string{"evt_aaaaaaaaaaaaaaaaaaaaaaaaaa", "test WH-ABCDEFGH"}, h.retold)

	require.Contains(t, b.get("/quan-tri/webhook/WH-ABCDEFGH/trang-thai").words("h1"), "Tạm dừng")
	paused := b.post("/quan-tri/webhook/WH-ABCDEFGH/trang-thai", url.Values{"state": {"paused"}})
	require.Equal(t, "Tạm dừng.", paused.words(".lead"))
	require.Contains(t, b.get("/quan-tri/webhook/WH-ABCDEFGH/trang-thai").words("h1"), "chạy lại")
	rotated := b.post("/quan-tri/webhook/WH-ABCDEFGH/bi-mat", url.Values{})
	require.Equal(t, "whsec_a2hhYw==", rotated.words(".quote"))
	require.Equal(t, http.StatusNotFound, b.get("/quan-tri/webhook/WH-KHONGCO2").status)
	require.NotContains(t, b.get("/quan-tri").words("main"), "không còn được báo", "who pauses knows it")
	h.hooks[0].Reason = "failing"
	require.Contains(t, b.get("/quan-tri").words("main"), "1 hệ thống không còn được báo.")
}
