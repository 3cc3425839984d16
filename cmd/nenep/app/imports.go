package app

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func importCommand() *cobra.Command {
	imports := &cobra.Command{Use: "import", Short: "Import the register of bodies, and what was done on paper, from workbooks"}
	imports.AddCommand(importUnitsCommand(), importTemplateCommand(), importRecordsCommand(), recordsTemplateCommand())
	return imports
}

func importUnitsCommand() *cobra.Command {
	units := &cobra.Command{Use: "units FILE", Short: "Areas, units, officials, positions and boards from a workbook (.xlsx), or units from a .tsv: all of the file or nothing of it", Args: exactly(1)}
	dryRun := units.Flags().Bool("dry-run", false, "show every change and every fault, write nothing")
	return withTerminal(units, func(ctx context.Context, t *terminal, arguments []string) error {
		content, err := importedFile(arguments[0])
		if err != nil {
			return err
		}
		answer, err := t.clients.Units.ImportUnits(ctx, connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: content, DryRun: *dryRun, File: filepath.Base(arguments[0])}))
		if err != nil {
			return err
		}
		return importAnswer(t, answer.Msg)
	})
}

func importedFile(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("file %s cannot be read: %w", path, err)
	}
	return content, nil
}

// importTemplateCommand writes a workbook to be filled in.
func importTemplateCommand() *cobra.Command {
	template := &cobra.Command{Use: "template FILE", Short: "Write the workbook that is filled in, with what the register has today", Args: exactly(1)}
	return withTerminal(template, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.GetImportTemplate(ctx, connect.NewRequest(&unitsv1.GetImportTemplateRequest{}))
		if err != nil {
			return err
		}
		return t.writeFile(arguments[0], answer.Msg.GetContent())
	})
}

// writeFile writes a new file that only its owner reads; one that is there already is left alone.
func (t *terminal) writeFile(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("file %s cannot be written: %w", path, err)
	}
	if _, err := file.Write(content); err != nil {
		return fmt.Errorf("file %s cannot be written: %w", path, err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("file %s cannot be written: %w", path, err)
	}
	_, err = fmt.Fprintln(t.out, path)
	return err
}

func importAnswer(t *terminal, answer *unitsv1.ImportUnitsResponse) error {
	var rows [][]string
	for _, fault := range answer.GetFaults() {
		rows = append(rows, []string{sheetLine(fault.GetSheet(), fault.GetLine()), fault.GetField(), fault.GetTextVi()})
	}
	for _, change := range answer.GetChanges() {
		rows = append(rows, []string{sheetLine(change.GetSheet(), change.GetLine()), change.GetId(), changeWords(change)})
	}
	rows = append(rows, []string{"", "", fmt.Sprintf("thêm %d, sửa %d, không đổi %d, lỗi %d", answer.GetAdded(), answer.GetChanged(), answer.GetSame(), len(answer.GetFaults()))})
	if err := t.print(answer, []string{"DÒNG", "MÃ", "KẾT QUẢ"}, rows); err != nil {
		return err
	}
	if len(answer.GetFaults()) > 0 {
		return wire.Refuse(contract.CodeInvalid,
			"Tệp có lỗi, chưa có gì được ghi. Sửa các dòng trên rồi nhập lại.",
			"The file has faults and nothing was written. Correct the lines above and import it again.")
	}
	return nil
}

func sheetLine(sheet string, line int32) string {
	if sheet == "" {
		return strconv.Itoa(int(line))
	}
	return fmt.Sprintf("%s, %d", sheet, line)
}

func changeWords(change *unitsv1.ImportChange) string {
	var words []string
	for _, field := range change.GetFields() {
		if change.GetAdded() {
			words = append(words, field.GetLabel()+": "+field.GetTo())
			continue
		}
		words = append(words, fmt.Sprintf("%s: %q → %q", field.GetLabel(), field.GetFrom(), field.GetTo()))
	}
	if change.GetAdded() {
		return "thêm: " + strings.Join(words, "; ")
	}
	return "sửa: " + strings.Join(words, "; ")
}
