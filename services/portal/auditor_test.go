package portal

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

func audited(t *testing.T, h *house) *browser {
	t.Helper()
	h.addHolder("o-kiem", "Vũ Thị Kiểm", "kiem@ubkt.example", "auditor", "Chuyên viên Ủy ban Kiểm tra", department)
	return serve(t, h).as(t, "o-kiem")
}

func TestAnAuditorReadsWhatAdministratorsReadAndFindsNoButtonThatWorks(t *testing.T) {
	b := audited(t, administered(t))
	require.Contains(t, b.get("/").words("header nav"), "Quản trị")
	for _, path := range adminPages {
		seen := b.get(path)
		require.Equal(t, http.StatusOK, seen.status, path)
		require.Contains(t, seen.words("main .banner"), "Tài khoản kiểm tra, giám sát xem được các trang quản trị và không ghi được.", path)
		require.Zero(t, seen.Find("main form[method=post] button:not([disabled])").Length(), path)
	}
}

func TestAnAuditorIsOfferedNothingToDoWithACase(t *testing.T) {
	b := audited(t, withLetters(t))
	seen := b.get(caseURL(khoaiChauCase))
	require.Equal(t, http.StatusOK, seen.status)
	require.Zero(t, seen.Find("main form").Length())
	require.Zero(t, seen.Find("main .acts").Length())
	require.Equal(t, 4, b.get("/thu").Find("table tbody tr").Length(), "the whole ledger")
}
