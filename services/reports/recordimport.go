package reports

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"sync"
	"time"

	"connectrpc.com/connect"
	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/workbook"
)

const (
	// mostRecords is how many rows one workbook may record.
	mostRecords = 5000
	// deliveredAtOnce is to how many cases acts are delivered side by side; those of one case keep their order.
	deliveredAtOnce = 8
	roleImporter    = roleStandingAgency
)

// ImportRecords checks a workbook of what was done on paper and, unless it is a dry run, stores the acts of all its rows or none, then
// delivers them: for administrators and the standing agency. What cannot be delivered while the call lasts is delivered by the scheduled
// workflow. The same workbook again does nothing twice and completes what a case refused.
func (s *server) ImportRecords(ctx context.Context, request *connect.Request[reportsv1.ImportRecordsRequest]) (*connect.Response[reportsv1.ImportRecordsResponse], error) {
	hats, who, err := s.recorder(ctx)
	if err != nil {
		return nil, err
	}
	read, err := s.readRecords(ctx, request.Msg.GetContent(), hats)
	if err != nil {
		return nil, err
	}
	response := read.response(request.Msg.GetContent())
	if request.Msg.GetDryRun() || len(response.GetFaults()) > 0 {
		return connect.NewResponse(response), nil
	}
	if response.Moved = request.Msg.GetJudged() != "" && request.Msg.GetJudged() != response.GetJudged(); response.GetMoved() {
		return connect.NewResponse(response), nil
	}
	stored, err := s.storeRecords(ctx, read.rows, who)
	if err != nil {
		return nil, err
	}
	response.Written = true
	s.deliverRecords(context.WithoutCancel(ctx), read.rows, stored, response)
	return connect.NewResponse(response), nil
}

// recorder is in whose name records are imported.
func (s *server) recorder(ctx context.Context) ([]hat, acting, error) {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil, acting{}, wire.Forbidden("Chưa biết cán bộ nào thực hiện việc này. Đăng nhập rồi gửi lại.", "It is not known which official acts. Sign in and send again.")
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return nil, acting{}, err
	}
	if who, is := hatWith(hats, roleAdministrator); is {
		return hats, who, nil
	}
	at := slices.IndexFunc(hats, func(h hat) bool {
		return h.unitKind == standingAgencyKind && (h.role == roleLeader || h.role == roleReviewer)
	})
	if at >= 0 {
		return hats, acting{hats[at].unitID, roleImporter}, nil
	}
	return nil, acting{}, wire.Forbidden("Tài khoản này không có quyền nhập hồ sơ giấy của nhiều đơn vị. Liên hệ "+s.cfg.HelpContact+".", "This account may not import the papers of many units. Ask "+s.cfg.HelpContact+".")
}

type recordsRead struct {
	rows   []recordRow
	same   int
	faults []workbook.Fault
}

func (s *server) readRecords(ctx context.Context, content []byte, hats []hat) (recordsRead, error) {
	book, wrong := workbook.Open(content)
	if wrong != nil {
		return recordsRead{faults: []workbook.Fault{*wrong}}, nil
	}
	defer book.Close()
	var read recordsRead
	var sheets []string
	for _, name := range book.Sheets() {
		if workbook.Fold(name) != workbook.Fold(sheetGuide) {
			sheets = append(sheets, name)
		}
	}
	read.faults = book.Strangers(append([]string{sheetGuide}, sheets...)...)
	if len(sheets) == 0 {
		read.faults = append(read.faults, workbook.Fault{VI: "Tệp không có trang tính nào của nhiệm vụ. Tải tệp mẫu rồi nhập theo mẫu.", EN: "The file has no sheet of an obligation. Download the template and fill it in."})
	}
	for _, name := range sheets {
		if err := s.readRecordSheet(ctx, book, name, hats, &read); err != nil {
			return read, err
		}
	}
	if len(read.rows) > mostRecords {
		read.faults = append(read.faults, workbook.Fault{VI: fmt.Sprintf("Tệp có %d dòng cần ghi, mỗi lần nhiều nhất %d. Tách thành nhiều tệp.", len(read.rows), mostRecords),
			EN: fmt.Sprintf("The file has %d rows to record, at most %d at once. Split it.", len(read.rows), mostRecords)})
	}
	return read, nil
}

