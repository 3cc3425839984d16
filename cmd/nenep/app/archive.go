package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"connectrpc.com/connect"
	"github.com/spf13/cobra"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
	"nenep/cmd/nenep/archive"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
)

func archiveCommand() *cobra.Command {
	command := &cobra.Command{Use: "archive OBLIGATION PERIOD FOLDER", Short: "Write a sealed period into a folder that is readable without this program", Args: exactly(3),
		Long: "Writes every closed case of the period into FOLDER, which must not exist yet: pages in Vietnamese that open from the disk (index.html), a table (danh-sach.csv),\n" +
			"each case as JSON with its acts, its history told and as Temporal recorded it, the words of its reports, its files as they were handed in, the documents drawn up\n" +
			"from it, the obligation with its forms, and the SHA-256 of every file (manifest.json, SHA256SUMS) with the audit trail's last hash.\n\n" +
			"The folder gets its name only when it is whole: FOLDER.partial is an attempt that was cut short and may be deleted. Cases that are not closed are left out and named.\n" +
			"A file whose content does not have the hash it was handed in with stops the archive. Write the hash of manifest.json, which is printed, into the record of the\n" +
			"handing over: `nenep period verify FOLDER --manifest HASH` then tells the archive from one that was rewritten as a whole."}
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		return t.archive(ctx, arguments[0], arguments[1], arguments[2])
	})
}

func verifyArchiveCommand() *cobra.Command {
	command := &cobra.Command{Use: "verify FOLDER", Short: "Read an archived period whole and name what is changed, missing or one too many", Args: exactly(1),
		Long: "Reads every file of an archive and compares it with the manifest; asks no service. Exits 1 and names each file that was changed, is missing, or is one too many."}
	manifest := command.Flags().String("manifest", "", "SHA-256 that manifest.json should have, as it was written down when the archive was made")
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		written, faults, err := archive.Verify(arguments[0], strings.ToLower(*manifest))
		if err != nil {
			return err
		}
		t := &terminal{out: c.OutOrStdout(), json: *asJSON}
		rows := [][]string{{written.Obligation, written.Period, strconv.Itoa(len(written.Cases)), strconv.Itoa(len(written.Files)), written.MadeAt, strconv.FormatBool(len(faults) == 0)}}
		answer := map[string]any{"obligation": written.Obligation, "period": written.Period, "cases": len(written.Cases), "files": len(written.Files), "whole": len(faults) == 0, "faults": faults}
		if err := t.printValue(answer, []string{"NHIỆM VỤ", "KỲ", "HỒ SƠ", "TỆP", "LƯU LÚC", "NGUYÊN VẸN"}, rows); err != nil {
			return err
		}
		said := make([]error, len(faults))
		for i, fault := range faults {
			said[i] = errors.New(fault.String())
		}
		return errors.Join(said...)
	}
	return command
}

// archiving is one archive in the making.
type archiving struct {
	*terminal
	folder   *archive.Folder
	manifest archive.Manifest
	names    map[string]string // of units
}

func (t *terminal) archive(ctx context.Context, obligation, period, to string) error {
	closed, open, err := t.casesOf(ctx, obligation, period)
	if err != nil {
		return err
	}
	if len(closed) == 0 {
		return wire.Refuse(contract.CodeWrongState,
			fmt.Sprintf("Kỳ %s của nhiệm vụ %s chưa có hồ sơ nào kết thúc. Khóa kỳ trước (nenep period seal), rồi lưu trữ.", period, obligation),
			fmt.Sprintf("The period %s of %s has no closed case. Seal it first (nenep period seal), then archive it.", period, obligation))
	}
	folder, err := archive.Create(to)
	if err != nil {
		return err
	}
	a := &archiving{terminal: t, folder: folder, names: map[string]string{}, manifest: archive.Manifest{
		Obligation: obligation, Title: obligation, Period: period, MadeAt: time.Now().In(calendar.Zone).Format(time.RFC3339), Program: Version, LeftOut: open,
	}}
	hash, err := a.write(ctx, closed)
	if err != nil {
		folder.Discard()
		return err
	}
	rows := [][]string{{to, strconv.Itoa(len(closed)), strconv.Itoa(len(open)), hash}}
	answer := map[string]any{"folder": to, "cases": len(closed), "left_out": open, "manifest_sha256": hash}
	return t.printValue(answer, []string{"THƯ MỤC", "HỒ SƠ", "CHƯA KẾT THÚC", "SHA-256 CỦA MANIFEST.JSON"}, rows)
}

