package reports

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

// Evidence may live in any store that speaks S3: what is handed in is read back whole.
func TestEvidenceInAnObjectStoreIsReadBackWhole(t *testing.T) {
	objects := s3mem.New()
	require.NoError(t, objects.CreateBucket("evidence"))
	store := httptest.NewServer(gofakes3.New(objects).Server())
	t.Cleanup(store.Close)
	t.Setenv("AWS_ACCESS_KEY_ID", "key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "secret")
	h := newHouse(t, func(cfg *wire.Config, _ *Options) {
		cfg.EvidenceURL = "s3://evidence?region=hn&use_path_style=true&disable_https=true&endpoint=" + store.URL
	})
	h.openCase()
	file := h.handedIn(contact, "hold", "bien-ban.pdf", pdf)
	request, err := http.NewRequestWithContext(h.as(reviewer), http.MethodGet, h.server.URL+"/files/"+file.GetId(), nil)
	require.NoError(t, err)
	status, content := h.send(request)
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, pdf, content)
	require.Equal(t, file.GetId(), h.handedIn(contact, "hold", "bien-ban.pdf", pdf).GetId(), "the same file again is the same file")
}
