package portal

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	reportsv1 "nenep/proto/nenep/reports/v1"
	"nenep/proto/wire"
)

// seenField carries how far the case was when the page of the form was opened: its sequence, which grows with every write to it.
const seenField = "seen"

// bothRow is one field as somebody recorded it meanwhile and as it was typed here.
type bothRow struct{ Label, Theirs, Mine string }

// seen is the hidden field that every form upon the case carries.
func (v *caseView) seen() choice {
	return choice{seenField, strconv.FormatInt(v.GetState().GetSequence(), 10)}
}

// meanwhile finds the act that somebody else did on the case after the form's page was opened; nil when the case stands as it was seen, when
// only reminders went out since, when the person himself did something else since, or when this very act was done before: that is answered by its first answer.
func (p *portal) meanwhile(ctx context.Context, v *caseView, act *casefilev1.Act) (*reportsv1.StoredAct, error) {
	if v.opened == 0 || v.opened >= v.GetState().GetSequence() {
		return nil, nil
	}
	acts, err := p.listActs(ctx, v.GetId())
	if err != nil {
		return nil, err
	}
	var last *reportsv1.StoredAct
	for _, stored := range acts {
		if stored.GetAct().GetActId() == act.GetActId() {
			return nil, nil
		}
		own := stored.GetAct().GetOfficialId() == act.GetOfficialId() && about(stored.GetAct()) != about(act)
		if !own && stored.GetOutcome().GetRefusal() == nil && stored.GetOutcome().GetState().GetSequence() > v.opened {
			last = stored
		}
	}
	return last, nil
}

// changed is E18.
func (p *portal) changed(ctx context.Context, v *caseView, theirs *reportsv1.StoredAct) sent {
	who := theirs.GetAct().GetOfficialId()
	names, err := p.names(ctx, []string{who})
	switch {
	case who == "":
		who = "hệ thống"
	case err == nil:
		who = names[who]
	}
	text := "Hồ sơ đã thay đổi lúc " + instant(theirs.GetStoredAt()) + ": " + who + " " + doneWord(v, theirs.GetAct()) + ". Nội dung vừa nhập còn ở dưới; đối chiếu rồi gửi lại."
	return sent{status: http.StatusConflict, faults: []fault{{Text: text}}, theirs: theirs.GetAct()}
}

// doneWord says what an act did, after the name of who did it.
func doneWord(v *caseView, act *casefilev1.Act) string {
	switch kind := act.GetKind().(type) {
	case *casefilev1.Act_RecordStep:
		if step, known := v.step(kind.RecordStep.GetStepId()); known {
			return "ghi kết quả " + v.named(step) + ": " + step.Policy.GetTitleVi()
		}
	case *casefilev1.Act_RecordItem:
		if kind.RecordItem.GetRemoved() {
			return "bỏ " + v.ItemTitle()
		}
		return "ghi " + v.ItemTitle()
	case *casefilev1.Act_Exempt:
		return "ghi nhận không thuộc đối tượng"
	case *casefilev1.Act_Transfer:
		return "chuyển hồ sơ cho đơn vị kế thừa"
	case *casefilev1.Act_TakeOver:
		return "tiếp nhận hồ sơ của đơn vị cũ"
	case *casefilev1.Act_Seal:
		return "khóa kỳ"
	}
	if did, _ := opinionOf(act); did != "" {
		return did
	}
	return "cập nhật hồ sơ"
}

// both sets what was recorded meanwhile beside what was typed, where both are about the same thing; nil otherwise.
func both(mine, theirs *casefilev1.Act, fields []field, typed url.Values) []bothRow {
	if theirs == nil || about(mine) != about(theirs) {
		return nil
	}
	recorded := typedIn(theirs)
	var rows []bothRow
	for _, f := range fields {
		row := bothRow{f.Label, f.told(recorded), f.told(typed)}
		if row.Theirs != "" || row.Mine != "" {
			rows = append(rows, row)
		}
	}
	return rows
}

// about names what an act is about: two that are about the same thing can be compared.
func about(act *casefilev1.Act) string {
	name, message := kindOf(act)
	switch {
	case act.GetRecordStep() != nil:
		name += act.GetRecordStep().GetStepId()
	case act.GetRecordItem() != nil:
		name += act.GetRecordItem().GetItemId()
	case act.GetCorrect() != nil:
		name += act.GetCorrect().GetStepId()
	case message == nil:
		return ""
	}
	return name
}

func kindOf(act *casefilev1.Act) (string, protoreflect.Message) {
	message := act.ProtoReflect()
	kind := message.WhichOneof(message.Descriptor().Oneofs().ByName("kind"))
	if kind == nil {
		return "", nil
	}
	return string(kind.Name()), message.Get(kind).Message()
}

// typedIn is an act as a person would type it into its form.
func typedIn(act *casefilev1.Act) url.Values {
	values := url.Values{}
	_, message := kindOf(act)
	if message == nil {
		return values
	}
	message.Range(func(of protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		name := pageField(string(of.Name()))
		switch {
		case of.IsMap():
			value.Map().Range(func(key protoreflect.MapKey, one protoreflect.Value) bool {
				values.Set("fact-"+key.String(), one.String())
				return true
			})
		case of.IsList() && of.Kind() == protoreflect.StringKind:
			for i := range value.List().Len() {
				values.Add(name, value.List().Get(i).String())
			}
		case of.Kind() == protoreflect.StringKind:
			values.Set(name, value.String())
		case of.Kind() == protoreflect.BoolKind && value.Bool():
			values.Set(name, "true")
		}
		return true
	})
	if item := act.GetRecordItem(); item != nil {
		what, explanation := splitWords(item.GetWords())
		values.Set("what", what)
		values.Set("words", explanation)
	}
	return values
}

// told is the value of the field as words.
func (f field) told(values url.Values) string {
	value := values.Get(f.Name)
	switch f.Kind {
	case "day":
		if wire, ok := typedDay(value); ok {
			return day(wire)
		}
		if _, ok := typedDay(day(value)); ok {
			return day(value)
		}
	case "choice", "select":
		return labelOf(f.Choices, value)
	case "choices":
		var words []string
		for _, one := range values[f.Name] {
			words = append(words, labelOf(f.Choices, one))
		}
		return strings.Join(words, "; ")
	case "flag":
		if value == "1" || value == "true" {
			return "có"
		}
		return ""
	case "count", "amount":
		return figureWord(value)
	}
	return value
}

// usedBefore tells that the act's id was taken by an earlier sending with other content: the answer to that one was lost.
func usedBefore(err error) bool {
	refusal := wire.RefusalOf(err)
	return refusal != nil && refusal.GetCode() == contract.CodeConflict
}

const sentBefore = "Lần gửi trước của biểu mẫu này đã được ghi nhận với nội dung khác. Đối chiếu với hồ sơ; nếu nội dung dưới đây mới đúng, gửi lại."

// handedInAlready is E17: the case was submitted, so that sending again makes no second copy.
func (p *portal) handedInAlready(v *caseView) (string, bool) {
	at := v.GetState().GetSubmittedAt()
	return "Hồ sơ đã được nộp lúc " + instant(at) + ". Lần gửi này không tạo thêm bản nào; xem bản đã nộp.", v.Submitted() && at != ""
}
