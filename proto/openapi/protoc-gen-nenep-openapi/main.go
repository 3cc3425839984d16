// Command protoc-gen-nenep-openapi writes the OpenAPI document of the calls that machines may make: each method with its scope, its messages
// as JSON writes them, an example, and the shape of errors. A public method without a comment is refused.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"

	"google.golang.org/protobuf/compiler/protogen"
	"google.golang.org/protobuf/types/pluginpb"
	"nenep/proto/scopes"
)

func main() {
	protogen.Options{}.Run(func(plugin *protogen.Plugin) error {
		plugin.SupportedFeatures = uint64(pluginpb.CodeGeneratorResponse_FEATURE_PROTO3_OPTIONAL)
		d := document{paths: object{}, schemas: object{}}
		var tags []any
		for _, file := range plugin.Files {
			if !file.Generate {
				continue
			}
			for _, service := range file.Services {
				tags = append(tags, object{"name": string(service.Desc.FullName()), "description": words(service.Comments.Leading)})
				for _, method := range service.Methods {
					if err := d.method(method); err != nil {
						return err
					}
				}
			}
		}
		tags = append(tags, object{"name": "tep", "description": "Evidence files travel over plain HTTP."})
		d.files()
		content, err := d.write(tags)
		if err != nil {
			return err
		}
		_, err = plugin.NewGeneratedFile("openapi/openapi.json", "").Write(content)
		return err
	})
}

// object is written with its keys in order, so that the same contracts give the same bytes.
type object map[string]any

type document struct{ paths, schemas object }

func (d *document) write(tags []any) ([]byte, error) {
	d.schemas["connect.Error"] = errorSchema
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(object{
		"openapi": "3.0.3",
		"info":    object{"title": "Nề Nếp", "version": "v1", "description": "What other systems may call, in an official's name. Errors, webhooks and files: docs/api.md."},
		"servers": []any{object{"url": "/"}},
		"tags":    tags, "paths": d.paths,
		"security": []any{object{"machineToken": []any{}}},
		"components": object{"schemas": d.schemas, "securitySchemes": object{
			"machineToken": object{"type": "http", "scheme": "bearer", "description": "A token (nenep_…) that an administrator made; x-scope of each call says which scope it needs."},
		}},
	})
	return out.Bytes(), err
}

func (d *document) method(method *protogen.Method) error {
	scope := scopes.Of(string(method.Desc.FullName()))
	if !scope.Public() {
		return nil
	}
	told := words(method.Comments.Leading)
	if told == "" {
		return fmt.Errorf("%s is called by machines and has no comment", method.Desc.FullName())
	}
	service := string(method.Parent.Desc.FullName())
	body := object{"schema": d.reference(method.Input)}
	if given := example(method.Input); len(given) > 0 {
		body["example"] = given
	}
	d.paths["/api/"+service+"/"+string(method.Desc.Name())] = object{"post": object{
		"operationId": string(method.Desc.FullName()), "tags": []any{service}, "summary": firstSentence(told), "description": told, "x-scope": string(scope),
		"requestBody": object{"required": true, "content": object{"application/json": body}},
		"responses":   answers(object{"application/json": object{"schema": d.reference(method.Output)}}),
	}}
	return nil
}

func answers(content object) object {
	return object{
		"200":     object{"description": "Done.", "content": content},
		"default": object{"description": "Refused, with a sentence in Vietnamese and in English.", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/connect.Error"}}}},
	}
}

// files are the two calls that are no RPC.
func (d *document) files() {
	query := func(name, told string) object {
		return object{"name": name, "in": "query", "required": true, "description": told, "schema": object{"type": "string"}}
	}
	upload := object{"type": "object", "required": []any{"file"}, "properties": object{"file": object{"type": "string", "format": "binary"}}}
	d.paths["/api/tep"] = object{"post": object{
		"operationId": "tep.HandIn", "tags": []any{"tep"}, "summary": "Hands in an evidence file.", "x-scope": string(scopes.EvidenceWrite),
		"description": "Hands in an evidence file of a case's step. The same content for the same step again answers the same file.",
		"parameters":  []any{query("case", "The case's id."), query("step", "The step's id.")},
		"requestBody": object{"required": true, "content": object{"multipart/form-data": object{"schema": upload}}},
		"responses":   answers(object{"application/json": object{"schema": object{"$ref": "#/components/schemas/nenep.reports.v1.File"}}}),
	}}
	d.paths["/api/tep/{id}"] = object{"get": object{
		"operationId": "tep.HandOut", "tags": []any{"tep"}, "summary": "Answers an evidence file.", "description": "Answers an evidence file, as a download.", "x-scope": string(scopes.EvidenceRead),
		"parameters": []any{object{"name": "id", "in": "path", "required": true, "description": "The file's id.", "schema": object{"type": "string"}}},
		"responses":  answers(object{"application/octet-stream": object{"schema": object{"type": "string", "format": "binary"}}}),
	}}
}

// errorSchema is an error as Connect writes it, with the house's refusal in its details.
var errorSchema = object{
	"type": "object", "description": "An error as Connect writes it.", "properties": object{
		"code":    object{"type": "string", "description": "unauthenticated, permission_denied, not_found, invalid_argument, failed_precondition, already_exists, resource_exhausted, unavailable, internal", "x-field-number": 1},
		"message": object{"type": "string", "description": "The sentence in English.", "x-field-number": 2},
		"details": object{"type": "array", "x-field-number": 3, "items": object{"type": "object", "properties": object{
			"type":  object{"type": "string", "description": "nenep.casefile.v1.Refusal", "x-field-number": 1},
			"value": object{"type": "string", "format": "byte", "x-field-number": 2},
			"debug": object{"type": "object", "description": "The refusal as JSON: code, textVi, textEn, fields.", "x-field-number": 3},
		}}},
	},
	"example": object{"code": "permission_denied", "message": "This token does not bear the scope “cases:act”. Make one that does."},
}

func sorted[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	return keys
}
