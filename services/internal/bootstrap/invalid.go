package bootstrap

import (
	"errors"
	"fmt"
	"strings"

	"buf.build/go/protovalidate"
	"connectrpc.com/connect"
	"google.golang.org/protobuf/reflect/protoreflect"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// asInvalid gives the refusal of a request that breaks its contract the two texts every refusal has, each field at its own; nil for any
// other error.
func asInvalid(err error) *wire.Refusal {
	var already *connect.Error
	if !errors.As(err, &already) || already.Code() != connect.CodeInvalidArgument || wire.RefusalOf(err) != nil {
		return nil
	}
	var broken *protovalidate.ValidationError
	if !errors.As(err, &broken) || len(broken.Violations) == 0 {
		refusal := wire.Refuse(contract.CodeInvalid, "Dữ liệu gửi lên không đọc được. Kiểm tra rồi gửi lại.", "The request cannot be read: "+strings.TrimSpace(already.Message()))
		return &refusal
	}
	faults := make([]*casefilev1.FieldFault, len(broken.Violations))
	vi, en := make([]string, len(faults)), make([]string, len(faults))
	for i, one := range broken.Violations {
		vi[i], en[i] = brokenRule(one)
		faults[i] = wire.Field(protovalidate.FieldPathString(one.Proto.GetField()), vi[i], en[i])
	}
	refusal := wire.Refuse(contract.CodeInvalid, strings.Join(vi, " "), strings.Join(en, " "), faults...)
	return &refusal
}

// brokenRule says what a rule of a contract asks of a field, in both languages. A rule of a kind that no contract uses yet is told in general.
func brokenRule(broken *protovalidate.Violation) (vi, en string) {
	field, asked := protovalidate.FieldPathString(broken.Proto.GetField()), broken.RuleValue
	en = fmt.Sprintf("%s: %s.", field, strings.TrimSuffix(broken.Proto.GetMessage(), "."))
	switch rule := broken.Proto.GetRuleId(); rule {
	case "required", "string.min_len":
		vi = fmt.Sprintf("Mục “%s” chưa có nội dung. Nhập rồi gửi lại.", field)
	case "string.max_len":
		vi = fmt.Sprintf("Mục “%s” dài quá %v ký tự. Rút gọn rồi gửi lại.", field, asked)
	case "bytes.max_len":
		vi = fmt.Sprintf("Mục “%s” lớn quá %v byte. Giảm dung lượng rồi gửi lại.", field, asked)
	case "string.pattern":
		vi = fmt.Sprintf("Mục “%s” không đúng dạng. Kiểm tra rồi gửi lại.", field)
	case "string.in":
		vi = fmt.Sprintf("Mục “%s” không thuộc các giá trị được nhận: %s.", field, listed(asked))
	case "repeated.min_items":
		vi = fmt.Sprintf("Mục “%s” phải có ít nhất %v dòng. Thêm rồi gửi lại.", field, asked)
	case "repeated.max_items":
		vi = fmt.Sprintf("Mục “%s” có quá %v dòng. Chia ra nhiều lần rồi gửi lại.", field, asked)
	default:
		vi = fmt.Sprintf("Mục “%s” chưa đúng. Kiểm tra rồi gửi lại.", field)
	}
	return vi, en
}

func listed(values protoreflect.Value) string {
	list, is := values.Interface().(protoreflect.List)
	if !is {
		return ""
	}
	texts := make([]string, list.Len())
	for i := range texts {
		texts[i] = list.Get(i).String()
	}
	return strings.Join(texts, ", ")
}
