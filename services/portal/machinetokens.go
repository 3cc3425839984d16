package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/scopes"
	"nenep/services/portal/gateway"
)

const machineTokensPath = adminPath + "/truy-cap-may"

// machineTokenRoutes are the pages of the tokens by which other systems call.
func (p *portal) machineTokenRoutes(own *echo.Group) {
	own.GET("/truy-cap-may", p.machineTokensPage)
	own.GET("/truy-cap-may/moi", p.newMachineTokenPage)
	own.POST("/truy-cap-may/moi", p.makeMachineToken)
	own.GET("/truy-cap-may/:id/thu-hoi", p.revokeMachineTokenPage)
	own.POST("/truy-cap-may/:id/thu-hoi", p.revokeMachineToken)
}

type machineTokenRow struct {
	gateway.Token
	Official, State, Revoke string
}

type machineTokensView struct {
	Answer, Add string
	Rows        []machineTokenRow
}

func (p *portal) machineTokensPage(c echo.Context) error {
	ctx := c.Request().Context()
	tokens, err := p.machineTokens().List(ctx)
	if err != nil {
		return err
	}
	var officials []string
	for _, token := range tokens {
		officials = append(officials, token.OfficialID)
	}
	posts, err := p.posts(ctx, officials)
	if err != nil {
		return err
	}
	view := machineTokensView{Add: machineTokensPath + "/moi"}
	holding := 0
	for _, token := range tokens {
		row := machineTokenRow{Token: token, Official: posts.full(token.OfficialID), State: "còn hạn", Revoke: machineTokensPath + "/" + token.ID + "/thu-hoi"}
		switch {
		case token.RevokedAt != nil:
			row.State, row.Revoke = "đã thu hồi", ""
		case !token.Holds(p.today()):
			row.State, row.Revoke = "hết hạn", ""
		default:
			holding++
		}
		view.Rows = append(view.Rows, row)
	}
	view.Answer = number(int64(holding)) + " mã truy cập còn hạn."
	if len(view.Rows) == 0 {
		view.Answer = "Chưa có hệ thống nào được gọi vào."
	}
	return p.render(c, http.StatusOK, "machinetokens", &page{Title: "Truy cập của máy", Active: "admin", Body: view})
}

func newMachineTokenDeed() deedView {
	var offered []choice
	for _, one := range scopes.All {
		offered = append(offered, choice{string(one.Scope), sentenceCase(one.VI) + " (" + string(one.Scope) + ")"})
	}
	return deedView{
		Back: machineTokensPath, BackText: "Truy cập của máy", Heading: "Lập mã truy cập",
		Effect: "Hệ thống giữ mã này làm được những gì cán bộ đã chọn làm được, trong phạm vi đã chọn. Chuỗi bí mật chỉ hiện một lần.",
		Form: form{Action: machineTokensPath + "/moi", Button: "Lập mã truy cập", ActID: newActID(), Fields: []field{
			{Name: "name", Label: "Tên hệ thống", Hint: "Ví dụ: Phần mềm quản lý văn bản của tỉnh", Kind: "text", Required: true},
			{Name: "official", Label: "Thay mặt cán bộ", Hint: "Họ tên hoặc thư điện tử công vụ", Kind: "text", Required: true},
			{Name: "scopes", Label: "Phạm vi", Hint: "Chọn vừa đủ cho việc của hệ thống", Kind: "choices", Choices: offered, Required: true},
			{Name: "expires_on", Label: "Ngày hết hạn", Hint: "Nhiều nhất một năm. Ví dụ: 30/06/2027", Kind: "day", Required: true},
		}},
	}
}

func (p *portal) newMachineTokenPage(c echo.Context) error {
	return p.renderDeed(c, newMachineTokenDeed())
}

type machineSecretView struct {
	gateway.Token
	Secret, Official, Back, BackText, Words, Example string
}

