package portal

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"
	"nenep/proto/openapi"
	"nenep/proto/scopes"
)

const apiPath = "/api"

// apiRoutes show the calls of machines to people: the OpenAPI document, read aloud.
func (p *portal) apiRoutes(inside *echo.Group) {
	inside.GET(apiPath, p.apiPage)
	inside.GET(apiPath+"/openapi.json", p.openAPIDocument)
	inside.GET(apiPath+"/:service/:method", p.apiCallPage)
}

func (p *portal) openAPIDocument(c echo.Context) error {
	return c.Blob(http.StatusOK, echo.MIMEApplicationJSON, openapi.Document)
}

// apiCall is one call as its page shows it.
type apiCall struct {
	Name, Path, Href, Summary, Words string
	Scope, ScopeWords                string
	Curl                             string
	Asked, Answered                  []apiType
}

// apiType is a message with its fields.
type apiType struct {
	Name, Words, Anchor string
	Fields              []apiField
}

type apiField struct {
	Name, Type, Of, Words string // Of is the anchor of the message that it holds
	number                float64
}

type apiService struct {
	Name, Words string
	Calls       []apiCall
}

type apiView struct {
	Services []apiService
	Total    int
	Scopes   []scopes.Meaning
}

// readAPI is the document as the pages show it. It is part of the program: a fault of it is a fault of the build.
var readAPI = sync.OnceValues(func() (*openapi3.T, error) {
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	if err != nil {
		return nil, fmt.Errorf("read the OpenAPI document: %w", err)
	}
	return document, nil
})

func (p *portal) apiPage(c echo.Context) error {
	document, err := readAPI()
	if err != nil {
		return err
	}
	view := apiView{Scopes: scopes.All}
	for _, tag := range document.Tags {
		service := apiService{Name: tag.Name, Words: tag.Description}
		for _, path := range document.Paths.InMatchingOrder() {
			if call, is := p.apiCallOf(document, path); is && operationOf(document.Paths.Value(path)).Tags[0] == tag.Name {
				service.Calls = append(service.Calls, call)
			}
		}
		slices.SortFunc(service.Calls, func(a, b apiCall) int { return strings.Compare(a.Path, b.Path) })
		view.Services, view.Total = append(view.Services, service), view.Total+len(service.Calls)
	}
	return p.render(c, http.StatusOK, "api", &page{Title: "API cho hệ thống khác", Body: view})
}

func operationOf(item *openapi3.PathItem) *openapi3.Operation {
	if item == nil {
		return nil
	}
	if item.Post != nil {
		return item.Post
	}
	return item.Get
}

// apiCallOf is the head of a call; files have no page of their own.
func (p *portal) apiCallOf(document *openapi3.T, path string) (apiCall, bool) {
	operation := operationOf(document.Paths.Value(path))
	if operation == nil {
		return apiCall{}, false
	}
	scope, _ := operation.Extensions["x-scope"].(string)
	call := apiCall{Name: path[strings.LastIndex(path, "/")+1:], Path: path, Summary: operation.Summary, Words: operation.Description, Scope: scope}
	if operation.Tags[0] == "tep" {
		call.Name = "GET " + path
		if document.Paths.Value(path).Post != nil {
			call.Name = "POST " + path
		}
		return call, true
	}
	call.Href = path
	at := slices.IndexFunc(scopes.All, func(one scopes.Meaning) bool { return string(one.Scope) == scope })
	if at >= 0 {
		call.ScopeWords = scopes.All[at].VI
	}
	return call, true
}

