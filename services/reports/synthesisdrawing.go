package reports

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"gorm.io/gorm"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/services/reports/synthesis"
)

// DrawUp adds up what the register holds now. Two who press at once get one version: the second finds that nothing differs.
func (s *server) DrawUp(ctx context.Context, request *connect.Request[reportsv1.DrawUpRequest]) (*connect.Response[reportsv1.DrawUpResponse], error) {
	of, err := s.synthesised(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if err := s.mayDrawUp(ctx, of.row); err != nil {
		return nil, err
	}
	if slices.Contains([]string{"exempted", "withdrawn", "succeeded"}, of.row.State) {
		return nil, wire.Refuse(contract.CodeWrongState, "Hồ sơ tổng hợp này không còn thực hiện nên không lập được bản tổng hợp. Mở hồ sơ tổng hợp khác của kỳ.",
			"This synthesis is not carried out any more, so that no version of it can be drawn up. Open another one of the period.")
	}
	l, err := s.landscapeOf(ctx, of)
	if err != nil {
		return nil, err
	}
	drawn, err := s.drawUp(ctx, of, l, request.Msg.GetLookOnly())
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(drawn), nil
}

func (s *server) drawUp(ctx context.Context, of toSynthesise, l landscape, lookOnly bool) (*reportsv1.DrawUpResponse, error) {
	answer := &reportsv1.DrawUpResponse{}
	err := s.register.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := lockSynthesis(tx, of.row.ID); err != nil {
			return err
		}
		m, err := s.material(tx, of, l)
		if err != nil {
			return err
		}
		content := synthesis.Draw(m)
		answer.MissingUnitIds = content.NotReported()
		row, err := s.newVersion(ctx, of, content)
		if err != nil {
			return err
		}
		if lookOnly {
			answer.Head = headOf(row, nil)
			return nil
		}
		answer.Head, answer.Unchanged, err = s.keepVersion(ctx, tx, row, content)
		return err
	})
	return answer, err
}

// synthesisLock is the advisory lock under which versions of one synthesis are drawn up and signed, one after the other.
const synthesisLock = 0x53594e54

func lockSynthesis(tx *gorm.DB, caseID string) error {
	if err := tx.Exec("SELECT pg_advisory_xact_lock(?, hashtext(?))", synthesisLock, caseID).Error; err != nil {
		return fmt.Errorf("lock synthesis %s: %w", caseID, err)
	}
	return nil
}

// newVersion is the row of what was drawn up, without a number.
func (s *server) newVersion(ctx context.Context, of toSynthesise, c *synthesis.Content) (synthesisRow, error) {
	sum, err := c.Hash()
	if err != nil {
		return synthesisRow{}, err
	}
	indicators, err := json.Marshal(append([]synthesis.Indicator{}, c.Indicators...))
	if err != nil {
		return synthesisRow{}, fmt.Errorf("write the indicators of synthesis %s: %w", of.row.ID, err)
	}
	n := c.Counts()
	return synthesisRow{
		CaseID: of.row.ID, ObligationID: of.obligation, PeriodID: of.period, WindowFrom: dayColumn(of.windowFrom), WindowTo: dayColumn(of.windowTo),
		TreeDay: of.treeDay, DrawnUpAt: s.now().UTC(), DrawnUpBy: wire.IdentityOf(ctx).OfficialID, Sha256: sum, Indicators: string(indicators),
		Owed: int32(n.Owed), InTime: int32(n.InTime), Late: int32(n.Late), Returned: int32(n.Returned), Missing: int32(n.Missing), Exempted: int32(n.Exempted),
	}, nil
}

// keepVersion numbers and keeps a version, or answers the last one when it says the same.
func (s *server) keepVersion(ctx context.Context, tx *gorm.DB, row synthesisRow, c *synthesis.Content) (*reportsv1.SynthesisVersion, bool, error) {
	last, err := version(tx, row.CaseID, 0)
	if err != nil {
		return nil, false, err
	}
	if last != nil && last.Sha256 == row.Sha256 {
		signed, err := signatures(tx, row.CaseID)
		return headOf(*last, signed), true, err
	}
	if row.Version = 1; last != nil {
		before, err := register{tx, s.register.reckoned}.content(ctx, *last)
		if err != nil {
			return nil, false, err
		}
		row.changedFrom(*last, synthesis.Compare(before, c))
	}
	if err := keepSynthesis(tx, row, c); err != nil {
		return nil, false, err
	}
	return headOf(row, nil), false, auditSynthesis(tx, row)
}

