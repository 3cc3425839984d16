// Package channel hands messages to those who carry them otherwise than by mail: an SMS provider, Zalo (OA, ZNS) and a webhook. Which there
// are, and how each is spoken to, is declared in one YAML file (example.yaml explains every key); what a provider does not say in the
// declaration it cannot do. The package keeps no state: who is told what, and how often, is the caller's to know.
package channel

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// The names a declaration may use.
const (
	SMS     = "sms"
	Zalo    = "zalo"
	Webhook = "webhook"
)

// Fate is what became of one message.
type Fate int

// The four fates, as of mail.
const (
	Taken   Fate = iota // the provider has it
	Later               // surely not taken: try again
	Never               // the provider will not carry this message to this person
	Unknown             // the provider may have it: send it again under the same ID
)

// String names the fate for logs.
func (f Fate) String() string {
	return [...]string{"taken", "later", "never", "unknown"}[f]
}

// Letter is one message, ready to leave. ID is the same at every attempt: providers that heed Idempotency-Key carry it once.
type Letter struct {
	ID, To, Text, Link, CaseID, Template, Name, Subject string
	// Params are what templates registered with a provider are filled with, by ParamNames; those left out are empty.
	Params map[string]string
}

// ParamNames are the names a body may ask of Letter.Params. A body that asks another is an error at start.
var ParamNames = []string{
	"title", "task", "unit", "period", "due", "due_day", "days", "late", "missing", "next", "next_day", "recipient",
	"day", "count", "overdue", "help_contact", "help_phone",
}

// Result is what came of handing a letter over. Answer is one line for the ledger, without secrets and without the recipient's number.
type Result struct {
	Fate               Fate
	ProviderID, Answer string
	// RetryAfter is how long the provider asked to be left alone; zero if it did not say.
	RetryAfter time.Duration
}

// Report is what became of a message that was taken earlier. Neither Delivered nor Failed: it is still on its way.
type Report struct {
	ProviderID string // the provider's name for the message
	MessageID  string // our name for it: Letter.ID, or the Message-ID of a mail
	Delivered  bool
	Failed     bool
	Answer     string
}

// The errors of taking reports in.
var (
	// ErrNoChannel: no such channel is declared, or it declares no callback.
	ErrNoChannel = errors.New("no such channel takes callbacks")
	// ErrStranger: the call is not signed as declared. Nothing of it was read.
	ErrStranger = errors.New("the call is not signed by the provider")
	// ErrUnreadable: the call is the provider's, but not in the form declared.
	ErrUnreadable = errors.New("the report cannot be read")
	// ErrNoBounce: the mail is no delivery report (an answer "out of office", for one).
	ErrNoBounce = errors.New("the mail is no delivery report")
)

// Set is the channels that are declared.
type Set struct {
	channels map[string]*provider
	bounces  *callback // of mail; nil where the relay hands none over by HTTP
}

// Open reads a declaration; "" is the empty Set. Every fault of the file is told at once, secrets never.
func Open(path string, getenv func(string) string) (Set, error) {
	if path == "" {
		return Set{}, nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return Set{}, fmt.Errorf("channels: %w", err)
	}
	set, err := read(content, getenv)
	if err != nil {
		return Set{}, fmt.Errorf("channels: %s:\n%w", path, err)
	}
	return set, nil
}

// Names are the declared channels, in alphabetical order.
func (s Set) Names() []string {
	names := make([]string, 0, len(s.channels))
	for name := range s.channels {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Has tells whether the channel is declared.
func (s Set) Has(name string) bool { return s.channels[name] != nil }

// Send hands one letter over and answers its fate. It waits for the channel's pace (per_second) as long as the channel's timeout at most,
// and for the answer as long again.
func (s Set) Send(ctx context.Context, name string, l Letter) Result {
	to := s.channels[name]
	if to == nil {
		return Result{Fate: Never, Answer: "kênh " + name + " chưa được khai báo"}
	}
	return to.send(ctx, l)
}
