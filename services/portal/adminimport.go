package portal

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/catalogue"
	"nenep/services/units/gazetteer"
)

const (
	importPath = adminPath + "/nhap-don-vi"
	// mostUnitBytes bounds a file so that every one of its changes stands on one page of less than 150 kB.
	mostUnitBytes = 128 << 10
	// mostFaults is how many faults are listed; who has corrected these sees the others.
	mostFaults = 200
)

// unitChange is what one line of the file does to one unit.
type unitChange struct {
	Line           int
	ID, Name, Kind string
	New            bool
	Cells          []cellChange
}

type cellChange struct{ Label, From, To string }

type importView struct {
	Answer  string
	File    string
	Faults  []*unitsv1.ImportFault
	More    int // faults that are not listed
	Changes []unitChange
	Total   int
	Packed  string // the checked content, which the writing sends back
	Most    int64  // bytes that a file may have
}

func (p *portal) importPage(c echo.Context) error {
	return p.renderImport(c, http.StatusOK, &importView{}, nil)
}

func (p *portal) renderImport(c echo.Context, status int, view *importView, faults []fault) error {
	view.Most = mostUnitBytes
	return p.render(c, status, "adminimport", &page{Title: "Nhập đơn vị từ tệp", Active: "admin", Body: view, Faults: faults})
}

func (p *portal) checkImport(c echo.Context) error {
	name, content, wrong := readUnitFile(c)
	if wrong != "" {
		return p.renderImport(c, http.StatusUnprocessableEntity, &importView{}, []fault{{"file", wrong}})
	}
	return p.showImport(c, name, content, nil)
}

// readUnitFile is the file that was chosen, or what is wrong with it.
func readUnitFile(c echo.Context) (string, []byte, string) {
	header, err := c.FormFile("file")
	if err != nil || header.Size == 0 {
		return "", nil, "Chưa chọn tệp, hoặc tệp không có nội dung. Chọn tệp rồi gửi lại."
	}
	if header.Size > mostUnitBytes {
		return "", nil, "Tệp nặng " + weight(header.Size) + ", quá mức " + weight(mostUnitBytes) + ". Tách thành nhiều tệp."
	}
	file, err := header.Open()
	if err != nil {
		return "", nil, "Tệp đọc chưa được. Chọn lại tệp rồi gửi lại."
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, mostUnitBytes))
	if err != nil {
		return "", nil, "Tệp đọc chưa được. Chọn lại tệp rồi gửi lại."
	}
	return header.Filename, content, ""
}

// showImport has units judge the content without writing and shows every change and every fault.
func (p *portal) showImport(c echo.Context, name string, content []byte, above []fault) error {
	answer, err := p.calls.Units.ImportUnits(c.Request().Context(), call(&unitsv1.ImportUnitsRequest{Content: content, DryRun: true}))
	if err != nil {
		result := p.refused(err)
		return p.renderImport(c, result.status, &importView{}, atFields(result.faults, nil))
	}
	view, status := &importView{File: name, Total: int(answer.Msg.GetAdded() + answer.Msg.GetChanged())}, http.StatusOK
	view.Answer = name + ": " + lowerFirst(importAnswer(answer.Msg))
	view.Faults = answer.Msg.GetFaults()
	if view.More = len(view.Faults) - mostFaults; view.More > 0 {
		view.Faults = view.Faults[:mostFaults]
	}
	if len(view.Faults) > 0 || len(above) > 0 {
		status = http.StatusUnprocessableEntity
	}
	if len(view.Faults) == 0 && view.Total > 0 {
		if view.Changes, err = p.unitChanges(c, content); err != nil {
			return err
		}
		view.Packed = pack(content)
	}
	return p.renderImport(c, status, view, above)
}

func importAnswer(answer *unitsv1.ImportUnitsResponse) string {
	count := func(n int) string { return number(int64(n)) }
	if faults := len(answer.GetFaults()); faults > 0 {
		return "Tệp có " + count(faults) + " lỗi. Chưa có gì được ghi."
	}
	if answer.GetAdded()+answer.GetChanged() == 0 {
		return "Tệp không khác dữ liệu hiện có. Không có gì để ghi."
	}
	return "Thêm " + count(int(answer.GetAdded())) + ", sửa " + count(int(answer.GetChanged())) + ", không đổi " + count(int(answer.GetSame())) + ". Chưa có gì được ghi."
}

// unitChanges are the lines of a file without faults that add a unit or make one different.
func (p *portal) unitChanges(c echo.Context, content []byte) ([]unitChange, error) {
	units, _ := gazetteer.ParseUnitsTSV(bytes.NewReader(content))
	var ids []string
	for _, unit := range units {
		ids = append(ids, unit.ID)
	}
	existing, err := p.unitsByID(c.Request().Context(), ids)
	if err != nil {
		return nil, err
	}
	columns, lines := unitSheet(content)
	var changes []unitChange
	for i, says := range units {
		change := unitChange{ID: says.ID, Name: says.Name, Kind: kindWord(says.Kind), New: existing[says.ID] == nil}
		if i < len(lines) {
			change.Line = lines[i]
		}
		if !change.New {
			change.Cells = cellChanges(columns, existing[says.ID], says)
		}
		if change.New || len(change.Cells) > 0 {
			changes = append(changes, change)
		}
	}
	return changes, nil
}

