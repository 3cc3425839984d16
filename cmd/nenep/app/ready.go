package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// longestSentence bounds what is read of an answer.
const longestSentence = 4 << 10

func readyCommand() *cobra.Command {
	names := strings.Join(Services, "|") + "|worker"
	command := &cobra.Command{
		Use: "ready " + names, Short: "Ask a role that runs here whether it is ready", Args: exactly(1),
		Long: "Asks /readyz of the role at its own address (NENEP_PORTAL_ADDR…), once. Exits 0 when it is ready; otherwise says what it waits for and exits 1.\n" +
			"For health checks in an image that has no other program: nothing is written to any store, and no key is needed.",
	}
	wait := command.Flags().Duration("timeout", 4*time.Second, "how long the answer may take")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		cfg, err := wire.Load()
		if err != nil {
			return err
		}
		address := addressOf(cfg, arguments[0])
		if address == "" {
			return wire.Refuse(contract.CodeInvalid, "Không có vai “"+arguments[0]+"”. Chọn một trong: "+names+".",
				"There is no role "+arguments[0]+". Choose one of: "+names+".")
		}
		ctx, cancel := context.WithTimeout(c.Context(), *wait)
		defer cancel()
		said, err := askReady(ctx, cfg, Reached(address))
		if err == nil {
			_, err = fmt.Fprintln(c.OutOrStdout(), said)
		}
		return err
	}
	return command
}

// Reached is the address by which this machine reaches what listens on address: one that names no
// host, or every host, is asked on loopback.
func Reached(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return address
}

// askReady asks this very machine, so whose name its certificate bears is no matter, as it is none to a kubelet.
func askReady(ctx context.Context, cfg wire.Config, address string) (said string, err error) {
	scheme, call := "http://", &http.Client{}
	if cfg.TLSCert != "" {
		scheme = "https://"
		call.Transport = &http.Transport{TLSClientConfig: &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: true}} //nolint:gosec // as said above
	}
	address = scheme + address + "/readyz"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	response, err := call.Do(request)
	if err != nil {
		return "", fmt.Errorf("nothing answers at %s: %w", address, err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, longestSentence))
	if err != nil {
		return "", err
	}
	if said = strings.TrimSpace(string(raw)); response.StatusCode != http.StatusOK {
		return "", errors.New("not ready: " + said)
	}
	return said, nil
}