// casesOf are the ids of the period's cases that have closed, and of those that have not.
func (t *terminal) casesOf(ctx context.Context, obligation, period string) (closed, open []string, err error) {
	const page = 500
	for offset := int32(0); ; offset += page {
		answer, err := t.clients.Register.ListCases(ctx, connect.NewRequest(&reportsv1.ListCasesRequest{
			ObligationId: obligation, PeriodId: period, Limit: page, Offset: offset,
		}))
		if err != nil {
			return nil, nil, err
		}
		for _, c := range answer.Msg.GetCases() {
			if c.GetExportSha256() != "" {
				closed = append(closed, c.GetId())
			} else {
				open = append(open, c.GetId())
			}
		}
		if len(answer.Msg.GetCases()) < page {
			return closed, open, nil
		}
	}
}

func (a *archiving) write(ctx context.Context, ids []string) (string, error) {
	if err := a.writeObligation(); err != nil {
		return "", err
	}
	audit, err := a.clients.Audit.VerifyAudit(ctx, connect.NewRequest(&reportsv1.VerifyAuditRequest{}))
	if err != nil {
		return "", err
	}
	a.manifest.Audit = archive.AuditHead{Entries: audit.Msg.GetEntries(), Hash: audit.Msg.GetHash(), Whole: audit.Msg.GetWhole()}
	page := archive.Period{Title: a.manifest.Title, Obligation: a.manifest.Obligation, Period: a.manifest.Period, LeftOut: a.manifest.LeftOut,
		MadeAt: time.Now().In(calendar.Zone).Format("15:04 ngày 02/01/2006"), Audit: auditWords(a.manifest.Audit)}
	for _, id := range ids {
		one, err := a.writeCase(ctx, id)
		if err != nil {
			return "", fmt.Errorf("%s: %w", id, err)
		}
		page.Cases, a.manifest.Cases = append(page.Cases, one), append(a.manifest.Cases, id)
	}
	if err := a.folder.PutPeriod(page); err != nil {
		return "", err
	}
	return a.folder.Finish(a.manifest)
}

func auditWords(head archive.AuditHead) string {
	if !head.Whole {
		return fmt.Sprintf("Khi lưu trữ, nhật ký kiểm tra có %d mục và KHÔNG còn nguyên vẹn (nenep audit verify).", head.Entries)
	}
	return fmt.Sprintf("Khi lưu trữ, nhật ký kiểm tra nguyên vẹn, có %d mục, mã băm cuối %s.", head.Entries, head.Hash)
}

// writeObligation writes what the catalogue declares today. What each case was asked when it opened stands in the case.
func (a *archiving) writeObligation() error {
	cat, err := catalogue.Open(a.cfg.Catalogue)
	if err != nil {
		return fmt.Errorf("NENEP_CATALOGUE: read the catalogue: %w", err)
	}
	declared := cat.Latest().Obligation(a.manifest.Obligation)
	if declared == nil {
		return nil // dropped since; its cases hold what they were asked
	}
	a.manifest.Title = declared.Title.VI
	return a.folder.PutJSON("nhiem-vu.json", declared)
}

