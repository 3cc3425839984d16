package app

import (
	"context"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// importRecordsCommand records what was done on paper before the system followed.
func importRecordsCommand() *cobra.Command {
	records := &cobra.Command{Use: "records FILE", Short: "What was done on paper, from a workbook (.xlsx): checked whole, then recorded on its own days; the same file again does nothing twice", Args: exactly(1)}
	dryRun := records.Flags().Bool("dry-run", false, "show what every row comes to and every fault, record nothing")
	return withTerminal(records, func(ctx context.Context, t *terminal, arguments []string) error {
		content, err := importedFile(arguments[0])
		if err != nil {
			return err
		}
		answer, err := t.clients.Acts.ImportRecords(ctx, connect.NewRequest(&reportsv1.ImportRecordsRequest{Content: content, DryRun: *dryRun}))
		if err != nil {
			return err
		}
		return recordsAnswer(t, answer.Msg)
	})
}

func recordsAnswer(t *terminal, answer *reportsv1.ImportRecordsResponse) error {
	var rows [][]string
	for _, fault := range answer.GetFaults() {
		rows = append(rows, []string{sheetLine(fault.GetSheet(), fault.GetLine()), fault.GetCaseId(), fault.GetTextVi()})
	}
	for _, row := range answer.GetRows() {
		rows = append(rows, []string{sheetLine(row.GetSheet(), row.GetLine()), row.GetCaseId(), strings.Join(rowWords(row), ", ")})
	}
	if err := t.print(answer, []string{"DÒNG", "HỒ SƠ", "KẾT QUẢ"}, rows); err != nil {
		return err
	}
	switch {
	case len(answer.GetFaults()) > 0 && answer.GetWritten():
		return wire.Refuse(contract.CodeWrongState, "Có hồ sơ không ghi được, nêu ở trên. Sửa rồi nhập lại cùng tệp; dòng đã ghi không ghi lại.",
			"Some cases refused, as named above. Correct the rows and import the same file again; nothing is recorded twice.")
	case len(answer.GetFaults()) > 0:
		return wire.Refuse(contract.CodeInvalid, "Tệp có lỗi, chưa có gì được ghi. Sửa các ô trên rồi nhập lại.",
			"The file has faults and nothing was recorded. Correct the cells above and import it again.")
	}
	return nil
}

func rowWords(row *reportsv1.RecordedRow) []string {
	var words []string
	if row.GetReceivedOn() != "" {
		words = append(words, "nộp bằng văn bản "+row.GetSignedNumber()+" đến ngày "+row.GetReceivedOn())
	}
	if row.GetHeldOn() != "" {
		words = append(words, "thực hiện ngày "+row.GetHeldOn())
	}
	for _, step := range row.GetSteps() {
		words = append(words, "bước "+step)
	}
	if outcome := map[string]string{"done": "đã ghi", "pending": "đã lưu, đang chuyển tiếp", "refused": "không ghi được"}[row.GetOutcome()]; outcome != "" {
		words = append(words, outcome)
	}
	return words
}

// recordsTemplateCommand writes a workbook with the open cases.
func recordsTemplateCommand() *cobra.Command {
	template := &cobra.Command{Use: "records-template FILE", Short: "Write the workbook of what was done on paper, with the cases that are open", Args: exactly(1)}
	units := template.Flags().StringSlice("unit", nil, "only cases of these units")
	return withTerminal(template, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Acts.GetRecordsTemplate(ctx, connect.NewRequest(&reportsv1.GetRecordsTemplateRequest{UnitIds: *units}))
		if err != nil {
			return err
		}
		return t.writeFile(arguments[0], answer.Msg.GetContent())
	})
}
