// Package workflows joins the durable processes and their activities to workers.
package workflows

import (
	"cmp"
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/workflows/activities"
	"nenep/workflows/audit"
	"nenep/workflows/board"
	"nenep/workflows/conference"
	"nenep/workflows/consultation"
	"nenep/workflows/delivery"
	"nenep/workflows/digest"
	"nenep/workflows/evidence"
	"nenep/workflows/handover"
	"nenep/workflows/period"
	"nenep/workflows/petition"
	"nenep/workflows/publication"
	"nenep/workflows/reorganize"
	"nenep/workflows/report"
	"nenep/workflows/task"
)

// usualDeployment is the Worker Deployment that build ids are versions of, where nobody names another.
const usualDeployment = "nenep"

// Options are what a process says about its workers. Zero values are good ones.
type Options struct {
	// BuildID puts the workers under Worker Versioning: open cases move on to the version that is current.
	BuildID string
	// DeploymentName is the Worker Deployment that build ids are versions of; "nenep" when empty.
	DeploymentName string
	// StopTimeout is how long a stopping worker lets activities finish; 20 s when zero.
	StopTimeout time.Duration
	// StickyCases is how many cases this process keeps in memory between tasks; 2000 when zero. It holds for the whole process and only
	// before its first worker starts.
	StickyCases int
}

const (
	usualStopTimeout = 20 * time.Second
	usualStickyCases = 2000
)

// New makes the workers of both task queues. They are not started.
func New(connection client.Client, acts *activities.Activities, options Options) []worker.Worker {
	if options.StickyCases == 0 {
		options.StickyCases = usualStickyCases
	}
	worker.SetStickyWorkflowCacheSize(options.StickyCases)
	cases := worker.New(connection, contract.QueueCases, options.worker())
	RegisterCases(cases, options.BuildID)
	registerActivities(cases, map[string]any{
		contract.ActivityRegisterCase: acts.RegisterCase, contract.ActivityCarryOutRung: acts.CarryOutRung,
		contract.ActivityWriteProgress: acts.WriteProgress, contract.ActivityExportHistory: acts.ExportHistory,
		contract.ActivityDrawUpSynthesis: acts.DrawUpSynthesis, contract.ActivityListMissing: acts.ListMissingReports,
	})
	upkeep := worker.New(connection, contract.QueueUpkeep, options.worker())
	RegisterUpkeep(upkeep, options.BuildID)
	registerActivities(upkeep, map[string]any{
		contract.ActivityReconcile: acts.Reconcile, contract.ActivitySendDigest: acts.SendDigest, contract.ActivityDeliverActs: acts.DeliverActs,
		contract.ActivitySendPending: acts.SendPending, contract.ActivityPurge: acts.PurgePersonalData,
		contract.ActivityCloseAuditDay: acts.CloseAuditDay, contract.ActivityTellAuditHead: acts.TellAuditHead,
		contract.ActivityCheckFiles: acts.CheckFiles, contract.ActivityFinishCheck: acts.FinishCheck, contract.ActivityRemoveContent: acts.RemoveContent,
		contract.ActivityListCasesToSeal: acts.ListCasesToSeal, contract.ActivitySealCase: acts.SealCase,
		contract.ActivityListCasesToAmend: acts.ListCasesToAmend, contract.ActivityAmendCase: acts.AmendCase, contract.ActivityReinstateCase: acts.ReinstateCase,
		contract.ActivityReopenCases:        acts.ReopenCases,
		contract.ActivityReadReorganisation: acts.ReadReorganisation, contract.ActivityApplyReorganisation: acts.ApplyReorganisation,
		contract.ActivityPassCases: acts.PassCases, contract.ActivityFinishReorganisation: acts.FinishReorganisation,
		contract.ActivityTellHandOver:   acts.TellHandOver,
		contract.ActivityDeliverWebhook: acts.DeliverWebhook, contract.ActivityStopWebhook: acts.StopWebhook,
	})
	return []worker.Worker{cases, upkeep}
}

func (o Options) worker() worker.Options {
	w := worker.Options{WorkerStopTimeout: o.StopTimeout}
	if w.WorkerStopTimeout == 0 {
		w.WorkerStopTimeout = usualStopTimeout
	}
	if o.BuildID != "" {
		w.DeploymentOptions = worker.DeploymentOptions{
			UseVersioning: true, Version: worker.WorkerDeploymentVersion{DeploymentName: cmp.Or(o.DeploymentName, usualDeployment), BuildID: o.BuildID},
		}
	}
	return w
}

