package units_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/nenep/units/v1/unitsv1connect"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/services/internal/everycall"
	"nenep/services/internal/testdatabase"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

func TestMain(m *testing.M) { testdatabase.Main(m) }

const today = "2026-11-23"

// house is a units service over a loaded database of its own, behind its real HTTP handler.
type house struct {
	cfg    wire.Config
	url    string
	client unitsv1connect.UnitsServiceClient
	told   *told
}

// told stands where workflows are started; away is a Temporal that does not answer.
type told struct {
	changes []string
	amends  []contract.AmendInput
	planned []contract.ReorganizeInput
	posts   []contract.HandOverInput
	away    error
}

func (t *told) UnitsChanged(_ context.Context, changeID string) error {
	t.changes = append(t.changes, changeID)
	return t.away
}

func (t *told) Amend(_ context.Context, order contract.AmendInput) error {
	t.amends = append(t.amends, order)
	return t.away
}

func (t *told) TellHandOver(_ context.Context, handedOver contract.HandOverInput) error {
	t.posts = append(t.posts, handedOver)
	return t.away
}

func (t *told) Reorganize(_ context.Context, planned contract.ReorganizeInput) error {
	t.planned = append(t.planned, planned)
	return t.away
}

func open(t *testing.T) *house {
	t.Helper()
	province, err := gazetteer.HungYen()
	require.NoError(t, err)
	return openWith(t, province)
}

func openWith(t *testing.T, province gazetteer.Gazetteer) *house {
	t.Helper()
	h := &house{told: &told{}, cfg: configOf(testdatabase.New(t))}
	require.NoError(t, units.Migrate(t.Context(), h.cfg, zap.NewNop()))
	require.NoError(t, units.LoadProvince(t.Context(), h.cfg, zap.NewNop(), province))
	h.url = serve(t, h.cfg, zap.NewNop(), units.Options{Reconciler: h.told, Now: func() time.Time { return calendar.MustDate(today).At(9, 0) }})
	h.client = h.as("portal")
	return h
}

func configOf(databaseURL string) wire.Config {
	return wire.Config{
		DatabaseURL: databaseURL, ServiceKey: strings.Repeat("k", 32), HelpContact: "quản trị hệ thống của tỉnh",
		TemporalAddr: "127.0.0.1:1", TemporalNamespace: "nenep",
	}
}

func serve(t *testing.T, cfg wire.Config, logger *zap.Logger, options units.Options) string {
	t.Helper()
	service, err := units.New(t.Context(), cfg, logger, options)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, service.Close()) })
	listening := httptest.NewServer(service)
	t.Cleanup(listening.Close)
	return listening.URL
}

func (h *house) as(service string) unitsv1connect.UnitsServiceClient {
	return everycall.Clients(h.wired(), service).Units
}

func asOfficial(t *testing.T, id string) context.Context {
	return wire.WithIdentity(t.Context(), wire.Identity{OfficialID: id})
}

func (h *house) units(t *testing.T, asked *unitsv1.ListUnitsRequest) []string {
	t.Helper()
	answer, err := h.client.ListUnits(t.Context(), connect.NewRequest(asked))
	require.NoError(t, err)
	ids := make([]string, len(answer.Msg.GetUnits()))
	for i, u := range answer.Msg.GetUnits() {
		ids[i] = u.GetId()
	}
	return ids
}

func (h *house) areas(t *testing.T, asked *unitsv1.ListAreasRequest) []*unitsv1.Area {
	t.Helper()
	answer, err := h.client.ListAreas(t.Context(), connect.NewRequest(asked))
	require.NoError(t, err)
	return answer.Msg.GetAreas()
}

func (h *house) resolve(t *testing.T, unitID, role, on string) (string, []*unitsv1.Holder) {
	t.Helper()
	answer, err := h.client.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: unitID, Role: role, On: on}))
	require.NoError(t, err)
	return answer.Msg.GetUnitId(), answer.Msg.GetHolders()
}

