package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

const adminPath = "/quan-tri"

// Administers tells whether the person keeps the units, the settings and the table of days off.
func (p *person) Administers() bool { return p.has("administrator") }

// SeesAdministration tells whether the person may open the pages of administrators, if only to read them.
func (p *person) SeesAdministration() bool { return p.Administers() || p.Audits() }

// OnlyRead tells a page of administrators to whom its buttons are of no use.
func (p *page) OnlyRead() bool {
	return p.Active == "admin" && p.Person != nil && !p.Person.Administers()
}

// adminRoutes are the pages of administrators; units judges every change again.
func (p *portal) adminRoutes(inside *echo.Group) {
	own := inside.Group(adminPath, p.onlyAdministrators)
	own.GET("", p.adminPage)
	own.GET("/thiet-lap", p.settingsPage)
	own.GET("/thiet-lap/:key", p.settingPage)
	own.POST("/thiet-lap/:key", p.changeSetting)
	own.GET("/thiet-lap/:key/de-xuat", p.settingPage)
	own.POST("/thiet-lap/:key/de-xuat", p.changeSetting)
	own.GET("/ngay-nghi", p.dayTablePage)
	own.GET("/ngay-nghi/ghi", p.dayPage)
	own.POST("/ngay-nghi/ghi", p.recordDay)
	own.GET("/ngay-nghi/bo", p.dayRemovalPage)
	own.POST("/ngay-nghi/bo", p.removeDay)
	own.GET("/sap-xep", p.reformsPage)
	own.GET("/sap-xep/:id", p.reformPage)
	own.GET("/sap-xep/:id/huy", p.reformCancelPage)
	own.POST("/sap-xep/:id/huy", p.cancelReform)
	own.GET("/phien", p.everybodysSessions)
	own.POST("/phien", p.endSessionsOf)
	p.importRoutes(own)
	p.machineTokenRoutes(own)
	p.webhookRoutes(own)
	p.fileCheckRoutes(own)
	p.retentionRoutes(own)
	p.registryRoutes(own)
}

// onlyAdministrators lets in administrators, and to read only whoever audits.
func (p *portal) onlyAdministrators(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		reads := c.Request().Method == http.MethodGet && personOf(c).SeesAdministration()
		if !reads && !personOf(c).Administers() {
			return wire.Refuse(contract.CodeForbidden, "Tài khoản này không có quyền quản trị. Liên hệ "+p.helpLine()+".",
				"This account may not administer. Contact "+p.helpLine()+".")
		}
		return next(c)
	}
}

// adminTask is one page of the administrator: what it is for, and where it stands today.
type adminTask struct{ Group, Title, Href, Words, Now string }

// runningPart is a service of the house with what it answers.
type runningPart struct {
	Title, Count string
	Ready        bool
}

type adminView struct {
	Answer string
	Cases  []countLink
	Late   int
	Parts  []runningPart
	Tasks  []adminTask
}

func (p *portal) adminPage(c echo.Context) error {
	ctx := c.Request().Context()
	view := &adminView{Tasks: adminTasks()}
	p.tellStoppedWebhooks(ctx, view.Tasks)
	p.tellFileChecks(ctx, view.Tasks)
	p.tellRetention(ctx, view.Tasks)
	view.Parts = []runningPart{
		p.runningPart(ctx, "Đơn vị, cán bộ, thiết lập", p.cfg.UnitsURL, p.countUnits),
		p.runningPart(ctx, "Hồ sơ, báo cáo", p.cfg.ReportsURL, func(ctx context.Context) (string, error) { return p.countRegister(ctx, view) }),
		p.runningPart(ctx, "Thông báo", p.cfg.NotificationsURL, p.countMessages),
	}
	view.Answer = runningAnswer(view.Parts)
	return p.render(c, http.StatusOK, "admin", &page{Title: "Quản trị", Active: "admin", Body: view})
}

// Groups of the administrators' pages on the first of them.
const (
	groupRegister = "Danh bạ"
	groupRules    = "Nhiệm vụ và thời hạn"
	groupAccess   = "Truy cập"
	groupStore    = "Lưu trữ"
)

func adminTasks() []adminTask {
	tasks := slices.Concat(registryTasks(), []adminTask{
		{Group: groupRules, Title: "Thiết lập của tỉnh", Href: adminPath + "/thiet-lap", Words: "Thời hạn, mức và thời gian lưu mà luật và kế hoạch không nêu."},
		{Group: groupRules, Title: "Ngày nghỉ", Href: adminPath + "/ngay-nghi", Words: "Bảng ngày nghỉ, ngày làm bù dùng để tính thời hạn."},
		{Group: groupRegister, Title: "Sắp xếp đơn vị", Href: adminPath + "/sap-xep", Words: "Sáp nhập, chia tách, giải thể, đổi tên: chờ đến ngày, đã thực hiện, đã hủy."},
		{Group: groupRegister, Title: "Nhập đơn vị", Href: adminPath + "/nhap-don-vi", Words: "Địa bàn, đơn vị, cán bộ, chức vụ, ban từ một tệp Excel; xem từng thay đổi trước khi ghi."},
		{Group: groupRules, Title: "Nhập hồ sơ giấy", Href: recordsPath, Words: "Việc đã làm trên giấy trước khi hệ thống theo dõi: tính vào ngày đã làm, không nhắc lại."},
		{Group: groupRules, Title: "Mẫu văn bản", Href: templatesPath, Words: "Mẫu Word riêng của tỉnh, của cơ quan thay cho thể thức chung của báo cáo, biên bản, quyết định."},
		{Group: groupStore, Title: "Kiểm tra tệp minh chứng", Href: fileChecksPath, Words: "Kết quả kiểm tra kho minh chứng hằng đêm: tệp mất, tệp hỏng."},
		{Group: groupStore, Title: "Thời hạn lưu minh chứng", Href: retentionPath, Words: "Tệp của các kỳ đã khóa đến hết thời hạn lưu; tiêu hủy theo quyết định có số, ký hiệu."},
		{Group: groupAccess, Title: "Truy cập của máy", Href: machineTokensPath, Words: "Mã để hệ thống khác gọi vào đây, thay mặt một cán bộ, trong phạm vi đã chọn."},
		{Group: groupAccess, Title: "Webhook", Href: webhooksPath, Words: "Báo cho hệ thống khác khi hồ sơ thay đổi trạng thái."},
		{Group: groupAccess, Title: "Phiên đăng nhập", Href: adminPath + "/phien", Words: "Ai đang đăng nhập; kết thúc các phiên của một cán bộ."},
		{Group: groupRegister, Title: "Vắng mặt và ủy quyền", Href: standInPath, Words: "Ghi vắng mặt, ủy quyền thay cho cán bộ."},
	})
	order := []string{groupRegister, groupRules, groupAccess, groupStore}
	slices.SortStableFunc(tasks, func(a, b adminTask) int { return slices.Index(order, a.Group) - slices.Index(order, b.Group) })
	return tasks
}

