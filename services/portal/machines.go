package portal

import (
	"context"
	"slices"

	"github.com/labstack/echo/v4"
	"google.golang.org/protobuf/proto"
	"nenep/proto/contract"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/scopes"
	"nenep/proto/wire"
	"nenep/services/portal/gateway"
)

// machinePace is how often one address may call before its token is even read.
var machinePace = pace{50, 200}

func (p *portal) newGateway() *gateway.Gateway {
	door := &gateway.Gateway{
		Tokens: p.machineTokens(), Logger: p.logger.Named("gateway"), MaxFileBytes: p.cfg.MaxFileBytes,
		Speaker: p.cfg.Speaker("gateway"), House: p.cfg.HouseClient,
		Units: p.cfg.UnitsURL, Reports: p.cfg.ReportsURL, Notifications: p.cfg.NotificationsURL, Guard: p.guardMachine,
	}
	return door.Open()
}

func (p *portal) machineTokens() gateway.Tokens { return gateway.Tokens{DB: p.store.db, Now: p.now} }

// machineRoutes are the calls of machines. No cookie and no form takes part: a call proves itself by its token.
func (p *portal) machineRoutes(e *echo.Echo) {
	door := p.newGateway()
	own := e.Group("/api", p.securityHeaders, limitCalls(machinePace, p.tooOften))
	own.POST("/:service/:method", door.Call)
	own.POST("/tep", door.HandIn)
	own.GET("/tep/:id", door.HandOut)
}

// guardMachine holds a machine to what the pages would show the official in whose name it calls. Services judge acts themselves; what they
// answer to any reader of the house is narrowed here.
func (p *portal) guardMachine(ctx context.Context, procedure string, message proto.Message) error {
	who, err := p.loadPerson(ctx, wire.IdentityOf(ctx).OfficialID)
	if err != nil {
		return err
	}
	if len(who.Hats) == 0 {
		return wire.Forbidden("Cán bộ mà mã truy cập này thay mặt không còn giữ chức vụ nào. Lập mã khác.", "The official in whose name this token calls holds no position any more. Make another token.")
	}
	switch asked := message.(type) {
	case *reportsv1.GetCaseRequest:
		return p.guardCase(who, asked.GetId())
	case *reportsv1.GetHistoryRequest:
		return p.guardCase(who, asked.GetId())
	case *reportsv1.GetRawHistoryRequest:
		return p.guardCase(who, asked.GetId())
	case *reportsv1.ListActsRequest:
		return p.guardCase(who, asked.GetCaseId())
	case *reportsv1.ListCasesRequest:
		return p.guardCases(who, asked)
	case *reportsv1.ListEventsRequest:
		return p.guardUnit(who, asked.GetUnitId())
	case *notificationsv1.ListMessagesRequest:
		return p.guardMessages(who, asked)
	case *unitsv1.ListDelegationsRequest:
		return p.guardDelegations(who, asked)
	default:
		if scopes.Of(procedure) == scopes.CasesRead { // of no unit in particular
			return p.guardUnit(who, "")
		}
		return nil
	}
}

// guardUnit lets overseers ask of every unit, others of their own; no unit is every unit.
func (p *portal) guardUnit(who *person, unitID string) error {
	if who.Oversees() || who.owns(unitID) {
		return nil
	}
	if unitID == "" {
		return wire.Forbidden("Nêu đơn vị trong câu hỏi: cán bộ này chỉ xem được đơn vị mình.", "Name the unit: this official sees only his own.")
	}
	return p.refuseStranger("xem hồ sơ", unitID)
}

func (p *portal) guardCase(who *person, caseID string) error {
	_, unitID, _, err := contract.CaseIDParts(caseID)
	if err != nil {
		return wire.Refuse(contract.CodeInvalid, "Mã hồ sơ chưa đúng. Nhập theo dạng nhiệm vụ/đơn vị/kỳ.", "The case id is not obligation/unit/period.")
	}
	return p.guardUnit(who, unitID)
}

// guardCases narrows a question about all units to the official's own.
func (p *portal) guardCases(who *person, asked *reportsv1.ListCasesRequest) error {
	if who.Oversees() {
		return nil
	}
	if asked.GetUnitId() == "" && len(asked.GetUnitIds()) == 0 {
		asked.UnitIds = who.ownUnits()
	}
	if len(asked.GetUnitIds()) == 0 {
		return p.guardUnit(who, asked.GetUnitId())
	}
	for _, unitID := range asked.GetUnitIds() {
		if err := p.guardUnit(who, unitID); err != nil {
			return err
		}
	}
	return nil
}

// guardMessages narrows the ledger as its page does: all of it, what was sent about the units that the official heads, or what was sent to
// himself.
func (p *portal) guardMessages(who *person, asked *notificationsv1.ListMessagesRequest) error {
	heads := slices.ContainsFunc(who.headed(), func(h hat) bool { return h.UnitID == asked.GetUnitId() })
	if who.SeesLedger() || heads || asked.GetOfficialId() == who.ID {
		return nil
	}
	if asked.GetOfficialId() != "" || asked.GetUnitId() != "" {
		return wire.Forbidden("Cán bộ này chỉ đọc được thông báo gửi cho mình.", "This official reads only what was sent to himself.")
	}
	asked.OfficialId = who.ID
	return nil
}

// guardDelegations: of oneself, of one's own unit, or of everybody for administrators.
func (p *portal) guardDelegations(who *person, asked *unitsv1.ListDelegationsRequest) error {
	if who.Administers() || asked.GetOfficialId() == who.ID || who.owns(asked.GetUnitId()) {
		return nil
	}
	return wire.Forbidden("Cán bộ này chỉ xem được ủy quyền của mình và của đơn vị mình.", "This official sees only his own and his unit's delegations.")
}
