package app

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

func caseResendCommand() *cobra.Command {
	resend := &cobra.Command{Use: "resend CASE", Short: "Send again what did not arrive: acts that the case has not taken, messages that failed", Args: exactly(1),
		Long: "Deliver the acts of a case that were stored and have not reached it, or that a restored Temporal has forgotten (--act: only that one), and with --rung or --act\n" +
			"send the messages of that rung or act which failed, to where the person is reached today. What has arrived, waits or goes on over another channel is left\n" +
			"alone: pressing twice does nothing twice. Needs an administrator and a reason; both stand in the audit trail."}
	request := &reportsv1.ResendActsRequest{}
	resend.Flags().StringVar(&request.ActId, "act", "", "only this act, and its messages (nenep case show names it)")
	resend.Flags().StringVar(&request.RungId, "rung", "", "the messages of this rung (remind-7)")
	resend.Flags().StringVar(&request.Words, "words", "", "why")
	return withTerminal(resend, func(ctx context.Context, t *terminal, arguments []string) error {
		request.CaseId, request.OrderId = arguments[0], uuid.NewString()
		ctx, cancel := context.WithTimeout(ctx, pagePatience)
		defer cancel()
		return t.resend(ctx, request)
	})
}

// resent is what a resend came to.
type resent struct {
	Acts     []map[string]any `json:"acts"`
	Messages []map[string]any `json:"messages"`
	Again    int32            `json:"messages_again"`
}

func (t *terminal) resend(ctx context.Context, request *reportsv1.ResendActsRequest) error {
	answer, err := t.clients.Repair.ResendActs(ctx, connect.NewRequest(request))
	if err != nil {
		return err
	}
	done, rows := resent{Acts: []map[string]any{}, Messages: []map[string]any{}}, [][]string{}
	for _, act := range answer.Msg.GetActs() {
		plain, err := plainJSON(act)
		if err != nil {
			return err
		}
		done.Acts = append(done.Acts, plain)
		rows = append(rows, []string{"việc " + act.GetKind(), act.GetActId(), resentWords[act.GetOutcome()] + " " + act.GetTextVi()})
	}
	for _, of := range []*notificationsv1.SendAgainRequest{{CaseId: request.GetCaseId(), RungId: request.GetRungId()}, {CaseId: request.GetCaseId(), ActId: request.GetActId()}} {
		if of.GetRungId()+of.GetActId() == "" {
			continue
		}
		told, err := t.clients.Notifications.SendAgain(ctx, connect.NewRequest(of))
		if err != nil {
			return err
		}
		done.Again += told.Msg.GetAgain()
		for _, m := range told.Msg.GetMessages() {
			plain, err := plainJSON(m)
			if err != nil {
				return err
			}
			done.Messages = append(done.Messages, plain)
			rows = append(rows, []string{"thông báo " + cmp.Or(m.GetRungId(), m.GetTemplate()), recipientOf(m), m.GetState() + " " + m.GetAnswer()})
		}
	}
	if len(rows) == 0 {
		rows = append(rows, []string{"không có gì phải gửi lại", "", ""})
	}
	return t.printValue(done, []string{"MỤC", "MÃ", "KẾT QUẢ"}, rows)
}

var resentWords = map[string]string{"": "hồ sơ đã có, không gửi lại", "delivered": "đã chuyển", "refused": "từ chối:", "pending": "chưa chuyển được, hệ thống tự chuyển sau"}

func caseReopenCommand() *cobra.Command {
	reopen := &cobra.Command{Use: "reopen CASE", Short: "Open a case again, from the register and its acts, whose workflow was lost", Args: exactly(1),
		Long: "Start the workflow of a case again that was terminated, deleted or lost by a restore: by the input it opened with, under the same id. All acts that it had done are\n" +
			"delivered again in their order, each once; until the last nobody is reminded, and rungs that had left do not leave again. The history says that the case was\n" +
			"opened again, on which day and why. A case that runs, or has ended, is left as it is. Needs an administrator and a reason; both stand in the audit trail."}
	words := reopen.Flags().String("words", "", "why")
	wait := reopen.Flags().Bool("wait", true, "wait until the case has all its acts again")
	return withTerminal(reopen, func(ctx context.Context, t *terminal, arguments []string) error {
		order := uuid.NewString()
		answer, err := aPage(ctx, t.clients.Repair.ReopenCases, connect.NewRequest(&reportsv1.ReopenCasesRequest{OrderId: order, CaseIds: arguments, Words: *words}))
		if err != nil {
			return err
		}
		if answer.Msg.GetOrdered() == 0 {
			return wire.Refuse(contract.CodeWrongState, "Hồ sơ "+arguments[0]+" không mất: vẫn chạy trong Temporal, hoặc đã kết thúc. Xem bằng nenep case show.",
				"The case "+arguments[0]+" is not lost: it runs in Temporal, or has ended. See nenep case show.")
		}
		return t.tellReopenings(ctx, arguments, *wait)
	})
}

