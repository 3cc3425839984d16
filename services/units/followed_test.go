package units_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	unitsv1 "nenep/proto/nenep/units/v1"
	"nenep/rules/calendar"
	"nenep/services/units"
	"nenep/services/units/gazetteer"
)

func (h *house) followedFrom(t *testing.T, id string) string {
	t.Helper()
	return h.get(t, id).GetUnit().GetFollowedFrom()
}

func TestTheProvinceOfTodayIsFollowedFromToday(t *testing.T) {
	began := calendar.DateOf(time.Now()).String()
	h := open(t)
	require.Contains(t, []string{began, calendar.DateOf(time.Now()).String()}, h.followedFrom(t, "UBND-12205-2507"))
	require.Equal(t, 1, h.count(t, "SELECT count(DISTINCT followed_from) FROM units"))
}

func TestAProvinceOfAnEarlierDayIsFollowedFromThatDayAndALaterLoadMovesNothing(t *testing.T) {
	province, err := gazetteer.AsOf("2025-02-03")
	require.NoError(t, err)
	h := openWith(t, province)
	require.Equal(t, "2025-02-03", h.followedFrom(t, "SO-NV"))
	require.NoError(t, units.Load(t.Context(), h.cfg, zap.NewNop()))
	require.Zero(t, h.count(t, "SELECT count(*) FROM units WHERE followed_from <> '2025-02-03'"))
}

func TestAnImportedUnitIsFollowedFromTodayUnlessTheFileNamesTheDay(t *testing.T) {
	h := open(t)
	stands := h.followedFrom(t, "SO-NV")
	h.imports(t, file(newDepartment, "SO-NV|department|Sở Nội vụ|33-2507|UBND-TINH|UBND-TINH|BTGDV|2023-07-01||97"), false)
	require.Equal(t, today, h.followedFrom(t, "SO-MOI"))
	require.Equal(t, stands, h.followedFrom(t, "SO-NV"), "a unit that is there keeps its day")

	named := func(rows ...string) []byte {
		header := "id|kind|name|area|parent|superior|reviewer|valid_from|valid_to|staff|followed_from\n"
		return []byte(strings.ReplaceAll(header+strings.Join(rows, "\n")+"\n", "|", "\t"))
	}
	same := h.imports(t, named(newDepartment+"|"), false)
	require.EqualValues(t, 1, same.GetSame(), "a blank cell says nothing")
	h.imports(t, named(newDepartment+"|2026-03-01", newCentre+"|15/09/2026"), false)
	require.Equal(t, "2026-03-01", h.followedFrom(t, "SO-MOI"))
	require.Equal(t, "2026-09-15", h.followedFrom(t, "TT-MOI"))
	refused := h.imports(t, named(newDepartment+"|31/02/2026"), false)
	require.Equal(t, "followed_from", refused.GetFaults()[0].GetField())
}

func TestASuccessorIsFollowedFromTheDayOfTheReorganisation(t *testing.T) {
	province, err := gazetteer.HungYen()
	require.NoError(t, err)
	h := openWith(t, province.Followed("2026-11-02"))
	_, err = h.applies(t, h.planned(t, merger()))
	require.NoError(t, err)
	require.Equal(t, "2027-01-01", h.followedFrom(t, "SO-CTKHCN"))
	require.Equal(t, "2026-11-02", h.followedFrom(t, "SO-NV"))

	backdated := merger()
	backdated.EffectiveOn, backdated.DecidedOn, backdated.Operations[0].FromIds = "2026-07-01", "2026-06-20", []string{"SO-NV", "SO-XD"}
	backdated.Operations[0].To = []*unitsv1.Successor{{Id: "SO-NVXD", Name: "Sở Nội vụ và Xây dựng"}}
	_, err = h.applies(t, h.planned(t, backdated))
	require.NoError(t, err)
	require.Equal(t, "2026-11-02", h.followedFrom(t, "SO-NVXD"), "nobody was followed on the backdated day")
}

// The rule by which the schema's third version dates the units that stood before it.
func TestUnitsThatStoodBeforeAreFollowedFromTheDayOfTheirRecord(t *testing.T) {
	h := open(t)
	loaded := h.followedFrom(t, "SO-NV")
	h.imports(t, file(newDepartment), false)
	_, err := h.applies(t, h.planned(t, merger()))
	require.NoError(t, err)
	stated, err := os.ReadFile("migrations/00003_followed_from.sql")
	require.NoError(t, err)
	content := string(stated)
	update := content[strings.Index(content, "UPDATE units"):strings.Index(content, "ALTER TABLE units ALTER COLUMN")]
	h.execute(t, "UPDATE units SET followed_from = '1999-01-01'; "+update)
	require.Equal(t, loaded, h.followedFrom(t, "SO-NV"))
	require.Equal(t, today, h.followedFrom(t, "SO-MOI"))
	require.Equal(t, "2027-01-01", h.followedFrom(t, "SO-CTKHCN"))
}
