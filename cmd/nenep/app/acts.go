package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"connectrpc.com/connect"
	"github.com/google/uuid"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"google.golang.org/protobuf/encoding/protojson"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// actFlags are what the acts of the terminal may carry; each act takes those it names.
type actFlags struct {
	step, held, day, words, document, article, paper, number, successor, item, what, actID string
	facts                                                                                  []string
	files, reasons                                                                         []string
	limited, refuse, removed                                                               bool
	seconds                                                                                int64
}

// actKind is one human act as a command.
type actKind struct {
	name, short string
	flags       func(*pflag.FlagSet, *actFlags)
	build       func(act *casefilev1.Act, f *actFlags, files []string) error
}

func actCommands() []*cobra.Command {
	commands := make([]*cobra.Command, 0, len(actKinds))
	for _, kind := range actKinds {
		commands = append(commands, actCommand(kind))
	}
	return commands
}

func actCommand(kind actKind) *cobra.Command {
	given := &actFlags{}
	command := &cobra.Command{Use: kind.name + " CASE", Short: kind.short, Args: exactly(1)}
	kind.flags(command.Flags(), given)
	command.Flags().StringVar(&given.actID, "act-id", "", "id of the act: the same act again gets the first answer")
	return withTerminal(command, func(ctx context.Context, t *terminal, arguments []string) error {
		if _, err := factMap(given.facts); err != nil {
			return err // before any file is handed in
		}
		files, err := t.upload(ctx, arguments[0], given.step, given.files)
		if err != nil {
			return err
		}
		act := &casefilev1.Act{ActId: cmp.Or(given.actID, uuid.NewString()), CaseId: arguments[0]}
		if err := kind.build(act, given, files); err != nil {
			return err
		}
		return t.act(ctx, act)
	})
}

// act delivers an act and prints the new state, or returns the refusal.
func (t *terminal) act(ctx context.Context, act *casefilev1.Act) error {
	answer, err := t.clients.Acts.Act(ctx, connect.NewRequest(act))
	if err != nil {
		return err
	}
	outcome := answer.Msg
	if outcome.GetRefusal() != nil {
		return wire.Refusal{Refusal: outcome.GetRefusal()}
	}
	state := outcome.GetState()
	what := stateName(state.GetState())
	if outcome.GetPending() {
		what = "stored; delivered as soon as the case can be reached"
	}
	return t.print(outcome, []string{"CASE", "STATE", "DUE", "ROUND", "ACT"},
		[][]string{{act.GetCaseId(), what, state.GetDueDay(), fmt.Sprint(state.GetRound()), act.GetActId()}})
}

var words = func(flags *pflag.FlagSet, f *actFlags) {
	flags.StringVar(&f.words, "words", "", "reason or explanation")
}

func with(sets ...func(*pflag.FlagSet, *actFlags)) func(*pflag.FlagSet, *actFlags) {
	return func(flags *pflag.FlagSet, f *actFlags) {
		for _, set := range sets {
			set(flags, f)
		}
	}
}

func day(flags *pflag.FlagSet, f *actFlags) {
	flags.StringVar(&f.day, "day", "", "the day asked for or set (yyyy-mm-dd)")
}

func document(flags *pflag.FlagSet, f *actFlags) {
	flags.StringVar(&f.document, "document", "", "number and symbol of the document")
}

func files(flags *pflag.FlagSet, f *actFlags) {
	flags.StringVar(&f.step, "step", "", "the step it belongs to")
	flags.StringSliceVar(&f.files, "file", nil, "file to hand in")
}

func facts(flags *pflag.FlagSet, f *actFlags) {
	flags.StringSliceVar(&f.facts, "fact", nil, "key=value, as present=214")
}

