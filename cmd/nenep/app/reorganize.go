package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func reorganizeCommand() *cobra.Command {
	root := &cobra.Command{Use: "reorganize", Short: "Reorganisations (sắp xếp): merge, split, dissolve, rename, move, on a decision's day"}
	root.AddCommand(reorganizePlanCommand(), reorganizeShowCommand(), reorganizeListCommand(), reorganizeCancelCommand())
	return root
}

const reorganisationFile = `FILE.yaml:
  decision: Nghị quyết số 1666/NQ-UBTVQH15
  decided_on: 2025-06-16
  effective_on: 2025-07-01
  title: Sắp xếp đơn vị hành chính cấp xã
  operations:
    - kind: merge            # merge | split | dissolve | rename | move
      from_ids: [AREA-1, AREA-2]
      to:
        - {id: AREA-3, name: xã Ví Dụ, kind: xa, parent_id: "33-2507"}
    - kind: split
      from_ids: [UNIT-1]
      to: [{id: UNIT-2}, {id: UNIT-3}]
      heir_id: UNIT-2        # takes what belongs to no other
      share_out:
        - {case_id: DT-01/UNIT-1/2025, to_id: UNIT-3}`

// keptOfReorganisation are the fields that only the house writes.
var keptOfReorganisation = []string{
	"nenep.units.v1.Reorganisation.id", "nenep.units.v1.Reorganisation.state", "nenep.units.v1.Reorganisation.official_id",
	"nenep.units.v1.Reorganisation.recorded_at", "nenep.units.v1.Reorganisation.result_json",
}

// readReorganisation reads a person's file; the refusal names every wrong line.
func readReorganisation(content []byte) (*unitsv1.Reorganisation, error) {
	reorganisation := &unitsv1.Reorganisation{}
	faults := readYAML(content, reorganisation, keptOfReorganisation...)
	if len(faults) > 0 {
		return nil, wire.Refuse(contract.CodeInvalid,
			fmt.Sprintf("Tệp có %d lỗi, chưa có gì được ghi. Sửa các dòng dưới đây.", len(faults)),
			fmt.Sprintf("The file has %d faults and nothing was written. Correct the lines below.", len(faults)), faults...)
	}
	return reorganisation, nil
}

