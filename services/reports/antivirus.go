package reports

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"

	"nenep/proto/contract"
	"nenep/proto/wire"
)

// antivirus asks a ClamAV daemon (clamd, command INSTREAM) about a file before it is kept. One command of the protocol is all that is
// needed, and no well-kept library speaks less than the whole of it. The zero antivirus asks nobody and lets everything pass.
type antivirus struct {
	network, address string
}

const (
	scanTime  = 2 * time.Minute
	scanChunk = 64 << 10
)

// newAntivirus takes NENEP_CLAMD_ADDR: "host:port", "unix:/path" or empty.
func newAntivirus(address string) antivirus {
	if path, is := strings.CutPrefix(address, "unix:"); is {
		return antivirus{"unix", path}
	}
	return antivirus{"tcp", address}
}

func (a antivirus) off() bool { return a.address == "" }

// judge refuses a file in which the daemon finds something (E13), and one that it could not look at: what nobody has looked at is not kept.
func (a antivirus) judge(ctx context.Context, name string, file io.Reader) error {
	if a.off() {
		return nil
	}
	verdict, err := a.scan(ctx, file)
	switch {
	case err != nil:
		refusal := wire.Refuse(contract.CodeUnavailable, fmt.Sprintf("Chưa kiểm tra vi-rút được tệp “%s” nên tệp chưa được lưu. Tải lên lại sau ít phút.", name),
			fmt.Sprintf("The file “%s” could not be checked for viruses and was not stored. Upload it again in a few minutes.", name))
		return fmt.Errorf("%w: %w", refusal, err)
	case strings.HasSuffix(verdict, " FOUND"):
		return wire.Refuse(contract.CodeInvalid, fmt.Sprintf("Tệp “%s” bị phần mềm diệt vi-rút chặn và không được lưu. Kiểm tra máy, tải lên bản sạch.", name),
			fmt.Sprintf("The virus scanner stopped the file “%s”; it was not stored. Check your computer and upload a clean copy.", name))
	}
	return nil
}

// scan answers what the daemon says of the content: "stream: OK" or "stream: NAME FOUND".
func (a antivirus) scan(ctx context.Context, file io.Reader) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, a.network, a.address)
	if err != nil {
		return "", fmt.Errorf("reach clamd: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if deadline, set := ctx.Deadline(); set {
		_ = conn.SetDeadline(deadline)
	}
	sent := stream(conn, file)
	verdict, err := bufio.NewReader(conn).ReadString(0)
	if err != nil {
		return "", fmt.Errorf("ask clamd: %w", errors.Join(sent, err))
	}
	verdict = strings.TrimRight(verdict, "\x00\n")
	if !strings.HasSuffix(verdict, " OK") && !strings.HasSuffix(verdict, " FOUND") {
		return "", fmt.Errorf("ask clamd: it answered %q", verdict)
	}
	return verdict, nil
}

// stream sends the content in chunks, each after its length, and an empty one at the end.
func stream(to io.Writer, file io.Reader) error {
	if _, err := io.WriteString(to, "zINSTREAM\x00"); err != nil {
		return err
	}
	chunk := make([]byte, 4+scanChunk)
	for {
		n, err := io.ReadFull(file, chunk[4:])
		if n > 0 {
			binary.BigEndian.PutUint32(chunk, uint32(n)) //nolint:gosec // at most scanChunk
			if _, err := to.Write(chunk[:4+n]); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			_, err := to.Write([]byte{0, 0, 0, 0})
			return err
		}
		if err != nil {
			return err
		}
	}
}
