package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// pages are what is measured: the map of all ten obligations, its last page, its groups, its list, and the pages beside it.
var pages = []string{
	mapPage, mapPage + "&trang=50", "/bang-theo-doi?nhom=" + family, "/bang-theo-doi?nhom=" + family + "&loai=commune-peoples-committee&xem=don-vi",
	"/bang-theo-doi?xem=danh-sach", "/cham", "/khoi-luong", "/chi-tieu/TD-02",
}

// mapPage is the page that the promise is about: 100 units by ten obligations, totals over all.
const mapPage = "/bang-theo-doi?nhom=" + family + "&xem=don-vi"

// figures are what reading a page many times came to.
type figures struct {
	Page          string
	P50, P95, P99 time.Duration
	Bytes         int
	Bare          time.Duration // p95 of a bare indexed query; zero where there is none to compare with
}

// String is one line of a table.
func (f figures) String() string {
	line := fmt.Sprintf("%-72s p50 %4d ms  p95 %4d ms  p99 %4d ms  %6.1f kB", f.Page, f.P50.Milliseconds(), f.P95.Milliseconds(), f.P99.Milliseconds(), float64(f.Bytes)/1000)
	if f.Bare > 0 {
		line += fmt.Sprintf("  bare query p95 %.1f ms, ratio %.0f", float64(f.Bare.Microseconds())/1000, float64(f.P95)/float64(f.Bare))
	}
	return line
}

// warmth is how often a page is read before it is measured.
const warmth = 2

func (h *house) measure(ctx context.Context, times, readers int) ([]figures, error) {
	bare, err := h.bareQuery(ctx, times)
	if err != nil {
		return nil, err
	}
	client, err := h.browser(ctx)
	if err != nil {
		return nil, err
	}
	var all []figures
	for _, page := range pages {
		one, err := h.measurePage(ctx, client, page, times, readers)
		if err != nil {
			return nil, err
		}
		if page == mapPage {
			one.Bare = bare
		}
		all = append(all, one)
	}
	return all, nil
}

// keepPage writes a page into the folder that was asked for.
func (h *house) keepPage(page string, body []byte) error {
	if h.keep == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(h.keep, strings.NewReplacer("/", "_", "?", "_", "&", "_").Replace(page)+".html"), body, 0o600)
}

func (h *house) measurePage(ctx context.Context, client *http.Client, page string, times, readers int) (figures, error) {
	result := figures{Page: page}
	for range warmth {
		body, _, err := h.read(ctx, client, page)
		if err = errors.Join(err, h.keepPage(page, body)); err != nil {
			return result, err
		}
		result.Bytes = len(body)
	}
	var (
		mutex  sync.Mutex
		group  sync.WaitGroup
		taken  []time.Duration
		faults []error
	)
	for range readers {
		group.Go(func() {
			for range times / readers {
				_, took, err := h.read(ctx, client, page)
				mutex.Lock()
				taken, faults = append(taken, took), append(faults, err)
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	result.P50, result.P95, result.P99 = quantile(taken, 50), quantile(taken, 95), quantile(taken, 99)
	return result, errors.Join(faults...)
}

func (h *house) read(ctx context.Context, client *http.Client, page string) ([]byte, time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, h.address+page, nil)
	if err != nil {
		return nil, 0, err
	}
	began := time.Now()
	response, err := client.Do(request)
	if err != nil {
		return nil, 0, err
	}
	body, err := io.ReadAll(response.Body)
	took := time.Since(began)
	if response.StatusCode != http.StatusOK {
		err = errors.Join(err, fmt.Errorf("%s came to %s", page, response.Status))
	}
	return body, took, errors.Join(err, response.Body.Close())
}

// bareQuery is the p95 of reading the thousand cases of a hundred units by their index, with nothing around it.
func (h *house) bareQuery(ctx context.Context, times int) (time.Duration, error) {
	connection, err := pgx.Connect(ctx, h.cfg.DatabaseURL)
	if err != nil {
		return 0, err
	}
	defer func() { _ = connection.Close(ctx) }()
	const query = `SELECT id, state, due_day::text FROM reports.cases WHERE unit_id = ANY(ARRAY(
		SELECT id FROM units.units WHERE valid_to IS NULL ORDER BY id LIMIT 100 OFFSET $1))`
	var taken []time.Duration
	for i := range times + warmth {
		began := time.Now()
		rows, err := connection.Query(ctx, query, i%40*100)
		if err != nil {
			return 0, err
		}
		if _, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct {
			ID, State string
			Due       *string
		}]); err != nil {
			return 0, err
		}
		if i >= warmth {
			taken = append(taken, time.Since(began))
		}
	}
	return quantile(taken, 95), nil
}

// quantile is the smallest of the durations that so many percent do not exceed.
func quantile(taken []time.Duration, percent int) time.Duration {
	if len(taken) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(taken))
	return sorted[min(len(sorted)-1, (len(sorted)*percent+99)/100-1)]
}
