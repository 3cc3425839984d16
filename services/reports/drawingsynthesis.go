package reports

import (
	"context"
	"fmt"
	"slices"

	"connectrpc.com/connect"
	"nenep/proto/contract"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/reports/documents"
	"nenep/services/reports/documents/charts"
)

// mostPeriods is how many periods before this one a trend shows.
const mostPeriods = 4

// synthesisPaper is a version of the synthesis with the agency's own words, the signed figures of a year before and how reports came in the
// periods before.
func (s *server) synthesisPaper(ctx context.Context, d *drawn, office documents.Office, asked *reportsv1.DrawUpDocumentRequest) (documents.Composed, error) {
	version, err := s.askedVersion(ctx, asked)
	if err != nil {
		return documents.Composed{}, err
	}
	paper := documents.Synthesis{Office: office, Title: s.reportedTitle(version, d), Version: version, Units: asked.GetFormat() == formatExcel}
	if paper.Sections, err = s.sectionsOf(ctx, d); err != nil {
		return documents.Composed{}, err
	}
	if paper.Before, paper.Trend, err = s.periodsBefore(ctx, d, version); err != nil {
		return documents.Composed{}, err
	}
	return paper.Composed()
}

func (s *server) latePaper(ctx context.Context, d *drawn, office documents.Office, asked *reportsv1.DrawUpDocumentRequest) (documents.Composed, error) {
	version, err := s.askedVersion(ctx, asked)
	if err != nil {
		return documents.Composed{}, err
	}
	return documents.LateList{Office: office, Subject: s.reportedTitle(version, d), PeriodID: version.GetHead().GetPeriodId(), Units: version.GetUnits()}.Composed(), nil
}

func (s *server) askedVersion(ctx context.Context, asked *reportsv1.DrawUpDocumentRequest) (*reportsv1.Synthesis, error) {
	answer, err := s.GetSynthesis(ctx, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: asked.GetCaseId(), Version: asked.GetVersion(), EveryNode: asked.GetFormat() == formatExcel}))
	if err != nil && wire.RefusalOf(err).GetCode() == contract.CodeNotFound {
		return nil, wire.Refuse(contract.CodeWrongState, "Chưa lập bản tổng hợp nào nên chưa có văn bản. Lập bản tổng hợp trước.", "No synthesis has been drawn up yet, so there is no document. Draw it up first.")
	}
	if err != nil {
		return nil, err
	}
	return answer.Msg, nil
}

// reportedTitle is the title of what the units reported; of an obligation that the catalogue has no more, the synthesis' own.
func (s *server) reportedTitle(version *reportsv1.Synthesis, d *drawn) string {
	if obligation := s.catalogue.Latest().Obligation(version.GetHead().GetObligationId()); obligation != nil {
		return obligation.Title.VI
	}
	return d.input.GetTitleVi()
}

// periodsBefore are the signed figures of the same period of the year before, and how the reports of the last periods came.
func (s *server) periodsBefore(ctx context.Context, d *drawn, version *reportsv1.Synthesis) (map[string]string, []charts.Period, error) {
	var ids []string
	err := s.register.db.WithContext(ctx).Model(&caseRow{}).Where("obligation_id = ? AND unit_id = ? AND period_id < ? AND period_id ~ '^[0-9]{4}'", d.row.ObligationID, d.row.UnitID, d.row.PeriodID).
		Order("period_id DESC, id").Limit(mostPeriods).Pluck("id", &ids).Error
	if err != nil {
		return nil, nil, fmt.Errorf("read the syntheses before %s: %w", d.row.ID, err)
	}
	yearBefore := samePeriodBefore(version.GetHead().GetPeriodId())
	before, trend := map[string]string{}, []charts.Period{periodOf(version.GetHead())}
	for _, id := range ids {
		listed, err := s.ListSyntheses(ctx, connect.NewRequest(&reportsv1.ListSynthesesRequest{CaseId: id}))
		if err != nil {
			return nil, nil, err
		}
		head := lastSigned(listed.Msg.GetVersions())
		if head == nil {
			continue
		}
		trend = append(trend, periodOf(head))
		if head.GetPeriodId() != yearBefore || head.GetSignature() == nil {
			continue
		}
		earlier, err := s.GetSynthesis(ctx, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: id, Version: head.GetVersion()}))
		if err != nil {
			return nil, nil, err
		}
		for _, f := range earlier.Msg.GetTotals() {
			before[f.GetIndicator()] = f.GetSum()
		}
	}
	slices.Reverse(trend)
	return before, trend, nil
}

// lastSigned is the last version that was signed, else the last; the newest come first.
func lastSigned(versions []*reportsv1.SynthesisVersion) *reportsv1.SynthesisVersion {
	for _, v := range versions {
		if v.GetSignature() != nil {
			return v
		}
	}
	if len(versions) == 0 {
		return nil
	}
	return versions[0]
}

func periodOf(head *reportsv1.SynthesisVersion) charts.Period {
	c, name := head.GetCounts(), head.GetPeriodId()
	if period, err := calendar.ParsePeriod(name); err == nil {
		name = period.Vietnamese()
	}
	return charts.Period{Name: name, Group: charts.Group{InTime: int(c.GetInTime()), Late: int(c.GetLate()), Missing: int(c.GetMissing() + c.GetReturned())}}
}

// samePeriodBefore is the same period of the year before: of "2026-H1" "2025-H1".
func samePeriodBefore(id string) string {
	period, err := calendar.ParsePeriod(id)
	if err != nil || period.Kind() == calendar.Event {
		return ""
	}
	return fmt.Sprintf("%04d%s", period.Year()-1, id[4:])
}
