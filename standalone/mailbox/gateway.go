package mailbox

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strings"
	"unicode"
)

// gateways are the channels beside mail that the mailbox stands in for, with what people call them.
var gateways = map[string]string{"sms": "Tin nhắn SMS", "zalo": "Tin nhắn Zalo"}

// Declaration is the file (NENEP_CHANNELS) that has text messages end in the mailbox whose pages are at the address.
func Declaration(pagesAddress string) string {
	var file strings.Builder
	file.WriteString("# Text messages of make run end in its mailbox.\n")
	for _, name := range []string{"sms", "zalo"} {
		fmt.Fprintf(&file, `%s:
  url: http://%s/gateway/%s
  headers:
    Content-Type: application/json
  body: '{"to": {{json .To}}, "text": {{json .Text}}, "id": {{json .MessageID}}}'
  per_second: 50
  message_id: id
`, name, pagesAddress, name)
	}
	return file.String()
}

// greatestText bounds what a gateway takes.
const greatestText = 64 << 10

// takeText keeps a text message among the mails. Only JSON is taken: no page of another site can post that unasked.
func (b *Mailbox) takeText(w http.ResponseWriter, r *http.Request) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	title, known := gateways[r.PathValue("name")]
	var text struct{ To, Text, ID string }
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, greatestText)).Decode(&text)
	if !known || kind != "application/json" || err != nil || text.To == "" || text.Text == "" || strings.ContainsFunc(text.To+text.ID, unicode.IsControl) {
		http.Error(w, `{"error": "not a message"}`, http.StatusBadRequest)
		return
	}
	raw := fmt.Sprintf("Subject: %s\r\nMessage-ID: <%s>\r\nX-Nenep-Channel: %s\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"+
		"Content-Transfer-Encoding: 8bit\r\n\r\n%s\r\n", mime.QEncoding.Encode("utf-8", title), text.ID, r.PathValue("name"), text.Text)
	if err := b.keep(r.PathValue("name"), []string{text.To}, []byte(raw)); err != nil {
		http.Error(w, `{"error": "not kept"}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]string{"id": text.ID}) // the sender has gone
}
