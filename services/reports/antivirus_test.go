package reports

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

var infected = []byte("%PDF-1.7\n% a-made-up-sign-of-a-virus-for-tests\n%%EOF\n")

// startClamd runs the daemon with one made-up signature, so that no file of a test is harmful.
func startClamd(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	require.NoError(t, os.Chmod(folder, 0o755)) //nolint:gosec // the daemon may run as another user
	sign := "Test.Sign:0:*:" + hex.EncodeToString([]byte("a-made-up-sign-of-a-virus-for-tests")) + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(folder, "test.ndb"), []byte(sign), 0o600))
	socket := filepath.Join(folder, "clamd.sock")
	conf := fmt.Sprintf("LocalSocket %s\nDatabaseDirectory %s\nTemporaryDirectory %s\nForeground yes\nStreamMaxLength 30M\nUser root\n", socket, folder, folder)
	if os.Geteuid() != 0 {
		conf = strings.ReplaceAll(conf, "User root\n", "")
	}
	require.NoError(t, os.WriteFile(filepath.Join(folder, "clamd.conf"), []byte(conf), 0o600))
	command := exec.CommandContext(t.Context(), "/usr/sbin/clamd", "--config-file", filepath.Join(folder, "clamd.conf"))
	output, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = command.Stdout
	require.NoError(t, command.Start(), "install Debian's package clamav-daemon")
	t.Cleanup(func() { _ = command.Process.Kill(); _ = command.Wait() })
	said := bytes.Buffer{}
	for lines := bufio.NewScanner(output); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), "Self checking") {
			go func() {
				for lines.Scan() { //nolint:revive // what it says further on must go somewhere
				}
			}()
			return "unix:" + socket
		}
	}
	require.Fail(t, "clamd did not come up", said.String())
	return ""
}

func TestAFileInWhichTheScannerFindsSomethingIsNotKept(t *testing.T) {
	address := startClamd(t)
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.ClamdAddr = address })
	h.openCase()
	refusal := h.refusedFile(contact, "bien-ban.pdf", infected)
	require.Equal(t, contract.CodeInvalid, refusal.GetCode())
	require.Equal(t, "Tệp “bien-ban.pdf” bị phần mềm diệt vi-rút chặn và không được lưu. Kiểm tra máy, tải lên bản sạch.", refusal.GetTextVi())
	require.Equal(t, "bien-ban.pdf", h.handedIn(contact, "hold", "bien-ban.pdf", pdf).GetName())
	large := append(bytes.Clone(pdf), bytes.Repeat([]byte("% giay\n"), 100_000)...)
	status, _ := h.upload(contact, dialogue, "hold", "lon.pdf", append(large, infected...))
	require.Equal(t, http.StatusUnprocessableEntity, status, "every chunk of a large file is looked at")
	require.EqualValues(t, len(large), h.handedIn(contact, "hold", "lon.pdf", large).GetSize())
}

func TestWhatTheScannerCouldNotLookAtIsNotKept(t *testing.T) {
	for name, answer := range map[string]string{"closed at once": "", "an error": "INSTREAM size limit exceeded. ERROR\x00"} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		t.Cleanup(func() { _ = listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				_, _ = conn.Write([]byte(answer))
				_ = conn.Close()
			}
		}()
		h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.ClamdAddr = listener.Addr().String() })
		h.openCase()
		refusal := h.refusedFile(contact, "bien-ban.pdf", pdf)
		require.Equal(t, contract.CodeUnavailable, refusal.GetCode(), name)
		require.Equal(t, "Chưa kiểm tra vi-rút được tệp “bien-ban.pdf” nên tệp chưa được lưu. Tải lên lại sau ít phút.", refusal.GetTextVi(), name)
	}
}
