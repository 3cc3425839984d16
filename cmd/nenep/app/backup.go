package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"gocloud.dev/blob"
	"nenep/cmd/nenep/backup"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/reports"
)

const orderOfBackups = `Take the three in this order, again and again by a timer: Temporal, then the database, then the files. An act is stored in the database before it
reaches Temporal, and a file is kept before the database names it: so whatever the older one lacks the younger one can make good after a restore.`

func backupCommand() *cobra.Command {
	root := &cobra.Command{Use: "backup", Short: "Take backups while everything runs", Long: "Take backups while everything runs: nothing is stopped, nobody waits.\n" + orderOfBackups}
	root.AddCommand(backupDatabaseCommand(), backupTemporalCommand(), backupFilesCommand(), verifyBackupCommand(), programCommand())
	return root
}

func restoreCommand() *cobra.Command {
	root := &cobra.Command{Use: "restore", Short: "Put backups back, while services, worker and Temporal are stopped",
		Long: "Put backups back, while services, worker and Temporal are stopped: the database, Temporal and the files, in any order; start when all three are there.\n" +
			"A backup is judged before anything is touched, and a target that holds something is refused unless --over is said."}
	root.AddCommand(restoreDatabaseCommand(), restoreTemporalCommand(), restoreFilesCommand())
	return root
}

// printing is what these commands need of a terminal; they talk to no service.
func printing(command *cobra.Command, run func(c *cobra.Command, t *terminal, arguments []string) error) *cobra.Command {
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		cfg, err := wire.Load()
		if err != nil {
			return err
		}
		cfg.PayloadKeys = cmp.Or(cfg.PayloadKeys, payloadKeysOfThisFolder())
		return run(c, &terminal{cfg: cfg, json: *asJSON, out: c.OutOrStdout()}, arguments)
	}
	return command
}

func backupDatabaseCommand() *cobra.Command {
	command := &cobra.Command{Use: "database", Short: "Dump the database of the services into a new folder", Args: cobra.NoArgs,
		Long: "Dump the database of the services (NENEP_DATABASE_URL) by PostgreSQL's own pg_dump into a new folder inside --to. The dump is of one instant, whatever is written\n" +
			"meanwhile; beside it lies a manifest with that instant, migrations, rows of each table, size and hash. The folder has its name only when it is whole."}
	to := command.Flags().String("to", "", "folder into which the backup goes")
	return printing(command, func(c *cobra.Command, t *terminal, _ []string) error {
		return t.take(c.Context(), *to, backup.KindDatabase, ourDatabase(t.cfg))
	})
}

// temporalStores are the flags by which Temporal's two databases are found.
type temporalStores struct{ url, history, visibility string }

func (s *temporalStores) flags(command *cobra.Command) {
	command.Flags().StringVar(&s.url, "temporal-url", "", "PostgreSQL of Temporal, postgres://user@host, without a password (PGPASSWORD or PGPASSFILE hold it); empty means the server of NENEP_DATABASE_URL")
	command.Flags().StringVar(&s.history, "temporal-database", "nenep_temporal", "its database of histories")
	command.Flags().StringVar(&s.visibility, "temporal-visibility-database", "nenep_temporal_visibility", "its database of the list of workflows")
}

func (s *temporalStores) sources(cfg wire.Config) ([]backup.Source, error) {
	address, variable := s.url, "--temporal-url"
	if address == "" {
		own := ourDatabase(cfg)
		address, variable = own.URL, own.Variable
	} else if parsed, err := url.Parse(address); err == nil && parsed.User != nil {
		if _, told := parsed.User.Password(); told {
			return nil, errors.New("--temporal-url: must not hold the password, everybody on the machine sees arguments: set PGPASSWORD, or PGPASSFILE to a file that only this user reads")
		}
	}
	return []backup.Source{
		{URL: address, Variable: variable, Database: s.history, WithoutRowsOf: backup.TemporalWithoutRows},
		{URL: address, Variable: variable, Database: s.visibility},
	}, nil
}

