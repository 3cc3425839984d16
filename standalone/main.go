// Command standalone is the whole house in one process tree: what `make run` starts.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"nenep/standalone/house"
)

func main() { os.Exit(run()) }

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
