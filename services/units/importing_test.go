package units_test

import (
	"strings"
	"testing"

	"connectrpc.com/connect"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/proto/wire"
	"nenep/services/units"
)

// file is an administrator's table, cells parted by "|" here and by tabs when sent.
func file(rows ...string) []byte {
	header := "id|kind|name|area|parent|superior|reviewer|valid_from|valid_to|staff"
	return []byte(strings.ReplaceAll(strings.Join(append([]string{header}, rows...), "\n")+"\n", "|", "\t"))
}

const (
	newDepartment = "SO-MOI|department|Sở Chuyển đổi số|33-2507|UBND-TINH||BTGDV|01/01/2026||40"
	newCentre     = "TT-MOI|public-unit|Trung tâm Dữ liệu|33-2507|SO-MOI||SO-MOI|2026-01-01||12"
)

func (h *house) connection(t *testing.T) *pgx.Conn {
	t.Helper()
	connection, err := pgx.Connect(t.Context(), h.cfg.DatabaseURL)
	require.NoError(t, err)
	_, err = connection.Exec(t.Context(), "SET search_path = units")
	require.NoError(t, err)
	return connection
}

func (h *house) try(t *testing.T, statement string) error {
	t.Helper()
	connection := h.connection(t)
	_, err := connection.Exec(t.Context(), statement)
	require.NoError(t, connection.Close(t.Context()))
	return err
}

func (h *house) execute(t *testing.T, statement string) {
	t.Helper()
	require.NoError(t, h.try(t, statement))
}

func (h *house) count(t *testing.T, query string) int {
	t.Helper()
	connection := h.connection(t)
	var n int
	require.NoError(t, connection.QueryRow(t.Context(), query).Scan(&n))
	require.NoError(t, connection.Close(t.Context()))
	return n
}

func (h *house) imports(t *testing.T, content []byte, dryRun bool) *unitsv1.ImportUnitsResponse {
	t.Helper()
	answer, err := h.as("terminal").ImportUnits(t.Context(), connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: content, DryRun: dryRun}))
	require.NoError(t, err)
	return answer.Msg
}

func TestAFileIsWrittenWholeAndToldOnce(t *testing.T) {
	h := open(t)
	content := file(newCentre, newDepartment)

	tried := h.imports(t, content, true)
	require.EqualValues(t, 2, tried.GetAdded())
	require.False(t, tried.GetWritten())
	require.Empty(t, h.units(t, &unitsv1.ListUnitsRequest{Ids: []string{"SO-MOI"}}), "a dry run writes nothing")

	done := h.imports(t, content, false)
	require.True(t, done.GetWritten())
	require.EqualValues(t, 2, done.GetAdded())
	require.Equal(t, []string{"SO-MOI"}, h.units(t, &unitsv1.ListUnitsRequest{Query: "chuyen doi so", On: today}))
	require.Len(t, h.told.changes, 1)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'units-imported' AND service = 'terminal' AND payload->>'file_sha256' <> ''"))

	again := h.imports(t, content, false)
	require.True(t, again.GetWritten())
	require.Zero(t, again.GetAdded()+again.GetChanged())
	require.EqualValues(t, 2, again.GetSame())
	require.Len(t, h.told.changes, 1, "the same file again changes nothing and tells nobody")
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'units-imported'"))

	changed := h.imports(t, file(strings.Replace(newDepartment, "|40", "|45", 1)), false)
	require.EqualValues(t, 1, changed.GetChanged())
	require.Len(t, h.told.changes, 2)
	require.NotEqual(t, h.told.changes[0], h.told.changes[1])
}

func TestAFileLeavesAloneWhatItHasNoColumnFor(t *testing.T) {
	h := open(t)
	done := h.imports(t, file("SO-NV|department|Sở Nội vụ|33-2507|UBND-TINH|UBND-TINH|BTGDV|2023-07-01||97"), false)
	require.EqualValues(t, 1, done.GetChanged())
	answer, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "SO-NV"}))
	require.NoError(t, err)
	require.EqualValues(t, 97, answer.Msg.GetUnit().GetStaff())
	require.Equal(t, "Department of Home Affairs", answer.Msg.GetUnit().GetNameEn())
	require.True(t, answer.Msg.GetUnit().GetExample())
}

func TestASpecialUnitIsSpecialByADocument(t *testing.T) {
	h := open(t)
	special := func(row string) []byte {
		return []byte(strings.ReplaceAll("id|kind|name|area|parent|superior|reviewer|valid_from|valid_to|staff|special|special_ground\n"+row+"\n", "|", "\t"))
	}
	refused := h.imports(t, special(newDepartment+"|true|"), false)
	require.False(t, refused.GetWritten())
	require.Equal(t, "special_ground", refused.GetFaults()[0].GetField())
	require.True(t, h.imports(t, special(newDepartment+"|true|Quyết định số 3"), false).GetWritten())
	require.True(t, h.imports(t, file(strings.Replace(newDepartment, "|40", "|45", 1)), false).GetWritten())
	answer, err := h.client.GetUnit(t.Context(), connect.NewRequest(&unitsv1.GetUnitRequest{Id: "SO-MOI"}))
	require.NoError(t, err)
	require.True(t, answer.Msg.GetUnit().GetSpecial(), "a file without the column leaves it alone")
	require.Equal(t, "Quyết định số 3", answer.Msg.GetUnit().GetSpecialGround())
}

