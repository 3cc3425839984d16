package reports

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"connectrpc.com/connect"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.uber.org/zap"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/services/reports/history"
)

const (
	// historyPatience is how long a page waits for Temporal before the export or the register answers.
	historyPatience = 8 * time.Second
	// namesPatience is how long it waits for names; without them ids stand in the sentences.
	namesPatience = 3 * time.Second
)

// GetHistory tells the case's history: from Temporal, from the stored export where Temporal cannot
// be read or has forgotten the run, else from the audit trail, and says so.
func (s *server) GetHistory(ctx context.Context, request *connect.Request[reportsv1.GetHistoryRequest]) (*connect.Response[reportsv1.GetHistoryResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetId())
	if err != nil {
		return nil, err
	}
	if err := s.maySee(ctx, row); err != nil {
		return nil, err
	}
	answer := &reportsv1.GetHistoryResponse{RunId: row.RunID, TemporalUrl: s.temporalURL(row)}
	story, err := s.story(ctx, row, answer)
	if err != nil {
		return nil, err
	}
	words, err := s.words(ctx, row, story)
	if err != nil {
		return nil, err
	}
	source := "temporal"
	if answer.GetFromRegister() {
		source = "register"
	}
	for _, entry := range story.Tell(words) {
		answer.EventsTold += int64(len(entry.EventIDs))
		answer.Entries = append(answer.Entries, &reportsv1.HistoryEntry{At: entry.At.UTC().Format(time.RFC3339), TextVi: entry.VI, TextEn: entry.EN,
			EventIds: entry.EventIDs, Source: source, Kind: entry.Kind})
	}
	return connect.NewResponse(answer), s.tellReinstated(ctx, row, words, answer)
}

// tellReinstated ends the history of a case whose ending was undone: the act came after its own history had closed.
func (s *server) tellReinstated(ctx context.Context, row caseRow, words history.Words, answer *reportsv1.GetHistoryResponse) error {
	if row.ReinstatedAs == "" {
		return nil
	}
	by, err := s.register.reinstatementOf(ctx, row.ID)
	if err != nil || by == nil {
		return err
	}
	ordered, err := by.reinstatement()
	if err != nil {
		return err
	}
	entry := history.Reinstated(words, words.Acts[by.ActID], ordered.NewCaseID, ordered.Document, ordered.Words)
	answer.Entries = append(answer.Entries, &reportsv1.HistoryEntry{At: entry.At.UTC().Format(time.RFC3339), TextVi: entry.VI, TextEn: entry.EN, Source: "register", Kind: entry.Kind})
	return nil
}

// temporalURL is where the Temporal Web UI shows the same history.
func (s *server) temporalURL(row caseRow) string {
	return fmt.Sprintf("%s/namespaces/%s/workflows/%s/%s/history", strings.TrimSuffix(s.cfg.TemporalUIURL, "/"),
		url.PathEscape(s.cfg.TemporalNamespace), url.PathEscape(row.ID), url.PathEscape(row.RunID))
}

// story reads the history from the best source that answers.
func (s *server) story(ctx context.Context, row caseRow, answer *reportsv1.GetHistoryResponse) (history.Story, error) {
	events, err := s.events(ctx, row.ID, row.RunID)
	if err != nil {
		s.logger.Warn("history not read from Temporal", zap.String("case", row.ID), zap.Error(err))
		events, err = s.exportedEvents(ctx, row.ID, row.RunID)
	}
	if err == nil && len(events) > 0 {
		answer.EventsTotal = int64(len(events))
		return history.Read(events, s.payloads), nil
	}
	if err != nil {
		s.logger.Warn("no export of the history", zap.String("case", row.ID), zap.Error(err))
	}
	answer.FromRegister = true
	return s.auditStory(ctx, row)
}