// reopenPause lies between two questions of the terminal how far a reopening has come.
const reopenPause = time.Second

// tellReopenings prints how far the cases have come, when all have their acts again.
func (t *terminal) tellReopenings(ctx context.Context, ids []string, wait bool) error {
	for {
		rows, list, done, err := t.reopenings(ctx, ids)
		if err != nil {
			return err
		}
		if done == len(ids) || !wait {
			return t.printValue(list, []string{"HỒ SƠ", "VÌ", "LỆNH LÚC", "XONG LÚC", "LẦN CHẠY MỚI"}, rows)
		}
		t.progress("Mở lại hồ sơ: xong %d/%d", done, len(ids))
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(reopenPause):
		}
	}
}

// reopenings are the last of each case.
func (t *terminal) reopenings(ctx context.Context, ids []string) (rows [][]string, list []map[string]any, done int, err error) {
	of := ""
	if len(ids) == 1 {
		of = ids[0]
	}
	answer, err := t.clients.Repair.ListReopenings(ctx, connect.NewRequest(&reportsv1.ListReopeningsRequest{CaseId: of}))
	if err != nil {
		return nil, nil, 0, err
	}
	last := map[string]*reportsv1.Reopening{}
	for _, one := range answer.Msg.GetReopenings() {
		last[one.GetCaseId()] = one
	}
	for _, id := range ids {
		one := last[id]
		if one.GetDoneAt() != "" {
			done++
		}
		plain, err := plainJSON(one)
		if err != nil {
			return nil, nil, 0, err
		}
		list = append(list, plain)
		rows = append(rows, []string{id, workflowStatuses[one.GetCause()], one.GetOrderedAt(), one.GetDoneAt(), one.GetRunId()})
	}
	return rows, list, done, nil
}

// progress writes a line that the next one replaces, to where no script reads.
func (t *terminal) progress(format string, values ...any) {
	if !t.json {
		_, _ = fmt.Fprintf(t.faults, "\r"+format+" ", values...)
		t.shown = true
	}
}

// progressed ends the line of progress.
func (t *terminal) progressed() {
	if t.shown {
		_, _ = io.WriteString(t.faults, "\n")
		t.shown = false
	}
}

func registerCommand() *cobra.Command {
	root := &cobra.Command{Use: "register", Short: "The register (sổ theo dõi) beside Temporal: what differs, what is lost, bring them in step again",
		Long: "The register is a read model of the workflows. After a restore of one without the other, or when somebody ended workflows by hand, these commands bring them\n" +
			"in step again. After a restore: `nenep register lost --reopen`, then `nenep register rebuild`."}
	root.AddCommand(registerLostCommand(), registerRebuildCommand())
	return root
}