func (s *server) readRecordSheet(ctx context.Context, book *workbook.Book, name string, hats []hat, into *recordsRead) error {
	named, _, faults := book.Read(workbook.Table{Sheet: name, Columns: []workbook.Column{caseColumn, {Key: columnUnit, Heading: "Đơn vị"}, {Key: columnPeriod, Heading: "Kỳ"}}, Loose: true})
	if len(faults) > 0 {
		into.faults = append(into.faults, faults...)
		return nil
	}
	cases, inputs, err := s.knownCases(ctx, named)
	if err != nil {
		return err
	}
	sheet, _, faults := book.Read(recordTable(name, inputs))
	into.faults = append(into.faults, faults...)
	reading := &recordReading{sheet: sheet, cases: cases, hats: hats, seen: map[string]int{},
		today: func(k knownCase) calendar.Date { return today(s.now(), k.row.ClockOffsetSeconds, k.row.CaseClock) }}
	for _, row := range sheet.Rows {
		if !slices.ContainsFunc(faults, func(f workbook.Fault) bool { return f.Line == row.Line }) {
			reading.read(row, name)
		}
	}
	into.rows, into.same, into.faults = append(into.rows, reading.rows...), into.same+reading.same, append(into.faults, reading.faults...)
	return nil
}

// knownCases are the cases that a sheet names, as the register has them.
func (s *server) knownCases(ctx context.Context, sheet workbook.Sheet) (map[string]knownCase, []*casefilev1.CaseInput, error) {
	var ids []string
	for _, row := range sheet.Rows {
		ids = append(ids, row.Values[columnCase])
	}
	var rows []caseRow
	if err := s.register.db.WithContext(ctx).Where("id IN ?", ids).Order("id").Find(&rows).Error; err != nil {
		return nil, nil, fmt.Errorf("read the cases of a workbook: %w", err)
	}
	var acts []actRow
	if err := s.register.db.WithContext(ctx).Where("case_id IN ? AND act_id LIKE 'nk-%'", ids).Find(&acts).Error; err != nil {
		return nil, nil, fmt.Errorf("read the acts of a workbook: %w", err)
	}
	var files []fileRow
	if err := s.register.db.WithContext(ctx).Select("id", "case_id").Where("case_id IN ?", ids).Find(&files).Error; err != nil {
		return nil, nil, fmt.Errorf("read the files of a workbook: %w", err)
	}
	known, inputs := make(map[string]knownCase, len(rows)), make([]*casefilev1.CaseInput, len(rows))
	for i, row := range rows {
		input, state, err := row.casefileOf()
		if err != nil {
			return nil, nil, err
		}
		inputs[i] = input
		known[row.ID] = knownCase{row: row, input: input, state: state, acts: map[string]actRow{}}
	}
	for _, act := range acts {
		known[act.CaseID].acts[act.ActID] = act
	}
	for _, file := range files {
		of := known[file.CaseID]
		of.files = append(of.files, file.ID)
		known[file.CaseID] = of
	}
	for id, of := range known {
		for _, record := range of.state.GetSteps() { // those of a predecessor's case go on with it
			of.files = append(of.files, record.GetFileIds()...)
		}
		known[id] = of
	}
	return known, inputs, nil
}

func (r recordsRead) response(content []byte) *reportsv1.ImportRecordsResponse {
	response := &reportsv1.ImportRecordsResponse{Same: int32(min(r.same, workbook.MostRows))} //nolint:gosec // bounded
	for _, fault := range r.faults {
		response.Faults = append(response.Faults, &reportsv1.RecordFault{Sheet: fault.Sheet, Cell: fault.Cell, Line: int32(fault.Line), TextVi: fault.VI, TextEn: fault.EN}) //nolint:gosec // bounded
	}
	sum := sha256.New()
	_, _ = sum.Write(content)
	for _, row := range r.rows {
		response.Rows = append(response.Rows, row.tells)
		for _, act := range row.acts {
			_, _ = fmt.Fprintf(sum, "%s %s %d\n", row.of.row.ID, act.GetActId(), row.of.row.Sequence)
		}
	}
	response.Judged = hex.EncodeToString(sum.Sum(nil))
	return response
}

// storeRecords stores the acts of all rows in one transaction.
func (s *server) storeRecords(ctx context.Context, rows []recordRow, who acting) (map[string][]actRow, error) {
	stored := map[string][]actRow{}
	official, at := wire.IdentityOf(ctx).OfficialID, s.now()
	err := s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		for _, row := range rows {
			for _, act := range row.acts {
				bare, answers := answersApart(act, row.of.input)
				ready := normalised(bare, row.of.input)
				ready.OfficialId = official
				hash, err := contentHash(ready)
				if err != nil {
					return err
				}
				ready.At, ready.ActingUnitId, ready.ActingRole = at.UTC().Format(time.RFC3339Nano), who.unitID, who.role
				kept, err := register{db: tx}.storeAct(ctx, ready, answers, hash, at)
				if err != nil {
					return err
				}
				stored[row.of.row.ID] = append(stored[row.of.row.ID], *kept)
			}
		}
		return nil
	})
	return stored, err
}

