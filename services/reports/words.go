package reports

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"connectrpc.com/connect"
	"google.golang.org/protobuf/proto"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
	"nenep/rules/figures"
)

// longestAnswer bounds an answer in words where its form says nothing else.
const longestAnswer = 4000

// wordsSum is the form in which an answer in words travels.
var wordsSum = regexp.MustCompile(`^sha256:[0-9a-f]{64}$`)

// wordsRow is an answer in words.
type wordsRow struct {
	ActID  string `gorm:"primaryKey"`
	CaseID string
	StepID string `gorm:"primaryKey"`
	Key    string `gorm:"primaryKey"`
	Sum    string
	Text   string
}

// TableName is the table of the row.
func (wordsRow) TableName() string { return "words" }

// inWords are the facts that are answered in words.
func inWords(policies []*casefilev1.FactPolicy) []*casefilev1.FactPolicy {
	return slices.DeleteFunc(slices.Clone(policies), func(p *casefilev1.FactPolicy) bool { return p.GetKind() != figures.KindText })
}

func asksForWords(input *casefilev1.CaseInput) bool {
	return slices.ContainsFunc(input.GetSteps(), func(s *casefilev1.StepPolicy) bool { return len(inWords(s.GetFacts())) > 0 })
}

// summed are facts with the sums of words in place of the words. A sum that stands there already stays.
func summed(policies []*casefilev1.FactPolicy, facts map[string]string) map[string]string {
	bare := make(map[string]string, len(facts))
	for key, value := range facts {
		bare[key] = value
	}
	for _, p := range inWords(policies) {
		if words := strings.TrimSpace(bare[p.GetKey()]); words != "" && !wordsSum.MatchString(words) {
			bare[p.GetKey()] = figures.WordsSum(words)
		}
	}
	return bare
}

// answersApart is the act with the sums of its answers in words, and the answers.
func answersApart(act *casefilev1.Act, input *casefilev1.CaseInput) (*casefilev1.Act, []wordsRow) {
	bare := proto.CloneOf(act)
	var answers []wordsRow
	apart := func(stepID string, facts map[string]string) map[string]string {
		policies := factsOf(input, stepID)
		sums := summed(policies, facts)
		for _, p := range inWords(policies) {
			key := p.GetKey()
			if words := strings.TrimSpace(facts[key]); words != "" && !wordsSum.MatchString(words) {
				answers = append(answers, wordsRow{ActID: act.GetActId(), CaseID: act.GetCaseId(), StepID: stepID, Key: key, Sum: sums[key], Text: words})
			}
		}
		return sums
	}
	for _, step := range append(bare.GetSubmit().GetSteps(), bare.GetRecordStep()) {
		if step != nil {
			step.Facts = apart(step.GetStepId(), step.GetFacts())
		}
	}
	if correction := bare.GetCorrect(); correction != nil {
		correction.Facts = apart(correction.GetStepId(), correction.GetFacts())
	}
	return bare, answers
}

// words judges answers in words by their length. A sum is taken in place of words only where those words were handed in before.
func (j *judge) words(prefix, stepID string, facts map[string]string) {
	for _, p := range inWords(factsOf(j.input, stepID)) {
		value := strings.TrimSpace(facts[p.GetKey()])
		if wordsSum.MatchString(value) && !slices.Contains(j.sums, value) {
			j.add(prefix+"."+p.GetKey(), fmt.Sprintf("Mục %s chưa được lưu đúng cách. Gửi lại mục này.", lowered(p.GetTitleVi())),
				fmt.Sprintf("The words of “%s” did not arrive as they should. Send them again.", lowered(p.GetTitleEn())))
		}
		most := longestAnswer
		if p.GetLongest() > 0 {
			most = int(p.GetLongest())
		}
		j.faults = append(j.faults, tooLong(prefix+"."+p.GetKey(), lowered(p.GetTitleVi()), lowered(p.GetTitleEn()), value, most)...)
	}
}