func registerLostCommand() *cobra.Command {
	lost := &cobra.Command{Use: "lost", Short: "List cases that should run in Temporal and do not; with --reopen open them all again", Args: cobra.NoArgs,
		Long: "List the cases of the register whose workflow Temporal does not run: it was terminated, deleted, or Temporal was restored from before it began, or is empty.\n" +
			"With --reopen all of them are opened again from the register and their acts, as `nenep case reopen` does with one."}
	reopen := lost.Flags().Bool("reopen", false, "open all of them again")
	words := lost.Flags().String("words", "", "why (with --reopen)")
	wait := lost.Flags().Bool("wait", true, "with --reopen: wait until the cases have all their acts again")
	return withTerminal(lost, func(ctx context.Context, t *terminal, _ []string) error {
		cases, err := t.lostCases(ctx)
		if err != nil {
			return err
		}
		if *reopen && len(cases) > 0 {
			return t.reopenAll(ctx, cases, *words, *wait)
		}
		rows := make([][]string, 0, len(cases))
		for _, c := range cases {
			rows = append(rows, []string{c.GetCaseId(), c.GetState(), workflowStatuses[c.GetCause()], c.GetClosedAt(), strconv.Itoa(int(c.GetActs()))})
		}
		return t.print(&reportsv1.ListLostResponse{Cases: cases, Total: int32(len(cases))}, []string{"HỒ SƠ", "TRẠNG THÁI", "TRONG TEMPORAL", "LÚC", "VIỆC SẼ ĐƯA LẠI"}, rows) //nolint:gosec // counted here
	})
}

func (t *terminal) lostCases(ctx context.Context) ([]*reportsv1.LostCase, error) {
	defer t.progressed()
	var cases []*reportsv1.LostCase
	request, checked := &reportsv1.ListLostRequest{}, int32(0)
	for {
		answer, err := aPage(ctx, t.clients.Repair.ListLost, connect.NewRequest(request))
		if err != nil {
			return nil, err
		}
		cases = append(cases, answer.Msg.GetCases()...)
		checked += answer.Msg.GetChecked()
		t.progress("Đã hỏi Temporal về %d/%d hồ sơ, mất %d", checked, answer.Msg.GetTotal(), len(cases))
		if request.After = answer.Msg.GetNext(); request.After == "" {
			return cases, nil
		}
	}
}

// reopenedAtOnce is how many cases one order names.
const reopenedAtOnce = 200

// pagePatience is how long one page of a repair may take: its workflows may all have to be replayed first.
const pagePatience = 5 * time.Minute

func (t *terminal) reopenAll(ctx context.Context, cases []*reportsv1.LostCase, words string, wait bool) error {
	ids := make([]string, len(cases))
	for i, c := range cases {
		ids[i] = c.GetCaseId()
	}
	for from := 0; from < len(ids); from += reopenedAtOnce {
		request := &reportsv1.ReopenCasesRequest{OrderId: uuid.NewString(), CaseIds: ids[from:min(from+reopenedAtOnce, len(ids))], Words: words}
		if _, err := aPage(ctx, t.clients.Repair.ReopenCases, connect.NewRequest(request)); err != nil {
			return err
		}
	}
	defer t.progressed()
	return t.tellReopenings(ctx, ids, wait)
}

func registerRebuildCommand() *cobra.Command {
	rebuild := &cobra.Command{Use: "rebuild", Short: "Bring the register in step with Temporal, and report each difference", Args: cobra.NoArgs,
		Long: "Ask the workflow of every open case how it stands and compare that with the register, field by field. Acts that the register holds as delivered and the case does\n" +
			"not know (Temporal was restored from an older backup) are delivered again, each once; then what still differs is written into the register as the workflow says.\n" +
			"Acts that a case has taken and the register does not hold (the database was restored from an older backup) are named; cases that run and the register does not\n" +
			"know are registered. Where nothing differs nothing is written. Cases that were sealed and exported are left, but for --closed. Lost cases are named:\n" +
			"`nenep register lost --reopen` opens them. --dry-run only reports. Needs an administrator and a reason; orders and what was written stand in the audit trail.\n" +
			"It may be stopped and begun again."}
	request := &reportsv1.RebuildRegisterRequest{}
	rebuild.Flags().BoolVar(&request.DryRun, "dry-run", false, "only report")
	rebuild.Flags().StringVar(&request.CaseId, "case", "", "only this case")
	rebuild.Flags().BoolVar(&request.Closed, "closed", false, "also cases that were exported, as long as Temporal keeps their workflows")
	rebuild.Flags().StringVar(&request.Words, "words", "", "why (not with --dry-run)")
	return withTerminal(rebuild, func(ctx context.Context, t *terminal, _ []string) error {
		request.OrderId = uuid.NewString()
		done, err := t.rebuild(ctx, request)
		if err != nil {
			return err
		}
		return t.print(done, []string{"HỒ SƠ", "MỤC", "SỔ THEO DÕI", "TEMPORAL", "KẾT QUẢ"}, rebuiltRows(done))
	})
}

