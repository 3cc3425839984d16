package portal

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"nenep/proto/openapi"
	"nenep/proto/scopes"
)

func TestTheDocumentIsValidAndNamesEveryPublicCall(t *testing.T) {
	t.Parallel()
	document, err := openapi3.NewLoader().LoadFromData(openapi.Document)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	left := document.Paths.Map()
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			methods := file.Services().Get(i).Methods()
			for j := range methods.Len() {
				path := "/api/" + string(file.Services().Get(i).FullName()) + "/" + string(methods.Get(j).Name())
				scope := scopes.Of(string(methods.Get(j).FullName()))
				item := left[path]
				require.Equal(t, scope.Public(), item != nil, path)
				if item == nil {
					continue
				}
				require.Equal(t, string(scope), item.Post.Extensions["x-scope"], path)
				require.NotEmpty(t, item.Post.Description, path)
				requireReadable(t, methods.Get(j).Input(), item.Post.RequestBody.Value.Content.Get("application/json").Example)
				delete(left, path)
			}
		}
		return true
	})
	delete(left, "/api/tep")
	delete(left, "/api/tep/{id}")
	require.Empty(t, left)
}

// requireReadable: the example of a call is a message that the door reads.
func requireReadable(t *testing.T, input protoreflect.MessageDescriptor, example any) {
	t.Helper()
	if example == nil {
		return
	}
	kind, err := protoregistry.GlobalTypes.FindMessageByName(input.FullName())
	require.NoError(t, err)
	written, err := openapi3.NewObjectSchema().WithDefault(example).MarshalJSON()
	require.NoError(t, err)
	text := string(written)
	text = text[strings.Index(text, `"default":`)+len(`"default":`) : strings.LastIndex(text, `,"type"`)]
	require.NoError(t, protojson.Unmarshal([]byte(text), kind.New().Interface()), "%s: %s", input.FullName(), text)
}

func TestEveryCallHasAPage(t *testing.T) {
	b := serve(t, newHouse(t)).as(t, "o-an")
	index := b.get("/api")
	require.Equal(t, http.StatusOK, index.status)
	links := index.Find("main td a")
	require.Greater(t, links.Length(), 50)
	require.Contains(t, index.words("main"), "cases:act")
	raw := b.get("/api/openapi.json")
	require.Contains(t, raw.header.Get("Content-Type"), "application/json")
	for i := range links.Length() {
		href := links.Eq(i).AttrOr("href", "")
		one := b.get(href)
		require.Equal(t, http.StatusOK, one.status, href)
		require.Contains(t, one.words("pre"), "curl ", href)
		for j := range one.Find("main td a").Length() {
			anchor := one.Find("main td a").Eq(j).AttrOr("href", "")
			require.Equal(t, 1, one.Find(`[id="`+strings.TrimPrefix(anchor, "#")+`"]`).Length(), "%s leads to nothing on %s", anchor, href)
		}
	}
	page := b.get("/api/" + listCases)
	require.Equal(t, "ListCases", page.words("h1"))
	require.Contains(t, page.words("main"), "Phạm vi: cases:read (đọc hồ sơ, lịch sử, sự kiện)")
	require.Contains(t, page.words("main"), "obligationId")
	for _, path := range []string{"/api/nenep.reports.v1.RegisterService/WriteProgress", "/api/x/y"} {
		require.Equal(t, http.StatusNotFound, b.get(path).status, path)
	}
}