func (a *archiving) writeCase(ctx context.Context, id string) (archive.Case, error) {
	_, unit, _, err := contract.CaseIDParts(id)
	if err != nil {
		return archive.Case{}, err
	}
	answer, err := a.clients.Register.GetCase(ctx, connect.NewRequest(&reportsv1.GetCaseRequest{Id: id}))
	if err != nil {
		return archive.Case{}, err
	}
	c := answer.Msg
	page := archive.Case{ID: id, Folder: "ho-so/" + folderOf(id), Unit: a.nameOf(ctx, unit), Export: c.GetExportSha256()}
	describe(&page, c)
	if err := errors.Join(
		a.put(page.Folder+"/ho-so.json", c),
		a.writeTold(ctx, &page), a.writeRaw(ctx, page), a.writeActs(ctx, page), a.writeWords(ctx, &page, c), a.writeCopies(ctx, &page), a.writeSyntheses(ctx, page), a.writeDocuments(ctx, page),
	); err != nil {
		return page, err
	}
	for i, file := range c.GetFiles() {
		if err := a.writeFile(ctx, &page, i+1, file); err != nil {
			return page, err
		}
	}
	return page, a.folder.PutCase(page)
}

// folderOf is a case's folder within its obligation and period: the unit, and which correction.
func folderOf(id string) string {
	parts := strings.Split(id, "/")
	return strings.Join(append([]string{parts[1]}, parts[3:]...), "-")
}

func (a *archiving) nameOf(ctx context.Context, unit string) string {
	if a.names[unit] == "" {
		a.names[unit] = unit
		if answer, err := a.clients.Units.GetUnit(ctx, connect.NewRequest(&unitsv1.GetUnitRequest{Id: unit})); err == nil {
			a.names[unit] = answer.Msg.GetUnit().GetName() + " (" + unit + ")"
		}
	}
	return a.names[unit]
}

var stateWords = map[casefilev1.State]string{
	casefilev1.State_STATE_OPEN: "đang thực hiện", casefilev1.State_STATE_SUBMITTED: "đã nộp", casefilev1.State_STATE_RETURNED: "trả lại",
	casefilev1.State_STATE_ACCEPTED: "hoàn thành", casefilev1.State_STATE_EXEMPTED: "không thuộc đối tượng", casefilev1.State_STATE_WITHDRAWN: "thu hồi",
	casefilev1.State_STATE_SUCCEEDED: "chuyển đơn vị kế thừa",
}

func describe(page *archive.Case, c *reportsv1.Case) {
	s := c.GetState()
	page.State, page.Due, page.Done = stateWords[s.GetState()], dayWords(s.GetDueDay()), dayWords(s.GetDutyDoneOn())
	page.Submitted, page.Accepted = momentWords(s.GetSubmittedAt()), momentWords(s.GetAcceptedAt())
	if late := s.GetLateWorkingDays(); late > 0 {
		page.Late = strconv.Itoa(int(late))
	}
	titles, labels := map[string]string{}, map[string]string{}
	for _, step := range c.GetInput().GetSteps() {
		titles[step.GetId()] = step.GetTitleVi()
		for _, fact := range step.GetFacts() {
			labels[step.GetId()+"/"+fact.GetKey()] = fact.GetTitleVi()
		}
	}
	for _, step := range c.GetInput().GetSteps() {
		for _, record := range s.GetSteps() {
			if record.GetStepId() != step.GetId() {
				continue
			}
			for _, fact := range step.GetFacts() {
				if value := record.GetFacts()[fact.GetKey()]; value != "" && !strings.HasPrefix(value, "sha256:") {
					page.Answers = append(page.Answers, archive.Answer{Step: titles[step.GetId()], Label: labels[step.GetId()+"/"+fact.GetKey()], Value: value})
				}
			}
		}
	}
}

func dayWords(day string) string {
	if date, err := calendar.ParseDate(day); err == nil {
		return date.Vietnamese()
	}
	return day
}

func momentWords(at string) string {
	moment, err := time.Parse(time.RFC3339, at)
	if err != nil {
		return at
	}
	return moment.In(calendar.Zone).Format("15:04 ngày 02/01/2006")
}

// put writes a message as JSON with the names of its contract.
func (a *archiving) put(name string, message proto.Message) error {
	raw, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(message)
	if err != nil {
		return err
	}
	var value any
	if err := json.Unmarshal(raw, &value); err != nil { // its white space varies on purpose
		return err
	}
	return a.folder.PutJSON(name, value)
}