// rebuild goes through all pages and answers them as one.
func (t *terminal) rebuild(ctx context.Context, request *reportsv1.RebuildRegisterRequest) (*reportsv1.RebuildRegisterResponse, error) {
	defer t.progressed()
	whole := &reportsv1.RebuildRegisterResponse{}
	for {
		answer, err := aPage(ctx, t.clients.Repair.RebuildRegister, connect.NewRequest(request))
		if err != nil {
			return nil, err
		}
		page := answer.Msg
		whole.Checked += page.GetChecked()
		whole.Written += page.GetWritten()
		whole.Redelivered += page.GetRedelivered()
		whole.Forgotten += page.GetForgotten()
		whole.Total = page.GetTotal()
		whole.Differences = append(whole.Differences, page.GetDifferences()...)
		whole.LostCaseIds = append(whole.LostCaseIds, page.GetLostCaseIds()...)
		whole.UnreadCaseIds = append(whole.UnreadCaseIds, page.GetUnreadCaseIds()...)
		t.progress("Đã đối chiếu %d/%d hồ sơ, %d điểm khác nhau", whole.GetChecked(), whole.GetTotal(), len(whole.GetDifferences()))
		if request.After = page.GetNext(); request.After == "" {
			break
		}
	}
	if request.GetCaseId() != "" {
		return whole, nil
	}
	return whole, t.adopt(ctx, request, whole)
}

// adopt adds the cases that run and that the register did not know.
func (t *terminal) adopt(ctx context.Context, rebuild *reportsv1.RebuildRegisterRequest, whole *reportsv1.RebuildRegisterResponse) error {
	request := &reportsv1.AdoptCasesRequest{OrderId: rebuild.GetOrderId(), Words: rebuild.GetWords(), DryRun: rebuild.GetDryRun()}
	for {
		answer, err := aPage(ctx, t.clients.Repair.AdoptCases, connect.NewRequest(request))
		if err != nil {
			return err
		}
		outcome := "written"
		if rebuild.GetDryRun() {
			outcome = ""
		}
		for _, id := range answer.Msg.GetUnknownCaseIds() {
			whole.Differences = append(whole.Differences, &reportsv1.Difference{CaseId: id, Field: "case", Register: "-", Temporal: "running", Outcome: outcome})
		}
		whole.Written += answer.Msg.GetWritten()
		if request.Page = answer.Msg.GetNext(); len(request.GetPage()) == 0 {
			return nil
		}
	}
}

var rebuiltWords = map[string]string{"": "", "written": "đã ghi lại", "redelivered": "đã đưa lại", "left": "giữ nguyên"}

func rebuiltRows(done *reportsv1.RebuildRegisterResponse) [][]string {
	var rows [][]string
	for _, d := range done.GetDifferences() {
		rows = append(rows, []string{d.GetCaseId(), d.GetField(), d.GetRegister(), d.GetTemporal(), rebuiltWords[d.GetOutcome()]})
	}
	for _, id := range done.GetLostCaseIds() {
		rows = append(rows, []string{id, "workflow", "-", "không còn chạy", "mở lại bằng nenep register lost --reopen"})
	}
	for _, id := range done.GetUnreadCaseIds() {
		rows = append(rows, []string{id, "workflow", "-", "chưa trả lời hoặc đang ghi", "chạy lại lệnh này"})
	}
	return append(rows, []string{fmt.Sprintf("Đã đối chiếu %d hồ sơ: ghi lại %d, đưa lại %d việc, mất %d, chưa đọc được %d.",
		done.GetChecked(), done.GetWritten(), done.GetRedelivered(), len(done.GetLostCaseIds()), len(done.GetUnreadCaseIds()))})
}

// aPage makes one call of a repair, for as long as a page of it may take.
func aPage[Request, Response any](ctx context.Context, call func(context.Context, *connect.Request[Request]) (*connect.Response[Response], error), request *connect.Request[Request]) (*connect.Response[Response], error) {
	ctx, cancel := context.WithTimeout(ctx, pagePatience)
	defer cancel()
	return call(ctx, request)
}
