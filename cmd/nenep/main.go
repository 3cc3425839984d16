// Command nenep is the one program: every role of the house and every terminal command.
package main

import (
	"os"

	"nenep/cmd/nenep/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
