package portal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
)

// importHouse is what the house knows of imports: files that were tried and those that were written.
type importHouse struct {
	tried    map[string]*unitsv1.ImportUnitsRequest
	imported []string
}

// ImportUnits takes lines of "id staff", and refuses those whose number is none.
func (h *house) ImportUnits(_ context.Context, r *connect.Request[unitsv1.ImportUnitsRequest]) (*connect.Response[unitsv1.ImportUnitsResponse], error) {
	asked := r.Msg
	if asked.GetTried() != "" {
		kept := h.tried[asked.GetTried()]
		if kept == nil {
			return nil, wire.ConnectError(wire.Refuse(contract.CodeNotFound, "Tệp đã kiểm tra không còn được giữ. Chọn lại tệp rồi kiểm tra lại.", "Not kept."))
		}
		asked = &unitsv1.ImportUnitsRequest{Content: kept.GetContent(), File: kept.GetFile(), DryRun: asked.GetDryRun(), Judged: asked.GetJudged()}
	}
	sum := sha256.Sum256(asked.GetContent())
	answer := &unitsv1.ImportUnitsResponse{File: asked.GetFile(), Tried: hex.EncodeToString(sum[:])}
	for i, line := range strings.Split(strings.TrimSpace(string(asked.GetContent())), "\n") {
		h.importLine(answer, int32(i+2), line) //nolint:gosec // a handful
	}
	judged := sha256.Sum256(fmt.Append(nil, answer.GetChanges()))
	answer.Judged = hex.EncodeToString(judged[:])
	answer.Moved = asked.GetJudged() != "" && asked.GetJudged() != answer.GetJudged()
	switch {
	case len(answer.GetFaults()) > 0 || answer.GetMoved():
	case asked.GetDryRun():
		if h.tried == nil {
			h.tried = map[string]*unitsv1.ImportUnitsRequest{}
		}
		h.tried[answer.GetTried()] = asked
	default:
		answer.Written = true
		h.imported = append(h.imported, string(asked.GetContent()))
	}
	return connect.NewResponse(answer), nil
}

func (h *house) importLine(answer *unitsv1.ImportUnitsResponse, line int32, row string) {
	id, staff, _ := strings.Cut(row, " ")
	n, err := strconv.Atoi(staff)
	cell := fmt.Sprintf("I%d", line)
	if err != nil {
		answer.Faults = append(answer.Faults, &unitsv1.ImportFault{Line: line, Field: "staff", Sheet: "Đơn vị", Cell: cell,
			TextVi: fmt.Sprintf("Trang tính “Đơn vị”, ô %s: “%s” là chữ, cần là số. Sửa ô rồi tải tệp lên lại; chưa có gì được ghi.", cell, staff)})
		return
	}
	change := &unitsv1.ImportChange{Sheet: "Đơn vị", Line: line, Id: id, Name: "Đơn vị " + id, Added: true,
		Fields: []*unitsv1.ImportedField{{Label: "Số người", Cell: cell, To: staff}}}
	for _, unit := range h.units {
		if unit.GetId() == id {
			change.Added, change.Name, change.Fields[0].From = false, unit.GetName(), strconv.Itoa(int(unit.GetStaff()))
			if int(unit.GetStaff()) == n {
				answer.Same++
				return
			}
		}
	}
	if answer.Changes = append(answer.Changes, change); change.GetAdded() {
		answer.Added++
	} else {
		answer.Changed++
	}
}

// GetImportTemplate answers something that stands for a workbook.
func (h *house) GetImportTemplate(context.Context, *connect.Request[unitsv1.GetImportTemplateRequest]) (*connect.Response[unitsv1.GetImportTemplateResponse], error) {
	return connect.NewResponse(&unitsv1.GetImportTemplateResponse{Content: []byte("PK")}), nil
}

// upload sends a file to a page that takes one.
func (b *browser) upload(path, name string, content []byte) seen {
	b.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(b.t, form.WriteField("_csrf", b.forgery()))
	part, err := form.CreateFormFile("file", name)
	require.NoError(b.t, err)
	_, err = part.Write(content)
	require.NoError(b.t, err)
	require.NoError(b.t, form.Close())
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address+path, &body)
	require.NoError(b.t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return b.do(request)
}

