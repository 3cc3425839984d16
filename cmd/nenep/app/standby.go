package app

import (
	"fmt"
	"net/http"

	"github.com/spf13/cobra"
)

// standbyCommand is what the terminal's pod runs: commands are typed beside it (kubectl exec).
func standbyCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "terminal", Short: "Stand by, so that commands can be typed in this pod", Args: cobra.NoArgs,
		Long: "Does nothing until it is ended, and answers /livez and /readyz at the address of --listen. The pod of the terminal runs it: it alone\nholds the terminal's key, and commands are typed in it:\n\n  kubectl exec deployment/nenep-terminal -- /nenep case list",
	}
	address := command.Flags().String("listen", "127.0.0.1:8085", "where probes are answered")
	command.RunE = func(c *cobra.Command, _ []string) error {
		cfg, logger, err := configured("terminal")
		if err != nil {
			return err
		}
		listener, err := listen(cfg, logger, *address, "terminal")
		if err != nil {
			return err
		}
		return serveUntilDone(c.Context(), logger, listener, alive())
	}
	return command
}

func alive() http.Handler {
	mux := http.NewServeMux()
	for _, path := range []string{"GET /livez", "GET /readyz"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { _, _ = fmt.Fprintln(w, "alive") })
	}
	return mux
}