func (a *archiving) writeTold(ctx context.Context, page *archive.Case) error {
	answer, err := a.clients.Register.GetHistory(ctx, connect.NewRequest(&reportsv1.GetHistoryRequest{Id: page.ID}))
	if err != nil {
		return err
	}
	for _, entry := range answer.Msg.GetEntries() {
		page.Told = append(page.Told, archive.Told{At: momentWords(entry.GetAt()), Text: entry.GetTextVi()})
	}
	answer.Msg.TemporalUrl = "" // leads nowhere in twenty years
	return a.put(page.Folder+"/lich-su.json", answer.Msg)
}

// writeRaw writes every event, its payloads decoded: in twenty years nobody has the key they were encrypted by.
func (a *archiving) writeRaw(ctx context.Context, page archive.Case) error {
	whole := &reportsv1.GetRawHistoryResponse{}
	for from := int64(1); ; {
		answer, err := a.clients.Register.GetRawHistory(ctx, connect.NewRequest(&reportsv1.GetRawHistoryRequest{Id: page.ID, FromEvent: from, Limit: 200}))
		if err != nil {
			return err
		}
		events := answer.Msg.GetEvents()
		whole.Events, whole.Total = append(whole.Events, events...), answer.Msg.GetTotal()
		if len(events) == 0 || int64(len(whole.Events)) >= whole.GetTotal() {
			return a.put(page.Folder+"/lich-su-goc.json", whole)
		}
		from = events[len(events)-1].GetId() + 1
	}
}

func (a *archiving) writeActs(ctx context.Context, page archive.Case) error {
	answer, err := a.clients.Acts.ListActs(ctx, connect.NewRequest(&reportsv1.ListActsRequest{CaseId: page.ID}))
	if err != nil {
		return err
	}
	return a.put(page.Folder+"/viec-da-lam.json", answer.Msg)
}

func (a *archiving) writeWords(ctx context.Context, page *archive.Case, c *reportsv1.Case) error {
	answer, err := a.clients.Forms.GetWords(ctx, connect.NewRequest(&reportsv1.GetWordsRequest{CaseId: page.ID}))
	if err != nil || len(answer.Msg.GetWords()) == 0 {
		return err
	}
	for _, words := range answer.Msg.GetWords() {
		step, label := words.GetStepId(), words.GetKey()
		for _, policy := range c.GetInput().GetSteps() {
			if policy.GetId() != words.GetStepId() {
				continue
			}
			step = policy.GetTitleVi()
			for _, fact := range policy.GetFacts() {
				if fact.GetKey() == words.GetKey() {
					label = fact.GetTitleVi()
				}
			}
		}
		page.Answers = append(page.Answers, archive.Answer{Step: step, Label: label, Value: words.GetText()})
	}
	return a.put(page.Folder+"/noi-dung.json", answer.Msg)
}

func (a *archiving) writeCopies(ctx context.Context, page *archive.Case) error {
	answer, err := a.clients.SignedCopies.ListSignedCopies(ctx, connect.NewRequest(&reportsv1.ListSignedCopiesRequest{CaseId: page.ID}))
	if err != nil || len(answer.Msg.GetCopies()) == 0 {
		return err
	}
	for _, one := range answer.Msg.GetCopies() {
		page.Copies = append(page.Copies, archive.Copy{Number: one.GetNumber(), SignedOn: dayWords(one.GetSignedOn()), Signer: one.GetSignerPost(), File: one.GetFileName()})
	}
	return a.put(page.Folder+"/ban-ky.json", answer.Msg)
}

