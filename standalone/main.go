// Command standalone is the whole house in one process tree: what `make run` starts, and what the
// chart starts for evaluation. Given arguments, it is the terminal program.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"nenep/cmd/nenep/app"
	"nenep/standalone/house"
)

func main() {
	if len(os.Args) > 1 {
		os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(run())
}

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	options, err := house.FromEnvironment()
	if err != nil {
		fmt.Fprintln(os.Stderr, "nenep: "+err.Error())
		return 1
	}
	options.Say = func(line string) { fmt.Println(line) }
	if err := house.Run(ctx, options); err != nil {
		fmt.Fprintln(os.Stderr, "nenep: "+err.Error())
		return 1
	}
	return 0
}