// sumsOf are the sums behind which words stand: of the case and of those it goes on with.
func (r register) sumsOf(ctx context.Context, input *casefilev1.CaseInput) ([]string, error) {
	if !asksForWords(input) {
		return nil, nil
	}
	var sums []string
	err := r.db.WithContext(ctx).Raw(wentOn+" SELECT DISTINCT words.sum FROM words JOIN went_on ON went_on.id = words.case_id", textArray([]string{input.GetCaseId()})).Scan(&sums).Error
	if err != nil {
		return nil, fmt.Errorf("read what was answered in case %s: %w", input.GetCaseId(), err)
	}
	return sums, nil
}

// answersOf are the answers of the case and of those it goes on with, the newest first, but for those of acts that the case refused.
func (r register) answersOf(ctx context.Context, caseID string) ([]wordsRow, error) {
	var rows []wordsRow
	err := r.db.WithContext(ctx).Raw(wentOn+` SELECT words.* FROM words JOIN went_on ON went_on.id = words.case_id JOIN acts ON acts.act_id = words.act_id
		WHERE acts.outcome IS NULL OR NOT jsonb_exists(acts.outcome, 'refusal') ORDER BY acts.stored_at DESC, acts.act_id DESC`, textArray([]string{caseID})).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read the words of case %s: %w", caseID, err)
	}
	return rows, nil
}

// GetWords answers the words behind the case's answers: those whose sum its record holds, else those on their way.
func (s *server) GetWords(ctx context.Context, request *connect.Request[reportsv1.GetWordsRequest]) (*connect.Response[reportsv1.GetWordsResponse], error) {
	row, err := s.register.find(ctx, request.Msg.GetCaseId())
	if err != nil {
		return nil, err
	}
	if err := s.mayReadWords(ctx, row); err != nil {
		return nil, err
	}
	input, state, err := row.casefileOf()
	if err != nil {
		return nil, err
	}
	answers, err := s.register.answersOf(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	return connect.NewResponse(&reportsv1.GetWordsResponse{Words: wordsBehind(input, state, answers)}), nil
}

// wordsBehind picks, of each answer of the form, the words that count. The answers come newest first.
func wordsBehind(input *casefilev1.CaseInput, state *casefilev1.CaseState, answers []wordsRow) []*reportsv1.Words {
	var found []*reportsv1.Words
	for _, step := range input.GetSteps() {
		for _, p := range inWords(step.GetFacts()) {
			recorded := recordOf(state, step.GetId())
			sum := recorded.GetFacts()[p.GetKey()]
			i := slices.IndexFunc(answers, func(a wordsRow) bool {
				return a.StepID == step.GetId() && a.Key == p.GetKey() && (recorded == nil || a.Sum == sum)
			})
			if i >= 0 {
				found = append(found, &reportsv1.Words{StepId: answers[i].StepID, Key: answers[i].Key, Text: answers[i].Text, ActId: answers[i].ActID, Sum: answers[i].Sum})
			}
		}
	}
	return found
}

// recordOf is the step as it stands; nil while it is not recorded.
func recordOf(state *casefilev1.CaseState, stepID string) *casefilev1.StepRecord {
	for _, record := range slices.Backward(state.GetSteps()) {
		if record.GetStepId() == stepID {
			return record
		}
	}
	return nil
}

// mayReadWords lets in the unit's own people, whoever looks down on it or goes on with it, auditors and administrators, and the services.
// Words say more than figures: a neighbour reads none.
func (s *server) mayReadWords(ctx context.Context, row caseRow) error {
	official := wire.IdentityOf(ctx).OfficialID
	if official == "" {
		return nil
	}
	hats, err := s.hats(ctx, official)
	if err != nil {
		return err
	}
	heirs, err := s.register.heirs(ctx, row.ID)
	if err != nil {
		return err
	}
	ofTheirs := func(h hat) bool {
		return slices.ContainsFunc(heirs, func(heir caseRow) bool { return heir.UnitID == h.unitID })
	}
	if slices.ContainsFunc(hats, ofTheirs) {
		return nil
	}
	if !slices.ContainsFunc(hats, func(h hat) bool { return slices.Contains(overlooking, h.role) }) {
		return s.notYours(ctx, "xem nội dung báo cáo", "read the words of the report", row.UnitID)
	}
	return s.maySee(ctx, row)
}

// overlooking are the positions that read what other units wrote, as far down as they see.
var overlooking = []string{roleReviewer, roleLeader, roleSupervisor, roleAuditor, roleAdministrator}