func backupTemporalCommand() *cobra.Command {
	command := &cobra.Command{Use: "temporal", Short: "Dump the two databases of Temporal into a new folder", Args: cobra.NoArgs,
		Long: "Dump the two databases of a Temporal that stores in PostgreSQL, histories first, into a new folder inside --to, as `backup database` does.\n" +
			"A managed Temporal cannot be dumped and need not be: `nenep register` opens lost cases again from the register and the acts."}
	to := command.Flags().String("to", "", "folder into which the backup goes")
	stores := &temporalStores{}
	stores.flags(command)
	return printing(command, func(c *cobra.Command, t *terminal, _ []string) error {
		sources, err := stores.sources(t.cfg)
		if err != nil {
			return err
		}
		return t.take(c.Context(), *to, backup.KindTemporal, sources...)
	})
}

func (t *terminal) take(ctx context.Context, to, kind string, sources ...backup.Source) error {
	if to == "" {
		return needed("--to")
	}
	folder, manifest, err := backup.Take(ctx, to, kind, Version, sources...)
	if err != nil {
		return err
	}
	return t.printManifest(folder, manifest)
}

func (t *terminal) printManifest(folder string, manifest backup.Manifest) error {
	var rows [][]string
	for _, dump := range manifest.Dumps {
		rows = append(rows, []string{folder, dump.Database, dump.TakenAt.Format(time.RFC3339Nano), strconv.FormatInt(dump.RowsInAll(), 10), strconv.FormatInt(dump.Size, 10)})
	}
	return t.printValue(struct {
		Folder string `json:"folder"`
		backup.Manifest
	}{folder, manifest}, []string{"BACKUP", "DATABASE", "AS OF", "ROWS", "BYTES"}, rows)
}

func backupFilesCommand() *cobra.Command {
	command := &cobra.Command{Use: "files", Short: "Copy the evidence files that a copy lacks", Args: cobra.NoArgs,
		Long: "Copy the evidence store (NENEP_EVIDENCE_URL), and the store of audit heads (NENEP_AUDIT_HEADS_URL) where there is one, into a folder or another store. Content is kept\n" +
			"by its hash, so only what is missing is copied, and everything copied is verified on the way. Nothing is removed from the copy but by --remove-deleted."}
	to := command.Flags().String("to", "", "the copy: a folder, or a store as NENEP_EVIDENCE_URL takes it")
	reread := command.Flags().Bool("reread", false, "read what the copy has already, and replace what is damaged")
	remove := command.Flags().Bool("remove-deleted", false, "take out of the copy what was destroyed by a numbered decision (reads NENEP_DATABASE_URL)")
	return printing(command, func(c *cobra.Command, t *terminal, _ []string) error {
		if *to == "" {
			return needed("--to")
		}
		ctx := c.Context()
		copied, err := openStore(ctx, *to, "--to")
		if err != nil {
			return err
		}
		defer func() { _ = copied.Close() }()
		done, err := backupStores(ctx, t.cfg, copied, backup.Rule{Program: Version, Reread: *reread})
		if err != nil {
			return err
		}
		if *remove {
			removed, err := backup.RemoveDeleted(ctx, ourDatabase(t.cfg), copied)
			if err != nil {
				return err
			}
			done.Files -= removed
		}
		if err := done.Mark(ctx, copied); err != nil {
			return err
		}
		return t.printCopy(done)
	})
}

// backupStores copies the evidence store, and that of audit heads where there is one.
func backupStores(ctx context.Context, cfg wire.Config, to *blob.Bucket, rule backup.Rule) (all backup.Copy, err error) {
	for _, store := range stores(cfg) {
		from, err := openExisting(ctx, store.address, store.variable)
		if err != nil {
			return all, err
		}
		done, err := backup.CopyStore(ctx, from, to, store.rule(rule))
		if err := errors.Join(err, from.Close()); err != nil {
			return all, err
		}
		all = all.And(done)
	}
	return all, nil
}

// kept is one of the stores of files.
type kept struct {
	address, variable string
	rule              func(backup.Rule) backup.Rule
}

const auditHeads = "audit-heads/"

// stores are those of the configuration. Where the heads have a store of their own they go there, else nowhere: the database holds them.
func stores(cfg wire.Config) []kept {
	evidence := kept{cmp.Or(cfg.EvidenceURL, evidenceOfThisFolder()), "NENEP_EVIDENCE_URL", func(r backup.Rule) backup.Rule { r.Without = auditHeads; return r }}
	if cfg.AuditHeadsURL == "" {
		return []kept{evidence}
	}
	return []kept{evidence, {cfg.AuditHeadsURL, "NENEP_AUDIT_HEADS_URL", func(r backup.Rule) backup.Rule { r.Only = auditHeads; return r }}}
}