// requireRefusal: a code, a sentence in both languages that names what was wrong.
func requireRefusal(t *testing.T, err error, code, named string) {
	t.Helper()
	refusal := wire.RefusalOf(err)
	require.NotNil(t, refusal, "%v", err)
	require.Equal(t, code, refusal.GetCode())
	require.Contains(t, refusal.GetTextVi(), named)
	require.Contains(t, refusal.GetTextEn(), named)
	require.NotEqual(t, refusal.GetTextVi(), refusal.GetTextEn())
}

func TestWhoExistedOnWhichDay(t *testing.T) {
	h := open(t)

	t.Run("104 communes today, no district; 139 early in 2025; 161 in November 2024", func(t *testing.T) {
		for day, want := range map[string]int{today: 104, "2025-07-01": 104, "2025-06-30": 139, "2024-12-01": 139, "2024-11-30": 161} {
			require.Len(t, h.areas(t, &unitsv1.ListAreasRequest{On: day, Level: "commune"}), want, day)
			require.Len(t, h.units(t, &unitsv1.ListUnitsRequest{On: day, Kinds: []string{"commune-peoples-committee"}}), want, day)
		}
		require.Empty(t, h.areas(t, &unitsv1.ListAreasRequest{On: today, Level: "district"}))
		require.Len(t, h.areas(t, &unitsv1.ListAreasRequest{On: "2024-11-30", Level: "district"}), 10)
	})

	t.Run("a code is two areas over time, each with its own body", func(t *testing.T) {
		of := func(day string) []string {
			var ids []string
			for _, a := range h.areas(t, &unitsv1.ListAreasRequest{On: day, Query: "12205"}) {
				ids = append(ids, a.GetId()+" "+a.GetName()+" "+a.GetKind())
			}
			return ids
		}
		require.Equal(t, []string{"12205-2507 Xã Khoái Châu xa"}, of(today))
		require.Equal(t, []string{"12205-2307 Thị trấn Khoái Châu thi-tran"}, of("2024-11-30"))
	})

	t.Run("an area knows what it came from, also from another province", func(t *testing.T) {
		answer, err := h.client.GetArea(t.Context(), connect.NewRequest(&unitsv1.GetAreaRequest{Id: "12586-2507"}))
		require.NoError(t, err)
		require.Contains(t, answer.Msg.GetPredecessorsOutside(), "Thị trấn Hưng Hà, Huyện Hưng Hà, Tỉnh Thái Bình")
		answer, err = h.client.GetArea(t.Context(), connect.NewRequest(&unitsv1.GetAreaRequest{Id: "12205-2507"}))
		require.NoError(t, err)
		require.NotEmpty(t, answer.Msg.GetPredecessorIds())
		require.Equal(t, "33-2507", answer.Msg.GetParentId())
		require.Equal(t, "2025-07-01", answer.Msg.GetValidFrom())
		require.Empty(t, answer.Msg.GetValidTo())
	})

	t.Run("a unit knows its predecessors and they know it", func(t *testing.T) {
		now, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "UBND-12205-2507"}))
		require.NoError(t, err)
		require.NotEmpty(t, now.Msg.GetUnit().GetPredecessorIds())
		before, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: now.Msg.GetUnit().GetPredecessorIds()[0]}))
		require.NoError(t, err)
		require.Contains(t, before.Msg.GetUnit().GetSuccessorIds(), "UBND-12205-2507")
		require.Empty(t, before.Msg.GetHolders(), "nobody holds a position in a unit that has ended")
	})

	t.Run("units are asked for by id, area and parent", func(t *testing.T) {
		require.Equal(t, []string{"BDV", "BTGDV"}, h.units(t, &unitsv1.ListUnitsRequest{Ids: []string{"BTGDV", "BDV", "NOBODY"}}))
		require.Equal(t, []string{"DU-12205-2507", "MTTQ-12205-2507", "TDP-3-KC", "THON-1-KC", "THON-2-KC", "UBND-12205-2507"}, h.units(t, &unitsv1.ListUnitsRequest{AreaId: "12205-2507"}))
		require.Contains(t, h.units(t, &unitsv1.ListUnitsRequest{ParentId: "UBND-TINH", On: today}), "UBND-12205-2507")
	})
}

