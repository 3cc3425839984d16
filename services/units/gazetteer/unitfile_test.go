package gazetteer_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"nenep/services/units/gazetteer"
)

const header = "id\tkind\tname\tarea\tparent\tsuperior\treviewer\tvalid_from\tvalid_to\tstaff\n"

func file(lines ...string) io.Reader {
	return strings.NewReader(header + strings.ReplaceAll(strings.Join(lines, "\n"), "|", "\t"))
}

var province = []gazetteer.Unit{
	{ID: "UBND-TINH", Kind: "provincial-peoples-committee", Name: "Ủy ban nhân dân tỉnh", ValidFrom: "2023-07-01"},
	{ID: "BTGDV", Kind: "standing-agency", Name: "Ban Tuyên giáo và Dân vận", ValidFrom: "2025-03-01"},
	{ID: "BDV", Kind: "standing-agency", Name: "Ban Dân vận", ValidFrom: "2023-07-01", ValidTo: "2025-02-28"},
}

func TestAUnitFileIsRead(t *testing.T) {
	units, faults := gazetteer.ParseUnitsTSV(file(
		"# Sở Tài chính và một đơn vị của Sở",
		"SO-TC|department|Sở Tài chính|33-2507|UBND-TINH||BTGDV|2025-03-01||148",
		"",
		`TT-TVTC|public-unit|"Trung tâm ""Tư vấn"" tài chính"|33-2507|SO-TC|UBND-TINH|SO-TC|01/07/2025|31/12/2027|`,
	), province...)
	require.Empty(t, faults)
	require.Equal(t, []gazetteer.Unit{
		{ID: "SO-TC", Kind: "department", Name: "Sở Tài chính", AreaID: "33-2507", ParentID: "UBND-TINH", SuperiorID: "UBND-TINH",
			ReviewerID: "BTGDV", ValidFrom: "2025-03-01", Staff: 148, WorkingYear: "calendar"},
		{ID: "TT-TVTC", Kind: "public-unit", Name: `Trung tâm "Tư vấn" tài chính`, AreaID: "33-2507", ParentID: "SO-TC", SuperiorID: "UBND-TINH",
			ReviewerID: "SO-TC", ValidFrom: "2025-07-01", ValidTo: "2027-12-31", WorkingYear: "calendar"},
	}, units)
}

func TestSpreadsheetsMarkAndLineEndsDoNotMatter(t *testing.T) {
	text := "\ufeff" + strings.ReplaceAll(header+"SO-TC\tdepartment\tSở Tài chính\t33-2507\tUBND-TINH\t\t\t2025-03-01\n", "\n", "\r\n")
	units, faults := gazetteer.ParseUnitsTSV(strings.NewReader(text), province...)
	require.Empty(t, faults)
	require.Len(t, units, 1)
}

func TestAllFaultsOfAFileAtOnce(t *testing.T) {
	_, faults := gazetteer.ParseUnitsTSV(file(
		"so-nv|ministry||33|UBND-TINH||BTGDV|30/02/2025||nhiều",
		"SO-TC|department|Sở Tài chính|33-2507|UBND-TING||BTGDV|2025-03-01|2024-01-01|148",
	), province...)
	type at struct {
		line  int
		field string
	}
	var found []at
	for _, f := range faults {
		found = append(found, at{f.Line, f.Field})
	}
	require.ElementsMatch(t, []at{
		{2, "id"}, {2, "kind"}, {2, "name"}, {2, "area"}, {2, "valid_from"}, {2, "staff"},
		{3, "valid_to"}, {3, "parent"},
	}, found)
}

