package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

func caseShowCommand() *cobra.Command {
	show := &cobra.Command{Use: "show CASE", Short: "Show one case: as the register has it, as its workflow says, its acts, what differs", Args: exactly(1),
		Long: "Show one case for whoever is asked about it on the telephone: where it stands and by when, its steps, what people did upon it and whether that reached\n" +
			"the case (chờ chuyển: stored, not delivered; đã chuyển: the case has done it; từ chối: the case refused it; Temporal chưa có: done once, and lost by a restore),\n" +
			"the last messages, the workflow with the version of the register beside Temporal's, and every field in which the two differ. It changes nothing."}
	return withTerminal(show, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Repair.InspectCase(ctx, connect.NewRequest(&reportsv1.InspectCaseRequest{Id: arguments[0]}))
		if err != nil {
			return err
		}
		told, err := t.clients.Notifications.ListMessages(ctx, connect.NewRequest(&notificationsv1.ListMessagesRequest{CaseId: answer.Msg.GetCase().GetId(), Limit: lastMessages}))
		if err != nil {
			return err
		}
		if t.json {
			return t.printInspected(answer.Msg, told.Msg)
		}
		return t.printTable([]string{"MỤC", "NỘI DUNG"}, inspectedRows(answer.Msg, told.Msg.GetMessages()))
	})
}

// lastMessages is how many of the last messages are shown.
const lastMessages = 3

// printInspected writes the case as it always was, with what is new beside its fields.
func (t *terminal) printInspected(inspected *reportsv1.InspectCaseResponse, told *notificationsv1.ListMessagesResponse) error {
	whole, err := plainJSON(inspected)
	if err != nil {
		return err
	}
	messages, err := plainJSON(told)
	if err != nil {
		return err
	}
	shown, _ := whole["case"].(map[string]any)
	for _, part := range []string{"workflow", "acts", "taken_act_ids", "differences", "lost"} {
		shown[part] = whole[part]
	}
	shown["messages"] = messages["messages"]
	return encodeJSON(t.out, shown)
}

func inspectedRows(inspected *reportsv1.InspectCaseResponse, messages []*notificationsv1.Message) [][]string {
	c := inspected.GetCase()
	rows := slices.Concat(caseRows(c), actRows(inspected), messageRows(messages), workflowRows(inspected))
	for _, d := range inspected.GetDifferences() {
		rows = append(rows, []string{"KHÁC NHAU " + d.GetField(), "sổ theo dõi: " + d.GetRegister() + "; Temporal: " + d.GetTemporal()})
	}
	switch {
	case inspected.GetLost():
		rows = append(rows, []string{"VIỆC CẦN LÀM", "Hồ sơ không còn chạy trong Temporal: nenep case reopen " + c.GetId() + ` --words "lý do"`})
	case len(inspected.GetDifferences()) > 0:
		rows = append(rows, []string{"VIỆC CẦN LÀM", "nenep register rebuild --case " + c.GetId() + ` --words "lý do"`})
	case inspected.GetWorkflow().GetState() != nil:
		rows = append(rows, []string{"khác nhau", "không"})
	}
	return rows
}

func caseRows(c *reportsv1.Case) [][]string {
	s := c.GetState()
	rows := [][]string{
		{"hồ sơ", c.GetId()}, {"nhiệm vụ", c.GetInput().GetTitleVi()}, {"trạng thái", stateName(s.GetState())},
		{"hạn", strings.TrimSpace(s.GetDueDay() + extendedWords(s) + lateWords(s))}, {"vòng, lần nộp", fmt.Sprintf("%d, %d", s.GetRound(), s.GetSubmission())},
		{"mức nhắc tiếp theo", cmp.Or(strings.TrimSpace(s.GetNextRungId()+" "+s.GetNextRungDay()), "không")},
	}
	if s.GetPausedBy() != "" {
		rows = append(rows, []string{"tạm dừng báo cáo cấp trên", strings.TrimSpace(s.GetPausedBy() + " " + s.GetPausedUntil())})
	}
	for _, step := range c.GetInput().GetSteps() {
		rows = append(rows, []string{"bước " + step.GetId(), stepLine(step, s)})
	}
	for _, file := range c.GetFiles() {
		rows = append(rows, []string{"tệp", fmt.Sprintf("%s (%d B, sha256 %.8s)", file.GetName(), file.GetSize(), file.GetSha256())})
	}
	return rows
}