func TestSearchTakesVietnameseWithOrWithoutMarks(t *testing.T) {
	h := open(t)
	for _, query := range []string{"Khoái Châu", "khoai chau", "KHOAI  CHAU", "ubnd khoái châu", "Uỷ ban khoai chau"} {
		require.Contains(t, h.units(t, &unitsv1.ListUnitsRequest{Query: query, On: today}), "UBND-12205-2507", query)
	}
	require.Contains(t, h.units(t, &unitsv1.ListUnitsRequest{Query: "đảng ủy xã đoàn đào", On: today}),
		h.units(t, &unitsv1.ListUnitsRequest{Query: "dang uy doan dao", On: today})[0])
	require.Empty(t, h.units(t, &unitsv1.ListUnitsRequest{Query: "100%_không có"}))
	require.Empty(t, h.units(t, &unitsv1.ListUnitsRequest{Query: `khoai\_`}))
}

func TestRolesLeadToThoseWhoHoldThem(t *testing.T) {
	h := open(t)
	roleOf := func(holders []*unitsv1.Holder) string {
		roles := map[string]bool{}
		for _, holder := range holders {
			roles[holder.GetPosition().GetRole()+" of "+holder.GetUnit().GetId()] = true
			require.NotEmpty(t, holder.GetOfficial().GetName())
		}
		names := make([]string, 0, len(roles))
		for name := range roles {
			names = append(names, name)
		}
		slices.Sort(names)
		return strings.Join(names, ", ")
	}

	for _, c := range []struct{ says, unit, role, on, leadsTo, held string }{
		{"the contact of a commune", "UBND-12205-2507", "contact", today, "UBND-12205-2507", "contact of UBND-12205-2507"},
		{"its head, on no day named: today", "UBND-12205-2507", "head", "", "UBND-12205-2507", "head of UBND-12205-2507"},
		{"a commune has no deputy here", "UBND-12205-2507", "deputy", today, "UBND-12205-2507", ""},
		{"nobody before the commune was founded", "UBND-12205-2507", "head", "2025-06-30", "UBND-12205-2507", ""},
		{"since 07/2025 the superior is the commune's Party committee: its contact hears", "UBND-12205-2507", "superior", today, "DU-12205-2507", "contact of DU-12205-2507"},
		{"before, it was the district; who held what then is not known", "UBND-12205-2307", "superior", "2024-11-30", "UBNDH-330-2307", ""},
		{"the standing agency today: its leader", "UBND-12205-2507", "standing-agency", today, "BTGDV", "leader of BTGDV"},
		{"the standing agency until 28/02/2025", "UBND-12205-2307", "standing-agency", "2025-02-28", "BDV", ""},
		{"the standing agency on its first day", "UBND-12205-2307", "standing-agency", "2025-03-01", "BTGDV", ""},
		{"no standing agency before the register begins", "SO-NV", "standing-agency", "2020-01-01", "", ""},
		{"the Steering Committee: its supervisors", "UBND-12205-2507", "committee", today, "BCD-TINH", "supervisor of BCD-TINH"},
		{"the reviewer of today", "SO-NV", "reviewer", today, "BTGDV", "reviewer of BTGDV"},
		{"the reviewer of 2024 is whom today's followed, of the same kind", "SO-NV", "reviewer", "2024-06-01", "BDV", ""},
		{"a unit without a reviewer", "TINH-UY", "reviewer", today, "", ""},
	} {
		t.Run(c.says, func(t *testing.T) {
			target, holders := h.resolve(t, c.unit, c.role, c.on)
			require.Equal(t, c.leadsTo, target)
			require.Equal(t, c.held, roleOf(holders))
		})
	}

	t.Run("a superior without a contact: its head hears", func(t *testing.T) {
		h.execute(t, "UPDATE positions SET valid_to = '2026-01-01' WHERE unit_id = 'DU-12205-2507' AND role = 'contact'")
		_, holders := h.resolve(t, "UBND-12205-2507", "superior", today)
		require.Equal(t, "head of DU-12205-2507", roleOf(holders))
	})

	t.Run("two reviewers are both answered", func(t *testing.T) {
		_, holders := h.resolve(t, "SO-NV", "reviewer", today)
		require.Greater(t, len(holders), 1)
	})

	t.Run("an unknown role and a malformed day are told at once", func(t *testing.T) {
		_, err := h.client.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: "SO-NV", Role: "boss", On: "31/12/2026"}))
		requireRefusal(t, err, contract.CodeInvalid, "31/12/2026")
		fields := wire.RefusalOf(err).GetFields()
		require.Len(t, fields, 2)
		require.Equal(t, "on", fields[0].GetField())
		require.Equal(t, "role", fields[1].GetField())
		require.Contains(t, fields[1].GetTextVi(), "boss")
	})
}

