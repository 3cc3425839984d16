// The program measures how long a synthesis of a whole province takes out of a real PostgreSQL, and how much memory:
// `go run ./reports/synthesis/load` in services. It starts a PostgreSQL of its own and the service of reports, fills the register with the
// reports of an imagined province that was reorganised twice in the period, has versions drawn up, compared, followed down and signed as the
// pages do, over HTTP, and holds every total against what is counted village by village.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"time"

	"connectrpc.com/connect"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
	"nenep/rules/figures/imagined"
)

func main() {
	count := flag.Int("units", 5000, "units before the first reorganisation")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *count)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, count int) error {
	p := imagined.Imagine(rand.New(rand.NewPCG(1, 606)), count) //nolint:gosec // a repeatable measurement
	h, err := open(ctx, p)
	if err != nil {
		return err
	}
	return errors.Join(h.measure(ctx, out, p), h.close())
}

// deed is one thing that is measured.
type deed struct {
	name string
	do   func() error
}

func (h *house) measure(ctx context.Context, out io.Writer, p *imagined.Province) error {
	worker, leader := h.cfg.NewClients("worker").Synthesis, h.cfg.NewClients("portal").Synthesis
	official := wire.WithIdentity(ctx, wire.Identity{Service: "portal", OfficialID: theLeader})
	drawUp := func() error {
		_, err := worker.DrawUp(ctx, connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: provincial}))
		return err
	}
	deeds := []deed{
		{"looked at, nothing kept", func() error {
			_, err := worker.DrawUp(ctx, connect.NewRequest(&reportsv1.DrawUpRequest{CaseId: provincial, LookOnly: true}))
			return err
		}},
		{"first version drawn up and kept", drawUp},
		{"drawn up again, nothing differs", drawUp},
		{"register: every correction comes in", func() error { return h.correct(ctx, p) }},
		{"what changed since", func() error {
			_, err := leader.CompareSyntheses(official, connect.NewRequest(&reportsv1.CompareSynthesesRequest{CaseId: provincial}))
			return err
		}},
		{"second version drawn up and kept", drawUp},
		{"a version read: totals, groups, roots, all units and sources", func() error {
			_, err := leader.GetSynthesis(official, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial}))
			return err
		}},
		{"a version read with every node of the tree", func() error {
			_, err := leader.GetSynthesis(official, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial, EveryNode: true}))
			return err
		}},
		{"a figure followed down one level", func() error {
			_, err := leader.TraceFigure(official, connect.NewRequest(&reportsv1.TraceFigureRequest{CaseId: provincial, Indicator: "F00"}))
			return err
		}},
		{"signed", func() error {
			_, err := leader.SignSynthesis(official, connect.NewRequest(&reportsv1.SignSynthesisRequest{CaseId: provincial, Version: 2, Number: "12-BC", Day: "2026-06-23"}))
			return err
		}},
	}
	if _, err := fmt.Fprintf(out, "%d reports of %d units in a tree of %d, %d indicators\n", h.reports, len(p.Bodies), len(p.Tree), imagined.Flows+imagined.Stocks); err != nil {
		return err
	}
	for _, one := range deeds {
		taken, peak, err := measured(one.do)
		if err != nil {
			return fmt.Errorf("%s: %w", one.name, err)
		}
		if _, err := fmt.Fprintf(out, "%-62s %6.2f s, heap at most %4d MiB\n", one.name, taken.Seconds(), peak>>20); err != nil {
			return err
		}
	}
	return h.holds(official, leader.GetSynthesis, p)
}

// measured does the deed and tells how long it took and how high the heap of this process stood meanwhile: the service's own, with what the
// caller reads of the answer.
func measured(do func() error) (time.Duration, uint64, error) {
	debug.FreeOSMemory()
	var peak atomic.Uint64
	done, watched := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(watched)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			peak.Store(max(peak.Load(), stats.HeapAlloc))
			select {
			case <-done:
				return
			case <-tick.C:
			}
		}
	}()
	began := time.Now()
	err := do()
	taken := time.Since(began)
	close(done)
	<-watched
	return taken, peak.Load(), err
}

type getSynthesis func(context.Context, *connect.Request[reportsv1.GetSynthesisRequest]) (*connect.Response[reportsv1.Synthesis], error)

// holds compares every total of a flow with the truth.
func (h *house) holds(ctx context.Context, get getSynthesis, p *imagined.Province) error {
	answer, err := get(ctx, connect.NewRequest(&reportsv1.GetSynthesisRequest{CaseId: provincial}))
	if err != nil {
		return err
	}
	told := map[string]string{}
	for _, f := range answer.Msg.GetTotals() {
		told[f.GetIndicator()] = f.GetSum()
	}
	for i := range imagined.Flows {
		code := fmt.Sprintf("F%02d", i)
		if truth := figures.Count(p.FlowsTold(i)).Wire(); told[code] != truth {
			return fmt.Errorf("the total of %s is %s, counted village by village it is %s", code, told[code], truth)
		}
	}
	return nil
}