// makeMachineToken answers the page with the secret itself: it is stored nowhere, and going back to the page shows it no more.
func (p *portal) makeMachineToken(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	ctx, in, deed := c.Request().Context(), &inputs{values: values}, newMachineTokenDeed()
	asked := gateway.Request{Name: in.need("name", "Tên hệ thống"), Scopes: values["scopes"], ExpiresOn: in.needDay("expires_on", "Ngày hết hạn"), By: personOf(c).ID, Key: values.Get("act_id")}
	if asked.OfficialID, err = p.namedOfficial(ctx, in, "official", "Thay mặt cán bộ"); err != nil {
		return err
	}
	if len(asked.Scopes) == 0 {
		in.refuse("scopes", "Chưa chọn phạm vi. Chọn ít nhất một phạm vi.")
	}
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, deed, values)
	}
	token, secret, err := p.machineTokens().Make(ctx, asked)
	if err != nil {
		return p.refuseDeed(c, p.refused(err), deed, values)
	}
	posts, err := p.posts(ctx, []string{token.OfficialID})
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "machinesecret", &page{Title: "Mã truy cập đã lập", Active: "admin", Body: machineSecretView{
		Token: token, Secret: secret, Official: posts.full(token.OfficialID), Back: machineTokensPath, BackText: "Truy cập của máy",
		Words: "Hết hạn sau ngày " + day(token.LastDay()) + ".", Example: "Authorization: Bearer " + gateway.Prefix + "…",
	}})
}

// namedOfficial is the one official whose name or address was typed; several or none is a fault that says so.
func (p *portal) namedOfficial(ctx context.Context, in *inputs, name, label string) (string, error) {
	typed := in.need(name, label)
	if typed == "" {
		return "", nil
	}
	request := &unitsv1.FindOfficialsRequest{Query: typed, Limit: 50}
	if strings.Contains(typed, "@") {
		request = &unitsv1.FindOfficialsRequest{Email: typed, Limit: 50}
	}
	answer, err := p.calls.Units.FindOfficials(ctx, call(request))
	if err != nil {
		return "", err
	}
	var ids, names []string
	for _, holder := range answer.Msg.GetHolders() {
		if id := holder.GetOfficial().GetId(); !slices.Contains(ids, id) {
			ids, names = append(ids, id), append(names, holder.GetOfficial().GetName()+" ("+holder.GetOfficial().GetEmail()+")")
		}
	}
	switch len(ids) {
	case 1:
		return ids[0], nil
	case 0:
		in.refuse(name, "Không có cán bộ nào là “"+typed+"”. Kiểm tra họ tên hoặc nhập thư điện tử công vụ.")
	default:
		in.refuse(name, "Có "+number(int64(len(ids)))+" cán bộ khớp: "+strings.Join(names[:min(len(names), 5)], ", ")+". Nhập thư điện tử của một người.")
	}
	return "", nil
}

func newMachineTokenRevocation(token gateway.Token) deedView {
	return deedView{
		Back: machineTokensPath, BackText: "Truy cập của máy", Heading: "Thu hồi mã truy cập", Under: token.Name + " · " + token.ID,
		Effect: "Hệ thống này không gọi vào được nữa, kể từ lúc thu hồi.",
		Form:   form{Action: machineTokensPath + "/" + url.PathEscape(token.ID) + "/thu-hoi", Button: "Thu hồi mã truy cập", ActID: newActID()},
	}
}

func (p *portal) revokeMachineTokenPage(c echo.Context) error {
	token, err := p.machineTokens().Find(c.Request().Context(), c.Param("id"))
	if err != nil {
		return err
	}
	return p.renderDeed(c, newMachineTokenRevocation(token))
}

func (p *portal) revokeMachineToken(c echo.Context) error {
	ctx := c.Request().Context()
	token, err := p.machineTokens().Find(ctx, c.Param("id"))
	if err != nil {
		return err
	}
	if err := p.machineTokens().Revoke(ctx, token.ID, personOf(c).ID); err != nil {
		return err
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã thu hồi mã truy cập " + token.ID + "."}, machineTokensPath)
}