// runningPart asks a service whether it is ready and how much it has; one that does not answer is a line of the page, not its end.
func (p *portal) runningPart(ctx context.Context, title, address string, count func(context.Context) (string, error)) runningPart {
	part := runningPart{Title: title}
	err := p.answersReady(title, address)(ctx)
	if err == nil {
		part.Count, err = count(ctx)
	}
	if err != nil {
		p.logWarning("service of the house not ready", err)
	}
	part.Ready = err == nil
	return part
}

func runningAnswer(parts []runningPart) string {
	ready := 0
	for _, part := range parts {
		if part.Ready {
			ready++
		}
	}
	if ready == len(parts) {
		return "Các dịch vụ đều sẵn sàng."
	}
	return number(int64(len(parts)-ready)) + " trong " + number(int64(len(parts))) + " dịch vụ chưa sẵn sàng."
}

func (p *portal) countUnits(ctx context.Context) (string, error) {
	answer, err := p.calls.Units.ListUnits(ctx, call(&unitsv1.ListUnitsRequest{On: p.today().String()}))
	if err != nil {
		return "", err
	}
	return number(int64(len(answer.Msg.GetUnits()))) + " đơn vị đang hoạt động", nil
}

func (p *portal) countMessages(ctx context.Context) (string, error) {
	day := p.today().String()
	answer, err := p.calls.Notifications.ListMessages(ctx, call(&notificationsv1.ListMessagesRequest{From: day, To: day, Limit: 1}))
	if err != nil {
		return "", err
	}
	return number(int64(answer.Msg.GetTotal())) + " thông báo hôm nay", nil
}

// adminStates are the states of a case in the order in which it passes them.
var adminStates = []struct {
	id    string
	state casefilev1.State
}{
	{"open", casefilev1.State_STATE_OPEN}, {"submitted", casefilev1.State_STATE_SUBMITTED}, {"returned", casefilev1.State_STATE_RETURNED},
	{"accepted", casefilev1.State_STATE_ACCEPTED}, {"exempted", casefilev1.State_STATE_EXEMPTED}, {"withdrawn", casefilev1.State_STATE_WITHDRAWN},
	{"succeeded", casefilev1.State_STATE_SUCCEEDED},
}

func (p *portal) countRegister(ctx context.Context, view *adminView) (string, error) {
	answer, err := p.calls.Register.ListCases(ctx, call(&reportsv1.ListCasesRequest{Limit: 1}))
	if err != nil {
		return "", err
	}
	totals := map[string]int{}
	for _, count := range answer.Msg.GetCounts() {
		totals[count.GetState()] += int(count.GetTotal())
		view.Late += int(count.GetLate())
	}
	for _, one := range adminStates {
		if totals[one.id] > 0 {
			view.Cases = append(view.Cases, countLink{Label: sentenceCase(stateWord(one.state)), Total: totals[one.id]})
		}
	}
	return number(int64(answer.Msg.GetTotal())) + " hồ sơ", nil
}

// openCases is how many cases run: what a change of the days off has reckoned anew.
func (p *portal) openCases(ctx context.Context) (int64, error) {
	answer, err := p.calls.Register.ListCases(ctx, call(&reportsv1.ListCasesRequest{RunningOnly: true, Limit: 1}))
	if err != nil {
		return 0, err
	}
	return int64(answer.Msg.GetTotal()), nil
}

// askOnceMore is a deed with what was typed carried along: what it comes to is read before the one button is pressed.
func askOnceMore(deed deedView, said string, values url.Values) deedView {
	deed.Said = said
	for _, f := range deed.Form.Fields {
		if value := values.Get(f.Name); value != "" {
			deed.Form.Hidden = append(deed.Form.Hidden, choice{f.Name, value})
		}
	}
	deed.Form.Hidden = append(deed.Form.Hidden, choice{"confirmed", "1"})
	deed.Form.Fields = nil
	return deed
}

func (p *portal) renderDeed(c echo.Context, deed deedView) error {
	return p.render(c, http.StatusOK, "deed", &page{Title: deed.Heading, Active: "admin", Body: deed})
}

func (p *portal) refuseDeed(c echo.Context, result sent, deed deedView, values url.Values) error {
	result.faults = atFields(result.faults, deed.Form.Fields)
	deed.Form.Fields = keep(deed.Form.Fields, values, result.faults)
	deed.Form.ActID = values.Get("act_id")
	return p.render(c, result.status, "deed", &page{Title: deed.Heading, Active: "admin", Body: deed, Faults: result.faults})
}
