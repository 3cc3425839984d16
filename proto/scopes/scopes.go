// Package scopes says of every method of the services who may call it from outside: a machine whose token bears the scope, nobody but a
// signed-in person, or nobody but the house itself.
package scopes

import "strings"

// Scope is what a machine's token lets it do. What the official in whose name it calls may not do, it may not do either.
type Scope string

// The scopes.
const (
	UnitsRead          Scope = "units:read"
	OfficialsRead      Scope = "officials:read"
	OfficialsWrite     Scope = "officials:write"
	RegistryWrite      Scope = "registry:write"
	CasesRead          Scope = "cases:read"
	CasesAct           Scope = "cases:act"
	CasesOrder         Scope = "cases:order"
	EvidenceRead       Scope = "evidence:read"
	EvidenceWrite      Scope = "evidence:write"
	NotificationsRead  Scope = "notifications:read"
	NotificationsWrite Scope = "notifications:write"
	WebhooksManage     Scope = "webhooks:manage"
	AuditRead          Scope = "audit:read"
)

// The two that no token bears.
const (
	// Internal methods are called by workflows, or have a door of their own (calendars, links, providers' callbacks).
	Internal Scope = "internal"
	// Person methods are a person's own deed: a machine may not speak upwards in a body's name.
	Person Scope = "person"
)

// Meaning is a scope with the words by which people choose it.
type Meaning struct {
	Scope  Scope
	VI, EN string
}

// All are the scopes that a token may bear.
var All = []Meaning{
	{UnitsRead, "đọc địa bàn, đơn vị, ban, ngày nghỉ, thiết lập, phương án sắp xếp", "read areas, units, boards, days off, settings, reorganisations"},
	{OfficialsRead, "đọc cán bộ, chức vụ, bàn giao, vắng mặt, ủy quyền", "read officials, positions, hand-overs, absences, delegations"},
	{OfficialsWrite, "ghi vắng mặt, ủy quyền, địa chỉ liên lạc", "record absences, delegations, addresses"},
	{RegistryWrite, "ghi địa bàn, đơn vị, cán bộ, chức vụ, bàn giao, ban, ngày nghỉ, thiết lập, phương án sắp xếp", "write areas, units, officials, positions, hand-overs, boards, days off, settings, reorganisations"},
	{CasesRead, "đọc hồ sơ, lịch sử, sự kiện", "read cases, histories, events"},
	{CasesAct, "thực hiện việc trên hồ sơ: ghi bước, nộp, xác nhận, trả lại; ghi sự kiện", "act upon cases: record steps, submit, accept, return; record events"},
	{CasesOrder, "khóa kỳ, áp dụng quy định mới cho hồ sơ đang mở, phục hồi hồ sơ, nhập hồ sơ giấy", "seal periods, amend running cases, reinstate cases, import papers"},
	{EvidenceRead, "tải minh chứng về", "download evidence"},
	{EvidenceWrite, "gửi minh chứng lên", "upload evidence"},
	{NotificationsRead, "đọc thông báo, tùy chọn nhận tin; lập công văn đôn đốc", "read messages and preferences; print reminder letters"},
	{NotificationsWrite, "đổi tùy chọn nhận tin, tạm tắt nhắc, mở lịch cá nhân", "change preferences, mute reminders, open calendar feeds"},
	{WebhooksManage, "quản lý webhook", "manage webhooks"},
	{AuditRead, "kiểm tra nhật ký", "verify the audit trail"},
}

// Known tells whether a token may bear the scope.
func Known(scope string) bool {
	for _, one := range All {
		if string(one.Scope) == scope {
			return true
		}
	}
	return false
}

