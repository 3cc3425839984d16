package portal

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
)

const dayTablePath = adminPath + "/ngay-nghi"

var dayKinds = []choice{
	{string(calendar.Off), "nghỉ"}, {string(calendar.OffSwapped), "nghỉ, làm bù ngày khác"}, {string(calendar.WorkingSwapped), "làm bù"}, {string(calendar.Unsettled), "chưa chốt"},
}

// sureness is how surely the source of a day is known.
var sureness = []choice{
	{"V", "đã đối chiếu văn bản gốc"}, {"V (press)", "theo báo chí, chờ đối chiếu"}, {"R", "chưa đối chiếu"}, {"unsettled", "chưa chốt"},
}

func choiceLabel(choices []choice, value string) string {
	for _, one := range choices {
		if one.Value == value {
			return one.Label
		}
	}
	return value
}

type dayRow struct {
	*unitsv1.DayOff
	Kind, Sure, Change, Remove string
}

type dayTableView struct {
	Answer, Year, Add string
	Years             []pageTab
	Rows              []dayRow
}

type pageTab struct {
	Title, Href string
	Here        bool
}

func (p *portal) dayTable(ctx context.Context) ([]*unitsv1.DayOff, error) {
	answer, err := p.calls.Units.ListDaysOff(ctx, call(&unitsv1.ListDaysOffRequest{}))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(answer.Msg.GetTable(), func(d *unitsv1.DayOff) bool { return d.GetRemoved() }), nil
}

func (p *portal) dayTablePage(c echo.Context) error {
	table, err := p.dayTable(c.Request().Context())
	if err != nil {
		return err
	}
	view := newDayTable(table, c.QueryParam("nam"), p.today().Year())
	return p.render(c, http.StatusOK, "admindays", &page{Title: "Ngày nghỉ năm " + view.Year, Active: "admin", Body: view})
}

// newDayTable is one year of the table; asked is a year, this one where it is none.
func newDayTable(table []*unitsv1.DayOff, asked string, thisYear int) dayTableView {
	first, last := thisYear, thisYear+1
	for _, d := range table {
		if date, err := calendar.ParseDate(d.GetDay()); err == nil {
			first, last = min(first, date.Year()), max(last, date.Year())
		}
	}
	year, err := strconv.Atoi(asked)
	if err != nil || year < first || year > last {
		year = thisYear
	}
	view := dayTableView{Year: strconv.Itoa(year), Add: dayTablePath + "/ghi"}
	for y := first; y <= last; y++ {
		view.Years = append(view.Years, pageTab{strconv.Itoa(y), dayTablePath + "?nam=" + strconv.Itoa(y), y == year})
	}
	unsure := 0
	for _, d := range table {
		if !strings.HasPrefix(d.GetDay(), view.Year+"-") {
			continue
		}
		if d.GetConfidence() != "V" {
			unsure++
		}
		named := "?" + url.Values{"ngay": {d.GetDay()}}.Encode()
		view.Rows = append(view.Rows, dayRow{d, choiceLabel(dayKinds, d.GetKind()), choiceLabel(sureness, d.GetConfidence()), dayTablePath + "/ghi" + named, dayTablePath + "/bo" + named})
	}
	slices.SortStableFunc(view.Rows, func(a, b dayRow) int { return strings.Compare(a.GetDay(), b.GetDay()) })
	view.Answer = dayTableAnswer(view, unsure)
	return view
}

func dayTableAnswer(view dayTableView, unsure int) string {
	if len(view.Rows) == 0 {
		return "Năm " + view.Year + " chưa có ngày nào trong bảng; các ngày nghỉ theo luật được dự tính cho đến khi có quyết định."
	}
	text := "Năm " + view.Year + " có " + number(int64(len(view.Rows))) + " ngày trong bảng"
	if unsure > 0 {
		return text + ", " + number(int64(unsure)) + " ngày chưa đối chiếu văn bản gốc."
	}
	return text + "."
}

func dayFields(was *unitsv1.DayOff) []field {
	fields := []field{
		{Name: "day", Label: "Ngày", Hint: "Ví dụ: 02/09/2027", Kind: "day", Required: true},
		{Name: "kind", Label: "Loại ngày", Kind: "choice", Choices: dayKinds, Required: true},
		{Name: "name_vi", Label: "Tên ngày", Hint: "Ví dụ: Quốc khánh", Kind: "text", Required: true},
		{Name: "source", Label: "Số, ký hiệu văn bản", Hint: "Thông báo, quyết định về ngày nghỉ", Kind: "text", Required: true},
		{Name: "confidence", Label: "Mức chắc chắn của nguồn", Kind: "choice", Choices: sureness, Required: true, Value: "V"},
	}
	if was != nil {
		for i, value := range []string{day(was.GetDay()), was.GetKind(), was.GetNameVi(), was.GetSource(), was.GetConfidence()} {
			fields[i].Value = value
		}
	}
	return fields
}

func newDayDeed(was *unitsv1.DayOff) deedView {
	deed := deedView{
		Back: dayTablePath, BackText: "Ngày nghỉ", Heading: "Thêm ngày vào bảng", Effect: "Thời hạn của các hồ sơ đang mở được tính lại theo bảng mới.",
		Form: form{Action: dayTablePath + "/ghi", Button: "Ghi ngày", ActID: newActID(), Fields: dayFields(was)},
	}
	if was != nil {
		deed.Heading, deed.Under = "Sửa ngày "+day(was.GetDay()), was.GetNameVi()
	}
	return deed
}

