package portal

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/catalogue"
)

const settingsPath = adminPath + "/thiet-lap"

// provinceSetting is a setting with its values as people read them.
type provinceSetting struct {
	*unitsv1.Setting
	Present, Proposed string
	Changed           bool
	Change, Back      string // pages on which it is changed, and returned to the proposed value
}

type settingGroup struct {
	Title string
	Rows  []provinceSetting
}

type settingsView struct {
	Answer string
	Query  string
	Groups []settingGroup
}

func settingAddress(key string) string { return settingsPath + "/" + url.PathEscape(key) }

func newProvinceSetting(s *unitsv1.Setting) provinceSetting {
	row := provinceSetting{Setting: s, Proposed: settingValue(s.GetDefaultValue(), s.GetUnit()), Change: settingAddress(s.GetKey())}
	row.Present = row.Proposed
	if s.GetValue() != "" {
		row.Present = settingValue(s.GetValue(), s.GetUnit())
	}
	if row.Changed = s.GetDocument() != "" || row.Present != row.Proposed; row.Changed {
		row.Back = row.Change + "/de-xuat"
	}
	return row
}

// settingValue is a value with its unit.
func settingValue(value, unit string) string {
	words := map[string]string{"days": "ngày", "months": "tháng", "years": "năm", "times": "lần", "persons": "người", "staff": "người", "convocations": "lần triệu tập"}
	switch {
	case unit == "switch" && value == catalogue.SwitchOn:
		return "bật"
	case unit == "switch" && value == catalogue.SwitchOff:
		return "tắt"
	case unit == "percent":
		return value + "%"
	case unit == "day-of-year":
		return "ngày " + value
	case words[unit] != "":
		return value + " " + words[unit]
	default:
		return value
	}
}

// The groups of the settings that belong to no single obligation, by the first part of the key.
var settingGroups = map[string]string{
	"review": "Xác nhận, trả lại", "quiet-days": "Nhắc việc", "ladder": "Nhắc việc", "messages": "Dữ liệu cá nhân", "digests": "Dữ liệu cá nhân",
	"preferences": "Dữ liệu cá nhân", "plan": "Kế hoạch", "commitment": "Kế hoạch", "yearly-check": "Kế hoạch", "training": "Kế hoạch", "registers": "Sổ theo dõi",
	"petitions": "Sổ theo dõi",
}

// settingGroupOf names the obligation or the matter that a setting belongs to.
func settingGroupOf(key string, edition *catalogue.Edition) string {
	first, _, _ := strings.Cut(key, ".")
	if edition != nil {
		if obligation := edition.Obligation(strings.ToUpper(first)); obligation != nil {
			return obligation.Code + " " + obligation.Title.VI
		}
	}
	if title := settingGroups[first]; title != "" {
		return title
	}
	return "Thiết lập chung của nhiều nhiệm vụ"
}

// groupSettings keeps the order in which groups come first; query narrows by words of the text or the key.
func groupSettings(settings []*unitsv1.Setting, edition *catalogue.Edition, query string) []settingGroup {
	var groups []settingGroup
	query = strings.ToLower(query)
	for _, s := range settings {
		title := settingGroupOf(s.GetKey(), edition)
		if !strings.Contains(strings.ToLower(s.GetTitleVi()+" "+s.GetKey()+" "+title), query) {
			continue
		}
		at := slices.IndexFunc(groups, func(g settingGroup) bool { return g.Title == title })
		if at < 0 {
			groups, at = append(groups, settingGroup{Title: title}), len(groups)
		}
		groups[at].Rows = append(groups[at].Rows, newProvinceSetting(s))
	}
	slices.SortStableFunc(groups, func(a, b settingGroup) int { return strings.Compare(a.Title, b.Title) })
	return groups
}

func settingsAnswer(settings []*unitsv1.Setting) string {
	changed := 0
	for _, s := range settings {
		if newProvinceSetting(s).Changed {
			changed++
		}
	}
	if changed == 0 {
		return "Tỉnh chưa thay đổi thiết lập nào."
	}
	return "Tỉnh đã thay đổi " + number(int64(changed)) + " trong " + number(int64(len(settings))) + " thiết lập."
}

func (p *portal) listSettings(ctx context.Context) ([]*unitsv1.Setting, error) {
	answer, err := p.calls.Units.ListSettings(ctx, call(&unitsv1.ListSettingsRequest{}))
	if err != nil {
		return nil, err
	}
	return answer.Msg.GetSettings(), nil
}

