// Package mailbox is where every message of `make run` ends: an SMTP server and a gateway of text messages that pass nothing on, and
// pages that show what they were given.
package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/emersion/go-smtp"
)

// Mailbox keeps mails as .eml files of one folder; what is there at the start is shown again.
type Mailbox struct {
	folder string
	now    func() time.Time

	mu     sync.Mutex
	kept   []Message // oldest first
	number int
}

// New opens the folder, making it if need be.
func New(folder string) (*Mailbox, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("mailbox folder %s cannot be made: %w", folder, err)
	}
	box := &Mailbox{folder: folder, now: time.Now}
	files, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil {
		return nil, err
	}
	slices.Sort(files)
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".eml")
		if !idForm.MatchString(id) {
			continue
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("mailbox: %w", err)
		}
		box.remember(read(id, raw))
	}
	return box, nil
}

// idForm is number and instant: the order of arrival, and no path but a file's name.
var idForm = regexp.MustCompile(`^\d{6,9}-\d{8}T\d{6}Z$`)

const idTime = "20060102T150405Z"

func (b *Mailbox) remember(m Message) {
	b.kept = append(b.kept, m)
	if _, err := fmt.Sscanf(m.ID, "%d-", &b.number); err != nil {
		b.number = len(b.kept)
	}
}

// keep stores a mail before the sender is told that it was taken.
func (b *Mailbox) keep(from string, to []string, raw []byte) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	at := b.now().UTC()
	id := fmt.Sprintf("%06d-%s", b.number+1, at.Format(idTime))
	var trace strings.Builder
	fmt.Fprintf(&trace, "Return-Path: <%s>\r\n", from)
	for _, recipient := range to {
		fmt.Fprintf(&trace, "Delivered-To: %s\r\n", recipient)
	}
	fmt.Fprintf(&trace, "Received: by mailbox.nenep; %s\r\n", at.Format(time.RFC1123Z))
	whole := append([]byte(trace.String()), raw...)
	if err := writeWhole(filepath.Join(b.folder, id+".eml"), whole); err != nil {
		return err
	}
	b.remember(read(id, whole))
	return nil
}

// writeWhole never leaves half a mail under its name.
func writeWhole(path string, content []byte) error {
	draft := path + ".part"
	file, err := os.OpenFile(draft, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return os.Rename(draft, path)
}

// Messages answers every mail, newest first.
func (b *Mailbox) Messages() []Message {
	b.mu.Lock()
	defer b.mu.Unlock()
	newest := slices.Clone(b.kept)
	slices.Reverse(newest)
	return newest
}

// find answers a mail and its bytes.
func (b *Mailbox) find(id string) (Message, []byte, bool) {
	b.mu.Lock()
	at := slices.IndexFunc(b.kept, func(m Message) bool { return m.ID == id })
	if at < 0 {
		b.mu.Unlock()
		return Message{}, nil, false
	}
	m := b.kept[at]
	b.mu.Unlock()
	raw, err := os.ReadFile(filepath.Join(b.folder, m.ID+".eml"))
	return m, raw, err == nil
}

// Run listens on both addresses and serves until the context ends.
func (b *Mailbox) Run(ctx context.Context, smtpAddress, pagesAddress string) error {
	var listen net.ListenConfig
	mails, err := listen.Listen(ctx, "tcp", smtpAddress)
	if err != nil {
		return fmt.Errorf("mailbox cannot take mail on %s: %w", smtpAddress, err)
	}
	pages, err := listen.Listen(ctx, "tcp", pagesAddress)
	if err != nil {
		return errors.Join(fmt.Errorf("mailbox cannot show its pages on %s: %w", pagesAddress, err), mails.Close())
	}
	return b.Serve(ctx, mails, pages)
}

// Serve takes mail on one listener and shows it on the other until the context ends.
func (b *Mailbox) Serve(ctx context.Context, mails, pages net.Listener) error {
	taking := b.newServer()
	showing := &http.Server{Handler: b.Handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 2)
	go func() { ended <- taking.Serve(mails) }()
	go func() { ended <- showing.Serve(pages) }()
	var first error
	running := 2
	select {
	case <-ctx.Done():
	case first = <-ended:
		running--
	}
	faults := []error{first, taking.Close(), showing.Close()}
	for range running {
		faults = append(faults, <-ended)
	}
	return errors.Join(slices.DeleteFunc(faults, closed)...)
}

func closed(err error) bool {
	return err == nil || errors.Is(err, http.ErrServerClosed) || errors.Is(err, smtp.ErrServerClosed) || errors.Is(err, net.ErrClosed)
}