func (row *synthesisRow) changedFrom(last synthesisRow, changes synthesis.Changes) {
	row.Version = last.Version + 1
	row.FiguresChanged, row.StandingsChanged = int32(len(changes.Totals)), int32(len(changes.Standings))
	row.SourcesAdded, row.SourcesRemoved = int32(changes.Count(synthesis.Added)), int32(changes.Count(synthesis.Removed))
	row.SourcesCorrected = int32(changes.Count(synthesis.Corrected))
}

// Kinds of entries of the audit trail.
const (
	auditDrawnUp = "synthesis-drawn-up"
	auditSigned  = "synthesis-signed"
)

func auditSynthesis(tx *gorm.DB, row synthesisRow) error {
	body, err := json.Marshal(map[string]any{"version": row.Version, "sha256": row.Sha256, "obligation_id": row.ObligationID, "period_id": row.PeriodID,
		"owed": row.Owed, "in_time": row.InTime, "late": row.Late, "returned": row.Returned, "missing": row.Missing})
	if err != nil {
		return fmt.Errorf("write the audit entry of synthesis %s: %w", row.CaseID, err)
	}
	return appendAudit(tx, auditEntry{at: row.DrawnUpAt, kind: auditDrawnUp, caseID: row.CaseID, officialID: row.DrawnUpBy, body: body})
}

// mayDrawUp lets the standing agency's own people, and the case's workflow.
func (s *server) mayDrawUp(ctx context.Context, row caseRow) error {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return onlyServices(ctx)
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	if !drawsUp(hats, row.UnitID) {
		return s.notYours(ctx, "lập bản tổng hợp", "draw up the synthesis", row.UnitID)
	}
	return nil
}

func drawsUp(hats []hat, unitID string) bool {
	return slices.ContainsFunc(hats, func(h hat) bool {
		return h.unitID == unitID && slices.Contains([]string{roleContact, roleHead, roleDeputy, roleReviewer, roleLeader}, h.role)
	})
}

// signs: who signs seals the period, so it is whoever may seal, in the body whose synthesis it is.
func signs(hats []hat, unitID string) bool {
	return slices.ContainsFunc(hats, func(h hat) bool {
		return h.unitID == unitID && h.role == roleLeader && h.unitKind == standingAgencyKind
	})
}

// maySeeSynthesis lets those who look down on the whole tree, the body whose synthesis it is, and the one that gets it. Figures of all units
// are nobody else's.
func (s *server) maySeeSynthesis(ctx context.Context, row caseRow) ([]hat, error) {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil, nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(hats, func(h hat) bool { return h.unitID == row.UnitID || h.unitID == row.ReviewerUnitID }) {
		return hats, nil
	}
	overseers := []string{roleSupervisor, roleReviewer, roleLeader, roleAuditor, roleAdministrator}
	if slices.ContainsFunc(hats, func(h hat) bool { return slices.Contains(overseers, h.role) }) {
		sees, err := s.sightOf(ctx)
		if err != nil || sees.sees(row) {
			return hats, err
		}
	}
	return nil, s.notYours(ctx, "xem bản tổng hợp", "read the synthesis", row.UnitID)
}