func reorganizePlanCommand() *cobra.Command {
	plan := &cobra.Command{Use: "plan FILE.yaml", Short: "Plan a reorganisation, ahead of its day or backdated; --dry-run shows what it comes to", Args: exactly(1), Long: reorganisationFile}
	request := &unitsv1.PlanReorganisationRequest{}
	plan.Flags().BoolVar(&request.DryRun, "dry-run", false, "check and show only, store nothing")
	plan.Flags().StringVar(&request.IdempotencyKey, "key", "", "the same plan again changes nothing; without it, the same file is the same plan")
	plan.Flags().Int64Var(&request.ClockOffsetSeconds, "shift-clock", 0, "seconds ahead by which the day is awaited (only under make run)")
	return withTerminal(plan, func(ctx context.Context, t *terminal, arguments []string) error {
		content, err := readFile(arguments[0])
		if err != nil {
			return err
		}
		if request.Reorganisation, err = readReorganisation(content); err != nil {
			return err
		}
		request.IdempotencyKey = cmp.Or(request.GetIdempotencyKey(), hashOf(content))
		answer, err := t.clients.Units.PlanReorganisation(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		return printPlan(t, answer.Msg, request.GetDryRun())
	})
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// printPlan shows what the plan comes to, or what is wrong with it; faults are a refusal.
func printPlan(t *terminal, answer *unitsv1.PlanReorganisationResponse, dryRun bool) error {
	if t.json {
		if err := t.printJSON(answer); err != nil {
			return err
		}
	} else if err := printPlanTable(t, answer, dryRun); err != nil {
		return err
	}
	if len(answer.GetFaults()) == 0 {
		return nil
	}
	return wire.Refuse(contract.CodeInvalid,
		fmt.Sprintf("Phương án có %d lỗi, chưa có gì được ghi. Sửa rồi gửi lại.", len(answer.GetFaults())),
		fmt.Sprintf("The plan has %d faults and nothing was stored. Correct it and send it again.", len(answer.GetFaults())))
}

func printPlanTable(t *terminal, answer *unitsv1.PlanReorganisationResponse, dryRun bool) error {
	if len(answer.GetFaults()) > 0 {
		return t.printTable([]string{"THAO TÁC", "MỤC", "LỖI"}, faultRows(answer.GetFaults()))
	}
	if err := t.printTable(successionHeader, successionRows(answer.GetSuccessions())); err != nil {
		return err
	}
	r := answer.GetReorganisation()
	line := fmt.Sprintf("Đã lưu %s, thực hiện ngày %s.", r.GetId(), r.GetEffectiveOn())
	if dryRun {
		line = "Chưa lưu gì (--dry-run)."
	}
	_, err := fmt.Fprintf(t.out, "%d quan hệ kế thừa. %s\n", len(answer.GetSuccessions()), line)
	return err
}

// faultRows are a line for each fault; its line is the operation's number, from 1.
func faultRows(faults []*unitsv1.ImportFault) [][]string {
	rows := make([][]string, 0, len(faults))
	for _, fault := range faults {
		number := "-"
		if fault.GetLine() > 0 {
			number = strconv.Itoa(int(fault.GetLine()))
		}
		rows = append(rows, []string{number, fault.GetField(), fault.GetTextVi()})
	}
	return rows
}

var successionHeader = []string{"TỪ", "ĐẾN", "NGÀY", "GHI CHÚ"}

func successionRows(successions []*unitsv1.UnitSuccession) [][]string {
	rows := make([][]string, 0, len(successions))
	for _, s := range successions {
		rows = append(rows, []string{s.GetFromId(), cmp.Or(s.GetToId(), "(không có)"), s.GetDay(), successionNote(s)})
	}
	return rows
}

// successionNote says what becomes of the cases.
func successionNote(s *unitsv1.UnitSuccession) string {
	var notes []string
	switch {
	case s.GetToId() == "":
		notes = append(notes, "hồ sơ đang mở giữ lại, chờ người xử lý")
	case s.GetOnly():
		notes = append(notes, "kế thừa duy nhất: hồ sơ tiếp tục như cũ")
	default:
		notes = append(notes, "hồ sơ nhập vào hồ sơ của đơn vị mới")
	}
	if s.GetHeir() {
		notes = append(notes, "nhận phần không thuộc đơn vị nào")
	}
	if s.GetUncertain() {
		notes = append(notes, "chưa chắc chắn")
	}
	return strings.Join(notes, "; ")
}

func reorganizeShowCommand() *cobra.Command {
	show := &cobra.Command{Use: "show REORGANISATION", Short: "Show a reorganisation, its successions and what was passed on", Args: exactly(1)}
	return withTerminal(show, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.GetReorganisation(ctx, connect.NewRequest(&unitsv1.GetReorganisationRequest{Id: arguments[0]}))
		if err != nil {
			return err
		}
		if t.json {
			return t.printJSON(answer.Msg)
		}
		if err := t.printTable([]string{"FIELD", "VALUE"}, reorganisationRows(answer.Msg.GetReorganisation())); err != nil {
			return err
		}
		return t.printTable(successionHeader, successionRows(answer.Msg.GetSuccessions()))
	})
}

func reorganisationRows(r *unitsv1.Reorganisation) [][]string {
	rows := [][]string{
		{"id", r.GetId()}, {"decision", r.GetDecision()}, {"decided on", r.GetDecidedOn()}, {"effective on", r.GetEffectiveOn()}, {"title", r.GetTitle()},
		{"state", r.GetState()}, {"recorded", strings.TrimSpace(r.GetRecordedAt() + " " + r.GetOfficialId())},
	}
	for i, operation := range r.GetOperations() {
		rows = append(rows, []string{fmt.Sprintf("operation %d", i+1), operationLine(operation)})
	}
	return append(rows, resultRows(r.GetResultJson())...)
}

func operationLine(o *unitsv1.Operation) string {
	to := make([]string, len(o.GetTo()))
	for i, successor := range o.GetTo() {
		to[i] = strings.TrimSpace(successor.GetId() + " " + successor.GetName())
	}
	return fmt.Sprintf("%s %s → %s", o.GetKind(), strings.Join(o.GetFromIds(), ", "), cmp.Or(strings.Join(to, ", "), "(không có)"))
}

// resultRows are the count before and after; nothing until it is finished.
func resultRows(text string) [][]string {
	var result contract.ReorganizeResult
	if json.Unmarshal([]byte(text), &result) != nil {
		return nil
	}
	return [][]string{
		{"units ended, begun", fmt.Sprintf("%d, %d", result.UnitsEnded, result.UnitsBegun)},
		{"cases open before", strconv.Itoa(result.CasesOpen)},
		{"passed, joined, waiting, kept", fmt.Sprintf("%d, %d, %d, %d", result.CasesPassed, result.CasesJoined, result.CasesWaiting, result.CasesKept)},
		{"files", strconv.Itoa(result.Files)},
	}
}

func reorganizeListCommand() *cobra.Command {
	list := &cobra.Command{Use: "list", Short: "List reorganisations", Args: cobra.NoArgs}
	request := &unitsv1.ListReorganisationsRequest{}
	list.Flags().StringVar(&request.UnitId, "unit", "", "that touch this unit")
	return withTerminal(list, func(ctx context.Context, t *terminal, _ []string) error {
		answer, err := t.clients.Units.ListReorganisations(ctx, connect.NewRequest(request))
		if err != nil {
			return err
		}
		rows := make([][]string, 0, len(answer.Msg.GetReorganisations()))
		for _, r := range answer.Msg.GetReorganisations() {
			rows = append(rows, reorganisationRow(r))
		}
		return t.print(answer.Msg, reorganisationHeader, rows)
	})
}

var reorganisationHeader = []string{"ID", "STATE", "EFFECTIVE ON", "DECISION", "TITLE"}

func reorganisationRow(r *unitsv1.Reorganisation) []string {
	return []string{r.GetId(), r.GetState(), r.GetEffectiveOn(), r.GetDecision(), r.GetTitle()}
}

func reorganizeCancelCommand() *cobra.Command {
	command := &cobra.Command{Use: "cancel REORGANISATION", Short: "Take back a reorganisation whose day has not come", Args: exactly(1)}
	words := command.Flags().String("words", "", "reason")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		answer, err := t.clients.Units.CancelReorganisation(ctx, connect.NewRequest(&unitsv1.CancelReorganisationRequest{Id: arguments[0], Words: *words}))
		if err != nil {
			return err
		}
		return t.print(answer.Msg, reorganisationHeader, [][]string{reorganisationRow(answer.Msg)})
	})
}
