// Package officeprint turns office documents into PDF by LibreOffice, where it is installed.
package officeprint

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"nenep/proto/contract"
	"nenep/proto/wire"
)

// longest bounds one conversion: a hostile document must not keep the printer for good.
const longest = 2 * time.Minute

// Printer converts one document at a time: LibreOffice locks its profile, and two that start at once on one break each other.
type Printer struct {
	program string
	profile string
	turn    chan struct{}
}

// New looks for LibreOffice. Without it the printer is there all the same and refuses each document in a sentence.
func New() *Printer {
	p := &Printer{turn: make(chan struct{}, 1)}
	for _, name := range []string{"soffice", "libreoffice"} {
		if found, err := exec.LookPath(name); err == nil {
			p.program = found
			break
		}
	}
	return p
}

// Present tells whether documents can be converted.
func (p *Printer) Present() bool { return p.program != "" }

// Close removes the printer's profile.
func (p *Printer) Close() error {
	if p.profile == "" {
		return nil
	}
	return os.RemoveAll(p.profile)
}

// PDF is the .docx as LibreOffice prints it. It waits for its turn as long as the context lets it. A refusal says that LibreOffice is missing or
// that it could not print this document; other errors are of the machine.
func (p *Printer) PDF(ctx context.Context, docx []byte) ([]byte, error) {
	if !p.Present() {
		return nil, wire.Refuse(contract.CodeUnavailable, "Máy chủ chưa cài LibreOffice nên không xuất được PDF. Tải bản .docx rồi in hoặc xuất PDF từ phần mềm soạn thảo.",
			"LibreOffice is not installed on the server, so no PDF can be made. Take the .docx and print it from your word processor.")
	}
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, busy()
	}
	ctx, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	folder, err := os.MkdirTemp("", "nenep-print-")
	if err != nil {
		return nil, fmt.Errorf("print a document: %w", err)
	}
	defer func() { _ = os.RemoveAll(folder) }()
	if err := os.WriteFile(filepath.Join(folder, "paper.docx"), docx, 0o600); err != nil {
		return nil, fmt.Errorf("print a document: %w", err)
	}
	return p.convert(ctx, folder)
}

func (p *Printer) convert(ctx context.Context, folder string) ([]byte, error) {
	if p.profile == "" {
		profile, err := os.MkdirTemp("", "nenep-libreoffice-")
		if err != nil {
			return nil, fmt.Errorf("print a document: %w", err)
		}
		p.profile = profile
	}
	command := exec.CommandContext(ctx, p.program, "--headless", "--norestore", "--nolockcheck", "-env:UserInstallation=file://"+p.profile, //nolint:gosec // the program found on the path, with our own words
		"--convert-to", "pdf", "--outdir", folder, filepath.Join(folder, "paper.docx"))
	command.Env = []string{"HOME=" + p.profile, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}
	// The program starts another one: both end together.
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	command.Cancel = func() error { return syscall.Kill(-command.Process.Pid, syscall.SIGKILL) }
	command.WaitDelay = time.Second
	var said bytes.Buffer
	command.Stdout, command.Stderr = &said, &said
	err := command.Run()
	if ctx.Err() != nil {
		return nil, busy()
	}
	content, readErr := os.ReadFile(filepath.Join(folder, "paper.pdf"))
	if err != nil || readErr != nil || len(content) == 0 {
		return nil, errors.Join(fmt.Errorf("LibreOffice made no PDF: %q", said.String()), err, readErr)
	}
	return content, nil
}

func busy() error {
	return wire.Refuse(contract.CodeUnavailable, "Chưa xuất xong PDF trong thời gian cho phép. Thử lại sau ít phút hoặc tải bản .docx.",
		"The PDF was not ready in time. Try again in a few minutes, or take the .docx.")
}
