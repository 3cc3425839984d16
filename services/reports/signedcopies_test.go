package reports

import (
	"context"
	"crypto/x509"
	"crypto/x509/pkix"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/nenep/reports/v1/reportsv1connect"
	"nenep/proto/wire"
	"nenep/services/internal/everycall"
	"nenep/services/internal/signedpdf"
)

type signedCopiesClient = reportsv1connect.SignedCopiesServiceClient

var chairman = pkix.Name{CommonName: "Nguyễn Văn Bình", Organization: []string{"UBND xã Khoái Châu"}}

// filing is a signed copy of a file, as the portal's form sends it.
func filing(file *reportsv1.File, change ...func(*reportsv1.FileSignedCopyRequest)) *reportsv1.FileSignedCopyRequest {
	asked := &reportsv1.FileSignedCopyRequest{ActId: uuid.NewString(), CaseId: dialogue, FileId: file.GetId(), Number: "05/BC-UBND", SignedOn: "2026-11-28", SignerPost: "Chủ tịch UBND xã"}
	for _, one := range change {
		one(asked)
	}
	return asked
}

func (h *house) file(official string, asked *reportsv1.FileSignedCopyRequest) (*reportsv1.SignedCopy, error) {
	answer, err := h.portal().SignedCopies.FileSignedCopy(h.as(official), connect.NewRequest(asked))
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

func (h *house) copies() []*reportsv1.SignedCopy {
	answer, err := h.portal().SignedCopies.ListSignedCopies(h.as(contact), connect.NewRequest(&reportsv1.ListSignedCopiesRequest{CaseId: dialogue}))
	require.NoError(h.t, err)
	return answer.Msg.GetCopies()
}

// delivered is the act that reached the case last.
func (h *house) delivered() *casefilev1.Act {
	var act *casefilev1.Act
	h.temporal.set(func() { act, _ = h.temporal.updates[len(h.temporal.updates)-1].Args[0].(*casefilev1.Act) })
	return act
}

func TestASignedCopyBecomesTheVersionOfRecordWithItsSignatures(t *testing.T) {
	root := signedpdf.Issue(t, nil, pkix.Name{CommonName: "Gốc thử nghiệm"})
	authority := signedpdf.Issue(t, root, pkix.Name{CommonName: "Dấu thời gian"}, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageTimeStamping} })
	roots := signedpdf.RootsFile(t, root)
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.SignatureRoots = roots })
	h.openCase()
	content := signedpdf.Plain().Sign(t, signedpdf.Issue(t, root, chairman), signedpdf.Signing{Authority: authority, StampedAt: time.Date(2026, 11, 28, 2, 0, 0, 0, time.UTC)}).Bytes()
	file := h.handedIn(contact, "hold", "bao-cao-da-ky.pdf", content)

	asked := filing(file)
	filed, err := h.file(contact, asked)
	require.NoError(t, err)
	require.True(t, filed.GetCurrent())
	require.EqualValues(t, 1, filed.GetVersion())
	require.Equal(t, []string{"05/BC-UBND", "2026-11-28", "Chủ tịch UBND xã", file.GetSha256(), "bao-cao-da-ky.pdf", contact},
		[]string{filed.GetNumber(), filed.GetSignedOn(), filed.GetSignerPost(), filed.GetSha256(), filed.GetFileName(), filed.GetOfficialId()})
	require.Len(t, filed.GetSignatures(), 1)
	signature := filed.GetSignatures()[0]
	require.Equal(t, []string{"intact", "Nguyễn Văn Bình", "UBND xã Khoái Châu", "2026-11-28T02:00:00Z", "Dấu thời gian", "in-force", "trusted"},
		[]string{signature.GetIntegrity(), signature.GetSigner(), signature.GetOrganisation(), signature.GetStampedAt(), signature.GetAuthority(), signature.GetCertificate(), signature.GetTrust()})

	again, err := h.file(contact, asked)
	require.NoError(t, err, "the same form pressed twice")
	require.Equal(t, filed.GetFiledAt(), again.GetFiledAt())
	require.Len(t, h.copies(), 1)

	acts := h.stored()
	told := acts[len(acts)-1].GetAct()
	require.Equal(t, []string{contract.NoteSignedCopy, "2026-11-28", "05/BC-UBND"}, []string{told.GetNote().GetKind(), told.GetNote().GetOn(), told.GetNote().GetWords()})
	require.Empty(t, h.delivered().GetNote().GetWords(), "no number, no name in a payload")
	check, err := h.portal().Audit.VerifyAudit(h.as(auditor), connect.NewRequest(&reportsv1.VerifyAuditRequest{}))
	require.NoError(t, err)
	require.True(t, check.Msg.GetWhole())
}