// services hold every method of the contracts by the full name of its service.
var services = map[string]map[Scope][]string{
	"nenep.units.v1.UnitsService": {
		UnitsRead: {"ListAreas", "GetArea", "ListUnits", "ListDaysOff", "ListSettings", "ListBoards", "GetReorganisation", "ListReorganisations"},
		OfficialsRead: {"GetUnit", "GetImportTemplate", "ResolveRole", "ListHats", "FindOfficials", "ListAbsences", "ListDelegations", "ListPositions", "ListBoardMembers", "ListChanges", "GetHandOver",
			"ListHandOvers"},
		OfficialsWrite: {"RecordAbsence", "EndAbsence", "RecordDelegation", "RevokeDelegation", "SetReach"},
		RegistryWrite: {"ImportUnits", "SetSetting", "SetDaysOff", "PutBoard", "RecordVacancy", "PlanReorganisation", "CancelReorganisation", "PutUnit", "PutArea",
			"PutOfficial", "GivePosition", "EndPosition", "CorrectPosition", "PutBoardMember", "EndBoardMember", "HandOverPost"},
		Internal: {"ApplyReorganisation", "FinishReorganisation", "MarkHandOverTold"},
	},
	"nenep.reports.v1.RegisterService": {
		CasesRead: {"ListCases", "Summarise", "TellProgress", "CountEditions", "GetCase", "GetHistory", "GetRawHistory", "ListEvents"},
		Internal:  {"RegisterCase", "WriteProgress", "ExportHistory", "KnownCases", "PassEvents"},
	},
	"nenep.reports.v1.ActsService": {
		CasesRead:  {"ListActs"},
		CasesAct:   {"Act", "RecordEvent"},
		CasesOrder: {"SealPeriod", "AmendCases", "Reinstate", "ImportRecords", "GetRecordsTemplate"},
		Internal:   {"DeliverPending"},
	},
	"nenep.reports.v1.EvidenceService": {
		EvidenceRead: {"ListFileFaults"},
		Internal:     {"CheckFiles", "FinishCheck"},
	},
	"nenep.reports.v1.AuditService": {
		AuditRead: {"VerifyAudit", "ListAuditHeads"},
		Internal:  {"CloseAuditDay"},
	},
	"nenep.reports.v1.FormsService": {
		CasesRead: {"TellKnown", "GetWords"},
	},
	"nenep.reports.v1.SynthesisService": {
		CasesRead:  {"ListSyntheses", "GetSynthesis", "CompareSyntheses", "TraceFigure"},
		CasesAct:   {"DrawUp"},
		CasesOrder: {"SignSynthesis"},
	},
	"nenep.reports.v1.RetentionService": {
		EvidenceRead: {"ListRetention"},
		Person:       {"OrderDeletion"},
		Internal:     {"RemoveContent"},
	},
	"nenep.reports.v1.SignedCopiesService": {
		CasesRead: {"ListSignedCopies"},
		CasesAct:  {"FileSignedCopy"},
	},
	"nenep.reports.v1.FormWorkbookService": {
		CasesRead: {"GetFormWorkbook"},
		CasesAct:  {"ReadFormWorkbook"},
	},
	"nenep.reports.v1.DocumentsService": {
		CasesRead: {"ListDocuments", "DrawUpDocument", "ListTemplates", "GetTemplate"},
		Person:    {"PutTemplate", "EndTemplate"},
	},
	"nenep.reports.v1.RepairService": {
		CasesRead: {"InspectCase"},
		Person:    {"RebuildRegister", "AdoptCases", "ListLost", "ReopenCases", "ListReopenings", "ResendActs"},
		Internal:  {"GetReopening", "DeliverReopened"},
	},
	"nenep.reports.v1.WebhooksService": {
		WebhooksManage: {"CreateWebhook", "ListWebhooks", "SetWebhookState", "RotateWebhookSecret", "SendTestEvent", "RedeliverEvent", "ListWebhookDeliveries"},
		Internal:       {"DeliverWebhook", "StopWebhook"},
	},
	"nenep.notifications.v1.NotificationsService": {
		NotificationsRead:  {"ListMessages", "PrintLetter", "PreviewLetter", "GetPreferences", "GetFeed", "ListChannels"},
		NotificationsWrite: {"SetPreferences", "MuteCase", "OpenFeed", "RevokeFeed"},
		Person:             {"ReleaseDraft", "DiscardDraft", "SendAgain"},
		Internal:           {"Tell", "TellHandOver", "TellAuditHead", "SendDigest", "SendPending", "ExportMessages", "ReadFeed", "TakeCallback", "Purge", "OpenLink", "SendSignInLink"},
	},
}

var methods = table()

func table() map[string]Scope {
	all := map[string]Scope{}
	for service, scoped := range services {
		for scope, names := range scoped {
			for _, name := range names {
				all["/"+service+"/"+name] = scope
			}
		}
	}
	return all
}

// Of answers the scope of a procedure ("/nenep.units.v1.UnitsService/ListUnits"), or of a method's full name; empty when it has none.
func Of(procedure string) Scope {
	if !strings.HasPrefix(procedure, "/") {
		if dot := strings.LastIndex(procedure, "."); dot >= 0 {
			procedure = "/" + procedure[:dot] + "/" + procedure[dot+1:]
		}
	}
	return methods[procedure]
}

// Public tells whether a machine may call it at all.
func (s Scope) Public() bool { return s != "" && s != Internal && s != Person }