// namedDay is the row of the table that an address names; nil when it names none.
func (p *portal) namedDay(c echo.Context) (*unitsv1.DayOff, error) {
	named := c.QueryParam("ngay")
	if named == "" {
		return nil, nil
	}
	table, err := p.dayTable(c.Request().Context())
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(table, func(d *unitsv1.DayOff) bool { return d.GetDay() == named })
	if at < 0 {
		return nil, notFound()
	}
	return table[at], nil
}

func (p *portal) dayPage(c echo.Context) error {
	was, err := p.namedDay(c)
	if err != nil {
		return err
	}
	return p.renderDeed(c, newDayDeed(was))
}

func readDay(in *inputs) *unitsv1.DayOff {
	row := &unitsv1.DayOff{Day: in.needDay("day", "Ngày"), Kind: in.oneOf("kind", "Loại ngày", choiceValues(dayKinds))}
	if in.values.Get("kind") == "" {
		in.refuse("kind", "Chưa chọn loại ngày. Chọn một mục rồi gửi lại.")
	}
	row.NameVi, row.Source = in.need("name_vi", "Tên ngày"), in.need("source", "Số, ký hiệu văn bản")
	row.Confidence = in.oneOf("confidence", "Mức chắc chắn của nguồn", choiceValues(sureness))
	return row
}

func choiceValues(choices []choice) []string {
	var values []string
	for _, one := range choices {
		values = append(values, one.Value)
	}
	return values
}

func (p *portal) recordDay(c echo.Context) error {
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	in := &inputs{values: values}
	row := readDay(in)
	if len(in.faults) > 0 {
		return p.refuseDeed(c, sent{status: http.StatusUnprocessableEntity, faults: in.faults}, newDayDeed(nil), values)
	}
	said := owedDay(row.GetDay()) + ": " + choiceLabel(dayKinds, row.GetKind()) + ", " + row.GetNameVi() + ", theo " + row.GetSource() + "."
	return p.setDay(c, row, newDayDeed(nil), values, said, "Đã ghi ngày "+day(row.GetDay()))
}

// setDay tries the change first and says how many cases it touches; only what was confirmed is written.
func (p *portal) setDay(c echo.Context, row *unitsv1.DayOff, deed deedView, values url.Values, said, done string) error {
	ctx, confirmed := c.Request().Context(), values.Get("confirmed") != ""
	answer, err := p.calls.Units.SetDaysOff(ctx, call(&unitsv1.SetDaysOffRequest{Days: []*unitsv1.DayOff{row}, DryRun: !confirmed}))
	if err != nil {
		return p.refuseDeed(c, p.refused(err), deed, values)
	}
	running, err := p.openCases(ctx)
	if err != nil {
		return err
	}
	if !confirmed {
		deed.Effect = number(running) + " hồ sơ đang mở được tính lại thời hạn."
		if answer.Msg.GetChanged() == 0 {
			deed.Effect = "Bảng đã ghi như vậy. Gửi lại để tính lại thời hạn của " + number(running) + " hồ sơ đang mở nếu lần trước chưa bắt đầu được."
		}
		return p.renderDeed(c, askOnceMore(deed, sentenceCase(said), values))
	}
	p.province.known.Store(nil) // the next page reads what holds now
	done += ". " + number(running) + " hồ sơ đang mở được tính lại thời hạn"
	if order := answer.Msg.GetOrderId(); order != "" {
		done += " (mã đợt " + order + ")"
	}
	return p.finish(c, sent{kind: "ok", banner: done + "."}, dayTablePath+"?nam="+row.GetDay()[:4])
}

// dayRemoval is the day an address names and the deed that takes it out.
func (p *portal) dayRemoval(c echo.Context) (*unitsv1.DayOff, deedView, error) {
	was, err := p.namedDay(c)
	if err == nil && was == nil {
		err = notFound()
	}
	if err != nil {
		return nil, deedView{}, err
	}
	running, err := p.openCases(c.Request().Context())
	if err != nil {
		return nil, deedView{}, err
	}
	return was, deedView{
		Back: dayTablePath + "?nam=" + was.GetDay()[:4], BackText: "Ngày nghỉ", Heading: "Bỏ ngày " + day(was.GetDay()) + " khỏi bảng",
		Under:  sentenceCase(owedDay(was.GetDay())) + ": " + choiceLabel(dayKinds, was.GetKind()) + ", " + was.GetNameVi() + ", theo " + was.GetSource(),
		Effect: number(running) + " hồ sơ đang mở được tính lại thời hạn. Ngày này tính theo thứ trong tuần.",
		Form:   form{Action: dayTablePath + "/bo?" + url.Values{"ngay": {was.GetDay()}}.Encode(), Button: "Bỏ ngày", ActID: newActID()},
	}, nil
}

func (p *portal) dayRemovalPage(c echo.Context) error {
	_, deed, err := p.dayRemoval(c)
	if err != nil {
		return err
	}
	return p.renderDeed(c, deed)
}

func (p *portal) removeDay(c echo.Context) error {
	was, deed, err := p.dayRemoval(c)
	if err != nil {
		return err
	}
	return p.setDay(c, &unitsv1.DayOff{Day: was.GetDay(), Removed: true}, deed, url.Values{"confirmed": {"1"}}, "", "Đã bỏ ngày "+day(was.GetDay()))
}
