package bootstrap

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
)

func TestARequestThatBreaksItsContractIsRefusedInTheReadersLanguage(t *testing.T) {
	house := wire.Config{ServiceKey: strings.Repeat("k", 32)}
	of := func(service string) []connect.HandlerOption {
		return HandlerOptions(house.Listener(service), zap.NewNop())
	}
	mux := http.NewServeMux()
	mux.Handle(reportsv1connect.NewActsServiceHandler(reportsv1connect.UnimplementedActsServiceHandler{}, of("reports")...))
	mux.Handle(reportsv1connect.NewRegisterServiceHandler(reportsv1connect.UnimplementedRegisterServiceHandler{}, of("reports")...))
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(unitsv1connect.UnimplementedUnitsServiceHandler{}, of("units")...))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	clients := wire.Config{ServiceKey: strings.Repeat("k", 32), UnitsURL: server.URL, ReportsURL: server.URL, NotificationsURL: server.URL}.NewClients("portal")
	for want, call := range map[string]func() error{
		"Mục “id” chưa có nội dung. Nhập rồi gửi lại.": func() error {
			_, err := clients.Register.GetCase(t.Context(), connect.NewRequest(&reportsv1.GetCaseRequest{}))
			return err
		},
		"Mục “reason” không thuộc các giá trị được nhận: catalogue, settings. Mục “document” dài quá 200 ký tự. Rút gọn rồi gửi lại.": func() error {
			_, err := clients.Acts.AmendCases(t.Context(), connect.NewRequest(&reportsv1.AmendCasesRequest{Reason: "none", Document: strings.Repeat("a", 201)}))
			return err
		},
		"Mục “unit_id” không đúng dạng. Kiểm tra rồi gửi lại. Mục “on” không đúng dạng. Kiểm tra rồi gửi lại.": func() error {
			_, err := clients.Acts.RecordEvent(t.Context(), connect.NewRequest(&reportsv1.RecordEventRequest{ObligationId: "DT-01", UnitId: "xã"}))
			return err
		},
		"Mục “days” phải có ít nhất 1 dòng. Thêm rồi gửi lại.": func() error {
			_, err := clients.Units.SetDaysOff(t.Context(), connect.NewRequest(&unitsv1.SetDaysOffRequest{}))
			return err
		},
		"Mục “reorganisation” chưa có nội dung. Nhập rồi gửi lại.": func() error {
			_, err := clients.Units.PlanReorganisation(t.Context(), connect.NewRequest(&unitsv1.PlanReorganisationRequest{}))
			return err
		},
	} {
		refusal := wire.RefusalOf(call())
		require.Equal(t, want, refusal.GetTextVi())
		require.NotEmpty(t, refusal.GetTextEn())
		require.NotEmpty(t, refusal.GetFields())
		require.NotEmpty(t, refusal.GetFields()[0].GetField())
	}
	unread := errorMapper{zap.NewNop()}.mapped("/x", connect.NewError(connect.CodeInvalidArgument, errors.New("unmarshal message: EOF")))
	require.Equal(t, "Dữ liệu gửi lên không đọc được. Kiểm tra rồi gửi lại.", wire.RefusalOf(unread).GetTextVi())
}
