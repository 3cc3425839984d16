// Command load writes the synthesis of so many units as .docx, .xlsx and PDF and says what that took:
//
//	go run ./reports/documents/load -units 5000
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"runtime"
	"strings"
	"time"

	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/letterpaper"
	"nenep/services/internal/officeprint"
	"nenep/services/reports/documents"
)

func main() {
	units := flag.Int("units", 104, "units that owe a report, one in eleven late, one in thirteen missing")
	printing := flag.Bool("pdf", true, "print it too")
	flag.Parse()
	if err := run(*units, *printing); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(units int, printing bool) error {
	declared, err := catalogue.HungYen()
	if err != nil {
		return fmt.Errorf("read the catalogue: %w", err)
	}
	on := calendar.MustDate("2026-06-25")
	office := documents.Office{Form: letterpaper.FormOf(declared, "standing-agency", on), Kind: "standing-agency", Parent: "Tỉnh ủy Hưng Yên", Name: "Ban Tuyên giáo và Dân vận Tỉnh ủy", Place: "Hưng Yên", On: on}
	paper := documents.Synthesis{Office: office, Title: "Báo cáo kết quả 06 tháng thực hiện dân chủ ở cơ sở", Version: versionOf(declared, units), Units: true}
	var composed documents.Composed
	if err := measured("compose, with charts", func() (n int, err error) { composed, err = paper.Composed(); return 0, err }); err != nil {
		return err
	}
	var word []byte
	if err := measured("write .docx", func() (n int, err error) { word, err = letterpaper.Write(composed.Paper); return len(word), err }); err != nil {
		return err
	}
	if err := measured("write .xlsx", func() (int, error) { book, err := documents.Workbook(composed.Sheets); return len(book), err }); err != nil {
		return err
	}
	if !printing {
		return nil
	}
	printer := officeprint.New()
	defer func() { _ = printer.Close() }()
	for _, what := range []string{"print PDF, first", "print PDF, again"} {
		if err := measured(what, func() (int, error) { pdf, err := printer.PDF(context.Background(), word); return len(pdf), err }); err != nil {
			return err
		}
	}
	return nil
}

// measured says how long it took, how large it came out, what it allocated, and how much the process has ever held.
func measured(what string, do func() (int, error)) error {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	began := time.Now()
	size, err := do()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	_, _ = fmt.Fprintf(os.Stdout, "%-24s %8.2f s %9.1f kB %8.1f MB allocated  peak %s\n", what, took.Seconds(), float64(size)/1000, float64(after.TotalAlloc-before.TotalAlloc)/1e6, peak())
	return err
}

func peak() string {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return "unknown"
	}
	for line := range strings.SplitSeq(string(status), "\n") {
		if rest, is := strings.CutPrefix(line, "VmHWM:"); is {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}

func versionOf(declared *catalogue.Catalogue, units int) *reportsv1.Synthesis {
	version := &reportsv1.Synthesis{Head: &reportsv1.SynthesisVersion{ObligationId: "BC-06", PeriodId: "2026-H1", WindowFrom: "2025-12-15", WindowTo: "2026-06-14", Counts: &reportsv1.StandingCounts{}}}
	for _, step := range declared.Latest().Obligation("BC-06").Steps {
		for _, fact := range step.Facts {
			if fact.Indicator != "" {
				version.Indicators = append(version.Indicators, &reportsv1.Indicator{Code: fact.Indicator, TitleVi: fact.Title.VI, Measure: fact.Measure, StepId: step.ID, SectionVi: step.Title.VI})
				version.Totals = append(version.Totals, &reportsv1.SynthesisFigure{Indicator: fact.Indicator, Sum: fmt.Sprint(units * 7)})
			}
		}
	}
	version.Groups = []*reportsv1.SynthesisGroup{{UnitKind: "commune-party-committee", Figures: version.GetTotals()}, {UnitKind: "department", Figures: version.GetTotals()}}
	counts := version.GetHead().GetCounts()
	for i := range units {
		u := &reportsv1.UnitStanding{UnitId: fmt.Sprintf("DU-%05d-2507", i), Name: fmt.Sprintf("Đảng ủy xã số %d", i+1), UnitKind: []string{"commune-party-committee", "department"}[i%7/6], DueDay: "2026-06-17", Standing: "in-time"}
		switch {
		case i%11 == 3:
			u.Standing, u.LateWorkingDays, u.SubmittedOn = "late", int32(i%9+1), "2026-06-25"
			counts.Late++
		case i%13 == 5:
			u.Standing, u.LateWorkingDays = "missing", 12
			counts.Missing++
		default:
			counts.InTime++
		}
		counts.Owed++
		version.Units = append(version.Units, u)
		version.Nodes = append(version.Nodes, &reportsv1.SynthesisNode{UnitId: u.GetUnitId(), Name: u.GetName(), ParentId: "TU", Figures: version.GetTotals()})
	}
	return version
}