func TestRefusalsNameWhatIsUnknown(t *testing.T) {
	h := open(t)
	_, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "UBND-99999-2507"}))
	requireRefusal(t, err, contract.CodeNotFound, "UBND-99999-2507")
	_, err = h.client.ResolveRole(t.Context(), connect.NewRequest(&unitsv1.ResolveRoleRequest{UnitId: "UBND-99999-2507", Role: "head"}))
	requireRefusal(t, err, contract.CodeNotFound, "UBND-99999-2507")
	_, err = h.client.GetArea(t.Context(), connect.NewRequest(&unitsv1.GetAreaRequest{Id: "99999-2507"}))
	requireRefusal(t, err, contract.CodeNotFound, "99999-2507")
	_, err = h.client.ListHats(t.Context(), connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: "CB-NOBODY-1"}))
	requireRefusal(t, err, contract.CodeNotFound, "CB-NOBODY-1")
	_, err = h.client.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{On: "2026-02-30"}))
	requireRefusal(t, err, contract.CodeInvalid, "2026-02-30")
	require.Equal(t, "on", wire.RefusalOf(err).GetFields()[0].GetField())
	_, err = h.client.ListDaysOff(t.Context(), connect.NewRequest(&unitsv1.ListDaysOffRequest{From: "yesterday", To: "2026-13-01"}))
	require.Len(t, wire.RefusalOf(err).GetFields(), 2)
	_, err = h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "ủy ban"}))
	require.Equal(t, contract.CodeInvalid, wire.RefusalOf(err).GetCode())
}

func TestWithoutATokenNobodyIsAnswered(t *testing.T) {
	h := open(t)
	stranger := unitsv1connect.NewUnitsServiceClient(http.DefaultClient, h.url)
	_, err := stranger.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{}))
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err))
	forger := unitsv1connect.NewUnitsServiceClient(http.DefaultClient, h.url,
		connect.WithInterceptors(wire.Config{ServiceKey: strings.Repeat("x", 32)}.Speaker("portal").ShowToken("units")))
	_, err = forger.ListUnits(t.Context(), connect.NewRequest(&unitsv1.ListUnitsRequest{}))
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err))
}