func TestAFileWithAnyFaultWritesNothing(t *testing.T) {
	h := open(t)
	for says, c := range map[string]struct {
		content []byte
		line    int32
		field   string
		named   string
	}{
		"a parent that does not exist":               {file(newDepartment, "TT-X|public-unit|Trung tâm X|33-2507|SO-KHONG-CO||BTGDV|2026-01-01||5"), 3, "parent", "SO-KHONG-CO"},
		"an area that does not exist":                {file(newDepartment, "TT-X|public-unit|Trung tâm X|99999-2507|SO-MOI||BTGDV|2026-01-01||5"), 3, "area", "99999-2507"},
		"an id on two lines with days that overlap":  {file(newDepartment, newDepartment), 3, "valid_from", "SO-MOI"},
		"an id on two lines, one life after another": {file("SO-X|department|Sở X|33-2507|UBND-TINH||BTGDV|2024-01-01|2024-12-31|5", "SO-X|department|Sở X|33-2507|UBND-TINH||BTGDV|2025-01-01||5"), 3, "id", "SO-X"},
		"two units above each other":                 {file("SO-A|department|Sở A|33-2507|SO-B||BTGDV|2026-01-01||5", "SO-B|department|Sở B|33-2507|SO-A||BTGDV|2026-01-01||5"), 2, "parent", "SO-B"},
		"an id that ended and is used again":         {file(newDepartment, "BDV|standing-agency|Ban Dân vận|33-2507|TINH-UY||BCD-TINH|2026-01-01||5"), 3, "id", "BDV"},
	} {
		t.Run(says, func(t *testing.T) {
			before := h.units(t, &unitsv1.ListUnitsRequest{})
			answer := h.imports(t, c.content, false)
			require.False(t, answer.GetWritten())
			require.Len(t, answer.GetFaults(), 1, "%v", answer.GetFaults())
			fault := answer.GetFaults()[0]
			require.Equal(t, c.line, fault.GetLine())
			require.Equal(t, c.field, fault.GetField())
			require.Contains(t, fault.GetTextVi(), c.named)
			require.Contains(t, fault.GetTextEn(), c.named)
			require.Equal(t, before, h.units(t, &unitsv1.ListUnitsRequest{}))
		})
	}
	require.Empty(t, h.told.changes)
	require.Zero(t, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'units-imported'"))
}

func TestOnlyAnAdministratorImports(t *testing.T) {
	h := open(t)
	ask := connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: file(newDepartment), DryRun: true})
	for _, ctx := range []string{"", h.official(t, "SO-NV", "head")} {
		_, err := h.client.ImportUnits(asOfficial(t, ctx), ask)
		requireRefusal(t, err, contract.CodeForbidden, "quản trị hệ thống của tỉnh")
	}
	answer, err := h.client.ImportUnits(asOfficial(t, h.official(t, "VP-TU", "administrator")), ask)
	require.NoError(t, err)
	require.EqualValues(t, 1, answer.Msg.GetAdded())
}

func (h *house) official(t *testing.T, unitID, role string) string {
	t.Helper()
	_, holders := h.resolve(t, unitID, role, today)
	require.NotEmpty(t, holders)
	return holders[0].GetOfficial().GetId()
}

func TestUnitsAreWrittenWhileTheReconciliationCannotBeTold(t *testing.T) {
	h := open(t)
	logger, logs := observed()
	// No Reconciler given: the real one, and nothing listens where Temporal should be.
	h.url = serve(t, h.cfg, logger, units.Options{})
	answer := h.imports(t, file(newDepartment), false)
	require.True(t, answer.GetWritten())
	require.Len(t, h.units(t, &unitsv1.ListUnitsRequest{Ids: []string{"SO-MOI"}}), 1)
	require.Equal(t, 1, logs.FilterMessageSnippet("reconciliation not told").FilterFieldKey("change").Len())
}

func TestAnOfficialsImportIsRecordedInHisName(t *testing.T) {
	h := open(t)
	administrator := h.official(t, "VP-TU", "administrator")
	ctx := wire.WithIdentity(t.Context(), wire.Identity{OfficialID: administrator})
	_, err := h.client.ImportUnits(ctx, connect.NewRequest(&unitsv1.ImportUnitsRequest{Content: file(newDepartment)}))
	require.NoError(t, err)
	require.Equal(t, 1, h.count(t, "SELECT count(*) FROM changes WHERE kind = 'units-imported' AND official_id = '"+administrator+"'"))
}
