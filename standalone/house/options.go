// Package house starts everything: PostgreSQL, Temporal with its Web UI, the four services, the
// worker, the mailbox. What listens and where is what production's variables say.
package house

import (
	"cmp"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"nenep/proto/wire"
	"nenep/services/units/gazetteer"
)

// Options of a run.
type Options struct {
	Data        string // folder that keeps everything
	DatabaseURL string // a PostgreSQL to use instead of a private one
	MailboxAddr string // the mailbox's pages
	Config      wire.Config
	// PortalURL is the portal's address as people type it, where that is not the one it listens on.
	PortalURL string
	// TemporalUIURL is the same of the Temporal Web UI.
	TemporalUIURL string
	Say           func(line string)
	// Ready is told once everything answers.
	Ready func()
	// TimeSkipping lets single workflows skip the time they wait: for tests.
	TimeSkipping bool
	// Now is the clock by which acts are received; nil means the machine's. Tests that skip time move it along.
	Now func() time.Time
	// ClockOffset shifts the day on which cases are looked for, and the clock of those that open, so that a past year can be lived
	// through; nil means by nothing.
	ClockOffset func() time.Duration
	// Province is loaded instead of today's; nil means the built-in one.
	Province *gazetteer.Gazetteer
	// NoExamples leaves out the example events of a first start.
	NoExamples bool
}

// leastFree is what a first start needs on the disk, with room for a while of running.
const leastFree = 300 << 20

// FromEnvironment reads NENEP_DATA, DATABASE_URL, NENEP_MAILBOX_ADDR and the NENEP_* variables.
func FromEnvironment() (Options, error) {
	cfg, err := wire.Load()
	if err != nil {
		return Options{}, err
	}
	data, err := filepath.Abs(cmp.Or(os.Getenv("NENEP_DATA"), ".nenep"))
	if err != nil {
		return Options{}, err
	}
	return Options{
		Data: data, DatabaseURL: cmp.Or(os.Getenv("DATABASE_URL"), cfg.DatabaseURL), Config: cfg,
		MailboxAddr: cmp.Or(os.Getenv("NENEP_MAILBOX_ADDR"), "127.0.0.1:8025"),
		PortalURL:   os.Getenv("NENEP_PORTAL_URL"), TemporalUIURL: os.Getenv("NENEP_TEMPORAL_UI_URL"),
	}, nil
}

// prepareData makes the folder and answers the key that the services share in it.
func prepareData(folder string) (string, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("folder %s cannot be made: set NENEP_DATA to a folder you may write to (%w)", folder, err)
	}
	if err := checkFree(folder); err != nil {
		return "", err
	}
	file := filepath.Join(folder, "service.key")
	if key, err := os.ReadFile(file); err == nil {
		if len(strings.TrimSpace(string(key))) < 32 {
			return "", fmt.Errorf("file %s is damaged: restore it from a backup, or delete it (links in old messages stop working)", file)
		}
		return strings.TrimSpace(string(key)), nil
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	key := hex.EncodeToString(raw)
	if err := os.WriteFile(file, []byte(key+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("file %s cannot be written: set NENEP_DATA to a folder you may write to (%w)", file, err)
	}
	return key, nil
}

// preparePayloadKeys answers the keys that what Temporal keeps is encrypted with: the variable's, or the folder's own, made at a first start.
// A folder from before there were keys gets one as well: what it holds stays readable.
func preparePayloadKeys(folder, configured string) (string, error) {
	if configured != "" {
		return configured, nil
	}
	file := filepath.Join(folder, "payload.keys")
	keys, err := os.ReadFile(file)
	if err == nil {
		if codec, err := wire.ReadPayloadKeys(string(keys)); err != nil || len(codec.IDs()) == 0 {
			return "", fmt.Errorf("file %s is damaged: restore it from a backup; without it what Temporal keeps cannot be read and cases stand still (%w)", file, err)
		}
		return strings.TrimSpace(string(keys)), nil
	}
	if !errors.Is(err, os.ErrNotExist) { // a key that cannot be read must not be written over
		return "", fmt.Errorf("file %s cannot be read: give it to the user who runs this, mode 600 (%w)", file, err)
	}
	entry, err := wire.NewPayloadKey("first")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(file, []byte(entry+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("file %s cannot be written: set NENEP_DATA to a folder you may write to (%w)", file, err)
	}
	return entry, nil
}

func checkFree(folder string) error {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(folder, &disk); err != nil {
		return fmt.Errorf("folder %s cannot be read: %w", folder, err)
	}
	if free := disk.Bavail * uint64(disk.Bsize); free < leastFree {
		return fmt.Errorf("the disk of %s is full (%d MB free, %d MB needed): make room, or set NENEP_DATA to a folder on another disk", folder, free>>20, leastFree>>20)
	}
	return nil
}

// checkPorts names every address that is taken, before anything is started.
func (o Options) checkPorts() error {
	var taken []error
	for _, wanted := range []struct{ variable, address string }{
		{"NENEP_PORTAL_ADDR", o.Config.PortalAddr}, {"NENEP_UNITS_ADDR", o.Config.UnitsAddr},
		{"NENEP_REPORTS_ADDR", o.Config.ReportsAddr}, {"NENEP_NOTIFICATIONS_ADDR", o.Config.NotificationsAddr},
		{"NENEP_WORKER_ADDR", o.Config.WorkerAddr}, {"NENEP_TEMPORAL_ADDR", o.Config.TemporalAddr},
		{"NENEP_TEMPORAL_UI_ADDR", o.Config.TemporalUIAddr}, {"NENEP_SMTP_ADDR", o.Config.SMTPAddr},
		{"NENEP_MAILBOX_ADDR", o.MailboxAddr},
	} {
		listener, err := net.Listen("tcp", wanted.address)
		if err != nil {
			taken = append(taken, fmt.Errorf("%s is in use: stop what listens there, or set %s to another address", wanted.address, wanted.variable))
			continue
		}
		taken = append(taken, listener.Close())
	}
	return errors.Join(taken...)
}