func TestOfficialsAndTheirHats(t *testing.T) {
	h := open(t)
	find := func(asked *unitsv1.FindOfficialsRequest) []*unitsv1.Holder {
		answer, err := h.client.FindOfficials(t.Context(), connect.NewRequest(asked))
		require.NoError(t, err)
		return answer.Msg.GetHolders()
	}
	_, heads := h.resolve(t, "BTV-TU", "head", today)
	require.Len(t, heads, 1)
	secretary := heads[0].GetOfficial()

	t.Run("an official has as many hats as positions", func(t *testing.T) {
		answer, err := h.client.ListHats(t.Context(), connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: secretary.GetId()}))
		require.NoError(t, err)
		require.Equal(t, secretary.GetName(), answer.Msg.GetOfficial().GetName())
		var hats []string
		for _, hat := range answer.Msg.GetHats() {
			hats = append(hats, hat.GetPosition().GetRole()+" of "+hat.GetUnit().GetId())
		}
		require.Equal(t, []string{"head of BCD-TINH", "head of BTV-TU", "supervisor of BTV-TU"}, hats)
	})

	t.Run("on a day before he had any, none", func(t *testing.T) {
		answer, err := h.client.ListHats(t.Context(), connect.NewRequest(&unitsv1.ListHatsRequest{OfficialId: secretary.GetId(), On: "2024-01-01"}))
		require.NoError(t, err)
		require.Empty(t, answer.Msg.GetHats())
	})

	t.Run("by address in any case, as people type it", func(t *testing.T) {
		found := find(&unitsv1.FindOfficialsRequest{Email: strings.ToUpper(secretary.GetEmail())})
		require.Len(t, found, 3)
		require.Equal(t, secretary.GetId(), found[0].GetOfficial().GetId())
		require.Empty(t, find(&unitsv1.FindOfficialsRequest{Email: "nobody@hungyen.example"}))
	})

	t.Run("by id, also one who holds nothing any more", func(t *testing.T) {
		_, contacts := h.resolve(t, "SO-NV", "contact", today)
		gone := contacts[0].GetOfficial().GetId()
		h.execute(t, "UPDATE positions SET valid_to = '2026-01-01' WHERE official_id = '"+gone+"'")
		found := find(&unitsv1.FindOfficialsRequest{Ids: []string{gone}})
		require.Len(t, found, 1)
		require.Equal(t, gone, found[0].GetOfficial().GetId())
		require.Nil(t, found[0].GetPosition())
	})

	t.Run("by role, as many officials as asked for", func(t *testing.T) {
		require.Len(t, find(&unitsv1.FindOfficialsRequest{Role: "administrator"}), 1)
		require.Len(t, find(&unitsv1.FindOfficialsRequest{Role: "contact", Limit: 5}), 5)
		require.Greater(t, len(find(&unitsv1.FindOfficialsRequest{Role: "contact"})), 300)
	})

	t.Run("by name without marks", func(t *testing.T) {
		found := find(&unitsv1.FindOfficialsRequest{Query: strings.ToUpper(secretary.GetName()), Role: "supervisor"})
		require.NotEmpty(t, found)
		require.Equal(t, "supervisor", found[0].GetPosition().GetRole())
	})
}

func TestLoadingTwiceIsLoadingOnce(t *testing.T) {
	h := open(t)
	before := h.units(t, &unitsv1.ListUnitsRequest{})
	h.execute(t, "UPDATE units SET staff = 7 WHERE id = 'SO-NV'")
	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.Equal(t, before, h.units(t, &unitsv1.ListUnitsRequest{}))
	answer, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "SO-NV"}))
	require.NoError(t, err)
	require.EqualValues(t, 7, answer.Msg.GetUnit().GetStaff(), "what an administrator changed stays")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'loaded'"))
}