func (p *portal) apiCallPage(c echo.Context) error {
	document, err := readAPI()
	if err != nil {
		return err
	}
	path := apiPath + "/" + c.Param("service") + "/" + c.Param("method")
	call, is := p.apiCallOf(document, path)
	if !is || call.Href == "" {
		return notFound()
	}
	operation := operationOf(document.Paths.Value(path))
	body := operation.RequestBody.Value.Content.Get(echo.MIMEApplicationJSON)
	call.Curl = p.curlOf(path, body.Example)
	call.Asked = typesOf(document, body.Schema, "vao")
	call.Answered = typesOf(document, operation.Responses.Status(http.StatusOK).Value.Content.Get(echo.MIMEApplicationJSON).Schema, "ra")
	return p.render(c, http.StatusOK, "apicall", &page{Title: call.Name, Body: call})
}

// curlOf is a call that a person can try.
func (p *portal) curlOf(path string, example any) string {
	body := "{}"
	if example != nil {
		if written, err := json.Marshal(example); err == nil {
			body = string(written)
		}
	}
	return "curl " + strings.TrimSuffix(p.cfg.PortalURL, "/") + path + " \\\n  -H 'Authorization: Bearer nenep_…' \\\n  -H 'Content-Type: application/json' \\\n  -d '" + body + "'"
}

// typesOf are the message and every message that it holds, each once.
func typesOf(document *openapi3.T, first *openapi3.SchemaRef, place string) []apiType {
	var all []apiType
	seen, left := map[string]bool{}, []string{nameOf(first)}
	for len(left) > 0 {
		name := left[0]
		left = left[1:]
		schema := document.Components.Schemas[name]
		if seen[name] || schema == nil {
			continue
		}
		seen[name] = true
		kind := apiType{Name: name, Words: schema.Value.Description, Anchor: place + "-" + name}
		for field, of := range schema.Value.Properties {
			shown, holds := fieldOf(field, of, place)
			kind.Fields = append(kind.Fields, shown)
			if holds != "" && !seen[holds] {
				left = append(left, holds)
			}
		}
		slices.SortFunc(kind.Fields, func(a, b apiField) int { return int(a.number - b.number) })
		all = append(all, kind)
		slices.Sort(left)
	}
	return all
}

// nameOf is the message that a schema refers to; empty when it is plain.
func nameOf(ref *openapi3.SchemaRef) string {
	switch {
	case ref == nil:
		return ""
	case ref.Ref != "":
		return ref.Ref[strings.LastIndex(ref.Ref, "/")+1:]
	case len(ref.Value.AllOf) == 1:
		return nameOf(ref.Value.AllOf[0])
	case ref.Value.Items != nil:
		return nameOf(ref.Value.Items)
	case ref.Value.AdditionalProperties.Schema != nil:
		return nameOf(ref.Value.AdditionalProperties.Schema)
	default:
		return ""
	}
}

func fieldOf(name string, ref *openapi3.SchemaRef, place string) (apiField, string) {
	field := apiField{Name: name, Type: typeWord(ref), Words: ref.Value.Description}
	field.number, _ = ref.Value.Extensions["x-field-number"].(float64)
	holds := nameOf(ref)
	if holds != "" {
		field.Of = place + "-" + holds
	}
	if len(ref.Value.Enum) > 0 {
		var values []string
		for _, value := range ref.Value.Enum {
			values = append(values, fmt.Sprint(value))
		}
		field.Words = strings.TrimSpace(field.Words + " (" + strings.Join(values, " | ") + ")")
	}
	return field, holds
}

// typeWord is a field's type as a program's author says it.
func typeWord(ref *openapi3.SchemaRef) string {
	schema := ref.Value
	short := func(name string) string { return name[strings.LastIndex(name, ".")+1:] }
	switch {
	case ref.Ref != "":
		return short(nameOf(ref))
	case len(schema.AllOf) == 1:
		return typeWord(schema.AllOf[0])
	case schema.Items != nil:
		return typeWord(schema.Items) + "[]"
	case schema.AdditionalProperties.Schema != nil:
		return "map of " + typeWord(schema.AdditionalProperties.Schema)
	case schema.Format != "":
		return strings.Join(schema.Type.Slice(), "") + " (" + schema.Format + ")"
	default:
		return strings.Join(schema.Type.Slice(), "")
	}
}