func (t *terminal) printCopy(done backup.Copy) error {
	row := []string{done.TakenAt.Format(time.RFC3339), strconv.FormatInt(done.Files, 10), strconv.FormatInt(done.Bytes, 10), strconv.FormatInt(done.Copied, 10), strconv.FormatInt(done.Replaced, 10)}
	return t.printValue(done, []string{"AS OF", "FILES", "BYTES", "COPIED", "REPLACED"}, [][]string{row})
}

func verifyBackupCommand() *cobra.Command {
	command := &cobra.Command{Use: "verify BACKUP", Short: "Tell whether a backup of database or Temporal is whole", Args: exactly(1),
		Long: "Compare a backup with its manifest: every file there, of its size, with its hash. Only a restore shows more; try one now and then into another server."}
	return printing(command, func(_ *cobra.Command, t *terminal, arguments []string) error {
		manifest, err := backup.Read(arguments[0], "")
		if err != nil {
			return err
		}
		return t.printManifest(arguments[0], manifest)
	})
}

func programCommand() *cobra.Command {
	command := &cobra.Command{Use: "program", Short: "Copy this program into a folder, for a container that has PostgreSQL's programs", Args: cobra.NoArgs,
		Long: "Copy this program into a folder. Its image holds nothing else, so no pg_dump; in a cluster an init container puts the program into a volume, and a container of an image with\n" +
			"PostgreSQL's client programs runs it from there."}
	to := command.Flags().String("to", "", "folder into which it goes, as nenep")
	command.RunE = func(*cobra.Command, []string) error {
		if *to == "" {
			return needed("--to")
		}
		own, err := os.Executable()
		if err != nil {
			return fmt.Errorf("it is not known where this program lies: %w", err)
		}
		program, err := os.ReadFile(own)
		if err != nil {
			return fmt.Errorf("this program cannot be read: %w", err)
		}
		if err := os.WriteFile(filepath.Join(*to, "nenep"), program, 0o755); err != nil { //nolint:gosec // a program is to be run
			return fmt.Errorf("the program cannot be written into %s: %w", *to, err)
		}
		return nil
	}
	return command
}

func restoreDatabaseCommand() *cobra.Command {
	command := &cobra.Command{Use: "database BACKUP", Short: "Restore the database of the services from a backup", Args: exactly(1),
		Long: "Restore the database of the services (NENEP_DATABASE_URL) from a folder that `backup database` made. The database is made if it is not there, filled if it is empty; one\n" +
			"that holds something is refused, and with --over replaced once the restored one stands beside it, whole and counted. Refused while anybody is connected.\n" +
			"Afterwards: `nenep migrate` if this program is newer than the backup."}
	over := command.Flags().Bool("over", false, "replace a database that holds something")
	return printing(command, func(c *cobra.Command, t *terminal, arguments []string) error {
		own := ourDatabase(t.cfg)
		manifest, err := backup.Restore(c.Context(), arguments[0], backup.KindDatabase, *over, backup.Target{URL: own.URL, Variable: own.Variable})
		if err != nil {
			return err
		}
		return t.printManifest(arguments[0], manifest)
	})
}

func restoreTemporalCommand() *cobra.Command {
	command := &cobra.Command{Use: "temporal BACKUP", Short: "Restore the two databases of Temporal from a backup", Args: exactly(1),
		Long: "Restore the two databases of Temporal from a folder that `backup temporal` made, as `restore database` does, and bring its list of workflows in line with the histories.\n" +
			"Then start Temporal, services and worker, and let `nenep register` deliver again what Temporal does not know."}
	over := command.Flags().Bool("over", false, "replace databases that hold something")
	stores := &temporalStores{}
	stores.flags(command)
	return printing(command, func(c *cobra.Command, t *terminal, arguments []string) error {
		sources, err := stores.sources(t.cfg)
		if err != nil {
			return err
		}
		history, visibility := targetOf(sources[0]), targetOf(sources[1])
		manifest, err := backup.Restore(c.Context(), arguments[0], backup.KindTemporal, *over, history, visibility)
		if err != nil {
			return err
		}
		if _, err := backup.Align(c.Context(), history, visibility); err != nil {
			return err
		}
		return t.printManifest(arguments[0], manifest)
	})
}

func targetOf(source backup.Source) backup.Target {
	return backup.Target{URL: source.URL, Variable: source.Variable, Database: source.Database}
}