// writeSyntheses writes the numbered versions of a synthesis whole. Most cases have none, and are refused the question.
func (a *archiving) writeSyntheses(ctx context.Context, page archive.Case) error {
	answer, err := a.clients.Synthesis.ListSyntheses(ctx, connect.NewRequest(&reportsv1.ListSynthesesRequest{CaseId: page.ID}))
	if answeredNo(err) || err == nil && len(answer.Msg.GetVersions()) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	for _, version := range answer.Msg.GetVersions() {
		whole, err := a.clients.Synthesis.GetSynthesis(ctx, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: page.ID, Version: version.GetVersion(), EveryNode: true}))
		if err != nil {
			return err
		}
		if err := a.put(fmt.Sprintf("%s/tong-hop-%d.json", page.Folder, version.GetVersion()), whole.Msg); err != nil {
			return err
		}
	}
	return nil
}

// writeDocuments draws up what the case gives, in every format.
func (a *archiving) writeDocuments(ctx context.Context, page archive.Case) error {
	offered, err := a.clients.Documents.ListDocuments(ctx, connect.NewRequest(&reportsv1.ListDocumentsRequest{CaseId: page.ID}))
	if answeredNo(err) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, document := range offered.Msg.GetDocuments() {
		for _, format := range document.GetFormats() {
			drawn, err := a.clients.Documents.DrawUpDocument(ctx, connect.NewRequest(&reportsv1.DrawUpDocumentRequest{CaseId: page.ID, Kind: document.GetKind(), Format: format}))
			if answeredNo(err) {
				continue // there is nothing yet to draw it up from
			}
			if err != nil {
				return err
			}
			if err := a.folder.Put(page.Folder+"/van-ban/"+archive.SafeName(drawn.Msg.GetName()), drawn.Msg.GetContent()); err != nil {
				return err
			}
		}
	}
	return nil
}

// answeredNo tells of an answer that the same question would get again.
func answeredNo(err error) bool {
	refusal := wire.RefusalOf(err)
	return refusal != nil && refusal.GetCode() != contract.CodeUnavailable
}

// writeFile takes a file over as it was handed in; one that does not have the hash it came with is not archived as if it had.
func (a *archiving) writeFile(ctx context.Context, page *archive.Case, number int, file *reportsv1.File) error {
	kept := archive.Kept{Name: file.GetName(), Size: strconv.FormatInt(file.GetSize(), 10), SHA256: file.GetSha256(), Step: file.GetStepId(),
		Path: fmt.Sprintf("tep/%03d-%s", number, archive.SafeName(file.GetName()))}
	content, err := a.contentOf(ctx, file)
	if answeredNo(err) {
		kept.Deleted = wire.RefusalOf(err).GetTextVi()
		page.Files = append(page.Files, kept)
		a.manifest.Deleted = append(a.manifest.Deleted, archive.Deleted{Case: page.ID, Name: file.GetName(), SHA256: file.GetSha256(), Why: kept.Deleted})
		return nil
	}
	if err != nil {
		return err
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != file.GetSha256() {
		return fmt.Errorf("the file %s (%s) is not the one that was handed in: restore it from a backup of the evidence store, then archive again", file.GetName(), file.GetId())
	}
	page.Files = append(page.Files, kept)
	return a.folder.Put(page.Folder+"/"+kept.Path, content)
}

// fileTime is what one file may take.
const fileTime = 15 * time.Minute

func (a *archiving) contentOf(ctx context.Context, file *reportsv1.File) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(a.cfg.ReportsURL, "/")+"/files/"+url.PathEscape(file.GetId()), nil)
	if err != nil {
		return nil, err
	}
	token, err := a.sign("reports")
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := a.cfg.HouseClient(fileTime).Do(request)
	if err != nil {
		return nil, connect.NewError(connect.CodeUnavailable, err)
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(io.LimitReader(response.Body, file.GetSize()+1<<16))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", file.GetName(), err)
	}
	if response.StatusCode == http.StatusOK {
		return content, nil
	}
	refusal := &casefilev1.Refusal{}
	if err := protojson.Unmarshal(content, refusal); err == nil && refusal.GetTextVi() != "" {
		return nil, wire.Refusal{Refusal: refusal}
	}
	return nil, fmt.Errorf("%s is not given out: %s", file.GetName(), response.Status)
}
