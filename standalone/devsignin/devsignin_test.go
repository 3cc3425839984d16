package devsignin

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/services/portal"
)

var holders = []*unitsv1.Holder{
	holder("o-an", "Nguyễn Văn An", "contact", "Chuyên viên Văn phòng HĐND và UBND", "UBND-12205-2507", "UBND xã Khoái Châu"),
	holder("o-cuc", "Lê Thị Cúc", "reviewer", "Chuyên viên theo dõi khối xã, phường", "BTGDV", "Ban Tuyên giáo và Dân vận Tỉnh ủy Hưng Yên"),
}

func holder(id, name, role, title, unit, unitName string) *unitsv1.Holder {
	return &unitsv1.Holder{
		Official: &unitsv1.Official{Id: id, Name: name}, Position: &unitsv1.Position{OfficialId: id, Role: role, Title: title, UnitId: unit},
		Unit: &unitsv1.Unit{Id: unit, Name: unitName},
	}
}

// units is the directory the sign-in reads, over the real contract.
type units struct {
	unitsv1connect.UnimplementedUnitsServiceHandler
}

func (units) FindOfficials(_ context.Context, r *connect.Request[unitsv1.FindOfficialsRequest]) (*connect.Response[unitsv1.FindOfficialsResponse], error) {
	found := slices.DeleteFunc(slices.Clone(holders), func(h *unitsv1.Holder) bool {
		return (r.Msg.GetRole() != "" && h.GetPosition().GetRole() != r.Msg.GetRole()) || (len(r.Msg.GetIds()) > 0 && !slices.Contains(r.Msg.GetIds(), h.GetOfficial().GetId()))
	})
	return connect.NewResponse(&unitsv1.FindOfficialsResponse{Holders: found}), nil
}

func (units) ListUnits(_ context.Context, r *connect.Request[unitsv1.ListUnitsRequest]) (*connect.Response[unitsv1.ListUnitsResponse], error) {
	answer := &unitsv1.ListUnitsResponse{}
	for _, h := range holders {
		if strings.Contains(h.GetUnit().GetName(), r.Msg.GetQuery()) {
			answer.Units = append(answer.Units, h.GetUnit())
		}
	}
	return connect.NewResponse(answer), nil
}

func (units) GetUnit(_ context.Context, r *connect.Request[unitsv1.GetUnitRequest]) (*connect.Response[unitsv1.GetUnitResponse], error) {
	answer := &unitsv1.GetUnitResponse{}
	for _, h := range holders {
		if h.GetUnit().GetId() == r.Msg.GetId() {
			answer.Unit, answer.Holders = h.GetUnit(), append(answer.Holders, h)
		}
	}
	return connect.NewResponse(answer), nil
}

func serve(t *testing.T) (*SignIn, *echo.Echo, *string, wire.Config) {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(unitsv1connect.NewUnitsServiceHandler(units{}))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	cfg := wire.Config{UnitsURL: server.URL, ServiceKey: strings.Repeat("k", 40)}
	signIn, e, begun := New(cfg), echo.New(), new(string)
	signIn.Routes(portal.Doors{Plain: e, Pages: e.Group(""), Begin: func(c echo.Context, official string) error {
		*begun = official
		return c.Redirect(http.StatusSeeOther, "/")
	}})
	return signIn, e, begun, cfg
}

func TestPeopleAreOfferedByRole(t *testing.T) {
	signIn, _, _, _ := serve(t)
	html, err := signIn.Entrance(t.Context(), portal.Visit{ForgeryToken: "f"})
	require.NoError(t, err)
	require.Contains(t, string(html), "Chạy thử: chọn vai")
	require.Contains(t, string(html), "<h3>Cán bộ đầu mối</h3>")
	require.Contains(t, string(html), `value="o-an">Nguyễn Văn An, Chuyên viên Văn phòng HĐND và UBND, UBND xã Khoái Châu</button>`)
	require.NotContains(t, string(html), "Quản trị hệ thống", "a role nobody holds is not shown")
}

func TestAnybodyIsFoundByTheUnit(t *testing.T) {
	signIn, _, _, _ := serve(t)
	html, err := signIn.Entrance(t.Context(), portal.Visit{Query: "Khoái Châu"})
	require.NoError(t, err)
	require.Contains(t, string(html), "<h3>UBND xã Khoái Châu</h3>")
	require.NotContains(t, string(html), "Lê Thị Cúc")
	html, err = signIn.Entrance(t.Context(), portal.Visit{Query: "<b>Atlantis"})
	require.NoError(t, err)
	require.Contains(t, string(html), "Không có đơn vị nào khớp “&lt;b&gt;Atlantis”.")
}

func TestTheChosenPersonIsSignedIn(t *testing.T) {
	_, e, begun, _ := serve(t)
	for official, status := range map[string]int{"o-an": http.StatusSeeOther, "o-nobody": http.StatusInternalServerError, "": http.StatusInternalServerError} {
		*begun = ""
		request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/dang-nhap/chay-thu", strings.NewReader(url.Values{"official": {official}}.Encode()))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		answer := httptest.NewRecorder()
		e.ServeHTTP(answer, request)
		require.Equal(t, status, answer.Code, "bare echo shows every refusal as 500")
		require.Equal(t, status == http.StatusSeeOther, *begun == "o-an", official)
	}
}

func TestATerminalGetsATokenForAnOfficial(t *testing.T) {
	_, e, _, cfg := serve(t)
	answer := httptest.NewRecorder()
	e.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/_dev/token?official=o-cuc", nil))
	require.Equal(t, http.StatusOK, answer.Code)
	var body struct {
		Tokens map[string]string `json:"tokens"`
	}
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body))
	for _, listener := range []string{"units", "reports", "notifications"} {
		id, err := cfg.Listener(listener).Read(body.Tokens[listener], time.Now())
		require.NoError(t, err)
		require.Equal(t, wire.Identity{Service: "portal", OfficialID: "o-cuc"}, id)
	}

	fromBrowser := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/_dev/token?official=o-cuc", nil)
	fromBrowser.Header.Set("Origin", "http://evil.example")
	answer = httptest.NewRecorder()
	e.ServeHTTP(answer, fromBrowser)
	require.NotContains(t, answer.Body.String(), "tokens\":")
	require.NotEqual(t, http.StatusOK, answer.Code)
}