var actKinds = []actKind{
	{"record", "Record a step: the day it was held, its figures and files",
		with(files, facts, words, func(flags *pflag.FlagSet, f *actFlags) {
			flags.StringVar(&f.held, "held", "", "the day it took place (yyyy-mm-dd)")
		}),
		func(act *casefilev1.Act, f *actFlags, ids []string) error {
			facts, err := factMap(f.facts)
			act.Kind = &casefilev1.Act_RecordStep{RecordStep: &casefilev1.RecordStep{StepId: f.step, HeldOn: f.held, Facts: facts, FileIds: ids, Words: f.words}}
			return err
		}},
	{"record-item", "Enter an item of a register or a plan, or enter it anew",
		with(facts, words, func(flags *pflag.FlagSet, f *actFlags) {
			flags.StringVar(&f.item, "item", "", "the item, named by whoever enters it, unique within the case")
			flags.StringSliceVar(&f.files, "file", nil, "file to hand in")
			flags.BoolVar(&f.removed, "removed", false, "it was entered by mistake: only the history keeps it")
		}),
		func(act *casefilev1.Act, f *actFlags, ids []string) error {
			facts, err := factMap(f.facts)
			act.Kind = &casefilev1.Act_RecordItem{RecordItem: &casefilev1.RecordItem{ItemId: f.item, Facts: facts, FileIds: ids, Removed: f.removed, Words: f.words}}
			return err
		}},
	{"submit", "Submit the case with its evidence",
		with(files, words, func(flags *pflag.FlagSet, f *actFlags) {
			flags.StringVar(&f.paper, "paper-received", "", "the day a paper arrived (reviewers)")
			flags.StringVar(&f.number, "signed-number", "", "number and symbol of the signed document")
		}),
		func(act *casefilev1.Act, f *actFlags, ids []string) error {
			act.Kind = &casefilev1.Act_Submit{Submit: &casefilev1.Submit{FileIds: ids, PaperReceivedOn: f.paper, Words: f.words, SignedNumber: f.number}}
			return nil
		}},
	{"recall", "Recall a submission", words, func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Recall{Recall: &casefilev1.Recall{Words: f.words}}
		return nil
	}},
	{"accept", "Accept a submission", with(words, func(flags *pflag.FlagSet, f *actFlags) {
		flags.BoolVar(&f.limited, "limited", false, "with limitations (xác nhận, còn hạn chế)")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Accept{Accept: &casefilev1.Accept{Limited: f.limited, Words: f.words}}
		return nil
	}},
	{"return", "Return a submission with reasons", with(words, day, func(flags *pflag.FlagSet, f *actFlags) {
		flags.StringSliceVar(&f.reasons, "reason", nil, "missing-evidence, wrong-evidence, figures-differ, wrong-signatory or other")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Return{Return: &casefilev1.Return{Reasons: f.reasons, Words: f.words, DueDay: f.day}}
		return nil
	}},
	{"explain", "Explain a delay: escalation pauses, lateness stays", with(words, day, document), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Explain{Explain: &casefilev1.Explain{Words: f.words, ExpectedDay: f.day, Document: f.document}}
		return nil
	}},
	{"ask-extension", "Ask for a later due day, where the day is a setting", with(words, day), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_RequestExtension{RequestExtension: &casefilev1.RequestExtension{Day: f.day, Words: f.words}}
		return nil
	}},
	{"extend", "Grant or refuse a later due day", with(words, day, document, func(flags *pflag.FlagSet, f *actFlags) {
		flags.BoolVar(&f.refuse, "refuse", false, "refuse")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_DecideExtension{DecideExtension: &casefilev1.DecideExtension{Granted: !f.refuse, Day: f.day, Document: f.document, Words: f.words}}
		return nil
	}},
	{"revoke", "Take back an extension or an explanation by another recorded act", with(words, document, func(flags *pflag.FlagSet, f *actFlags) {
		flags.StringVar(&f.what, "what", "", "extension or explanation")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Revoke{Revoke: &casefilev1.Revoke{What: f.what, Document: f.document, Words: f.words}}
		return nil
	}},
	{"exempt", "Record that a unit is not obliged, on a legal ground", with(words, document, func(flags *pflag.FlagSet, f *actFlags) {
		flags.StringVar(&f.article, "article", "", "article of the law that exempts")
		flags.StringVar(&f.number, "law", "", "the law that exempts")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		ground := &casefilev1.LegalGround{Document: f.number, Article: f.article, TextVi: f.words}
		act.Kind = &casefilev1.Act_Exempt{Exempt: &casefilev1.Exempt{Ground: ground, Document: f.document}}
		return nil
	}},
	{"transfer", "Transfer the case to the unit that succeeds", with(document, func(flags *pflag.FlagSet, f *actFlags) {
		flags.StringVar(&f.successor, "to", "", "the unit that succeeds")
	}), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Transfer{Transfer: &casefilev1.Transfer{SuccessorUnitId: f.successor, Document: f.document}}
		return nil
	}},
	{"withdraw", "Withdraw a case that was opened by mistake", with(words, document), func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Withdraw{Withdraw: &casefilev1.Withdraw{Words: f.words, Document: f.document}}
		return nil
	}},
	{"correct", "Correct an accepted case, until its period is sealed", with(files, facts, words, document), func(act *casefilev1.Act, f *actFlags, ids []string) error {
		facts, err := factMap(f.facts)
		act.Kind = &casefilev1.Act_Correct{Correct: &casefilev1.Correct{StepId: f.step, Facts: facts, FileIds: ids, Words: f.words, Document: f.document}}
		return err
	}},
	{"note", "Note something on the case (a phone call, a visit)", words, func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Note{Note: &casefilev1.Note{Words: f.words}}
		return nil
	}},
	{"seal", "Seal the case: it takes no more acts and is exported", document, func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_Seal{Seal: &casefilev1.Seal{Document: f.document}}
		return nil
	}},
	{"shift-clock", "Shift the case's clock (only under make run)", func(flags *pflag.FlagSet, f *actFlags) {
		flags.Int64Var(&f.seconds, "seconds", 0, "seconds ahead")
	}, func(act *casefilev1.Act, f *actFlags, _ []string) error {
		act.Kind = &casefilev1.Act_ShiftClock{ShiftClock: &casefilev1.ShiftClock{Seconds: f.seconds}}
		return nil
	}},
}

