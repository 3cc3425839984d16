package portal

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
)

const (
	unitsPath     = adminPath + "/don-vi"
	areasPath     = adminPath + "/dia-ban"
	officialsPath = adminPath + "/can-bo"
	boardsPath    = adminPath + "/ban"
	handOversPath = adminPath + "/ban-giao"
	catalogPath   = adminPath + "/danh-muc"
	ownPeoplePath = "/nguoi-cua-don-vi"
)

// registryTasks are the pages of the register on the administrators' first page.
func registryTasks() []adminTask {
	return []adminTask{
		{Group: groupRegister, Title: "Đơn vị", Href: unitsPath, Words: "Tìm, xem, ghi đơn vị; người giữ chức vụ, ban, cấp trên, cơ quan theo dõi."},
		{Group: groupRegister, Title: "Cán bộ", Href: officialsPath, Words: "Tìm, ghi cán bộ; giao, thôi, sửa chức vụ; địa chỉ nhận."},
		{Group: groupRegister, Title: "Bàn giao chức vụ", Href: handOversPath, Words: "Bàn giao kèm mọi hồ sơ đang mở; biên bản để in."},
		{Group: groupRegister, Title: "Ban", Href: boardsPath, Words: "Ban Chỉ đạo, Ban Thanh tra nhân dân, Ban Giám sát đầu tư: thành viên, nhiệm kỳ, khuyết."},
		{Group: groupRegister, Title: "Địa bàn", Href: areasPath, Words: "Tỉnh, xã, phường và địa bàn trước khi sắp xếp."},
		{Group: groupRules, Title: "Danh mục nhiệm vụ", Href: catalogPath, Words: "Phiên bản, điều khoản, nguồn, điều khác nhau giữa hai ngày."},
	}
}

var getAndPost = []string{http.MethodGet, http.MethodPost}

// registryRoutes are the administrators' pages of who exists; units judges every change again.
func (p *portal) registryRoutes(own *echo.Group) {
	own.GET("/don-vi", p.unitsPage)
	own.Match(getAndPost, "/don-vi/moi", p.registryForm(p.unitForm))
	own.GET("/don-vi/:unit", p.unitPage)
	own.Match(getAndPost, "/don-vi/:unit/sua", p.registryForm(p.unitForm))
	own.Match(getAndPost, "/don-vi/:unit/chuc-vu", p.giveForm)
	own.GET("/dia-ban", p.areasPage)
	own.Match(getAndPost, "/dia-ban/moi", p.registryForm(p.areaForm))
	own.GET("/dia-ban/:area", p.areaPage)
	own.Match(getAndPost, "/dia-ban/:area/sua", p.registryForm(p.areaForm))
	own.GET("/can-bo", p.officialsPage)
	own.Match(getAndPost, "/can-bo/moi", p.registryForm(p.officialForm))
	own.GET("/can-bo/:official", p.officialPage)
	own.Match(getAndPost, "/can-bo/:official/sua", p.registryForm(p.officialForm))
	own.Match(getAndPost, "/can-bo/:official/dia-chi", p.registryForm(p.officialReachForm))
	own.Match(getAndPost, "/can-bo/:official/chuc-vu", p.registryForm(p.hatForm))
	own.Match(getAndPost, "/chuc-vu/:position/thoi", p.registryForm(p.endForm))
	own.Match(getAndPost, "/chuc-vu/:position/sua", p.registryForm(p.correctForm))
	own.Match(getAndPost, "/chuc-vu/:position/bo", p.registryForm(p.removeForm))
	own.Match(getAndPost, "/chuc-vu/:position/ban-giao", p.handOverForm)
	own.GET("/ban-giao", p.handOversPage)
	own.GET("/ban-giao/:id", p.minutePage)
	own.GET("/ban", p.boardsPage)
	own.Match(getAndPost, "/ban/moi", p.registryForm(p.boardForm))
	own.GET("/ban/:board", p.boardPage)
	own.Match(getAndPost, "/ban/:board/sua", p.registryForm(p.boardForm))
	own.Match(getAndPost, "/ban/:board/thanh-vien", p.registryForm(p.memberForm))
	own.Match(getAndPost, "/ban/:board/thanh-vien/:member/thoi", p.registryForm(p.memberEndForm))
	own.GET("/danh-muc", p.cataloguePage)
	own.GET("/danh-muc/:obligation", p.obligationPage)
	own.Match(getAndPost, "/danh-muc/:obligation/ap-dung", p.registryForm(p.applyForm))
}

// ownPeopleRoutes are how the head of a unit changes its contact without asking the province.
func (p *portal) ownPeopleRoutes(inside *echo.Group) {
	inside.GET(ownPeoplePath, p.ownPeoplePage)
	inside.Match(getAndPost, ownPeoplePath+"/don-vi/:unit/chuc-vu", p.giveForm)
	inside.Match(getAndPost, ownPeoplePath+"/chuc-vu/:position/thoi", p.registryForm(p.endForm))
	inside.Match(getAndPost, ownPeoplePath+"/chuc-vu/:position/ban-giao", p.handOverForm)
	inside.GET(ownPeoplePath+"/ban-giao/:id", p.minutePage)
}