func TestALaterCopyReplacesWithAReasonAndTheEarlierStays(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	first, second := h.handedIn(contact, "hold", "mot.pdf", signedpdf.Plain().Bytes()), h.handedIn(contact, "hold", "hai.pdf", append(signedpdf.Plain().Bytes(), '\n'))
	_, err := h.file(contact, filing(first))
	require.NoError(t, err)

	_, err = h.file(contact, filing(second, func(r *reportsv1.FileSignedCopyRequest) { r.Replaces = 1 }))
	require.Equal(t, []string{"reason"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))

	replacing := func(r *reportsv1.FileSignedCopyRequest) {
		r.Number, r.Reason = "06/BC-UBND", "Bản trước ghi sai số liệu"
	}
	_, err = h.file(contact, filing(second, replacing))
	refusalOf(t, err, contract.CodeConflict)
	_, err = h.file(head, filing(second, replacing, func(r *reportsv1.FileSignedCopyRequest) { r.Replaces = 1 }))
	require.NoError(t, err)

	copies := h.copies()
	require.Len(t, copies, 2)
	require.Equal(t, []string{"06/BC-UBND", "05/BC-UBND"}, []string{copies[0].GetNumber(), copies[1].GetNumber()})
	require.True(t, copies[0].GetCurrent() && !copies[1].GetCurrent())
	require.Equal(t, "Bản trước ghi sai số liệu", copies[0].GetReason())
	require.Empty(t, copies[0].GetSignatures(), "a scan is taken")
}

func TestEightCopiesAtOnceLeaveOneVersionOfRecord(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "mot.pdf", signedpdf.Plain().Bytes())
	same := filing(file)
	var wait sync.WaitGroup
	var mutex sync.Mutex
	var refused int
	for i := range 8 {
		wait.Go(func() {
			asked := same
			if i >= 4 {
				asked = filing(file)
			}
			if _, err := h.file(contact, asked); err != nil {
				mutex.Lock()
				defer mutex.Unlock()
				refused++
				refusalOf(t, err, contract.CodeConflict)
			}
		})
	}
	wait.Wait()
	require.Len(t, h.copies(), 1)
	require.Contains(t, []int{4, 7}, refused)
}

func TestEveryBadFieldIsNamedAtOnce(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	h.openCase(func(input *casefilev1.CaseInput, _ *casefilev1.CaseState) {
		input.CaseId, input.PeriodId = strings.Replace(dialogue, "2026", "2025", 1), "2025"
	})
	_, text := h.upload(contact, strings.Replace(dialogue, "2026", "2025", 1), "hold", "khac.pdf", signedpdf.Plain().Bytes())
	elsewhere := &reportsv1.File{}
	require.NoError(t, protojson.Unmarshal(text, elsewhere))
	picture := h.handedIn(contact, "hold", "anh.png", png)

	for name, row := range map[string]struct {
		change func(*reportsv1.FileSignedCopyRequest)
		fields []string
	}{
		"nothing is filled in": {func(r *reportsv1.FileSignedCopyRequest) {
			r.FileId, r.Number, r.SignedOn, r.SignerPost = "", " ", "", ""
		}, []string{"file_id", "number", "signed_on", "signer_post"}},
		"everything is wrong": {func(r *reportsv1.FileSignedCopyRequest) {
			r.FileId, r.Number, r.SignedOn, r.SignerPost, r.Reason = picture.GetId(), "báo cáo số 5", "2026-02-30", strings.Repeat("x", 201), "vì sao"
		}, []string{"file_id", "number", "reason", "signed_on", "signer_post"}},
		"a file of another case":     {func(r *reportsv1.FileSignedCopyRequest) { r.FileId = elsewhere.GetId() }, []string{"file_id"}},
		"a file that is not there":   {func(r *reportsv1.FileSignedCopyRequest) { r.FileId = "F-000000000000000000000000" }, []string{"file_id"}},
		"signed tomorrow":            {func(r *reportsv1.FileSignedCopyRequest) { r.SignedOn = "2026-12-02" }, []string{"signed_on"}},
		"a number with a line break": {func(r *reportsv1.FileSignedCopyRequest) { r.Number = "05/BC\n-UBND" }, []string{"number"}},
		"a number of 4 000 letters":  {func(r *reportsv1.FileSignedCopyRequest) { r.Number = "1/" + strings.Repeat("A", 4000) }, []string{"number"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.file(contact, filing(h.handedIn(contact, "hold", "ban-ky.pdf", signedpdf.Plain().Bytes()), row.change))
			refusal := refusalOf(t, err, contract.CodeInvalid)
			require.Equal(t, row.fields, fieldsOf(refusal.GetFields()))
		})
	}
	for _, number := range []string{"05/BC-UBND", "05-BC/ĐU", "12/2026/NQ-HĐND", "123-QĐ/TU", "7/TB-MTTQ", "15-BC/BTGDVTU"} {
		require.Empty(t, numberFaults(number), number)
	}
}

