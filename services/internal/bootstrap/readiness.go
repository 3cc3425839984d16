package bootstrap

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"go.uber.org/zap"
	"gorm.io/gorm"
	"nenep/proto/wire"
)

// readiness is what was last said of a service, so that its log tells each change once.
type readiness struct {
	logger *zap.Logger

	mu   sync.Mutex
	own  []func(context.Context) error
	told []func(context.Context) error
	said string
}

// DependsOn adds a check to readiness; its error's text is the sentence an operator reads.
func (s *Service) DependsOn(check func(context.Context) error) { s.ready = append(s.ready, check) }

// Tells adds a check that readiness repeats and does not depend on: what the service goes on without, with its sentence at /readyz.
func (s *Service) Tells(check func(context.Context) error) {
	s.readiness.told = append(s.readiness.told, check)
}

// DependsOnSchema adds the checks of a service's schema: it fits this program; the database takes changes, which is told only, since what was
// stored can still be read.
func (s *Service) DependsOnSchema(schema Schema, db *gorm.DB) {
	s.DependsOn(schema.CheckVersion(db))
	s.Tells(takesChanges(db))
}

// AnswersItself adds a check to /readyz/own, the readiness of a service whose own pages say what is away: a database that was there and is away
// for a while does not take it out of the way of people, whom a page tells more than a proxy would, with what they typed on it.
func (s *Service) AnswersItself(check func(context.Context) error) {
	var fitted bool
	var mu sync.Mutex
	s.readiness.own = append(s.readiness.own, func(ctx context.Context) error {
		mu.Lock()
		defer mu.Unlock()
		err := check(ctx)
		fitted = fitted || err == nil
		if fitted && FaultOf(err) != nil {
			return nil
		}
		return err
	})
}

// Ready answers whether everything the service depends on answers.
func (s *Service) Ready(ctx context.Context) error { return all(ctx, s.ready) }

// answerTime is less than a probe waits.
const answerTime = 4 * time.Second

// all asks everybody at once, and says what they said in order.
func all(ctx context.Context, checks []func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	faults := make([]error, len(checks))
	var asked sync.WaitGroup
	for i, check := range checks {
		asked.Go(func() { faults[i] = check(ctx) })
	}
	asked.Wait()
	return errors.Join(faults...)
}

func (s *Service) answerReady(c echo.Context) error {
	ctx := c.Request().Context()
	return s.answerReadiness(c, s.Ready(ctx), all(ctx, s.readiness.told))
}

func (s *Service) answerOwnReady(c echo.Context) error {
	if s.readiness.own == nil {
		return s.answerReady(c)
	}
	ctx := c.Request().Context()
	return s.answerReadiness(c, all(ctx, s.readiness.own), all(ctx, slices.Concat(s.ready, s.readiness.told)))
}

func (s *Service) answerReadiness(c echo.Context, err, aside error) error {
	s.readiness.log(errors.Join(err, aside), err == nil)
	if err != nil {
		return c.String(http.StatusServiceUnavailable, sentences(errors.Join(err, aside)))
	}
	if aside != nil {
		return c.String(http.StatusOK, "ready\n"+sentences(aside))
	}
	return c.String(http.StatusOK, "ready\n")
}

// sentences are the faults one a line. Their causes, which name addresses and users, are the log's: whoever reaches the portal can read its
// readiness.
func sentences(err error) string {
	if joined, is := err.(interface{ Unwrap() []error }); is {
		said := ""
		for _, one := range joined.Unwrap() {
			said += sentences(one)
		}
		return said
	}
	var database *DatabaseFault
	var temporal *wire.TemporalFault
	switch {
	case errors.As(err, &database):
		return database.Sentence + "\n"
	case errors.As(err, &temporal):
		return temporal.Sentence + "\n"
	default:
		return err.Error() + "\n"
	}
}

// numbersIn are what differs between two tellings of the same: ports, numbers of connections.
var numbersIn = regexp.MustCompile(`[0-9]+`)

// log tells what changed since the last time somebody asked.
func (r *readiness) log(now error, ready bool) {
	said := ""
	if now != nil {
		said = now.Error()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	same := numbersIn.ReplaceAllString(said, "")
	if same == r.said {
		return
	}
	r.said = same
	switch {
	case said == "":
		r.logger.Info("ready")
	case ready:
		r.logger.Warn("ready, but", zap.Strings("because", strings.Split(said, "\n")))
	default:
		r.logger.Warn("not ready", zap.Strings("because", strings.Split(said, "\n")))
	}
}
