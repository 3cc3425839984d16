package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

const retentionPath = adminPath + "/thoi-han-luu"

func (p *portal) retentionRoutes(own *echo.Group) {
	own.GET("/thoi-han-luu", p.retentionPage)
	own.GET("/thoi-han-luu/huy", p.deletionPage)
	own.POST("/thoi-han-luu/huy", p.orderDeletion)
}

type retentionView struct {
	Groups []retentionLine
	Orders []deletionLine
	Keep   string
	Order  string // where files are ordered to be deleted; empty for those who only read
}

// retentionLine is a group of files that have come to the end of their retention.
type retentionLine struct {
	*reportsv1.RetentionGroup
	Title string
}

// Counted says how much the group holds.
func (l retentionLine) Counted() string {
	return number(int64(l.GetFiles())) + " tệp của " + number(int64(l.GetCases())) + " hồ sơ, " + weight(l.GetBytes())
}

type deletionLine struct {
	*reportsv1.DeletionOrder
	By, Standing string
}

// Answer is what the page says first.
func (v *retentionView) Answer() string {
	if len(v.Groups) == 0 {
		return "Không có tệp nào hết thời hạn lưu."
	}
	files := int64(0)
	for _, one := range v.Groups {
		files += int64(one.GetFiles())
	}
	return number(files) + " tệp đã hết thời hạn lưu. Tệp chỉ được tiêu hủy theo quyết định có số, ký hiệu."
}

func keepWords(months int32) string {
	switch {
	case months <= 0:
		return "Thiết lập của tỉnh: minh chứng được giữ vĩnh viễn."
	case months%12 == 0:
		return "Thiết lập của tỉnh: minh chứng của hồ sơ đã khóa kỳ được giữ " + number(int64(months/12)) + " năm, tính đến hết năm; báo cáo 06 tháng, báo cáo năm và báo cáo tổng hợp giữ vĩnh viễn."
	default:
		return "Thiết lập của tỉnh: minh chứng của hồ sơ đã khóa kỳ được giữ " + number(int64(months)) + " tháng, tính đến hết năm; báo cáo 06 tháng, báo cáo năm và báo cáo tổng hợp giữ vĩnh viễn."
	}
}

func (p *portal) retention(ctx context.Context) (*retentionView, error) {
	answer, err := p.calls.Retention.ListRetention(ctx, call(&reportsv1.ListRetentionRequest{}))
	if err != nil {
		return nil, err
	}
	view := &retentionView{Keep: keepWords(answer.Msg.GetKeepMonths())}
	for _, one := range answer.Msg.GetGroups() {
		title := one.GetObligationId()
		if declared := p.declared.Latest().Obligation(one.GetObligationId()); declared != nil {
			title = declared.Title.VI
		}
		view.Groups = append(view.Groups, retentionLine{one, title})
	}
	var officials []string
	for _, one := range answer.Msg.GetOrders() {
		officials = append(officials, one.GetOfficialId())
	}
	names, err := p.names(ctx, officials)
	if err != nil {
		return nil, err
	}
	for _, one := range answer.Msg.GetOrders() {
		view.Orders = append(view.Orders, deletionLine{one, firstOf(names[one.GetOfficialId()], one.GetOfficialId()), deletionStanding(one)})
	}
	return view, nil
}

func deletionStanding(one *reportsv1.DeletionOrder) string {
	said := "đã xóa khỏi kho"
	if one.GetPending() > 0 {
		said = "còn " + number(int64(one.GetPending())) + " tệp đang xóa"
	}
	if one.GetShared() > 0 {
		said += "; nội dung của " + number(int64(one.GetShared())) + " tệp còn giữ vì hồ sơ khác có cùng nội dung"
	}
	return said
}

// retentionPage is what has come to the end of its retention, and what was deleted by which decision.
func (p *portal) retentionPage(c echo.Context) error {
	view, err := p.retention(c.Request().Context())
	if err != nil {
		return err
	}
	if len(view.Groups) > 0 && personOf(c).Administers() {
		view.Order = retentionPath + "/huy"
	}
	return p.render(c, http.StatusOK, "adminretention", &page{Title: "Thời hạn lưu minh chứng", Active: "admin", Body: view})
}