// ListSyntheses tells the versions of a case.
func (s *server) ListSyntheses(ctx context.Context, request *connect.Request[reportsv1.ListSynthesesRequest]) (*connect.Response[reportsv1.ListSynthesesResponse], error) {
	of, err := s.synthesised(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	hats, err := s.maySeeSynthesis(ctx, of.row)
	if err != nil {
		return nil, err
	}
	rows, err := versions(s.register.db.WithContext(ctx), of.row.ID)
	if err != nil {
		return nil, err
	}
	signed, err := signatures(s.register.db.WithContext(ctx), of.row.ID)
	if err != nil {
		return nil, err
	}
	answer := &reportsv1.ListSynthesesResponse{ObligationId: of.obligation, PeriodId: of.period, ClosingDay: of.closes, ClosingWhyVi: of.closesVI, ClosingWhyEn: of.closesEN,
		MayDrawUp: drawsUp(hats, of.row.UnitID), MaySign: signs(hats, of.row.UnitID)}
	for _, row := range rows {
		answer.Versions = append(answer.Versions, headOf(row, signed))
	}
	return connect.NewResponse(answer), nil
}

// asked is a version that a caller asked for, with all it says.
type asked struct {
	of      toSynthesise
	row     synthesisRow
	head    *reportsv1.SynthesisVersion
	content *synthesis.Content
}

// readVersion reads a version for a caller who may see it; 0 is the last.
func (s *server) readVersion(ctx context.Context, caseID string, number int32) (asked, error) {
	of, err := s.synthesised(ctx, caseID)
	if err != nil {
		return asked{}, err
	}
	if _, err := s.maySeeSynthesis(ctx, of.row); err != nil {
		return asked{}, err
	}
	return s.versionOf(ctx, of, number)
}

func (s *server) versionOf(ctx context.Context, of toSynthesise, number int32) (asked, error) {
	db := s.register.db.WithContext(ctx)
	row, err := version(db, of.row.ID, number)
	if err != nil {
		return asked{}, err
	}
	if row == nil {
		return asked{}, noSuchVersion(number)
	}
	signed, signedErr := signatures(db, of.row.ID)
	content, err := s.register.content(ctx, *row)
	if err := errors.Join(signedErr, err); err != nil {
		return asked{}, err
	}
	return asked{of, *row, headOf(*row, signed), content}, nil
}

func noSuchVersion(number int32) error {
	if number == 0 {
		return wire.Refuse(contract.CodeNotFound, "Chưa lập bản tổng hợp nào. Lập bản tổng hợp trước.", "No version was drawn up yet. Draw one up first.")
	}
	return wire.Refuse(contract.CodeNotFound, fmt.Sprintf("Không có phiên bản %d của bản tổng hợp này. Chọn một phiên bản trong danh sách.", number),
		fmt.Sprintf("There is no version %d of this synthesis. Choose one from the list.", number))
}

// GetSynthesis tells one version.
func (s *server) GetSynthesis(ctx context.Context, request *connect.Request[reportsv1.GetSynthesisRequest]) (*connect.Response[reportsv1.Synthesis], error) {
	v, err := s.readVersion(ctx, request.Msg.GetCaseId(), request.Msg.GetVersion())
	if err != nil {
		return nil, err
	}
	c := v.content
	answer := &reportsv1.Synthesis{Head: v.head, Indicators: tellIndicators(c.Indicators), Totals: tellFigures(c.Totals, c.Indicators)}
	for _, g := range c.Groups {
		answer.Groups = append(answer.Groups, &reportsv1.SynthesisGroup{UnitKind: g.Kind, Figures: tellFigures(g.Figures, c.Indicators)})
	}
	told := shown(c.Places, request.Msg)
	for _, p := range c.Places {
		if told(p) {
			answer.Nodes = append(answer.Nodes, &reportsv1.SynthesisNode{UnitId: p.UnitID, ParentId: p.ParentID, Name: p.Name, UnitKind: p.Kind, Figures: tellFigures(p.Figures, c.Indicators)})
		}
	}
	for _, u := range c.Units {
		vi, en := u.Why()
		answer.Units = append(answer.Units, &reportsv1.UnitStanding{UnitId: u.UnitID, Name: u.Name, UnitKind: u.Kind, ParentId: u.ParentID, CaseId: u.CaseID, Standing: u.Standing,
			WhyVi: vi, WhyEn: en, DueDay: u.DueDay, SubmittedOn: u.SubmittedOn, LateWorkingDays: int32(u.LateDays), Accepted: u.Accepted})
	}
	for _, source := range c.Sources {
		answer.Sources = append(answer.Sources, &reportsv1.SynthesisSource{CaseId: source.CaseID, UnitId: source.UnitID, Version: int32(source.Version),
			Standing: string(source.Standing), CountedAt: source.At, ContainedIn: source.In})
	}
	return connect.NewResponse(answer), nil
}

// shown tells which places are to be told: all, a unit and those directly below it, or the roots and those directly below them.
func shown(places []synthesis.Place, request *reportsv1.GetSynthesisRequest) func(synthesis.Place) bool {
	roots := map[string]bool{"": true}
	for _, p := range places {
		if p.ParentID == "" {
			roots[p.UnitID] = true
		}
	}
	unit := request.GetUnderUnitId()
	return func(p synthesis.Place) bool {
		return request.GetEveryNode() || unit == "" && roots[p.ParentID] || unit != "" && (p.UnitID == unit || p.ParentID == unit)
	}
}

func tellIndicators(indicators []synthesis.Indicator) []*reportsv1.Indicator {
	told := make([]*reportsv1.Indicator, len(indicators))
	for i, one := range indicators {
		told[i] = &reportsv1.Indicator{Code: one.Code, TitleVi: one.TitleVI, TitleEn: one.TitleEN, UnitVi: one.UnitVI, UnitEn: one.UnitEN, Kind: one.Kind,
			Measure: string(one.Measure), Whole: one.Whole, StepId: one.StepID, SectionVi: one.SectionVI, SectionEn: one.SectionEN}
	}
	return told
}

// tellFigures are sums in the order of the form.
func tellFigures(sums synthesis.Figures, order []synthesis.Indicator) []*reportsv1.SynthesisFigure {
	var told []*reportsv1.SynthesisFigure
	for _, i := range order {
		if f, given := sums[i.Code]; given {
			told = append(told, &reportsv1.SynthesisFigure{Indicator: i.Code, Sum: f.Sum, Reports: int32(f.Reports), Share: f.Share})
		}
	}
	return told
}