func isAdminPage(c echo.Context) bool { return strings.HasPrefix(c.Path(), adminPath) }

// basePath is where the pages of positions stand for the reader of this one.
func basePath(c echo.Context) string {
	if isAdminPage(c) {
		return adminPath
	}
	return ownPeoplePath
}

// changeWords are what was done, by kind of change.
var changeWords = map[string]string{
	"loaded": "nạp danh bạ ban đầu", "officials-loaded": "nạp cán bộ", "units-imported": "nhập từ tệp", "setting-changed": "đổi thiết lập", "days-off-changed": "đổi ngày nghỉ",
	"board-written": "ghi ban", "vacancy-recorded": "ghi khuyết thành viên", "reorganisation-planned": "lập phương án sắp xếp", "reorganisation-cancelled": "hủy phương án sắp xếp",
	"reorganisation-applied": "thực hiện sắp xếp", "reorganisation-finished": "xong sắp xếp", "absence-recorded": "ghi vắng mặt", "absence-ended": "kết thúc vắng mặt",
	"delegation-recorded": "ghi ủy quyền", "delegation-revoked": "thu hồi ủy quyền", "reach-changed": "đổi địa chỉ nhận", "official-written": "ghi cán bộ",
	"position-given": "giao chức vụ", "position-ended": "thôi giữ chức vụ", "position-corrected": "sửa chức vụ", "position-removed": "bỏ chức vụ ghi nhầm", "unit-written": "ghi đơn vị",
	"area-written": "ghi địa bàn", "member-written": "ghi thành viên ban", "member-ended": "thôi tham gia ban", "post-handed-over": "bàn giao chức vụ",
}

// fieldWords name what was changed.
var fieldWords = map[string]string{
	"id": "mã", "kind": "loại", "name": "tên", "name_en": "tên tiếng Anh", "area": "địa bàn", "parent": "cấp trên", "superior": "nơi nhận báo cáo quá hạn", "reviewer": "cơ quan theo dõi",
	"valid_from": "từ ngày", "valid_to": "đến ngày", "staff": "số người", "working_year": "năm công tác", "special": "đơn vị đặc thù", "special_ground": "căn cứ đặc thù", "followed_from": "theo dõi từ",
	"official": "cán bộ", "unit": "đơn vị", "role": "vai trò", "title": "chức vụ", "code": "mã số", "board": "ban",
}

// changesOf is the part of a page that tells who changed what of the thing.
func (p *portal) changesOf(ctx context.Context, subject string) (recordPart, error) {
	part := recordPart{Title: "Thay đổi", None: "Chưa có thay đổi nào được ghi.", Heads: []string{"Lúc", "Việc", "Nội dung", "Văn bản, lý do", "Người ghi"}}
	answer, err := p.calls.Units.ListChanges(ctx, call(&unitsv1.ListChangesRequest{Subject: subject}))
	if err != nil {
		return part, err
	}
	var ids []string
	for _, one := range answer.Msg.GetChanges() {
		ids = append(ids, one.GetOfficialId())
		for _, f := range one.GetFields() {
			if f.GetField() == "official" {
				ids = append(ids, f.GetBefore(), f.GetAfter())
			}
		}
	}
	names, err := p.names(ctx, nonEmpty(ids...))
	if err != nil {
		return part, err
	}
	for _, one := range answer.Msg.GetChanges() {
		by := firstOf(names[one.GetOfficialId()], one.GetOfficialId(), changedBy(one.GetService()))
		part.Rows = append(part.Rows, []recordCell{
			{Text: instant(one.GetAt()), Num: true}, plainCell(sentenceCase(firstOf(changeWords[one.GetKind()], one.GetKind()))), plainCell(changedWords(one.GetFields(), names)),
			plainCell(one.GetDocument()), plainCell(by),
		})
	}
	return part, nil
}

func changedBy(service string) string {
	if service == "terminal" {
		return "dòng lệnh"
	}
	return "hệ thống"
}

func changedWords(fields []*unitsv1.ChangedField, names map[string]string) string {
	var parts []string
	for _, f := range fields {
		before, after := changedValue(f.GetField(), f.GetBefore(), names), changedValue(f.GetField(), f.GetAfter(), names)
		text := firstOf(fieldWords[f.GetField()], f.GetField()) + ": "
		switch {
		case before == "":
			text += after
		case after == "":
			text += "bỏ " + before
		default:
			text += before + " → " + after
		}
		parts = append(parts, text)
	}
	return sentenceCase(strings.Join(parts, "; "))
}

func changedValue(field, value string, names map[string]string) string {
	switch field {
	case "official":
		return firstOf(names[value], value)
	case "role":
		if value == "" {
			return ""
		}
		return firstOf(memberWords[value], positionRole(value))
	case "kind":
		return firstOf(areaKindWords[value], kindWord(value))
	case "special":
		return map[string]string{"true": "có", "false": "không"}[value]
	case "working_year":
		return workingYearWords[value]
	default:
		return day(value)
	}
}
