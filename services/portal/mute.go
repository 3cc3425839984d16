package portal

import (
	"context"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
)

// muteURL is where the person turns off reminders of a case.
func muteURL(caseID string) string { return caseURL(caseID) + "/tat-nhac" }

// muted is until when the person turned off reminders of the case; empty when they come, or when it cannot be read.
func (p *portal) muted(ctx context.Context, who *person, caseID string) string {
	answer, err := p.calls.Notifications.GetPreferences(ctx, call(&notificationsv1.GetPreferencesRequest{OfficialId: who.ID}))
	if err != nil {
		p.logWarning("preferences not read", err)
		return ""
	}
	for _, mute := range answer.Msg.GetPreferences().GetMutes() {
		if mute.GetCaseId() == caseID && mute.GetUntil() >= p.today().String() {
			return mute.GetUntil()
		}
	}
	return ""
}

// Mutes tells whether the person gets reminders of this case, which he may turn off for a time.
func (v *caseView) Mutes() bool {
	_, told := v.person.hatIn(v.GetUnitId(), "contact", "head")
	return told && v.Working()
}

func (p *portal) mutableCase(c echo.Context) (*caseView, error) {
	v, err := p.loadCase(c)
	if err != nil {
		return nil, err
	}
	if !v.Mutes() {
		return nil, p.refuseStranger("tắt nhắc hồ sơ", v.Unit.GetName())
	}
	return v, nil
}

func muteFields() []field {
	return []field{{Name: "until", Label: "Tắt nhắc đến hết ngày", Hint: "Ví dụ: 28/12/2026", Kind: "day", Required: true}}
}

func newMute(v *caseView, key string, fields []field) deedView {
	return deedView{
		Back: v.URL(), BackText: "Hồ sơ " + v.GetId(), Heading: "Tắt nhắc hồ sơ", Under: v.Title() + " · " + v.Unit.GetName(),
		Effect: "Đến hết ngày đã chọn, hệ thống không gửi nhắc việc của hồ sơ này cho tài khoản này; báo cáo cấp trên vẫn gửi.",
		Form:   form{Action: muteURL(v.GetId()), Button: "Tắt nhắc", ActID: key, Fields: fields},
	}
}

func (p *portal) mutePage(c echo.Context) error {
	v, err := p.mutableCase(c)
	if err != nil {
		return err
	}
	return p.render(c, http.StatusOK, "deed", &page{Title: "Tắt nhắc hồ sơ: " + v.Title(), Active: "work", Body: newMute(v, newActID(), muteFields())})
}

func (p *portal) muteCase(c echo.Context) error {
	v, err := p.mutableCase(c)
	if err != nil {
		return err
	}
	values, err := c.FormParams()
	if err != nil {
		return err
	}
	result := p.sendMute(c.Request().Context(), v, values)
	if result.done() {
		return p.finish(c, result, v.URL())
	}
	result.faults = atFields(result.faults, muteFields())
	return p.renderRefused(c, result, "deed", "Tắt nhắc hồ sơ: "+v.Title(), newMute(v, values.Get("act_id"), keep(muteFields(), values, result.faults)))
}

func (p *portal) sendMute(ctx context.Context, v *caseView, values url.Values) sent {
	in := &inputs{values: values}
	until := in.needDay("until", "Ngày tắt nhắc")
	if until != "" && until < p.today().String() {
		in.refuse("until", "Ngày "+day(until)+" đã qua. Chọn ngày từ "+p.today().Vietnamese()+" trở đi.")
	}
	if len(in.faults) > 0 {
		return sent{status: http.StatusUnprocessableEntity, faults: in.faults}
	}
	_, err := p.calls.Notifications.MuteCase(ctx, call(&notificationsv1.MuteCaseRequest{OfficialId: v.person.ID, CaseId: v.GetId(), Until: until}))
	if err != nil {
		return p.refused(err)
	}
	return sent{kind: "ok", banner: "Đã tắt nhắc hồ sơ này đến hết ngày " + day(until) + "; báo cáo cấp trên vẫn gửi."}
}
