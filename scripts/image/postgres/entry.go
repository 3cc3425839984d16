// Command entry is what the PostgreSQL image starts: it makes the database folder when there is
// none, sets the password, and becomes the server.
//
//	POSTGRES_PASSWORD, or POSTGRES_PASSWORD_FILE, which names a file   what the role's password is from this start on
//	POSTGRES_USER   the role that may do everything; default postgres; looked at on the first start only
//	POSTGRES_DB     a database to make on the first start
//	PGDATA          the folder; default /var/lib/postgresql/data/pgdata
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// sockets is where programs in the same container reach the server without a password.
const sockets = "/tmp"

// binaries is set when the image is made: /usr/lib/postgresql/15/bin.
var binaries = "/usr/lib/postgresql/15/bin"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "postgres: "+err.Error())
		os.Exit(1)
	}
}

func run(arguments []string) error {
	folder, role := cmp.Or(os.Getenv("PGDATA"), "/var/lib/postgresql/data/pgdata"), cmp.Or(os.Getenv("POSTGRES_USER"), "postgres")
	password, err := password()
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(folder, "PG_VERSION")); errors.Is(err, fs.ErrNotExist) {
		if err := create(folder, role, os.Getenv("POSTGRES_DB")); err != nil {
			return err
		}
	}
	// A volume that is handed over anew may have been opened to the group.
	if err := os.Chmod(folder, 0o700); err != nil {
		return fmt.Errorf("folder %s is not this server's: %w", folder, err)
	}
	if err := tell(folder, "ALTER ROLE "+name(role)+" PASSWORD "+text(password)); err != nil {
		return err
	}
	server := filepath.Join(binaries, "postgres")
	all := append([]string{server, "-D", folder, "-c", "listen_addresses=*", "-c", "unix_socket_directories=" + sockets}, arguments...)
	return syscall.Exec(server, all, os.Environ())
}

func password() (string, error) {
	if file := os.Getenv("POSTGRES_PASSWORD_FILE"); file != "" {
		raw, err := os.ReadFile(file)
		if err != nil {
			return "", fmt.Errorf("POSTGRES_PASSWORD_FILE: %w", err)
		}
		return strings.TrimRight(string(raw), "\r\n"), nil
	}
	if given := os.Getenv("POSTGRES_PASSWORD"); given != "" {
		return given, nil
	}
	return "", errors.New("set POSTGRES_PASSWORD, or POSTGRES_PASSWORD_FILE to the name of a file that holds it")
}

// create makes the folder under another name first: a start that is cut short leaves no half of one.
func create(folder, role, database string) error {
	draft := folder + ".making"
	if err := errors.Join(os.RemoveAll(draft), os.MkdirAll(filepath.Dir(folder), 0o700)); err != nil {
		return err
	}
	initdb := exec.Command(filepath.Join(binaries, "initdb"), "-D", draft, "-U", role, "--encoding=UTF8", "--locale=C.UTF-8",
		"--auth-local=trust", "--auth-host=scram-sha-256")
	if said, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("the folder %s cannot be made (%w): %s", folder, err, said)
	}
	access, err := os.OpenFile(filepath.Join(draft, "pg_hba.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = access.WriteString("host all all all scram-sha-256\n")
	if err := errors.Join(err, access.Close()); err != nil {
		return err
	}
	if database != "" && database != "postgres" {
		if err := tell(draft, "CREATE DATABASE "+name(database)); err != nil {
			return err
		}
	}
	return os.Rename(draft, folder)
}

// tell runs one statement in a server of one session that nobody can reach.
func tell(folder, statement string) error {
	single := exec.Command(filepath.Join(binaries, "postgres"), "--single", "-D", folder, "-c", "exit_on_error=true", "postgres")
	single.Stdin = strings.NewReader(strings.ReplaceAll(statement, "\n", " ") + "\n")
	if said, err := single.CombinedOutput(); err != nil {
		return fmt.Errorf("the database in %s cannot be opened (%w): %s", folder, err, said)
	}
	return nil
}

func name(identifier string) string { return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"` }

func text(value string) string { return "'" + strings.ReplaceAll(value, "'", "''") + "'" }