// unitSheet is the columns of a file and the lines on which its rows stand.
func unitSheet(content []byte) (columns []string, lines []int) {
	for i, line := range strings.Split(strings.TrimPrefix(string(content), "\ufeff"), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if columns != nil {
			lines = append(lines, i+1)
			continue
		}
		for _, cell := range strings.Split(line, "\t") {
			columns = append(columns, strings.Trim(strings.TrimSpace(cell), `"`))
		}
	}
	return columns, lines
}

// unitColumn is a column of the file with what it says and what is there.
type unitColumn struct{ name, label, from, to string }

// cellChanges are the cells by which a line differs from the unit; a column that the file does not have changes nothing.
func cellChanges(columns []string, was *unitsv1.Unit, says gazetteer.Unit) []cellChange {
	if says.FollowedFrom == "" {
		says.FollowedFrom = was.GetFollowedFrom()
	}
	var changes []cellChange
	for _, column := range []unitColumn{
		{"kind", "loại", kindWord(was.GetKind()), kindWord(says.Kind)},
		{"name", "tên", was.GetName(), says.Name}, {"name_en", "tên tiếng Anh", was.GetNameEn(), says.NameEN},
		{"area", "địa bàn", was.GetAreaId(), says.AreaID}, {"parent", "cấp trên", was.GetParentId(), says.ParentID},
		{"superior", "nơi nhận báo cáo quá hạn", was.GetSuperiorId(), says.SuperiorID}, {"reviewer", "cơ quan theo dõi", was.GetReviewerId(), says.ReviewerID},
		{"valid_from", "từ ngày", day(was.GetValidFrom()), day(says.ValidFrom)}, {"valid_to", "đến ngày", day(was.GetValidTo()), day(says.ValidTo)},
		{"staff", "số người", strconv.Itoa(int(was.GetStaff())), strconv.Itoa(says.Staff)}, {"working_year", "năm công tác", was.GetWorkingYear(), says.WorkingYear},
		{"example", "ví dụ", yesNo(was.GetExample()), yesNo(says.Example)}, {"source", "nguồn", was.GetSource(), says.Source},
		{"special", "loại đặc thù", yesNo(was.GetSpecial()), yesNo(says.Special)}, {"special_ground", "căn cứ loại đặc thù", was.GetSpecialGround(), says.SpecialGround},
		{"followed_from", "theo dõi từ ngày", day(was.GetFollowedFrom()), day(says.FollowedFrom)},
	} {
		if column.from != column.to && slices.Contains(columns, column.name) {
			changes = append(changes, cellChange{column.label, column.from, column.to})
		}
	}
	return changes
}

func yesNo(is bool) string {
	if is {
		return "có"
	}
	return "không"
}

// pack makes content that a form carries; unpack answers it again, and refuses what was not packed here.
func pack(content []byte) string {
	var packed bytes.Buffer
	writer := gzip.NewWriter(&packed)
	if _, err := writer.Write(content); err != nil {
		return ""
	}
	if err := writer.Close(); err != nil {
		return ""
	}
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

var errNotPacked = errors.New("the content is not what the check packed")

func unpack(packed string) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(packed)
	if err != nil {
		return nil, errNotPacked
	}
	reader, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, errNotPacked
	}
	content, err := io.ReadAll(io.LimitReader(reader, mostUnitBytes+1))
	if err != nil || len(content) > mostUnitBytes || len(content) == 0 {
		return nil, errNotPacked
	}
	return content, nil
}

// writeImport writes what was checked, all of it or nothing. When the units changed meanwhile, so that it would come to something
// else than what was read, it is shown anew and nothing is written.
func (p *portal) writeImport(c echo.Context) error {
	content, err := unpack(c.FormValue("content"))
	if err != nil {
		return wire.Refuse(contract.CodeInvalid, "Nội dung đã kiểm tra không còn nguyên vẹn, chưa có gì được ghi. Chọn lại tệp rồi kiểm tra lại.",
			"What was checked is no longer whole and nothing was written. Choose the file again.")
	}
	ctx, name := c.Request().Context(), c.FormValue("file")
	tried, err := p.calls.Units.ImportUnits(ctx, call(&unitsv1.ImportUnitsRequest{Content: content, DryRun: true}))
	if err != nil {
		return err
	}
	if total := tried.Msg.GetAdded() + tried.Msg.GetChanged(); len(tried.Msg.GetFaults()) > 0 || strconv.Itoa(int(total)) != c.FormValue("total") {
		return p.showImport(c, name, content, []fault{{Text: "Dữ liệu đơn vị đã thay đổi sau khi kiểm tra, chưa có gì được ghi. Xem lại các thay đổi dưới đây rồi ghi."}})
	}
	answer, err := p.calls.Units.ImportUnits(ctx, call(&unitsv1.ImportUnitsRequest{Content: content}))
	if err != nil {
		return err
	}
	if !answer.Msg.GetWritten() {
		return p.showImport(c, name, content, []fault{{Text: "Tệp có lỗi, chưa có gì được ghi."}})
	}
	return p.finish(c, sent{kind: "ok", banner: "Đã ghi " + number(int64(answer.Msg.GetAdded()+answer.Msg.GetChanged())) + " thay đổi."}, importPath)
}

func kindWord(kind string) string {
	if title := catalogue.KindTitle(kind).VI; title != "" {
		return title
	}
	return kind
}
