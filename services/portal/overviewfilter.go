package portal

import (
	"net/url"
	"strconv"
	"strings"

	reportsv1 "nenep/proto/nenep/reports/v1"
)

// overviewFilter is what the address bar of the overview says; every view is an address.
type overviewFilter struct {
	Obligation, Unit, Period, State string
	Kind                            string // of unit
	Above                           string // the body over the units, by its id
	Group                           string // of obligations, on the map only
	Least                           int    // working days overdue
	Late                            bool
	List                            bool
	Each                            bool // unit by unit, however many there are
	Page                            int
}

func readFilter(query url.Values) overviewFilter {
	page, err := strconv.Atoi(query.Get("trang"))
	if err != nil || page < 1 {
		page = 1
	}
	filter := overviewFilter{
		Obligation: query.Get("nhiem-vu"), Unit: strings.TrimSpace(query.Get("don-vi")), Period: query.Get("ky"), Kind: query.Get("loai"), Above: query.Get("cap-tren"),
		State: query.Get("trang-thai"), Group: query.Get("nhom"), Late: query.Get("qua-han") == "1", Page: page,
		List: query.Get("xem") == "danh-sach", Each: query.Get("xem") == "don-vi",
	}
	if least, err := strconv.Atoi(query.Get("tu-ngay")); err == nil && least > 0 {
		filter.Least = min(least, 9999)
	}
	return filter
}

// Address is the view as an address.
func (f overviewFilter) Address() string { return sheetAddress(overviewPath, f.query()) }

// Export is the same filter for Excel, all pages of it.
func (f overviewFilter) Export() string {
	f.Page = 1
	return sheetAddress(overviewPath+"/xuat.xlsx", f.query())
}

func (f overviewFilter) query() url.Values {
	query := url.Values{}
	for key, value := range map[string]string{
		"nhiem-vu": f.Obligation, "don-vi": f.Unit, "ky": f.Period, "trang-thai": f.State, "nhom": f.Group, "loai": f.Kind, "cap-tren": f.Above,
	} {
		if value != "" {
			query.Set(key, value)
		}
	}
	if f.Least > 0 {
		query.Set("tu-ngay", strconv.Itoa(f.Least))
	}
	if f.Late {
		query.Set("qua-han", "1")
	}
	if f.List {
		query.Set("xem", "danh-sach")
	} else if f.Each {
		query.Set("xem", "don-vi")
	}
	if f.Page > 1 {
		query.Set("trang", strconv.Itoa(f.Page))
	}
	return query
}

// Set tells whether anything is filtered.
func (f overviewFilter) Set() bool {
	return f.Obligation != "" || f.Unit != "" || f.Kind != "" || f.Above != "" || f.narrows()
}

// narrows tells whether cases are left out by what they are, so that only units that have one are rows.
func (f overviewFilter) narrows() bool {
	return f.Period != "" || f.State != "" || f.Late || f.Least > 0
}

// LeastWord is the chosen least number, as the choice has it.
func (f overviewFilter) LeastWord() string { return strconv.Itoa(f.Least) }

// Turn is the same view on another page.
func (f overviewFilter) Turn(page int) string { f.Page = page; return f.Address() }

// AsList and AsMap are the same filter in the other view.
func (f overviewFilter) AsList() string { f.List, f.Page = true, 1; return f.Address() }

// AsMap is the units × obligations view.
func (f overviewFilter) AsMap() string { f.List, f.Page = false, 1; return f.Address() }

// AsUnits is the map unit by unit, AsGroups the one of groups of units.
func (f overviewFilter) AsUnits() string {
	f.List, f.Each, f.Page = false, true, 1
	return f.Address()
}

// AsGroups is the map as it begins: of groups, where there are many units.
func (f overviewFilter) AsGroups() string {
	f.List, f.Each, f.Page = false, false, 1
	return f.Address()
}

// OnlyState lists the cases of one state within the filter.
func (f overviewFilter) OnlyState(state string) string {
	f.State, f.Late, f.Least, f.List, f.Page = state, false, 0, true, 1
	return f.Address()
}

func (f overviewFilter) ofUnit(unit, obligation string) string {
	return overviewFilter{Unit: unit, Obligation: obligation, Period: f.Period, List: true, Page: 1}.Address()
}

// request asks the register for what lists show of the cases that fit.
func (f overviewFilter) request(units []string) *reportsv1.ListCasesRequest {
	return &reportsv1.ListCasesRequest{
		ObligationId: f.Obligation, PeriodId: f.Period, State: f.State, LateOnly: f.Late, LateAtLeast: int32(f.Least), UnitIds: units, Brief: true, //nolint:gosec // at most 9999
	}
}