func restoreFilesCommand() *cobra.Command {
	command := &cobra.Command{Use: "files COPY", Short: "Copy back the evidence files that the store lacks", Args: exactly(1),
		Long: "Copy from a folder or store that `backup files` filled back into the evidence store (NENEP_EVIDENCE_URL) and the store of audit heads what they lack, every file verified\n" +
			"by its hash. What is there already stays, with --reread only if it is not damaged."}
	reread := command.Flags().Bool("reread", false, "read what the store has already, and replace what is damaged")
	return printing(command, func(c *cobra.Command, t *terminal, arguments []string) error {
		ctx := c.Context()
		from, err := openExisting(ctx, arguments[0], "COPY")
		if err != nil {
			return err
		}
		defer func() { _ = from.Close() }()
		if _, err := backup.ReadMark(ctx, from, arguments[0]); err != nil {
			return err
		}
		done, err := restoreStores(ctx, t.cfg, from, backup.Rule{Program: Version, Reread: *reread})
		if err != nil {
			return err
		}
		return t.printCopy(done)
	})
}

func restoreStores(ctx context.Context, cfg wire.Config, from *blob.Bucket, rule backup.Rule) (all backup.Copy, err error) {
	for _, store := range stores(cfg) {
		to, err := openStore(ctx, store.address, store.variable)
		if err != nil {
			return all, err
		}
		done, err := backup.CopyStore(ctx, from, to, store.rule(rule))
		if err := errors.Join(err, to.Close()); err != nil {
			return all, err
		}
		all = all.And(done)
	}
	return all, nil
}

// openStore opens a store named by a folder or an address.
func openStore(ctx context.Context, named, variable string) (*blob.Bucket, error) {
	if named == "" {
		return nil, fmt.Errorf("%s: is not set; it names the store of files (file:///folder, s3://bucket…)", variable)
	}
	if !strings.Contains(named, "://") {
		folder, err := filepath.Abs(named)
		if err != nil {
			return nil, err
		}
		named = (&url.URL{Scheme: "file", Path: folder}).String()
	}
	store, err := reports.OpenStore(ctx, named)
	if err != nil {
		return nil, fmt.Errorf("%s: the store of files cannot be opened: %w", variable, err)
	}
	return store, nil
}

// openExisting opens a store to read from: a folder that is not there is a typing error, not an empty store.
func openExisting(ctx context.Context, named, variable string) (*blob.Bucket, error) {
	folder := named
	if parsed, err := url.Parse(named); err == nil && parsed.Scheme == "file" {
		folder = parsed.Path
	}
	if folder != "" && !strings.Contains(folder, "://") {
		if _, err := os.Stat(folder); err != nil {
			return nil, fmt.Errorf("%s: the folder %s cannot be read: %w", variable, folder, err)
		}
	}
	return openStore(ctx, named, variable)
}

func needed(flag string) error {
	return wire.Refuse(contract.CodeInvalid, "Thiếu "+flag+": nơi chứa bản sao lưu.", flag+" is missing: where backups go.")
}

// ourDatabase is that of the services: the configured one, or the private one of the `make run` that runs in this folder.
func ourDatabase(cfg wire.Config) backup.Source {
	return backup.Source{URL: cmp.Or(cfg.DatabaseURL, databaseOfThisFolder()), Variable: "NENEP_DATABASE_URL"}
}

func dataFolder() string { return cmp.Or(os.Getenv("NENEP_DATA"), ".nenep") }

// databaseOfThisFolder is the address of the PostgreSQL that `make run` has running; empty if there is none.
func databaseOfThisFolder() string {
	const portLine = 3 // of postmaster.pid
	running, err := os.ReadFile(filepath.Join(dataFolder(), "postgres", "data", "postmaster.pid"))
	lines := strings.Split(string(running), "\n")
	password, secret := os.ReadFile(filepath.Join(dataFolder(), "postgres", "password"))
	if err != nil || secret != nil || len(lines) <= portLine {
		return ""
	}
	at := url.URL{Scheme: "postgres", User: url.UserPassword("postgres", strings.TrimSpace(string(password))), Host: "127.0.0.1:" + lines[portLine], Path: "nenep", RawQuery: "sslmode=disable"}
	return at.String()
}

func evidenceOfThisFolder() string {
	folder := filepath.Join(dataFolder(), "evidence")
	if about, err := os.Stat(folder); err != nil || !about.IsDir() {
		return ""
	}
	return folder
}
