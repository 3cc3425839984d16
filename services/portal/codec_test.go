package portal

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/encoding/protojson"
	"nenep/proto/wire"
)

// codecRights: a payload names no case, so it takes somebody who reads every one and everything.
var codecRights = []right{
	{route: "POST /temporal/codec/:what", address: "/temporal/codec/decode", may: those("auditor", "administrator"), foreign: true, json: true},
	{route: "POST /temporal/codec/:what", address: "/temporal/codec/encode", foreign: true, json: true},
	{route: "OPTIONS /temporal/codec/:what", address: "/temporal/codec/decode", open: true},
}

const temporalUI = "http://127.0.0.1:8233"

var codecKey = "k1:" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("a", 32)))

func withCodec(cfg *wire.Config, _ *Options) {
	cfg.PayloadKeys, cfg.TemporalUIURL, cfg.PortalURL = codecKey, temporalUI, "http://127.0.0.1:8080"
}

func sealedQuestion(t *testing.T, keys string, values ...any) string {
	t.Helper()
	payloads, err := wire.Config{PayloadKeys: keys}.DataConverter()
	require.NoError(t, err)
	sealed, err := payloads.ToPayloads(values...)
	require.NoError(t, err)
	text, err := protojson.Marshal(sealed)
	require.NoError(t, err)
	return string(text)
}

// question is what the UI's page sends.
type question struct{ method, path, origin, kind, body string }