func TestAFileThatIsNotWholeIsASentenceAtTheField(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	whole := signedpdf.Plain().Sign(t, signedpdf.Issue(t, nil, chairman), signedpdf.Signing{}).Bytes()
	locked := signedpdf.Plain()
	locked.Update("/Root 1 0 R /Encrypt 9 0 R", map[int]string{9: "<< /Filter /Standard >>"}, 9)
	for name, row := range map[string]struct {
		content []byte
		says    string
	}{
		"cut":    {whole[:len(whole)-50], "bị thiếu phần cuối hoặc bị hỏng"},
		"locked": {locked.Bytes(), "có mật khẩu"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := h.file(contact, filing(h.handedIn(contact, "hold", name+".pdf", row.content)))
			refusal := refusalOf(t, err, contract.CodeInvalid)
			require.Equal(t, []string{"file_id"}, fieldsOf(refusal.GetFields()))
			require.Contains(t, refusal.GetTextVi(), row.says)
			require.Empty(t, h.copies())
		})
	}
}

func TestAChangedDocumentIsTakenAndShownAsWhatItIs(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	whole := signedpdf.Plain().Sign(t, signedpdf.Issue(t, nil, chairman), signedpdf.Signing{})
	file := h.handedIn(contact, "hold", "sua.pdf", []byte(strings.Replace(whole.String(), "Bao cao", "Gia mao", 1)))
	filed, err := h.file(contact, filing(file))
	require.NoError(t, err)
	require.Equal(t, []string{"broken", "changed", "unchecked"}, []string{filed.GetSignatures()[0].GetIntegrity(), filed.GetSignatures()[0].GetFault(), filed.GetSignatures()[0].GetTrust()})
}

func TestASealedOrClosedCaseTakesNoSignedCopy(t *testing.T) {
	for name, change := range map[string]func(*casefilev1.CaseState){
		"sealed":    func(s *casefilev1.CaseState) { s.State, s.Sealed = casefilev1.State_STATE_ACCEPTED, true },
		"withdrawn": func(s *casefilev1.CaseState) { s.State = casefilev1.State_STATE_WITHDRAWN },
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.openCase()
			file := h.handedIn(contact, "hold", "mot.pdf", signedpdf.Plain().Bytes())
			h.progress(dialogue, 5, contract.ProgressSealed, change)
			_, err := h.file(contact, filing(file))
			refusalOf(t, err, contract.CodeWrongState)
		})
	}
}

func TestACopyIsKeptWhileTemporalIsAwayAndTheCaseLearnsOfItLater(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "mot.pdf", signedpdf.Plain().Bytes())
	h.temporal.set(func() { h.temporal.away = true })
	_, err := h.file(contact, filing(file))
	require.NoError(t, err)
	h.temporal.set(func() { h.temporal.away = false })
	_, err = h.worker().Acts.DeliverPending(t.Context(), connect.NewRequest(&reportsv1.DeliverPendingRequest{}))
	require.NoError(t, err)
	require.Equal(t, contract.NoteSignedCopy, h.delivered().GetNote().GetKind())
}

func TestNobodyNotesASignedCopyPastItsForm(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	act := note(uuid.NewString(), "05/BC-UBND")
	act.GetNote().Kind = contract.NoteSignedCopy
	_, err := h.portal().Acts.Act(h.as(contact), connect.NewRequest(act))
	require.Equal(t, []string{"note.kind"}, fieldsOf(refusalOf(t, err, contract.CodeInvalid).GetFields()))
}

func TestRootsThatCannotBeReadKeepTheServiceFromStarting(t *testing.T) {
	h := newHouse(t)
	path := t.TempDir() + "/roots.pem"
	require.NoError(t, os.WriteFile(path, []byte("nothing"), 0o600))
	cfg := h.cfg
	cfg.SignatureRoots = path
	_, err := New(t.Context(), cfg, zap.NewNop(), Options{Cases: h.temporal})
	require.ErrorContains(t, err, "NENEP_SIGNATURE_ROOTS")
}

func TestEveryCallOfSignedCopiesIsWalked(t *testing.T) {
	h := newHouse(t)
	h.openCase()
	file := h.handedIn(contact, "hold", "mot.pdf", signedpdf.Plain().Bytes())
	services := reportsv1.File_nenep_reports_v1_signed_proto.Services()
	everycall.Walk(t, h.cfg, callers, []protoreflect.ServiceDescriptor{services.ByName("SignedCopiesService")}, map[string]everycall.Call{
		"FileSignedCopy": {Do: func(ctx context.Context, clients wire.Clients) error {
			_, err := clients.SignedCopies.FileSignedCopy(ctx, connect.NewRequest(filing(file)))
			if wire.RefusalOf(err).GetCode() == contract.CodeConflict {
				return nil // came as far as the version of record
			}
			return err
		}, May: []string{"contact", "head", "reviewer", "leader", "both sides"}},
		"ListSignedCopies": {Do: everycall.Of(signedCopiesClient.ListSignedCopies, &reportsv1.ListSignedCopiesRequest{CaseId: dialogue}), May: everybody},
	})
}
