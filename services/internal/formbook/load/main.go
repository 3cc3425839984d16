// The program measures how long the workbooks of a whole province's reports take to write and to read, and how much memory:
// `go run ./internal/formbook/load` in services. It writes one workbook of the yearly report a unit, with every figure filled in, to a folder
// of its own, then reads and judges them one after the other, and several at once.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/rules/figures"
	"nenep/services/internal/formbook"
)

func main() {
	count := flag.Int("units", 5000, "units, each with one report")
	atOnce := flag.Int("at-once", 2, "how many are read at once in the last round")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *count, *atOnce); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, count, atOnce int) error {
	folder, err := os.MkdirTemp("", "nenep-formbook-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	bare, err := yearly()
	if err != nil {
		return err
	}
	var bytes atomic.Int64
	rounds := []struct {
		name   string
		atOnce int
		do     func(unit int) error
	}{
		{"written", 1, func(unit int) error { return write(folder, bare, unit, &bytes) }},
		{"read and judged", 1, func(unit int) error { return read(folder, bare, unit) }},
		{fmt.Sprintf("read and judged, %d at once", atOnce), atOnce, func(unit int) error { return read(folder, bare, unit) }},
	}
	for _, round := range rounds {
		taken, err := measure(ctx, count, round.atOnce, round.do)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(out, "%d workbooks %s: %s\n", count, round.name, taken); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(out, "%d figures each; a workbook has %.1f kB\n", asked(bare), float64(bytes.Load())/float64(count)/1000)
	return err
}

// yearly is the form of a commune's yearly report, the longest of the catalogue.
func yearly() (formbook.Form, error) {
	declared, err := catalogue.HungYen()
	if err != nil {
		return formbook.Form{}, err
	}
	days, err := calendar.New(calendar.VietnamDays())
	if err != nil {
		return formbook.Form{}, err
	}
	unit := catalogue.UnitFacts{ID: "DU-12205-2507", Kind: "commune-party-committee", ReviewerID: "BTGDV", ValidFrom: calendar.MustDate("2025-07-01")}
	input, err := catalogue.Snapshot(declared, "BC-12", unit, calendar.MustPeriod("2026"), days, calendar.MustDate("2026-01-05"), catalogue.Options{})
	if err != nil {
		return formbook.Form{}, err
	}
	form := formbook.Form{CaseID: input.GetCaseId(), Title: input.GetTitleVi(), Unit: "Đảng ủy xã Khoái Châu", Period: "Năm 2026", Due: "15/12/2026"}
	for _, step := range input.GetSteps() {
		form.Section = append(form.Section, formbook.Section{Step: step})
	}
	return form, nil
}

func asked(form formbook.Form) (n int) {
	for _, section := range form.Section {
		n += len(section.Step.GetFacts())
	}
	return n
}

// filled offers every figure, so that the workbook bears what a person would have typed. The figures of a section are all the same, so that
// none exceeds another, and nothing where some add up to others.
func filled(bare formbook.Form, unit int) formbook.Form {
	random := rand.New(rand.NewPCG(7, uint64(unit))) //nolint:gosec // figures to measure with
	form := bare
	form.Unit = "Đảng ủy xã số " + strconv.Itoa(unit)
	form.Section = slices.Clone(bare.Section)
	for i := range form.Section {
		offered, last, words, figure := map[string]string{}, map[string]string{}, map[string]string{}, strconv.Itoa(random.IntN(100_000))
		asks := form.Section[i].Step.GetFacts()
		if slices.ContainsFunc(asks, func(fact *casefilev1.FactPolicy) bool { return len(fact.GetSumOf()) > 0 }) {
			figure = "0"
		}
		for _, fact := range asks {
			switch {
			case figures.IsFigure(fact.GetKind()):
				offered[fact.GetKey()], last[fact.GetKey()] = figure, strconv.Itoa(random.IntN(100_000))
			case fact.GetKind() == figures.KindText:
				words[fact.GetKey()] = "Các cấp ủy, chính quyền đã lãnh đạo, chỉ đạo thực hiện dân chủ ở cơ sở nghiêm túc, đạt kết quả."
			}
		}
		form.Section[i].Known, form.Section[i].Last, form.Section[i].Words = offered, last, words
	}
	return form
}

func path(folder string, unit int) string {
	return filepath.Join(folder, strconv.Itoa(unit)+".xlsx")
}

func write(folder string, bare formbook.Form, unit int, bytes *atomic.Int64) error {
	content, err := formbook.Write(filled(bare, unit))
	if err != nil {
		return err
	}
	bytes.Add(int64(len(content)))
	return os.WriteFile(path(folder, unit), content, 0o600)
}

func read(folder string, bare formbook.Form, unit int) error {
	content, err := os.ReadFile(path(folder, unit))
	if err != nil {
		return err
	}
	sections, faults := formbook.Judge(bare, formbook.Read(bare, content))
	if len(faults) > 0 {
		return fmt.Errorf("workbook %d: %s", unit, faults[0].EN)
	}
	for _, section := range sections {
		if section.Outcome != formbook.Changed {
			return fmt.Errorf("workbook %d: section %d came to %s", unit, section.Section, section.Outcome)
		}
	}
	return nil
}

// taken is what a round came to.
type taken struct {
	all       time.Duration
	processor time.Duration    // of all threads: on a busy machine the truer figure
	quantiles [3]time.Duration // a half, 95 and 99 of a hundred
	memory    uint64           // most that Go's heap held, in bytes
}

func (t taken) String() string {
	return fmt.Sprintf("%.1f s, %.1f s of processor; of one 50%% %.1f ms, 95%% %.1f ms, 99%% %.1f ms; heap at most %d MB", t.all.Seconds(), t.processor.Seconds(),
		float64(t.quantiles[0].Microseconds())/1000, float64(t.quantiles[1].Microseconds())/1000, float64(t.quantiles[2].Microseconds())/1000, t.memory>>20)
}

func measure(ctx context.Context, count, atOnce int, do func(int) error) (taken, error) {
	debug.FreeOSMemory()
	times := make([]time.Duration, count)
	var most atomic.Uint64
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	begun, before := time.Now(), processor()
	for unit := range count {
		group.Go(func() error {
			if ctx.Err() != nil {
				return nil //nolint:nilerr // the first error is told
			}
			from := time.Now()
			if err := do(unit); err != nil {
				return err
			}
			times[unit] = time.Since(from)
			if unit%50 == 0 {
				notice(&most)
			}
			return nil
		})
	}
	err := group.Wait()
	all := time.Since(begun)
	slices.Sort(times)
	at := func(percent int) time.Duration { return times[min(count*percent/100, count-1)] }
	return taken{all, processor() - before, [3]time.Duration{at(50), at(95), at(99)}, most.Load()}, err
}

func notice(most *atomic.Uint64) {
	var now runtime.MemStats
	runtime.ReadMemStats(&now)
	for held := most.Load(); now.HeapSys-now.HeapReleased > held; held = most.Load() {
		if most.CompareAndSwap(held, now.HeapSys-now.HeapReleased) {
			return
		}
	}
}

// processor is the time that the program has had of the processors.
func processor() time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