func TestTheDatabaseKeepsItsOwnRules(t *testing.T) {
	h := open(t)
	for says, statement := range map[string]string{
		"an id of small letters":                "INSERT INTO units (id, kind, name, area_id, valid_from, folded) VALUES ('so-x', 'department', 'x', '33-2507', '2025-01-01', 'x')",
		"a unit that is its own parent":         "UPDATE units SET parent_id = id WHERE id = 'SO-NV'",
		"a unit that reviews itself":            "UPDATE units SET reviewer_id = id WHERE id = 'SO-NV'",
		"an end before the beginning":           "UPDATE units SET valid_to = '2000-01-01' WHERE id = 'SO-NV'",
		"a unit of no area":                     "UPDATE units SET area_id = '99999-2507' WHERE id = 'SO-NV'",
		"two heads at once":                     "INSERT INTO positions (official_id, unit_id, role, title, valid_from) SELECT official_id, 'SO-NV', 'head', 'x', '2026-01-01' FROM positions WHERE unit_id = 'SO-TC' AND role = 'contact'",
		"the same position twice at once":       "INSERT INTO positions (official_id, unit_id, role, title, valid_from) SELECT official_id, unit_id, role, title, '2026-01-01' FROM positions WHERE unit_id = 'SO-NV' AND role = 'contact'",
		"one address for two officials":         "UPDATE officials SET email = (SELECT min(upper(email)) FROM officials) WHERE id = (SELECT max(id) FROM officials WHERE email <> (SELECT min(email) FROM officials))",
		"a code that is two areas at once":      "INSERT INTO areas (id, code, name, level, kind, parent_id, valid_from, folded) VALUES ('12205-2601', '12205', 'x', 'commune', 'xa', '33-2507', '2026-01-01', 'x')",
		"a special unit by no document":         "UPDATE units SET special = true WHERE id = 'SO-NV'",
		"a setting decided by no document":      "UPDATE settings SET value = '9' WHERE key = 'dt-01.plan-days'",
		"a day off removed by nobody":           "UPDATE days_off SET removed = true WHERE day = '2026-01-01'",
		"two boards of a kind at once":          "INSERT INTO boards (id, unit_id, kind, name, valid_from) SELECT 'BAN-' || n, 'SO-NV', 'steering-committee', 'x', '2026-01-01' FROM generate_series(1, 2) n",
		"a steering committee with a project":   "INSERT INTO boards (id, unit_id, kind, name, valid_from, project) VALUES ('BAN-1', 'SO-NV', 'steering-committee', 'x', '2026-01-01', 'x')",
		"a board that ended on no day":          "INSERT INTO boards (id, unit_id, kind, name, valid_from, ended_by) VALUES ('BAN-1', 'SO-NV', 'steering-committee', 'x', '2026-01-01', 'x')",
		"a vacancy of no board":                 "INSERT INTO board_vacancies (board_id, on_day, role) VALUES ('BAN-1', '2026-01-01', 'chair')",
		"a reorganisation without operations":   "INSERT INTO reorganisations (id, decision, effective_on, operations, successions, state, idempotency_key, content_sha256, recorded_at) VALUES ('SX-2026-0001', 'x', '2026-01-01', '[]', '[]', 'planned', 'x', 'x', '2026-01-01')",
		"a reorganisation finished without end": "INSERT INTO reorganisations (id, decision, effective_on, operations, successions, state, idempotency_key, content_sha256, recorded_at) VALUES ('SX-2026-0001', 'x', '2026-01-01', '[1]', '[]', 'finished', 'x', 'x', '2026-01-01')",
		"an audit that somebody wants to amend": "UPDATE changes SET kind = 'units-imported'",
		"an audit that somebody wants to empty": "DELETE FROM changes",
	} {
		var refused *pgconn.PgError
		require.ErrorAs(t, h.try(t, statement), &refused, says)
		byConstraint, byTrigger := strings.HasPrefix(refused.Code, "23"), refused.Code == "P0001"
		require.True(t, byConstraint || byTrigger, "%s: %s", says, refused.Message)
	}
}

func TestReadyOnlyWithItsSchema(t *testing.T) {
	cfg := configOf(testdatabase.New(t))
	url := serve(t, cfg, zap.NewNop(), units.Options{})
	status := func() int {
		answer, err := http.Get(url + "/readyz")
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode
	}
	require.Equal(t, http.StatusServiceUnavailable, status())
	require.NoError(t, units.Migrate(t.Context(), cfg, zap.NewNop()))
	require.Equal(t, http.StatusOK, status(), "no units yet is no fault of the service")
}

func observed() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zapcore.WarnLevel)
	return zap.New(core), logs
}