func TestAFileOfTheRegisterIsTriedFirstAndWrittenAsItWasTried(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	content := []byte("SO-MOI 40\nSO-NV 97")
	tried := b.upload(importPath, "đơn vị.xlsx", content)
	require.Equal(t, http.StatusOK, tried.status, tried.words("main"))
	require.Equal(t, "đơn vị.xlsx: thêm 1, sửa 1, không đổi 0. Chưa có gì được ghi.", tried.words(".lead"))
	require.Equal(t, []string{"Đơn vị, dòng 2Đơn vị SO-MOI SO-MOIThêmSố người: 40", "Đơn vị, dòng 3Sở Nội vụ SO-NVSửaSố người (ô I3): 40 → 97"}, tried.each("main tbody tr"))
	require.Empty(t, h.imported)
	send := url.Values{"tried": {tried.value("[name=tried]")}, "judged": {tried.value("[name=judged]")}}
	require.Equal(t, "Ghi 2 thay đổi", tried.words(`form[action$="/ghi"] button`))
	require.Equal(t, "Đã ghi 2 thay đổi.", b.post(importPath+"/ghi", send).words(".banner"))
	require.Equal(t, []string{string(content)}, h.imported)

	h.unit(department).Staff = 97
	changed := b.post(importPath+"/ghi", send)
	require.Equal(t, http.StatusUnprocessableEntity, changed.status)
	require.Contains(t, changed.words(".summary"), "Dữ liệu đã thay đổi sau khi kiểm tra")
	require.Len(t, h.imported, 1)
	require.Equal(t, "Ghi 1 thay đổi", changed.words(`form[action$="/ghi"] button`), "it is shown anew")
	send.Set("judged", "AAAA")
	require.Contains(t, b.post(importPath+"/ghi", send).words("main"), "Chọn lại tệp rồi kiểm tra lại.")
	send = url.Values{"tried": {strings.Repeat("0", 64)}, "judged": {strings.Repeat("0", 64)}}
	require.Contains(t, b.post(importPath+"/ghi", send).words("main"), "Chọn lại tệp rồi kiểm tra lại.")
}

func TestEveryChangeOfALongFileIsReadPageByPage(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	var content strings.Builder
	for i := range 250 {
		fmt.Fprintf(&content, "SO-%d 1\n", i)
	}
	tried := b.upload(importPath, "to.xlsx", []byte(content.String()))
	require.Equal(t, 100, tried.Find("main tbody tr").Length())
	require.Contains(t, tried.words(".pages"), "1–100 của 250")
	second := b.get(tried.Find(".pages a").AttrOr("href", ""))
	require.Contains(t, second.words(".pages"), "101–200 của 250")
	require.Equal(t, "Ghi 250 thay đổi", second.words(`form[action$="/ghi"] button`))
	last := b.get(importPath + "/" + second.value("[name=tried]") + "?trang=99")
	require.Equal(t, 50, last.Find("main tbody tr").Length())
	require.Equal(t, http.StatusNotFound, b.get(importPath+"/khong-co").status)
}

func TestAFileWithFaultsNamesEachWithItsCell(t *testing.T) {
	h := administered(t)
	b := serve(t, h).as(t, "o-quan")
	require.Contains(t, b.upload(importPath, "rong.xlsx", nil).words("#e-file"), "Chưa chọn tệp")
	heavy := b.upload(importPath, "to.xlsx", bytes.Repeat([]byte("x"), mostImportBytes+1))
	require.Contains(t, heavy.words("#e-file"), "Tách thành nhiều tệp.")
	wrong := b.upload(importPath, "sai.xlsx", []byte("SO-MOI 40\nSO-NV bốn"))
	require.Equal(t, http.StatusUnprocessableEntity, wrong.status)
	require.Equal(t, "sai.xlsx: tệp có 1 lỗi. Chưa có gì được ghi.", wrong.words(".lead"))
	require.True(t, strings.HasPrefix(wrong.each("main tbody tr")[0], "Đơn vị, I3Trang tính “Đơn vị”, ô I3: “bốn” là chữ"), wrong.each("main tbody tr"))
	require.Zero(t, wrong.Find(`form[action$="/ghi"]`).Length())
	require.Empty(t, h.imported)
	template := b.get(importPath + "/mau.xlsx")
	require.Equal(t, http.StatusOK, template.status)
	require.Contains(t, template.header.Get("Content-Disposition"), "so-don-vi-")
}
