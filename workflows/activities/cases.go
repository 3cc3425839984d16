package activities

import (
	"context"

	"connectrpc.com/connect"
	"go.temporal.io/sdk/activity"
	"google.golang.org/protobuf/proto"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/ladder"
	"nenep/workflows/casefile"
)

// RegisterCase writes the row of a case that has begun. A case of a demonstration is refused where none is running.
func (a *Activities) RegisterCase(ctx context.Context, request *reportsv1.RegisterCaseRequest) (*reportsv1.RegisterCaseResponse, error) {
	if request.GetInput().GetDemo() && !a.options.Demo {
		return nil, failure(wire.Refuse(contract.CodeInvalid, "Hệ thống này không nhận hồ sơ chạy thử.", "This system takes no cases of a demonstration."))
	}
	answer, err := a.clients.Register.RegisterCase(ctx, connect.NewRequest(request))
	if err != nil {
		return nil, failure(err)
	}
	return answer.Msg, nil
}

// WriteProgress writes a change into the register, then tells who must hear of it.
func (a *Activities) WriteProgress(ctx context.Context, progress *casefilev1.Progress, tell []casefile.Telling) error {
	if err := a.write(ctx, progress); err != nil {
		return err
	}
	for _, t := range tell {
		if _, err := a.tellAll(ctx, progress.GetCaseId(), t); err != nil {
			return err
		}
	}
	return nil
}

func (a *Activities) write(ctx context.Context, progress *casefilev1.Progress) error {
	_, err := a.clients.Register.WriteProgress(ctx, connect.NewRequest(&reportsv1.WriteProgressRequest{Progress: progress}))
	return failure(err)
}

// CarryOutRung tells whoever holds the rung's role and writes what came of it into the register. The last rung of the progress's state is
// the one; its outcome is found here. Nobody there is an outcome, not an error.
func (a *Activities) CarryOutRung(ctx context.Context, given *casefilev1.Progress, tell casefile.Telling) (contract.CarryOutResult, error) {
	progress := proto.CloneOf(given) // the workflow's own, when called as a local activity
	heard, err := a.tellAll(ctx, progress.GetCaseId(), tell)
	if err != nil {
		return contract.CarryOutResult{}, err
	}
	fired := progress.GetState().GetFired()
	rung := fired[len(fired)-1]
	rung.Outcome, rung.OfficialIds = outcomeOf(heard), heard.officials
	progress.Rung = rung
	result := contract.CarryOutResult{RungID: rung.GetRungId(), Day: rung.GetDay(), Round: rung.GetRound(), Outcome: rung.GetOutcome(), OfficialIDs: rung.GetOfficialIds()}
	return result, a.write(ctx, progress)
}

func outcomeOf(h heard) string {
	switch {
	case h.instead || len(h.officials) == 0:
		return ladder.Nobody
	case h.draft:
		return ladder.Drafted
	default:
		return ladder.Told
	}
}

// heard is who was told; instead says that nobody held the role and that another was asked for in its place.
type heard struct {
	officials      []string
	draft, instead bool
}

// tellAll climbs until somebody hears. Each role that nobody held leaves a row of its own in the ledger, which notifications write.
func (a *Activities) tellAll(ctx context.Context, caseID string, t casefile.Telling) (heard, error) {
	var all heard
	for _, role := range t.Roles {
		if err := a.tell(ctx, caseID, t, role, &all); err != nil {
			return all, err
		}
	}
	for _, role := range inPlace(t) {
		if len(all.officials) > 0 {
			break
		}
		all.instead, t.Vacant = true, t.Roles[0]
		if err := a.tell(ctx, caseID, t, role, &all); err != nil {
			return all, err
		}
	}
	return all, nil
}

func inPlace(t casefile.Telling) []string {
	if len(t.Instead) == 0 && t.Substitute != "" {
		return []string{t.Substitute}
	}
	return t.Instead
}

// tell counts a message that notifications refuse for good as told to nobody: the case goes on and the operator reads why.
func (a *Activities) tell(ctx context.Context, caseID string, t casefile.Telling, role string, all *heard) error {
	answer, err := a.clients.Notifications.Tell(ctx, connect.NewRequest(&notificationsv1.TellRequest{
		Key: t.Key, CaseId: caseID, UnitId: t.UnitID, Template: t.Template, Role: role, On: t.On, Facts: t.Facts,
		Now: t.Now, Draft: t.Draft, ActId: t.ActID, RungId: t.RungID, Personal: t.Personal, VacantRole: t.Vacant,
	}))
	if err = failure(err); err != nil {
		if isFinal(err) {
			activity.GetLogger(ctx).Error("a message was refused", "case", caseID, "key", t.Key, "role", role, "error", err)
			return nil
		}
		return err
	}
	all.officials = append(all.officials, answer.Msg.GetOfficialIds()...)
	all.draft = all.draft || answer.Msg.GetDraft()
	return nil
}

// ExportHistory writes the case's last change and has its history stored with its hash.
func (a *Activities) ExportHistory(ctx context.Context, progress *casefilev1.Progress) (*reportsv1.ExportHistoryResponse, error) {
	if err := a.write(ctx, progress); err != nil && !isFinal(err) {
		return nil, err
	}
	answer, err := a.clients.Register.ExportHistory(ctx, connect.NewRequest(&reportsv1.ExportHistoryRequest{CaseId: progress.GetCaseId(), RunId: progress.GetRunId()}))
	if err != nil {
		return nil, failure(err)
	}
	return answer.Msg, nil
}
