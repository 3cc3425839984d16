// Command outside is what the chart expects to stand outside a cluster: a PostgreSQL, a Temporal
// and a mail relay, here in one process, reachable from pods at one address. For trying the chart.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/jackc/pgx/v5"
	"go.uber.org/zap"
	"nenep/services/privatepostgres"
	"nenep/standalone/mailbox"
	"nenep/standalone/temporalserver"
)

const (
	temporal = "127.0.0.1:7233"
	mails    = "127.0.0.1:1025"
	pages    = "127.0.0.1:8025"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: outside FOLDER ADDRESS")
		os.Exit(2)
	}
	if err := run(ctx, os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "outside: "+err.Error())
		os.Exit(1)
	}
}

// databases are one for each release that is tried.
var databases = []string{"nenep", "before"}

// run starts the three, writes the address of each database as pods reach it to
// FOLDER/NAME-database-url once all of them answer, and ends with the context.
func run(ctx context.Context, folder, address string) (err error) {
	logger, err := zap.NewProduction()
	if err != nil {
		return err
	}
	postgres, err := privatepostgres.Start(ctx, filepath.Join(folder, "postgres"), privatepostgres.Options{Throwaway: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, postgres.Stop()) }()
	reached, err := prepareDatabases(ctx, postgres.URL("postgres"))
	if err != nil {
		return err
	}
	server, err := temporalserver.Start(ctx, temporalserver.Options{
		DatabaseURL: postgres.URL("postgres"), Addr: temporal, Namespace: "nenep", Logger: logger,
	})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	box, err := mailbox.New(filepath.Join(folder, "mailbox"))
	if err != nil {
		return err
	}
	for port, inside := range map[string]string{"5432": reached.Host, "7233": temporal, "1025": mails, "8025": pages} {
		if err := forward(ctx, net.JoinHostPort(address, port), inside); err != nil {
			return err
		}
	}
	reached.Host = net.JoinHostPort(address, "5432")
	for _, name := range databases {
		reached.Path = "/" + name
		if err := os.WriteFile(filepath.Join(folder, name+"-database-url"), []byte(reached.String()), 0o600); err != nil {
			return err
		}
	}
	return box.Run(ctx, mails, pages)
}

// prepareDatabases makes the databases the releases are given.
func prepareDatabases(ctx context.Context, server string) (*url.URL, error) {
	connection, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, err
	}
	for _, name := range databases {
		if _, err := connection.Exec(ctx, "CREATE DATABASE "+name); err != nil {
			return nil, err
		}
	}
	reached, err := url.Parse(server)
	return reached, errors.Join(err, connection.Close(ctx))
}

// forward lets what listens on loopback be reached from pods.
func forward(ctx context.Context, outer, inner string) error {
	listener, err := net.Listen("tcp", outer)
	if err != nil {
		return err
	}
	context.AfterFunc(ctx, func() { _ = listener.Close() })
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go join(connection, inner)
		}
	}()
	return nil
}

func join(outer net.Conn, address string) {
	defer func() { _ = outer.Close() }()
	inner, err := net.Dial("tcp", address)
	if err != nil {
		return
	}
	defer func() { _ = inner.Close() }()
	go func() {
		_, _ = io.Copy(inner, outer)
		_ = inner.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(outer, inner)
}