// RegisterCases registers the workflow types that are cases, by the names of the contract. With a build id an open case moves on to the
// current version; without one the server must not be told of versions at all.
func RegisterCases(registry Registry, buildID string) {
	for _, name := range contract.CaseWorkflows {
		registerWorkflow(registry, name, caseProcesses[name], buildID)
	}
}

// caseProcesses are the processes of cases, by the names of the contract.
var caseProcesses = map[string]func(workflow.Context, *casefilev1.CaseInput) error{
	contract.AnnualDialogue: conference.AnnualDialogue, contract.CadreConference: conference.CadreConference,
	contract.EmployeeConference: conference.EmployeeConference, contract.CommunityConference: conference.CommunityConference,
	contract.WorkplaceDialogue: conference.WorkplaceDialogue,

	contract.SemiannualReport: report.SemiannualReport, contract.AnnualReport: report.AnnualReport,
	contract.PeriodicReport: report.PeriodicReport, contract.ProvincialSynthesis: report.ProvincialSynthesis,

	contract.CommitteeRestructuring: board.CommitteeRestructuring, contract.InspectionBoardTerm: board.InspectionBoardTerm,
	contract.ProjectSupervisionBoard: board.ProjectSupervisionBoard,

	contract.PublicationRegister: publication.Register, contract.QuarterlyRegister: publication.QuarterlyRegister,
	contract.Petition: petition.Petition, contract.PublicConsultation: consultation.PublicConsultation,

	contract.OneOffTask: task.OneOffTask, contract.PlanAndCarryOut: task.PlanAndCarryOut,
	contract.StandingCommitment: task.StandingCommitment, contract.MonthlyFigures: task.MonthlyFigures,
}

// RegisterUpkeep registers the workflow types that keep the house.
func RegisterUpkeep(registry Registry, buildID string) {
	registerWorkflow(registry, contract.ReconcilePeriods, period.ReconcilePeriods, buildID)
	registerWorkflow(registry, contract.SealPeriod, period.SealPeriod, buildID)
	registerWorkflow(registry, contract.AmendCases, period.AmendCases, buildID)
	registerWorkflow(registry, contract.ReinstateCase, period.ReinstateCase, buildID)
	registerWorkflow(registry, contract.ReopenCases, period.ReopenCases, buildID)
	registerWorkflow(registry, contract.Reorganize, reorganize.Reorganize, buildID)
	registerWorkflow(registry, contract.TellHandOver, handover.TellHandOver, buildID)
	registerWorkflow(registry, contract.MorningDigest, digest.MorningDigest, buildID)
	registerWorkflow(registry, contract.SendPending, digest.SendPending, buildID)
	registerWorkflow(registry, contract.PurgePersonalData, digest.PurgePersonalData, buildID)
	registerWorkflow(registry, contract.CloseAuditDay, audit.CloseAuditDay, buildID)
	registerWorkflow(registry, contract.CheckEvidence, evidence.CheckEvidence, buildID)
	registerWorkflow(registry, contract.RemoveDeleted, evidence.RemoveDeleted, buildID)
	registerWorkflow(registry, contract.DeliverActs, delivery.DeliverActs, buildID)
	registerWorkflow(registry, contract.DeliverWebhooks, delivery.DeliverWebhooks, buildID)
}

// Registry is what workflow types are registered with: a worker, a replayer, a test's environment.
type Registry interface {
	RegisterWorkflowWithOptions(process any, options workflow.RegisterOptions)
}

func registerWorkflow(registry Registry, name string, process any, buildID string) {
	options := workflow.RegisterOptions{Name: name}
	if buildID != "" {
		options.VersioningBehavior = workflow.VersioningBehaviorAutoUpgrade
	}
	registry.RegisterWorkflowWithOptions(process, options)
}

func registerActivities(registry worker.ActivityRegistry, named map[string]any) {
	for name, act := range named {
		registry.RegisterActivityWithOptions(act, activity.RegisterOptions{Name: name})
	}
}

// Run starts the workers and stops them when the context ends, the last one first. An error is what kept one from starting.
func Run(ctx context.Context, workers []worker.Worker) error {
	for _, w := range workers {
		if err := w.Start(); err != nil {
			return err
		}
		defer w.Stop()
	}
	<-ctx.Done()
	return nil
}