func TestFaultSentences(t *testing.T) {
	for name, c := range map[string]struct {
		rows  []string
		line  int
		field string
		vi    string
	}{
		"E34 parent is nowhere": {
			[]string{"SO-TC|department|Sở Tài chính|33-2507|UBND-T||BTGDV|2025-03-01||"}, 2, "parent",
			"Dòng 2, cột “parent”: mã đơn vị cấp trên “UBND-T” không có trong hệ thống và trong tệp. Sửa mã hoặc thêm dòng của đơn vị đó.",
		},
		"E31 parents in a ring": {
			[]string{
				"A|department|Sở A|33-2507|B||BTGDV|2025-03-01||",
				"B|department|Sở B|33-2507|A||BTGDV|2025-03-01||",
			}, 2, "parent",
			"Sở A (A), Sở B (B) là cấp trên của nhau. Sửa cột “parent” ở dòng 2.",
		},
		"E31 a ring through a unit that is there already": {
			[]string{
				"UBND-TINH|provincial-peoples-committee|Ủy ban nhân dân tỉnh|33-2507|A||BTGDV|2023-07-01||",
				"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2025-03-01||",
			}, 2, "parent",
			"Sở A (A), Ủy ban nhân dân tỉnh (UBND-TINH) là cấp trên của nhau. Sửa cột “parent” ở dòng 2.",
		},
		"E30 validities overlap": {
			[]string{
				"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2025-03-01|2026-06-30|",
				"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2026-06-30||",
			}, 3, "valid_from",
			"Dòng 2 và dòng 3: đơn vị A có hai khoảng hiệu lực chồng nhau. Sửa ngày bắt đầu hoặc ngày kết thúc.",
		},
		"an id is never used again": {
			[]string{"BDV|standing-agency|Ban Dân vận|33-2507|UBND-TINH|||2026-01-01||"}, 2, "id",
			"Dòng 2, cột “id”: mã BDV đã dùng cho Ban Dân vận, hết hiệu lực ngày 28/02/2025. Đặt mã khác; mã cũ không dùng lại.",
		},
		"the reviewer is gone": {
			[]string{"A|department|Sở A|33-2507|UBND-TINH||BDV|2025-03-01||"}, 2, "reviewer",
			"Dòng 2, cột “reviewer”: cơ quan theo dõi BDV hết hiệu lực ngày 28/02/2025, trước đơn vị A. Sửa mã hoặc ngày hiệu lực.",
		},
		"nobody reviews himself": {
			[]string{"A|department|Sở A|33-2507|UBND-TINH||A|2025-03-01||"}, 2, "reviewer",
			"Dòng 2, cột “reviewer”: đơn vị A được ghi là cơ quan theo dõi của chính mình. Sửa mã hoặc để trống.",
		},
		"its own parent": {
			[]string{"A|department|Sở A|33-2507|A|||2025-03-01||"}, 2, "parent",
			"Dòng 2, cột “parent”: đơn vị A được ghi là đơn vị cấp trên của chính mình. Sửa mã hoặc để trống.",
		},
		"another kind": {
			[]string{"BTGDV|department|Ban|33-2507|UBND-TINH|||2025-03-01||"}, 2, "kind",
			"Dòng 2, cột “kind”: đơn vị BTGDV đang thuộc loại standing-agency. Giữ loại này hoặc đặt mã khác.",
		},
		"too many cells": {
			[]string{"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2025-03-01||5|thừa"}, 2, "",
			"Dòng 2 có 11 ô, dòng tiêu đề có 10 cột. Xóa ô thừa ở cuối dòng.",
		},
		"decomposed letters": {
			[]string{"A|department|So\u031b\u0309 A|33-2507|UBND-TINH|||2025-03-01||"}, 2, "name",
			"Dòng 2, cột “name”: “So\u031b\u0309 A” gõ bằng Unicode tổ hợp. Chuyển sang Unicode dựng sẵn (TCVN 6909:2001).",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, faults := gazetteer.ParseUnitsTSV(file(c.rows...), province...)
			require.Len(t, faults, 1)
			require.Equal(t, c.vi, faults[0].VI)
			require.Equal(t, c.line, faults[0].Line)
			require.Equal(t, c.field, faults[0].Field)
			require.NotEmpty(t, faults[0].EN)
		})
	}
}

func TestOneUnitMayStandInTwoSpans(t *testing.T) {
	units, faults := gazetteer.ParseUnitsTSV(file(
		"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2025-03-01|2026-06-30|12",
		"A|department|Sở A|33-2507|UBND-TINH||BTGDV|2026-07-01||15",
	), province...)
	require.Empty(t, faults)
	require.Len(t, units, 2)
}

func TestHeaderFaults(t *testing.T) {
	_, faults := gazetteer.ParseUnitsTSV(strings.NewReader("id\tkind\tname\tname\tarea\tparent\tsuperior\tvalid_from\tvalid_to\tstaff\tphone\n"))
	require.Len(t, faults, 3)
	require.Equal(t, "Dòng tiêu đề thiếu cột “reviewer”. Thêm cột này, để trống ô nếu không có số liệu.", faults[0].VI)
	require.Equal(t, "Dòng tiêu đề có hai cột “name”. Giữ lại một cột.", faults[1].VI)
	require.Equal(t, "Dòng tiêu đề có cột “phone” mà hệ thống không biết. Xóa cột hoặc sửa tên cột.", faults[2].VI)
}

func TestFilesThatAreNoUnitFiles(t *testing.T) {
	for name, c := range map[string]struct {
		in io.Reader
		vi string
	}{
		"empty":      {strings.NewReader(""), "Tệp đơn vị không có dòng tiêu đề."},
		"not UTF-8":  {strings.NewReader("id\xff\xfe"), "Tệp đơn vị không theo bảng mã UTF-8."},
		"too large":  {strings.NewReader(strings.Repeat("#", 8<<20+1)), "Tệp đơn vị nặng quá mức 8 MB."},
		"broken off": {iotest.ErrReader(errors.New("connection reset")), "Tệp đơn vị đọc chưa hết thì bị ngắt."},
	} {
		t.Run(name, func(t *testing.T) {
			units, faults := gazetteer.ParseUnitsTSV(c.in)
			require.Empty(t, units)
			require.Len(t, faults, 1)
			require.True(t, strings.HasPrefix(faults[0].VI, c.vi), faults[0].VI)
			require.NotContains(t, faults[0].VI+faults[0].EN, "connection reset", "the cause is for the operator")
		})
	}
}
