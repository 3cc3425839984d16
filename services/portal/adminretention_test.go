package portal

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFilesAreDeletedAfterTheirListWasReadOnceMore(t *testing.T) {
	h := administered(t)
	h.ended = endedRetention()
	b := serve(t, h).as(t, "o-quan")
	require.Contains(t, b.get(adminPath).words("main"), "520 tệp đã hết thời hạn lưu")
	seen := b.get(retentionPath)
	require.Contains(t, seen.words("main"), "được giữ 20 năm, tính đến hết năm")
	require.Contains(t, seen.words("main"), "ội dung của 2 tệp còn giữ vì hồ sơ khác có cùng nội dung")

	form := b.get(retentionPath + "/huy")
	back := b.post(retentionPath+"/huy", url.Values{"act_id": {form.value("[name=act_id]")}, "issued_on": {"30/02/2026"}})
	require.Equal(t, http.StatusUnprocessableEntity, back.status)
	require.Equal(t, 3, back.Find(".summary li").Length(), back.words(".summary"))
	require.Empty(t, h.orders)

	group := endedRetention().GetGroups()[1]
	values := url.Values{"act_id": {form.value("[name=act_id]")}, "groups": {group.GetId() + " " + group.GetListed()}, "document": {"45/QĐ-UBND"}, "issued_on": {"20/12/2026"}}
	once := b.post(retentionPath+"/huy", values)
	require.Equal(t, "Xác nhận tiêu hủy 312 tệp", once.words("h1"))
	require.Contains(t, once.words("main"), "kỳ 2005: 312 tệp của 102 hồ sơ")
	require.Empty(t, h.orders)
	values.Set("confirmed", once.value("[name=confirmed]"))
	after := b.post(retentionPath+"/huy", values)
	require.Equal(t, retentionPath, after.path)
	require.Equal(t, "Đã tiêu hủy 312 tệp theo quyết định số 45/QĐ-UBND.", after.words(".banner"))
	require.Equal(t, []string{"45/QĐ-UBND", "2026-12-20", "DT-01/2005", group.GetListed()},
		[]string{h.orders[0].GetDocument(), h.orders[0].GetIssuedOn(), h.orders[0].GetGroups()[0].GetId(), h.orders[0].GetGroups()[0].GetListed()})

	values.Set("document", "không số")
	require.Contains(t, b.post(retentionPath+"/huy", values).words(".summary"), "không phải là số, ký hiệu văn bản")
}