// events reads a run's whole history from Temporal.
func (s *server) events(ctx context.Context, caseID, runID string) ([]*historypb.HistoryEvent, error) {
	ctx, cancel := context.WithTimeout(ctx, historyPatience)
	defer cancel()
	pages := s.cases.GetWorkflowHistory(ctx, caseID, runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	var events []*historypb.HistoryEvent
	for pages.HasNext() {
		event, err := pages.Next()
		if err != nil {
			return nil, fmt.Errorf("read the history of %s: %w", caseID, err)
		}
		events = append(events, event)
	}
	return events, nil
}

// auditStory is the story as the register kept it: without event numbers.
func (s *server) auditStory(ctx context.Context, row caseRow) (history.Story, error) {
	var rows []auditRow
	if err := s.register.db.WithContext(ctx).Where("case_id = ? AND kind LIKE 'case-%'", row.ID).Order("id").Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read the audit trail of case %s: %w", row.ID, err)
	}
	stored, err := s.storedActs(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	input, err := row.openedWith()
	if err != nil {
		return nil, err
	}
	story := history.Story{}
	for _, entry := range rows {
		happening, err := happeningOf(entry, input, stored)
		if err != nil {
			return nil, err
		}
		story = append(story, happening)
	}
	return story, nil
}

// openedWith is the input of the case's first day, before anybody amended it.
func (row caseRow) openedWith() (*casefilev1.CaseInput, error) {
	text := row.Input
	if row.OpenedWith != nil {
		text = *row.OpenedWith
	}
	input := &casefilev1.CaseInput{}
	return input, readStored(text, input)
}

func happeningOf(entry auditRow, input *casefilev1.CaseInput, acts map[string]*casefilev1.Act) (*history.Happening, error) {
	happening := &history.Happening{At: entry.At, Kind: strings.TrimPrefix(entry.Kind, "case-")}
	if happening.Kind == contract.ProgressOpened {
		happening.Input = input
		return happening, nil
	}
	if happening.Kind == contract.ProgressReopened {
		return happening, nil
	}
	progress := &casefilev1.Progress{}
	if err := readStored(entry.Body, progress); err != nil {
		return nil, err
	}
	if rung := progress.GetRung(); rung != nil && happening.Kind == contract.ProgressRung {
		happening.Rung = &contract.CarryOutResult{RungID: rung.GetRungId(), Day: rung.GetDay(), Round: rung.GetRound(), Outcome: rung.GetOutcome(), OfficialIDs: rung.GetOfficialIds()}
		return happening, nil
	}
	happening.Outcome = &casefilev1.ActOutcome{ActId: progress.GetActId(), State: progress.GetState()}
	if happening.Act = acts[progress.GetActId()]; happening.Act == nil {
		happening.Act = &casefilev1.Act{ActId: progress.GetActId()}
	}
	return happening, nil
}

func (s *server) storedActs(ctx context.Context, caseID string) (map[string]*casefilev1.Act, error) {
	rows, err := s.register.actsOf(ctx, caseID)
	if err != nil {
		return nil, err
	}
	acts := make(map[string]*casefilev1.Act, len(rows))
	for _, row := range rows {
		act := &casefilev1.Act{}
		if err := readStored(row.Body, act); err != nil {
			return nil, err
		}
		acts[row.ActID] = act
	}
	return acts, nil
}

// words are what the history does not hold: the acts and files of the case from here, the names
// from units as they are today. While units are away ids stand for names.
func (s *server) words(ctx context.Context, row caseRow, story history.Story) (history.Words, error) {
	acts, err := s.storedActs(ctx, row.ID)
	if err != nil {
		return history.Words{}, err
	}
	words := history.Words{Acts: acts, Files: map[string]history.File{}, Units: map[string]history.Name{}, Officials: map[string]history.Official{}}
	ids, err := s.register.lineage(ctx, row.ID)
	if err != nil {
		return words, err
	}
	files, err := s.register.filesOf(ctx, ids...)
	if err != nil {
		return words, err
	}
	for _, file := range files {
		words.Files[file.GetId()] = history.File{Name: file.GetName(), Size: file.GetSize(), SHA256: file.GetSha256()}
	}
	mentions := story.Mentions()
	for _, act := range acts {
		mentions.Officials = append(mentions.Officials, act.GetOfficialId())
	}
	if words.Reopened, err = s.register.reopenedBy(ctx, row.ID); err != nil {
		return words, err
	}
	for _, by := range words.Reopened {
		mentions.Officials = append(mentions.Officials, by.OfficialID)
	}
	s.names(ctx, &words, mentions)
	return words, nil
}

func (s *server) names(ctx context.Context, words *history.Words, mentions history.Mentions) {
	ctx, cancel := context.WithTimeout(ctx, namesPatience)
	defer cancel()
	if len(mentions.Officials) > 0 {
		answer, err := s.units.FindOfficials(ctx, connect.NewRequest(&unitsv1.FindOfficialsRequest{Ids: mentions.Officials, Limit: 1000}))
		if err != nil {
			s.logger.Warn("names of officials not found", zap.Error(err))
		} else {
			nameOfficials(words, answer.Msg.GetHolders())
		}
	}
	if len(mentions.Units) == 0 {
		return // an empty list would ask for every unit
	}
	answer, err := s.units.ListUnits(ctx, connect.NewRequest(&unitsv1.ListUnitsRequest{Ids: mentions.Units}))
	if err != nil {
		s.logger.Warn("names of units not found", zap.Error(err))
		return
	}
	for _, unit := range answer.Msg.GetUnits() {
		words.Units[unit.GetId()] = history.Name{VI: unit.GetName(), EN: unit.GetNameEn()}
	}
}

func nameOfficials(words *history.Words, holders []*unitsv1.Holder) {
	for _, holder := range holders {
		id := holder.GetOfficial().GetId()
		official, known := words.Officials[id]
		if !known {
			official = history.Official{Name: holder.GetOfficial().GetName(), Titles: map[string]string{}}
		}
		if unit := holder.GetPosition().GetUnitId(); unit != "" {
			official.Titles[unit] = holder.GetPosition().GetTitle()
			words.Units[unit] = history.Name{VI: holder.GetUnit().GetName(), EN: holder.GetUnit().GetNameEn()}
		}
		words.Officials[id] = official
	}
}