// factMap reads key=value pairs, and names every one that is none or stands twice.
func factMap(pairs []string) (map[string]string, error) {
	facts := map[string]string{}
	var faults []*casefilev1.FieldFault
	for _, pair := range pairs {
		key, value, found := strings.Cut(pair, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		_, twice := facts[key]
		switch {
		case !found || key == "":
			faults = append(faults, wire.Field(pair, "Cần dạng khóa=giá trị, thí dụ present=214.", "Needs key=value, as present=214."))
		case twice:
			faults = append(faults, wire.Field(key, "Số liệu này được nhập hai lần. Giữ lại một.", "This fact is given twice. Keep one."))
		}
		facts[key] = value
	}
	if len(faults) > 0 {
		return nil, wire.Refuse(contract.CodeInvalid, "Số liệu chưa đúng dạng.", "The facts are not in the right form.", faults...)
	}
	return facts, nil
}

// upload hands files in one by one; the first that is refused stops the act.
func (t *terminal) upload(ctx context.Context, caseID, step string, paths []string) ([]string, error) {
	ids := make([]string, 0, len(paths))
	for _, path := range paths {
		id, err := t.uploadOne(ctx, caseID, step, path)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

func (t *terminal) uploadOne(ctx context.Context, caseID, step, path string) (string, error) {
	content, err := os.Open(path)
	if err != nil {
		return "", wire.Refuse(contract.CodeInvalid, "Không đọc được tệp “"+path+"”. Kiểm tra đường dẫn.", "The file "+path+" cannot be read. Check the path.")
	}
	defer func() { _ = content.Close() }()
	body, writer := io.Pipe()
	form := multipart.NewWriter(writer)
	go func() {
		part, err := form.CreateFormFile("file", filepath.Base(path))
		if err == nil {
			_, err = io.Copy(part, content)
		}
		if err == nil {
			err = form.Close()
		}
		_ = writer.CloseWithError(err)
	}()
	address := t.cfg.ReportsURL + "/files?" + url.Values{"case": {caseID}, "step": {step}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, body)
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", form.FormDataContentType())
	token, err := t.token("reports")
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := t.cfg.HouseClient(0).Do(request)
	if err != nil {
		return "", connect.NewError(connect.CodeUnavailable, err)
	}
	defer func() { _ = response.Body.Close() }()
	return uploadAnswer(response)
}

func uploadAnswer(response *http.Response) (string, error) {
	raw, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return "", connect.NewError(connect.CodeUnavailable, err)
	}
	if response.StatusCode/100 == 2 {
		file := &reportsv1.File{}
		err := protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(raw, file)
		return file.GetId(), err
	}
	refusal := &casefilev1.Refusal{}
	if json.Unmarshal(raw, refusal) != nil || refusal.GetTextVi() == "" {
		return "", fmt.Errorf("the file was not taken (HTTP %d)", response.StatusCode)
	}
	return "", wire.Refusal{Refusal: refusal}
}