// deliverRecords delivers the acts of several cases side by side and notes what came of each row.
func (s *server) deliverRecords(ctx context.Context, rows []recordRow, stored map[string][]actRow, response *reportsv1.ImportRecordsResponse) {
	ctx, cancel := context.WithTimeout(ctx, deliveryRound)
	defer cancel()
	var group errgroup.Group
	group.SetLimit(deliveredAtOnce)
	var lock sync.Mutex
	for _, row := range rows {
		group.Go(func() error {
			outcome, refusal := s.deliverRecord(ctx, stored[row.of.row.ID])
			lock.Lock()
			defer lock.Unlock()
			row.tells.Outcome = outcome
			if refusal != nil {
				fault := row.sheet.Fault(row.row.Line, columnCase, lowered(refusal.GetTextVi()), refusal.GetTextEn())
				response.Faults = append(response.Faults, &reportsv1.RecordFault{Sheet: fault.Sheet, Cell: fault.Cell, Line: int32(fault.Line), CaseId: row.of.row.ID, TextVi: fault.VI, TextEn: fault.EN}) //nolint:gosec // bounded
			}
			return nil
		})
	}
	_ = group.Wait() // none answers an error: what was not delivered is pending
	slices.SortFunc(response.GetFaults(), func(a, b *reportsv1.RecordFault) int { return int(a.GetLine() - b.GetLine()) })
}

// deliverRecord delivers the acts of one case in their order, up to the first that the case refuses or that does not reach it.
func (s *server) deliverRecord(ctx context.Context, acts []actRow) (outcome string, refusal *casefilev1.Refusal) {
	for _, act := range acts {
		if ctx.Err() != nil {
			return "pending", nil
		}
		answer, err := s.answer(ctx, act)
		switch {
		case err != nil || answer.GetPending():
			return "pending", nil
		case answer.GetRefusal() != nil:
			return "refused", answer.GetRefusal()
		}
	}
	return "done", nil
}

// GetRecordsTemplate answers the workbook that ImportRecords reads, with the cases that are open: for those who may import.
func (s *server) GetRecordsTemplate(ctx context.Context, request *connect.Request[reportsv1.GetRecordsTemplateRequest]) (*connect.Response[reportsv1.GetRecordsTemplateResponse], error) {
	if _, _, err := s.recorder(ctx); err != nil {
		return nil, err
	}
	cases, err := s.openCases(ctx, request.Msg.GetUnitIds())
	if err != nil {
		return nil, err
	}
	units, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: request.Msg.GetUnitIds()}))
	if err != nil {
		return nil, unavailable("Danh mục đơn vị", "The units service")
	}
	names := map[string]string{}
	for _, unit := range units.Msg.GetUnits() {
		names[unit.GetId()] = unit.GetName()
	}
	for i, one := range cases {
		cases[i].unit = names[one.input.GetUnitId()]
	}
	content, err := recordsTemplate(cases)
	if err != nil {
		return nil, fmt.Errorf("write the template of records: %w", err)
	}
	return connect.NewResponse(&reportsv1.GetRecordsTemplateResponse{Content: content}), nil
}

// casesAtOnce bounds what of the register is held at once: a case's input has the whole calendar in it.
const casesAtOnce = 500

// openCases are the cases that a template lists, by obligation, with no more of their inputs than it needs.
func (s *server) openCases(ctx context.Context, unitIDs []string) ([]openCase, error) {
	var cases []openCase
	for after := ""; len(cases) < workbook.MostRows; {
		query := s.register.db.WithContext(ctx).Where("state IN ('open', 'returned') AND id > ?", after)
		if len(unitIDs) > 0 {
			query = query.Where("unit_id IN ?", unitIDs)
		}
		var rows []caseRow
		if err := query.Order("id").Limit(casesAtOnce).Find(&rows).Error; err != nil {
			return nil, fmt.Errorf("read open cases: %w", err)
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			input, state, err := row.casefileOf()
			if err != nil {
				return nil, err
			}
			input.Calendar, input.Ladder, input.Review, state.Items = nil, nil, nil, nil
			cases, after = append(cases, openCase{input: input, state: state}), row.ID
		}
	}
	return cases, nil
}
