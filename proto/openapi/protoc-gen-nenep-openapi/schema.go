package main

import (
	"strings"

	"buf.build/gen/go/bufbuild/protovalidate/protocolbuffers/go/buf/validate"
	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// reference answers where a message is described, and describes it once.
func (d *document) reference(message *protogen.Message) object {
	name := string(message.Desc.FullName())
	if _, described := d.schemas[name]; !described {
		schema := object{"type": "object"}
		d.schemas[name] = schema // before its fields: a message may hold itself
		if told := words(message.Comments.Leading); told != "" {
			schema["description"] = told
		}
		properties := object{}
		for _, field := range message.Fields {
			properties[field.Desc.JSONName()] = d.field(field)
		}
		if len(properties) > 0 {
			schema["properties"] = properties
		}
	}
	return object{"$ref": "#/components/schemas/" + name}
}

func (d *document) field(field *protogen.Field) object {
	var schema object
	switch {
	case field.Desc.IsMap():
		schema = object{"type": "object", "additionalProperties": d.single(field.Message.Fields[1])}
	case field.Desc.IsList():
		schema = object{"type": "array", "items": d.single(field)}
	default:
		schema = d.single(field)
	}
	if _, refers := schema["$ref"]; refers {
		schema = object{"allOf": []any{schema}}
	}
	schema["x-field-number"] = int(field.Desc.Number())
	told := strings.TrimSpace(words(field.Comments.Leading) + " " + words(field.Comments.Trailing))
	if oneof := field.Oneof; oneof != nil && !oneof.Desc.IsSynthetic() {
		told = strings.TrimSpace("One of “" + string(oneof.Desc.Name()) + "”. " + told)
	}
	if told != "" {
		schema["description"] = told
	}
	restrict(schema, rulesOf(field).GetString())
	return schema
}

func (d *document) single(field *protogen.Field) object {
	switch field.Desc.Kind() {
	case protoreflect.BoolKind:
		return object{"type": "boolean"}
	case protoreflect.Int32Kind, protoreflect.Sint32Kind, protoreflect.Sfixed32Kind, protoreflect.Uint32Kind, protoreflect.Fixed32Kind:
		return object{"type": "integer", "format": "int32"}
	case protoreflect.Int64Kind, protoreflect.Sint64Kind, protoreflect.Sfixed64Kind, protoreflect.Uint64Kind, protoreflect.Fixed64Kind:
		return object{"type": "string", "format": "int64"} // JSON of protobuf writes them as text
	case protoreflect.FloatKind, protoreflect.DoubleKind:
		return object{"type": "number"}
	case protoreflect.BytesKind:
		return object{"type": "string", "format": "byte"}
	case protoreflect.EnumKind:
		var names []any
		for _, value := range field.Enum.Values {
			names = append(names, string(value.Desc.Name()))
		}
		return object{"type": "string", "enum": names}
	case protoreflect.MessageKind, protoreflect.GroupKind:
		return d.reference(field.Message)
	default:
		return object{"type": "string"}
	}
}

func rulesOf(field *protogen.Field) *validate.FieldRules {
	rules, _ := proto.GetExtension(field.Desc.Options(), validate.E_Field).(*validate.FieldRules)
	return rules
}

// restrict says what the door refuses.
func restrict(schema object, rules *validate.StringRules) {
	if rules == nil || schema["type"] != "string" {
		return
	}
	if rules.HasPattern() {
		schema["pattern"] = rules.GetPattern()
	}
	if rules.HasMinLen() {
		schema["minLength"] = rules.GetMinLen()
	}
	if rules.HasMaxLen() {
		schema["maxLength"] = rules.GetMaxLen()
	}
	if allowed := rules.GetIn(); len(allowed) > 0 {
		schema["enum"] = allowed
	}
}

// samples are values of fields by their names in JSON.
var samples = object{
	"caseId": "DT-01/UBND-12205-2507/2026", "unitId": "UBND-12205-2507", "obligationId": "DT-01", "periodId": "2026", "officialId": "o-an", "limit": 20,
	"on": "2026-12-31", "actId": "vb-2026-000123", "areaId": "12205-2507", "boardId": "BAN-UBND-12205-2507", "key": "review-days", "document": "12/QĐ-UBND",
	"name": "Phần mềm văn bản", "url": "https://van-ban.example/nhan", "webhookId": "WH-ABCDEFGH", "deliveryId": "evt_aaaaaaaaaaaaaaaaaaaaaaaaaa",
	"words": "Đã gửi giấy mời ngày 01/12/2026", "reason": "catalogue", "role": "head", "decision": "12/QĐ-UBND",
}

// ids are samples of a field that is named “id” alone.
var ids = map[string]string{
	"nenep.reports.v1.": "DT-01/UBND-12205-2507/2026", "nenep.units.v1.GetUnit": "UBND-12205-2507", "nenep.units.v1.GetArea": "12205-2507",
	"nenep.units.v1.": "SX-2026-0001", "nenep.notifications.v1.": "1", "nenep.reports.v1.SetWebhook": "WH-ABCDEFGH", "nenep.reports.v1.RotateWebhook": "WH-ABCDEFGH",
	"nenep.reports.v1.SendTest": "WH-ABCDEFGH",
}

// example is a call with the fields that say what it is about.
func example(message *protogen.Message) object {
	given := object{}
	name := string(message.Desc.FullName())
	for _, field := range message.Fields {
		key, simple := field.Desc.JSONName(), !field.Desc.IsList() && !field.Desc.IsMap() && field.Message == nil
		switch {
		case simple && key == "id":
			longest := ""
			for _, prefix := range sorted(ids) {
				if strings.HasPrefix(name, prefix) && len(prefix) > len(longest) {
					longest, given[key] = prefix, ids[prefix]
				}
			}
		case simple && samples[key] != nil && (given["caseId"] == nil || rulesOf(field) != nil || key == "actId"):
			given[key] = samples[key]
		case key == "note" && name == "nenep.casefile.v1.Act":
			given[key] = object{"words": samples["words"]}
		case key == "state" && len(rulesOf(field).GetString().GetIn()) > 0:
			given[key] = rulesOf(field).GetString().GetIn()[0]
		}
	}
	return given
}

// words are a comment's, as running text.
func words(comments protogen.Comments) string {
	var lines []string
	for line := range strings.Lines(string(comments)) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}

func firstSentence(text string) string {
	first, _, more := strings.Cut(text, ". ")
	if more {
		return first + "."
	}
	return text
}
