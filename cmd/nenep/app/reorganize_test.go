package app

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

func TestAReorganisationIsReadAsAPersonWritesIt(t *testing.T) {
	got, err := readReorganisation([]byte(`# Sắp xếp cấp xã
decision: Nghị quyết số 1666/NQ-UBTVQH15
decided_on: 2025-06-16
effective_on: 2025-07-01
title: Sắp xếp đơn vị hành chính cấp xã
operations:
  - kind: merge
    from_ids: [12205-1997, 12208]
    to:
      - {id: 12205-2507, name: xã Khoái Châu, kind: xa, parentId: "33-2507"}
    uncertain: true
  - kind: split
    from_ids:
      - UBND-1
    to: [{id: UBND-2}, {id: UBND-3}]
    heir_id: UBND-2
    share_out:
      - {case_id: DT-01/UBND-1/2025, to_id: UBND-3}
    note: ~
`))
	require.NoError(t, err)
	want := &unitsv1.Reorganisation{
		Decision: "Nghị quyết số 1666/NQ-UBTVQH15", DecidedOn: "2025-06-16", EffectiveOn: "2025-07-01", Title: "Sắp xếp đơn vị hành chính cấp xã",
		Operations: []*unitsv1.Operation{
			{Kind: "merge", FromIds: []string{"12205-1997", "12208"}, Uncertain: true,
				To: []*unitsv1.Successor{{Id: "12205-2507", Name: "xã Khoái Châu", Kind: "xa", ParentId: "33-2507"}}},
			{Kind: "split", FromIds: []string{"UBND-1"}, To: []*unitsv1.Successor{{Id: "UBND-2"}, {Id: "UBND-3"}}, HeirId: "UBND-2",
				ShareOut: []*unitsv1.ShareOut{{CaseId: "DT-01/UBND-1/2025", ToId: "UBND-3"}}},
		},
	}
	require.True(t, proto.Equal(want, got), "%v", got)
}

func TestTheExampleOfTheHelpIsRead(t *testing.T) {
	_, example, _ := strings.Cut(reorganisationFile, "\n")
	got, err := readReorganisation([]byte(example))
	require.NoError(t, err)
	require.Len(t, got.GetOperations(), 2)
}

func TestWhatAFileOfAReorganisationMayNotSayIsToldWithItsLine(t *testing.T) {
	_, err := readReorganisation([]byte(`decision: QĐ 1
effective_day: 2025-07-01
state: applied
operations:
  - kind: merge
    from_ids: A
    into: [B]
    to: B
  - kind: split
    kind: merge
    uncertain: maybe
    to:
      - {id: C, nmae: xã C}
      - [D]
    heir_id: [C]
`))
	var refusal wire.Refusal
	require.True(t, errors.As(err, &refusal))
	var lines []string
	for _, f := range refusal.GetFields() {
		lines = append(lines, f.GetField())
		require.NotEmpty(t, f.GetTextEn())
	}
	require.Equal(t, []string{"dòng 2", "dòng 3", "dòng 6", "dòng 7", "dòng 8", "dòng 10", "dòng 11", "dòng 13", "dòng 14", "dòng 15"}, lines)
	require.Equal(t, "Không có mục “effective_day”. Các mục: decision, decided_on, effective_on, title, operations.", refusal.GetFields()[0].GetTextVi())
	require.Equal(t, "Mục “state” do hệ thống ghi. Bỏ mục này.", refusal.GetFields()[1].GetTextVi())
	require.Contains(t, refusal.GetFields()[7].GetTextVi(), "Không có mục “nmae” trong “to”.")
}

func TestWhatIsNoYAMLIsRefused(t *testing.T) {
	for text, line := range map[string]string{
		"": "dòng 1", "# chỉ ghi chú\n": "dòng 1", "a: b: c\n": "dòng 1", "decision: x\n  title: y\n": "dòng 2", "- a\n": "dòng 1",
		"decision: x\n---\ndecision: y\n": "dòng 2", "operations: *all\n": "dòng 1",
	} {
		_, err := readReorganisation([]byte(text))
		var refusal wire.Refusal
		require.True(t, errors.As(err, &refusal), "%q", text)
		require.Equal(t, line, refusal.GetFields()[0].GetField(), "%q", text)
		require.NotContains(t, refusal.GetFields()[0].GetTextVi(), "yaml:", "the decoder's words are not for a person")
	}
}

func TestAPlanShowsWhatItComesToBeforeItIsStored(t *testing.T) {
	var out bytes.Buffer
	answer := &unitsv1.PlanReorganisationResponse{
		Reorganisation: &unitsv1.Reorganisation{Id: "SX-2025-0001", EffectiveOn: "2025-07-01"},
		Successions: []*unitsv1.UnitSuccession{
			{FromId: "UBND-A", ToId: "UBND-B", Day: "2025-07-01", Only: true},
			{FromId: "UBND-C", ToId: "UBND-D", Day: "2025-07-01", Heir: true, Uncertain: true},
			{FromId: "HUYEN", Day: "2025-07-01"},
		},
	}
	require.NoError(t, printPlan(&terminal{out: &out}, answer, true))
	for _, words := range []string{"UBND-A", "hồ sơ tiếp tục như cũ", "nhận phần không thuộc đơn vị nào; chưa chắc chắn", "(không có)", "3 quan hệ kế thừa. Chưa lưu gì (--dry-run)."} {
		require.Contains(t, out.String(), words)
	}
	out.Reset()
	require.NoError(t, printPlan(&terminal{out: &out}, answer, false))
	require.Contains(t, out.String(), "Đã lưu SX-2025-0001, thực hiện ngày 2025-07-01.")
}

func TestAPlanWithFaultsIsARefusalWithALineForEach(t *testing.T) {
	answer := &unitsv1.PlanReorganisationResponse{Faults: []*unitsv1.ImportFault{
		{Line: 2, Field: "from_ids", TextVi: "Đơn vị UBND-A có ở hai thao tác."}, {Line: 0, Field: "effective_on", TextVi: "Ngày hiệu lực chưa có."},
	}}
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		err := printPlan(&terminal{out: &out, json: asJSON}, answer, true)
		require.NotNil(t, wire.RefusalOf(err))
		require.Contains(t, out.String(), "Đơn vị UBND-A có ở hai thao tác.")
		require.Contains(t, out.String(), "Ngày hiệu lực chưa có.")
	}
}

func TestAFinishedReorganisationShowsTheCount(t *testing.T) {
	require.Equal(t, []string{"passed, joined, waiting, kept", "139, 3, 1, 0"},
		resultRows(`{"cases_open":143,"cases_passed":139,"cases_joined":3,"cases_waiting":1}`)[2])
	require.Empty(t, resultRows(""))
}

func TestAWrongFileIsRefusedBeforeAnythingIsSent(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sx.yaml")
	require.NoError(t, os.WriteFile(file, []byte("decison: x\n"), 0o600))
	code, _, faults := typed(t, "reorganize", "plan", file, "--dry-run")
	require.Equal(t, exitRefused, code)
	require.Contains(t, faults, "dòng 1: Không có mục “decison”")
}