func (p *portal) settingsPage(c echo.Context) error {
	settings, err := p.listSettings(c.Request().Context())
	if err != nil {
		return err
	}
	query := strings.TrimSpace(c.QueryParam("tim"))
	view := settingsView{Answer: settingsAnswer(settings), Query: query, Groups: groupSettings(settings, p.edition(), query)}
	return p.render(c, http.StatusOK, "adminsettings", &page{Title: "Thiết lập của tỉnh", Active: "admin", Body: view})
}

// chosenSetting is the setting an address names, and whether it returns to the proposed value.
func (p *portal) chosenSetting(c echo.Context) (provinceSetting, bool, error) {
	settings, err := p.listSettings(c.Request().Context())
	if err != nil {
		return provinceSetting{}, false, err
	}
	at := slices.IndexFunc(settings, func(s *unitsv1.Setting) bool { return s.GetKey() == c.Param("key") })
	if at < 0 {
		return provinceSetting{}, false, notFound()
	}
	return newProvinceSetting(settings[at]), strings.HasSuffix(c.Path(), "/de-xuat"), nil
}

func (s provinceSetting) fields(back bool) []field {
	document := field{Name: "document", Label: "Số, ký hiệu văn bản", Hint: "Văn bản của tỉnh quyết định thiết lập này", Kind: "text", Required: true}
	if back {
		return []field{document}
	}
	value := field{Name: "value", Label: "Giá trị mới", Hint: "Hiện nay: " + s.Present + "; đề xuất: " + s.Proposed, Kind: "text", Required: true, Value: s.GetValue()}
	if s.GetUnit() == "switch" {
		value.Kind, value.Choices = "choice", []choice{{catalogue.SwitchOn, "bật"}, {catalogue.SwitchOff, "tắt"}}
	}
	if value.Value == "" {
		value.Value = s.GetDefaultValue()
	}
	return []field{value, document}
}

func (s provinceSetting) deed(back bool) deedView {
	deed := deedView{
		Back: settingsPath, BackText: "Thiết lập của tỉnh", Heading: "Thay đổi thiết lập", Under: s.GetTitleVi(),
		Effect: "Áp dụng cho hồ sơ mở từ nay; hồ sơ đang mở giữ nguyên.",
		Form:   form{Action: s.Change, Button: "Thay đổi", ActID: newActID(), Fields: s.fields(back)},
	}
	if back {
		deed.Heading, deed.Form.Action, deed.Form.Button = "Trở lại giá trị đề xuất", s.Change+"/de-xuat", "Trở lại giá trị đề xuất"
	}
	return deed
}

func (p *portal) settingPage(c echo.Context) error {
	chosen, back, err := p.chosenSetting(c)
	if err != nil {
		return err
	}
	return p.renderDeed(c, chosen.deed(back))
}

func (p *portal) changeSetting(c echo.Context) error {
	chosen, back, err := p.chosenSetting(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in, to := &inputs{values: values}, chosen.Proposed
	request := &unitsv1.SetSettingRequest{Key: chosen.GetKey()}
	if !back {
		request.Value = in.need("value", "Giá trị mới")
		p.judgeSetting(in, request)
		to = settingValue(request.GetValue(), chosen.GetUnit())
	}
	request.Document = in.need("document", "Số, ký hiệu văn bản")
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, chosen.deed(back), values)
	}
	if values.Get("confirmed") == "" {
		return p.renderDeed(c, askOnceMore(chosen.deed(back), "Từ "+chosen.Present+" thành "+to+", theo "+request.GetDocument()+".", values))
	}
	if _, err := p.calls.Units.SetSetting(c.Request().Context(), call(request)); err != nil {
		return p.refuseDeed(c, p.refused(err), chosen.deed(back), values)
	}
	p.province.known.Store(nil) // the next page reads what holds now
	return p.finish(c, sent{kind: "ok", banner: "Đã đổi thiết lập từ " + chosen.Present + " thành " + to + "."}, settingsPath)
}

// judgeSetting says what is wrong with a value before it is asked about, by what units judges it by.
func (p *portal) judgeSetting(in *inputs, request *unitsv1.SetSettingRequest) {
	if request.GetValue() == "" {
		return
	}
	_, err := p.declared.WithSettings(map[string]string{request.GetKey(): request.GetValue()})
	var wrong catalogue.Faults
	if errors.As(err, &wrong) {
		in.refuse("value", wrong[0].VI)
	}
}
