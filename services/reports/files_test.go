package reports

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"os"
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
)

var (
	pdf = []byte("%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n")
	png = []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	jpg = []byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00")
)

func office(parts ...string) []byte {
	var out bytes.Buffer
	archive := zip.NewWriter(&out)
	for _, part := range parts {
		entry, _ := archive.Create(part)
		_, _ = entry.Write(bytes.Repeat([]byte("<x/>"), 2000))
	}
	_ = archive.Close()
	return out.Bytes()
}

// upload hands a file in as the portal does, and answers status and body.
func (h *house) upload(official, caseID, step, name string, content []byte) (int, []byte) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name="file"; filename=%q`, name)}})
	require.NoError(h.t, err)
	_, _ = part.Write(content)
	require.NoError(h.t, form.Close())
	request, err := http.NewRequestWithContext(h.as(official), http.MethodPost, h.server.URL+"/files?"+url.Values{"case": {caseID}, "step": {step}}.Encode(), &body)
	require.NoError(h.t, err)
	request.Header.Set("Content-Type", form.FormDataContentType())
	return h.send(request)
}

func (h *house) send(request *http.Request) (int, []byte) {
	require.NoError(h.t, h.speaker.SignHeader(request.Context(), "reports", request.Header))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(h.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(h.t, err)
	return answer.StatusCode, text
}

func (h *house) handedIn(official, step, name string, content []byte) *reportsv1.File {
	status, text := h.upload(official, dialogue, step, name, content)
	require.Equal(h.t, http.StatusOK, status, string(text))
	file := &reportsv1.File{}
	require.NoError(h.t, protojson.Unmarshal(text, file))
	return file
}

func (h *house) refusedFile(official, name string, content []byte) *casefilev1.Refusal {
	status, text := h.upload(official, dialogue, "hold", name, content)
	require.NotEqual(h.t, http.StatusOK, status)
	refusal := &casefilev1.Refusal{}
	require.NoError(h.t, json.Unmarshal(text, refusal), string(text))
	return refusal
}

func TestAnEvidenceFileComesBackAsItWasHandedIn(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "Biên bản hội nghị.pdf", pdf)
	require.Equal(t, "Biên bản hội nghị.pdf", file.GetName())
	require.Equal(t, "application/pdf", file.GetMediaType())
	require.Equal(t, contact, file.GetOfficialId())
	require.Equal(t, "2026-12-01T02:00:00Z", file.GetUploadedAt())

	request, err := http.NewRequestWithContext(h.as(reviewer), http.MethodGet, h.server.URL+"/files/"+file.GetId(), nil)
	require.NoError(t, err)
	require.NoError(t, h.speaker.SignHeader(request.Context(), "reports", request.Header))
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, pdf, got)
	require.Equal(t, "nosniff", answer.Header.Get("X-Content-Type-Options"))
	require.True(t, strings.HasPrefix(answer.Header.Get("Content-Disposition"), "attachment; filename*=utf-8''Bi%C3%AAn"), answer.Header.Get("Content-Disposition"))

	whole, err := h.portal().Register.GetCase(h.as(contact), connect.NewRequest(&reportsv1.GetCaseRequest{Id: dialogue}))
	require.NoError(t, err)
	require.Len(t, whole.Msg.GetFiles(), 1)
	require.True(t, verifyAudit(h).GetWhole())
}

func TestTheSameContentForTheSameStepIsTheSameFile(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	first := h.handedIn(contact, "hold", "a.pdf", pdf)
	require.Equal(t, first.GetId(), h.handedIn(head, "hold", "b.pdf", pdf).GetId())
	require.NotEqual(t, first.GetId(), h.handedIn(contact, "plan", "a.pdf", pdf).GetId())
}

func TestFilesThatCannotBeEvidenceAreRefusedWithTheirSentence(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	encrypted := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	for _, letter := range "EncryptedPackage" {
		encrypted = append(encrypted, byte(letter), 0)
	}
	for name, c := range map[string]struct {
		file    string
		content []byte
		says    string
	}{
		"E8":                          {"a.pdf", nil, "Tệp “a.pdf” không có nội dung. Chọn lại tệp."},
		"E9":                          {"a.pdf", append(append([]byte(nil), pdf...), make([]byte, 1<<20)...), "Tệp “a.pdf” nặng 1,1 MB, quá mức 1 MB. Giảm dung lượng hoặc tách thành nhiều tệp."},
		"E10 a program called a pdf":  {"a.pdf", []byte("MZ\x90\x00"), "Tệp “a.pdf” có đuôi pdf nhưng bên trong là exe. Tệp không được lưu; chọn đúng tệp văn bản."},
		"E10 a page called a picture": {"a.png", []byte("<!DOCTYPE html><script>"), "Tệp “a.png” có đuôi png nhưng bên trong là html. Tệp không được lưu; chọn đúng tệp văn bản."},
		"E10 a sheet called a text":   {"a.docx", office("xl/workbook.xml"), ""},
		"E10 a bare archive":          {"a.docx", office("evil.vbs"), "Tệp “a.docx” có đuôi docx nhưng bên trong là zip. Tệp không được lưu; chọn đúng tệp văn bản."},
		"E11":                         {"a.exe", []byte("MZ"), "Hệ thống không nhận tệp exe. Chuyển sang PDF, DOCX, XLSX, JPG hoặc PNG rồi tải lên."},
		"E11 without extension":       {"a", pdf, "Hệ thống không nhận tệp không có đuôi. Chuyển sang PDF, DOCX, XLSX, JPG hoặc PNG rồi tải lên."},
		"E12":                         {"a.docx", encrypted, "Tệp “a.docx” có mật khẩu nên không xem được. Bỏ mật khẩu rồi tải lên lại."},
	} {
		t.Run(name, func(t *testing.T) {
			refusal := h.refusedFile(contact, c.file, c.content)
			require.Equal(t, contract.CodeInvalid, refusal.GetCode())
			if c.says != "" {
				require.Equal(t, c.says, refusal.GetTextVi())
			}
		})
	}
	var count int64
	require.NoError(t, h.db.Model(&fileRow{}).Count(&count).Error)
	require.Zero(t, count)
}

func TestFilesOfEveryAcceptedKindAreTaken(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	for name, content := range map[string][]byte{
		"a.PDF": pdf, "a.png": png, "a.jpeg": jpg, "a.jpg": append([]byte(nil), append(jpg, 1)...),
		"a.docx": office("customXml/item1.xml", "word/document.xml"), "a.xlsx": office("_rels/.rels", "xl/workbook.xml"),
	} {
		h.handedIn(contact, "hold", name, content)
	}
}

func TestWhoMayNotHandInOrReadIsTold(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	require.Equal(t, contract.CodeForbidden, h.refusedFile(stranger, "a.pdf", pdf).GetCode())
	require.Equal(t, contract.CodeForbidden, h.refusedFile(supervisor, "a.pdf", pdf).GetCode())
	file := h.handedIn(reviewer, "hold", "a.pdf", pdf)
	get := func(official string) int {
		request, err := http.NewRequestWithContext(h.as(official), http.MethodGet, h.server.URL+"/files/"+file.GetId(), nil)
		require.NoError(t, err)
		status, _ := h.send(request)
		return status
	}
	require.Equal(t, http.StatusOK, get(supervisor))
	require.Equal(t, http.StatusOK, get(administrator))
	require.Equal(t, http.StatusForbidden, get(stranger))
	require.Equal(t, http.StatusForbidden, get(""))
	answer, err := http.Get(h.server.URL + "/files/" + file.GetId())
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusUnauthorized, answer.StatusCode)
}

func TestAFileNeedsACaseAndAStepThatExist(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	status, _ := h.upload(contact, "DT-01/NONE/2026", "hold", "a.pdf", pdf)
	require.Equal(t, http.StatusNotFound, status)
	status, text := h.upload(contact, dialogue, "dance", "a.pdf", pdf)
	require.Equal(t, http.StatusUnprocessableEntity, status)
	require.Contains(t, string(text), "Hồ sơ này không có bước “dance”")
	h.progress(dialogue, 2, contract.ProgressSealed, func(s *casefilev1.CaseState) { s.Sealed = true })
	status, _ = h.upload(contact, dialogue, "hold", "a.pdf", pdf)
	require.Equal(t, http.StatusConflict, status)
}

func TestASuccessorMayUseAndReadTheEvidenceHeTookOver(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "a.pdf", pdf)
	successor := "DT-01/OTHER-99999/2026"
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.UnitId, input.FollowsCaseId = successor, "OTHER-99999", dialogue
	})
	h.progress(dialogue, 2, contract.ProgressTransferred, func(s *casefilev1.CaseState) {
		s.State, s.SuccessorCaseId = casefilev1.State_STATE_SUCCEEDED, successor
	})
	_, err := h.portal().Acts.Act(h.as(stranger), connect.NewRequest(&casefilev1.Act{ActId: "act-00000001", CaseId: successor,
		Kind: &casefilev1.Act_Submit{Submit: &casefilev1.Submit{FileIds: []string{file.GetId()}}}}))
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(h.as(stranger), http.MethodGet, h.server.URL+"/files/"+file.GetId(), nil)
	require.NoError(t, err)
	status, _ := h.send(request)
	require.Equal(t, http.StatusOK, status)
}

func TestHostileNamesBecomeSafeOnes(t *testing.T) {
	for given, want := range map[string]string{
		`../../etc/passwd.pdf`:             "passwd.pdf",
		`C:\Users\an\Biên bản.docx`:        "Biên bản.docx",
		"bao\u202efdp.exe":                 "baofdp.exe",
		"a\x00b\r\nc.pdf":                  "ab c.pdf",
		"Biên bản.pdf":                     "Biên bản.pdf", // decomposed becomes composed
		".pdf":                             "tep.pdf",
		"   .  ":                           "tep",
		"..":                               "tep",
		`a"; filename="b.pdf`:              "a; filename=b.pdf",
		"bao cao .pdf":                     "bao cao.pdf",
		strings.Repeat("ạ", 300) + ".xlsx": strings.Repeat("ạ", 115) + ".xlsx",
		"\xff\xfe.pdf":                     "tep.pdf",
	} {
		require.Equal(t, want, safeName(given), "%q", given)
		require.LessOrEqual(t, len([]rune(safeName(given))), longestName)
	}
}

func FuzzNamesAreAlwaysSafe(f *testing.F) {
	f.Add("../a.pdf")
	f.Add("\u202e\x00\\..\\.docx")
	f.Fuzz(func(t *testing.T, given string) {
		name := safeName(given)
		require.NotEmpty(t, name)
		require.NotContains(t, name, "/")
		require.NotContains(t, name, `\`)
		require.NotContains(t, []string{".", ".."}, name)
		require.LessOrEqual(t, len([]rune(name)), longestName)
		require.Equal(t, name, safeName(name))
	})
}

// program is a real executable: this very test.
func program(t *testing.T) []byte {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	head, err := io.ReadAll(io.LimitReader(file, 64<<10))
	require.NoError(t, err)
	return head
}

func TestContentThatIsNotWhatItsNameSaysIsNeverKept(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	elf := program(t)
	script := []byte("<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>")
	shell := []byte("#!/bin/sh\nrm -rf /\n")
	windows := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), make([]byte, 4096)...)
	for name, content := range map[string][]byte{"elf": elf, "exe": windows, "svg": script, "sh": shell, "html": []byte("<html><script>alert(1)</script></html>"), "text": []byte("chỉ là chữ")} {
		for _, called := range []string{"biên bản.docx", "sổ.xlsx", "a.pdf", "a.png", "a.jpg"} {
			refusal := h.refusedFile(contact, called, content)
			require.Equal(t, contract.CodeInvalid, refusal.GetCode(), "%s called %s", name, called)
			require.Contains(t, refusal.GetTextVi(), "nhưng bên trong là", "%s called %s", name, called)
			require.Contains(t, refusal.GetTextVi(), "Tệp không được lưu; chọn đúng tệp văn bản.")
		}
	}
	require.Equal(t, "Tệp “biên bản.docx” có đuôi docx nhưng bên trong là exe. Tệp không được lưu; chọn đúng tệp văn bản.", h.refusedFile(contact, "biên bản.docx", windows).GetTextVi())
	for _, crossed := range []struct {
		name    string
		content []byte
	}{{"a.pdf", png}, {"a.png", jpg}, {"a.jpg", pdf}, {"a.docx", office("xl/workbook.xml")}, {"a.xlsx", office("word/document.xml")}, {"a.docx", pdf}} {
		require.Contains(t, h.refusedFile(contact, crossed.name, crossed.content).GetTextVi(), "nhưng bên trong là", crossed.name)
	}
	var count int64
	require.NoError(t, h.db.Model(&fileRow{}).Count(&count).Error)
	require.Zero(t, count)
}

func TestTheKindOfAFileIsThatOfItsContent(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "../../Ảnh chụp.JPEG", jpg)
	require.Equal(t, "Ảnh chụp.JPEG", file.GetName())
	request, err := http.NewRequestWithContext(h.as(reviewer), http.MethodGet, h.server.URL+"/files/"+file.GetId()+"/about", nil)
	require.NoError(t, err)
	status, text := h.send(request)
	require.Equal(t, http.StatusOK, status)
	told := &reportsv1.File{}
	require.NoError(t, protojson.Unmarshal(text, told))
	require.Equal(t, "image/jpeg", told.GetMediaType())
	require.Equal(t, contact, told.GetOfficialId())
	require.Equal(t, dialogue, told.GetCaseId())
	require.Len(t, told.GetSha256(), 64)
	request, err = http.NewRequestWithContext(h.as(stranger), http.MethodGet, h.server.URL+"/files/"+file.GetId()+"/about", nil)
	require.NoError(t, err)
	status, _ = h.send(request)
	require.Equal(t, http.StatusForbidden, status, "what is known of a file is for those who may read it")
}

func TestALineCutHalfWayStoresNothingAndTheWholeFileAgainIsOne(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	whole := append(append([]byte(nil), pdf...), bytes.Repeat([]byte("x"), 1<<18)...)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", "a.pdf")
	require.NoError(t, err)
	_, _ = part.Write(whole)
	require.NoError(t, form.Close())
	request, err := http.NewRequestWithContext(h.as(contact), http.MethodPost, h.server.URL+"/files?"+url.Values{"case": {dialogue}, "step": {"hold"}}.Encode(),
		io.MultiReader(bytes.NewReader(body.Bytes()[:body.Len()/2]), broken{}))
	require.NoError(t, err)
	request.ContentLength = int64(body.Len())
	request.Header.Set("Content-Type", form.FormDataContentType())
	require.NoError(t, h.speaker.SignHeader(request.Context(), "reports", request.Header))
	answer, err := http.DefaultClient.Do(request)
	if err == nil {
		require.NoError(t, answer.Body.Close())
		require.NotEqual(t, http.StatusOK, answer.StatusCode)
	}
	first := h.handedIn(contact, "hold", "a.pdf", whole)
	require.Equal(t, first.GetId(), h.handedIn(contact, "hold", "a.pdf", whole).GetId())
	var count int64
	require.NoError(t, h.db.Model(&fileRow{}).Count(&count).Error)
	require.EqualValues(t, 1, count)
}

// broken is a line that ends in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestANameOfFourThousandLettersEndsInASentenceOrAShortName(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	long := strings.Repeat("ễ", 4000)
	require.Len(t, []rune(h.handedIn(contact, "hold", long+".pdf", pdf).GetName()), longestName)
	require.Equal(t, "Hệ thống không nhận tệp exe. Chuyển sang PDF, DOCX, XLSX, JPG hoặc PNG rồi tải lên.", h.refusedFile(contact, long+".exe", []byte("MZ")).GetTextVi())
	require.Less(t, len([]rune(h.refusedFile(contact, long+".docx", []byte("MZ\x90\x00")).GetTextVi())), 300)
}