func extendedWords(s *casefilev1.CaseState) string {
	if s.GetExtended() {
		return ", đã gia hạn"
	}
	return ""
}

func lateWords(s *casefilev1.CaseState) string {
	if s.GetLateWorkingDays() > 0 {
		return fmt.Sprintf(", quá hạn %d ngày làm việc", s.GetLateWorkingDays())
	}
	return ""
}

func stepLine(step *casefilev1.StepPolicy, s *casefilev1.CaseState) string {
	for _, record := range s.GetSteps() {
		if record.GetStepId() == step.GetId() {
			return strings.TrimSpace(fmt.Sprintf("%s: %s %s", step.GetTitleVi(), record.GetHeldOn(), record.GetOutcome()))
		}
	}
	return step.GetTitleVi() + ": chưa có"
}

func actRows(inspected *reportsv1.InspectCaseResponse) [][]string {
	rows := make([][]string, 0, len(inspected.GetActs()))
	for _, stored := range inspected.GetActs() {
		act := stored.GetAct()
		rows = append(rows, []string{"việc " + actName(act), strings.Join([]string{stored.GetStoredAt(), cmp.Or(act.GetOfficialId(), "hệ thống"), act.GetActId(), deliveryWords(inspected, stored)}, "  ")})
	}
	return rows
}

// actName is what the act is called in the contracts: "record_step".
func actName(act *casefilev1.Act) string {
	message := act.ProtoReflect()
	if kind := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind")); kind != nil {
		return string(kind.Name())
	}
	return "?"
}

// deliveryWords say whether the act reached its case.
func deliveryWords(inspected *reportsv1.InspectCaseResponse, stored *reportsv1.StoredAct) string {
	refusal := stored.GetOutcome().GetRefusal()
	switch {
	case stored.GetOutcome() == nil:
		return "chờ chuyển"
	case refusal != nil:
		return "từ chối: " + refusal.GetTextVi()
	case slices.ContainsFunc(inspected.GetDifferences(), func(d *reportsv1.Difference) bool {
		return strings.HasPrefix(d.GetField(), "act ") && strings.HasSuffix(d.GetField(), " "+stored.GetAct().GetActId())
	}):
		return "đã chuyển " + stored.GetDeliveredAt() + ", Temporal chưa có"
	default:
		return "đã chuyển " + stored.GetDeliveredAt()
	}
}

func messageRows(messages []*notificationsv1.Message) [][]string {
	if len(messages) == 0 {
		return [][]string{{"thông báo", "chưa có"}}
	}
	rows := make([][]string, 0, len(messages))
	for _, m := range messages {
		what := cmp.Or(m.GetRungId(), m.GetTemplate())
		rows = append(rows, []string{"thông báo " + what, strings.Join([]string{cmp.Or(m.GetSentAt(), m.GetCreatedAt()), m.GetState(), m.GetChannel(), recipientOf(m), m.GetAnswer()}, "  ")})
	}
	return rows
}

var workflowStatuses = map[string]string{
	"running": "đang chạy", "completed": "đã kết thúc", "missing": "không có", "terminated": "đã bị dừng", "canceled": "đã bị hủy", "failed": "dừng do lỗi",
	"timed-out": "hết thời hạn", "continued": "chuyển sang lần chạy khác", "unreachable": "Temporal chưa trả lời",
}

func workflowRows(inspected *reportsv1.InspectCaseResponse) [][]string {
	c, w := inspected.GetCase(), inspected.GetWorkflow()
	temporal := "chưa trả lời"
	if w.GetState() != nil {
		temporal = strconv.FormatInt(w.GetState().GetSequence(), 10)
	}
	if w.GetWriting() {
		temporal += " (đang ghi)"
	}
	rows := [][]string{
		{"workflow", w.GetId()}, {"trong Temporal", strings.TrimSpace(workflowStatuses[w.GetStatus()] + " " + w.GetClosedAt())},
		{"lần chạy", cmp.Or(w.GetRunId(), c.GetRunId()+" (theo sổ theo dõi)")},
		{"phiên bản sổ theo dõi / Temporal", strconv.FormatInt(c.GetState().GetSequence(), 10) + " / " + temporal}, {"xem tại", w.GetUrl()},
	}
	if c.GetExportSha256() != "" {
		rows = append(rows, []string{"lịch sử đã lưu", "sha256 " + c.GetExportSha256()})
	}
	return rows
}