func (b *browser) decode(q question) (*http.Response, map[string]any) {
	b.t.Helper()
	if q.method == "" {
		q.method, q.path = http.MethodPost, codecPath+"/decode"+q.path
	}
	request, err := http.NewRequestWithContext(b.t.Context(), q.method, b.address+q.path, strings.NewReader(q.body))
	require.NoError(b.t, err)
	request.Header.Set("X-Namespace", "nenep")
	for name, value := range map[string]string{"Origin": q.origin, "Content-Type": q.kind} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := b.client.Do(request)
	require.NoError(b.t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(b.t, err)
	var answer map[string]any
	if len(text) > 0 {
		require.NoError(b.t, json.Unmarshal(text, &answer), "%s", text)
	}
	return response, answer
}

func TestTheTemporalUIReadsPayloadsInTheNameOfAnAdministrator(t *testing.T) {
	s := serve(t, administered(t), withCodec)
	b := s.as(t, "o-quan")
	plain, err := wire.DataConverter().ToPayload("không mã hóa")
	require.NoError(t, err)
	asked := &commonpb.Payloads{}
	require.NoError(t, protojson.Unmarshal([]byte(sealedQuestion(t, codecKey, "Hội nghị của xã", map[string]string{"a": "b"})), asked))
	asked.Payloads = append(asked.Payloads, plain)
	body, err := protojson.Marshal(asked)
	require.NoError(t, err)
	response, _ := b.decode(question{origin: temporalUI, kind: "application/json; charset=utf-8", body: string(body)})
	require.Equal(t, http.StatusOK, response.StatusCode)
	require.Equal(t, temporalUI, response.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "true", response.Header.Get("Access-Control-Allow-Credentials"))
	require.Equal(t, "no-store", response.Header.Get("Cache-Control"))

	remote := converter.NewRemotePayloadCodec(converter.RemotePayloadCodecOptions{Endpoint: s.address + codecPath, Client: *b.client})
	opened, err := remote.Decode(asked.GetPayloads())
	require.NoError(t, err, "what the SDK and the terminal program of Temporal ask is answered as well")
	var words string
	require.NoError(t, wire.DataConverter().FromPayload(opened[0], &words))
	require.Equal(t, "Hội nghị của xã", words)
	require.NoError(t, wire.DataConverter().FromPayload(opened[2], &words))
	require.Equal(t, "không mã hóa", words)
	_, err = remote.Encode(asked.GetPayloads())
	require.Error(t, err, "nobody has anything encrypted")
}

func TestABrowserIsLetAskByTheTemporalUIAlone(t *testing.T) {
	s := serve(t, administered(t), withCodec)
	b := s.as(t, "o-quan")
	ask := func(origin string) *http.Response {
		response, _ := b.decode(question{method: http.MethodOptions, path: codecPath + "/decode", origin: origin})
		return response
	}
	allowed := ask(temporalUI)
	require.Equal(t, http.StatusNoContent, allowed.StatusCode)
	require.Equal(t, temporalUI, allowed.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "POST", allowed.Header.Get("Access-Control-Allow-Methods"))
	require.Contains(t, strings.ToLower(allowed.Header.Get("Access-Control-Allow-Headers")), "x-namespace")
	body := sealedQuestion(t, codecKey, "Hội nghị")
	for _, origin := range []string{"http://127.0.0.1:9999", "http://127.0.0.1:82330", "https://127.0.0.1:8233", "http://evil.example", "null", "http://127.0.0.1:8233.evil.example"} {
		require.Empty(t, ask(origin).Header.Get("Access-Control-Allow-Origin"), origin)
		response, answer := b.decode(question{origin: origin, kind: "application/json", body: body})
		require.Equal(t, http.StatusForbidden, response.StatusCode, origin)
		require.Empty(t, response.Header.Get("Access-Control-Allow-Origin"), origin)
		require.Contains(t, answer["message"], "NENEP_TEMPORAL_UI_URL")
	}
	response, _ := b.decode(question{origin: "http://127.0.0.1:8080", kind: "application/json", body: body})
	require.Equal(t, http.StatusOK, response.StatusCode, "the UI may stand under the portal's own address")
}

func TestEveryRefusalOfTheCodecIsASentenceInJSON(t *testing.T) {
	s := serve(t, administered(t), withCodec)
	admin, contact, nobody := s.as(t, "o-quan"), s.as(t, "o-an"), s.open(t)
	good := sealedQuestion(t, codecKey, "Hội nghị")
	missing := sealedQuestion(t, "k7:"+codecKey[3:], "Hội nghị")
	cut := strings.Replace(good, `"data":"`, `"data":"AAAA`, 1)
	for name, refused := range map[string]struct {
		by      *browser
		asked   question
		status  int
		vi, eng string
	}{
		"not signed in":    {nobody, question{kind: "application/json", body: good}, http.StatusUnauthorized, "Đăng nhập cổng http://127.0.0.1:8080", "Sign in at http://127.0.0.1:8080"},
		"no right":         {contact, question{kind: "application/json", body: good}, http.StatusForbidden, "Chỉ quản trị hệ thống", "Only administrators"},
		"encode":           {admin, question{method: http.MethodPost, path: codecPath + "/encode", kind: "application/json", body: good}, http.StatusForbidden, "chỉ giải mã", "does nothing else"},
		"something else":   {admin, question{method: http.MethodPost, path: codecPath + "/x", kind: "application/json", body: good}, http.StatusForbidden, "chỉ giải mã", "does nothing else"},
		"a form":           {admin, question{kind: "application/x-www-form-urlencoded", body: good}, http.StatusUnsupportedMediaType, "JSON", "JSON"},
		"plain text":       {admin, question{kind: "text/plain", body: good}, http.StatusUnsupportedMediaType, "JSON", "JSON"},
		"no kind":          {admin, question{body: good}, http.StatusUnsupportedMediaType, "JSON", "JSON"},
		"no JSON":          {admin, question{kind: "application/json", body: "{"}, http.StatusUnprocessableEntity, "không phải là danh sách payload", "not a list"},
		"another JSON":     {admin, question{kind: "application/json", body: `{"payloads": "x"}`}, http.StatusUnprocessableEntity, "không phải là danh sách payload", "not a list"},
		"a key not there":  {admin, question{kind: "application/json", body: missing}, http.StatusUnprocessableEntity, "khóa “k7”", `key "k7"`},
		"a damaged one":    {admin, question{kind: "application/json", body: cut}, http.StatusUnprocessableEntity, "khóa “k1”", "damaged"},
		"too much of it":   {admin, question{kind: "application/json", body: strings.Repeat(" ", mostCodecBytes+1) + good}, http.StatusRequestEntityTooLarge, "lớn hơn", ""},
		"too much, no one": {nobody, question{kind: "application/json", body: strings.Repeat(" ", mostCodecBytes+1)}, http.StatusUnauthorized, "Đăng nhập", ""},
	} {
		refused.asked.origin = temporalUI
		response, answer := refused.by.decode(refused.asked)
		require.Equal(t, refused.status, response.StatusCode, name)
		require.Equal(t, "application/json", response.Header.Get("Content-Type"), name)
		require.Equal(t, temporalUI, response.Header.Get("Access-Control-Allow-Origin"), "%s: the UI can read why", name)
		require.Contains(t, answer["message"], refused.vi, name)
		if refused.eng != "" {
			require.Contains(t, answer["message_en"], refused.eng, name)
		}
	}
}

func TestTheLogHasWhoAskedAndNothingOfWhatHeRead(t *testing.T) {
	first := serve(t, administered(t), withCodec)
	core, logged := observer.New(zap.DebugLevel)
	service, err := New(t.Context(), first.cfg, zap.New(core), Options{SignIn: byName{}, Now: func() time.Time { return morning }, WithoutTemporal: true})
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(func() { server.Close(); require.NoError(t, service.Close()) })
	s := site{server.URL, first.cfg}
	body := sealedQuestion(t, codecKey, "Hội nghị của xã", "hai")
	response, _ := s.as(t, "o-quan").decode(question{origin: temporalUI, kind: "application/json", body: body})
	require.Equal(t, http.StatusOK, response.StatusCode)
	response, _ = s.as(t, "o-an").decode(question{origin: temporalUI, kind: "application/json", body: body})
	require.Equal(t, http.StatusForbidden, response.StatusCode)
	asked := logged.FilterMessage("payloads decoded for the Temporal Web UI").All()
	require.Len(t, asked, 1)
	require.Equal(t, map[string]any{"official": "o-quan", "payloads": int64(2), "keys": []any{"k1"}}, asked[0].ContextMap())
	require.Equal(t, "o-an", logged.FilterMessage("payloads not decoded: no right").All()[0].ContextMap()["official"])
	for _, entry := range logged.All() {
		text := entry.Message + fmt.Sprint(entry.ContextMap())
		require.NotContains(t, text, "Hội nghị của xã")
		require.NotContains(t, text, body[20:60])
	}
}
