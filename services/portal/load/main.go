// The program measures how long the pages of supervisors take over a whole province: `go run ./portal/load` in services.
// It starts its own PostgreSQL and the four services, each behind HTTP, fills them with units and ten cases of each, reads every page some
// times to warm it and then as often as asked, and tells the quantiles, the size of the page, and what a bare indexed query of the same
// rows takes beside it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
)

func main() {
	count := flag.Int("units", 5000, "units, each with ten cases")
	times := flag.Int("times", 200, "how often each page is read")
	page := flag.String("page", "", "measure only this address")
	keep := flag.String("keep", "", "folder that the pages are written to, to be looked at")
	readers := flag.Int("readers", 1, "how many read at once")
	flag.Parse()
	if *page != "" {
		pages = []string{*page}
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Stdout, *count, *times, *readers, *keep)
	stop()
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, out io.Writer, count, times, readers int, keep string) error {
	h, err := open(ctx, count)
	if err != nil {
		return err
	}
	h.keep = keep
	figures, err := h.measure(ctx, times, readers)
	if err != nil {
		_ = h.close()
		return err
	}
	for _, one := range figures {
		if _, err := fmt.Fprintln(out, one); err != nil {
			return err
		}
	}
	return h.close()
}
