package app

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"connectrpc.com/connect"
	"github.com/stretchr/testify/require"
	"go.uber.org/zap"
	"gopkg.in/yaml.v3"
	notificationsv1 "nenep/proto/nenep/notifications/v1"
	"nenep/proto/nenep/notifications/v1/notificationsv1connect"
	"nenep/proto/wire"
)

// rolesOf are the settings of each role as the chart takes them from the Secret in the file.
func rolesOf(t *testing.T, file string) map[string]wire.Config {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var secret secretManifest
	require.NoError(t, yaml.Unmarshal(text, &secret))
	roles := map[string]wire.Config{}
	for _, role := range wire.TokenKeepers() {
		roles[role] = wire.Config{TokenKey: secret.StringData[role], TokenKeys: secret.StringData[publicKeysFile]}
		require.NoError(t, roles[role].VerifyTokens(role))
	}
	return roles
}

// answering serves notifications with these settings.
func answering(t *testing.T, cfg wire.Config) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle(notificationsv1connect.NewNotificationsServiceHandler(&ledger{}, connect.WithInterceptors(cfg.Listener("notifications").RequireToken(zap.NewNop()))))
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func ask(t *testing.T, caller wire.Config, role, address string) error {
	t.Helper()
	caller.NotificationsURL = address
	_, err := caller.NewClients(role).Notifications.ListMessages(context.Background(), connect.NewRequest(&notificationsv1.ListMessagesRequest{}))
	return err
}

// While pods are replaced one by one, those before and those after a step call each other in every direction.
func TestKeysAreRotatedWithoutARefusedCall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens.yaml")
	shared := wire.Config{ServiceKey: strings.Repeat("k", 40)}
	t.Setenv("NENEP_SERVICE_KEY", shared.ServiceKey)
	before := map[string]wire.Config{}
	for _, role := range wire.TokenKeepers() {
		before[role] = shared
	}
	first := before
	for _, step := range []string{"--from-service-key", "--promote", "--retire", "--rotate", "--promote", "--retire"} {
		code, _, faults := typed(t, "keys", "tokens", file, step)
		require.Zero(t, code, faults)
		after := rolesOf(t, file)
		for _, listening := range []map[string]wire.Config{before, after} {
			address := answering(t, listening["notifications"])
			for _, calling := range []map[string]wire.Config{before, after} {
				for _, role := range []string{"portal", "worker", "terminal"} {
					require.NoError(t, ask(t, calling[role], role, address), "%s, at %s", role, step)
				}
			}
		}
		before = after
	}
	err := ask(t, first["portal"], "portal", answering(t, before["notifications"]))
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err), "what was retired opens nothing any more")
	err = ask(t, before["worker"], "portal", answering(t, before["notifications"]))
	require.Equal(t, connect.CodeUnauthenticated, connect.CodeOf(err), "a role speaks for itself only")
}

func TestTheFileOfKeysIsForItsOwnerAndKubectl(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens.yaml")
	code, out, _ := typed(t, "keys", "tokens", file, "--namespace", "nenep")
	require.Zero(t, code)
	require.Contains(t, out, "terminal-"+time.Now().UTC().Format("20060102"))
	info, err := os.Stat(file)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var secret secretManifest
	require.NoError(t, yaml.Unmarshal(text, &secret))
	require.Equal(t, "nenep-tokens nenep", secret.Metadata.Name+" "+secret.Metadata.Namespace)
	for role, keys := range secret.StringData {
		if role != publicKeysFile {
			_, seed, _ := strings.Cut(keys, ":")
			require.NotContains(t, out, seed, "what is shown on a screen is no secret")
			require.NotContains(t, secret.StringData[publicKeysFile], seed)
		}
	}

	// As the cluster gives it back.
	secret.Data = map[string]string{}
	for name, value := range secret.StringData {
		secret.Data[name] = base64.StdEncoding.EncodeToString([]byte(value))
	}
	secret.StringData = nil
	text, err = yaml.Marshal(secret)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	code, again, _ := typed(t, "keys", "tokens", file)
	require.Zero(t, code)
	require.Equal(t, out, again)
	code, rotated, _ := typed(t, "keys", "tokens", file, "--rotate", "--json")
	require.Zero(t, code)
	require.Equal(t, 10, strings.Count(rotated, `"kid"`))
}

func TestAStepOutOfOrderIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "tokens.yaml")
	code, _, says := typed(t, "keys", "tokens", file, "--rotate")
	require.Equal(t, exitRefused, code)
	require.Contains(t, says, "Không có tệp")
	_, err := os.Stat(file)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, _ = typed(t, "keys", "tokens", file)
	for _, step := range []string{"--promote", "--retire"} {
		code, _, says = typed(t, "keys", "tokens", file, step)
		require.Equal(t, exitRefused, code)
		require.Contains(t, says, "khóa")
	}
	_, _, _ = typed(t, "keys", "tokens", file, "--rotate")
	code, _, says = typed(t, "keys", "tokens", file, "--rotate")
	require.Equal(t, exitRefused, code)
	require.Contains(t, says, "--promote")
	require.NoError(t, os.WriteFile(file, []byte("kind: ConfigMap"), 0o600))
	code, _, says = typed(t, "keys", "tokens", file)
	require.Equal(t, exitFailed, code)
	require.Contains(t, says, "is no manifest of a Secret")
}