func (p *portal) deletionDeed(ctx context.Context) (deedView, *retentionView, error) {
	view, err := p.retention(ctx)
	if err != nil {
		return deedView{}, nil, err
	}
	groups := make([]choice, len(view.Groups))
	for i, one := range view.Groups {
		groups[i] = choice{one.GetId() + " " + one.GetListed(), one.Title + ", kỳ " + one.GetPeriodId() + ": " + one.Counted()}
	}
	return deedView{
		Back: retentionPath, BackText: "Thời hạn lưu minh chứng", Heading: "Tiêu hủy tệp hết thời hạn lưu",
		Effect: "Nội dung các tệp bị xóa khỏi kho và không lấy lại được. Tên tệp, mã kiểm tra, số quyết định và người thực hiện vẫn nằm trong sổ và nhật ký.",
		Form: form{Action: retentionPath + "/huy", Button: "Xem lại trước khi tiêu hủy", ActID: newActID(), Fields: []field{
			{Name: "groups", Label: "Tệp cần tiêu hủy", Kind: "choices", Choices: groups, Required: true},
			{Name: "document", Label: "Số, ký hiệu quyết định", Hint: "Ví dụ: 12/QĐ-UBND", Kind: "text", Required: true},
			{Name: "issued_on", Label: "Ngày quyết định", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true},
		}},
	}, view, nil
}

func (p *portal) deletionPage(c echo.Context) error {
	deed, _, err := p.deletionDeed(c.Request().Context())
	if err != nil {
		return err
	}
	return p.renderDeed(c, deed)
}

// orderDeletion first shows once more what would go; the second press orders it.
func (p *portal) orderDeletion(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	ctx := c.Request().Context()
	deed, view, err := p.deletionDeed(ctx)
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	asked := &reportsv1.OrderDeletionRequest{ActId: values.Get("act_id"), Document: in.need("document", "Số, ký hiệu quyết định"), IssuedOn: in.pastDay("issued_on", "Ngày quyết định", p.today())}
	for _, one := range values["groups"] {
		id, listed, _ := strings.Cut(one, " ")
		asked.Groups = append(asked.Groups, &reportsv1.RetentionGroup{Id: id, Listed: listed})
	}
	if len(asked.GetGroups()) == 0 {
		in.refuse("groups", "Chưa chọn tệp cần tiêu hủy. Chọn ít nhất một nhóm.")
	}
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, deed, values)
	}
	if values.Get("confirmed") == "" {
		return p.renderDeed(c, confirmDeletion(deed, view, asked, values))
	}
	order, err := p.calls.Retention.OrderDeletion(ctx, call(asked))
	if err != nil {
		return p.refuseDeed(c, p.refused(err), deed, values)
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã tiêu hủy " + number(int64(order.Msg.GetFiles())) + " tệp theo quyết định số " + order.Msg.GetDocument() + "."}, retentionPath)
}

// confirmDeletion names what goes before the one button is pressed.
func confirmDeletion(deed deedView, view *retentionView, asked *reportsv1.OrderDeletionRequest, values url.Values) deedView {
	var said []string
	files := int64(0)
	for _, one := range view.Groups {
		named := slices.ContainsFunc(asked.GetGroups(), func(g *reportsv1.RetentionGroup) bool { return g.GetId() == one.GetId() })
		if named {
			said, files = append(said, one.Title+", kỳ "+one.GetPeriodId()+": "+one.Counted()+"."), files+int64(one.GetFiles())
		}
	}
	deed.Heading = "Xác nhận tiêu hủy " + number(files) + " tệp"
	deed.Under = "Theo quyết định số " + asked.GetDocument() + " ngày " + day(asked.GetIssuedOn())
	deed.Said = strings.Join(said, "\n")
	deed.Form.Button, deed.Form.ActID, deed.Form.Fields = "Tiêu hủy "+number(files)+" tệp", asked.GetActId(), nil
	deed.Form.Hidden = []choice{{"document", asked.GetDocument()}, {"issued_on", values.Get("issued_on")}, {"confirmed", strconv.FormatBool(true)}}
	for _, one := range values["groups"] {
		deed.Form.Hidden = append(deed.Form.Hidden, choice{"groups", one})
	}
	return deed
}

// tellRetention says on the first page of administrators that files have come to the end of their retention. While reports are away it says nothing.
func (p *portal) tellRetention(ctx context.Context, tasks []adminTask) {
	view, err := p.retention(ctx)
	at := slices.IndexFunc(tasks, func(one adminTask) bool { return one.Href == retentionPath })
	if err != nil || at < 0 || len(view.Groups) == 0 {
		return
	}
	tasks[at].Now = view.Answer()
}
