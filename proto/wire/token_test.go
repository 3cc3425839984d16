package wire

import (
	"encoding/base64"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Who may call whom, and in whose name: what is not said here nobody may.
func TestWhoCallsWhom(t *testing.T) {
	const never, own, officials, both = "", "own", "officials", "both"
	table := map[string]map[string]string{
		"portal":        {"units": both, "reports": both, "notifications": both},
		"gateway":       {"units": officials, "reports": officials, "notifications": officials},
		"worker":        {"units": own, "reports": both, "notifications": own},
		"terminal":      {"units": own, "reports": own, "notifications": own},
		"reports":       {"units": both},
		"notifications": {"units": both, "reports": both},
		"units":         {}, "migrations": {}, "": {},
	}
	for speaker, to := range table {
		for _, listener := range []string{"units", "reports", "notifications", "portal", "worker", ""} {
			may := to[listener]
			require.Equal(t, may == own || may == both, MayCall(speaker, listener, false), "%s calls %s", speaker, listener)
			require.Equal(t, may == officials || may == both, MayCall(speaker, listener, true), "%s calls %s for an official", speaker, listener)
		}
	}
	require.Equal(t, []string{"notifications", "portal", "reports", "terminal", "worker"}, TokenKeepers())
}

// of are the settings of each role in a house where each holds its own keys.
func of(t *testing.T, keys map[string][]TokenKey) map[string]Config {
	t.Helper()
	var public []PublicTokenKey
	for role, own := range keys {
		for _, key := range own {
			public = append(public, key.Public(role))
		}
	}
	text, err := WritePublicTokenKeys(public)
	require.NoError(t, err)
	roles := map[string]Config{"units": {TokenKeys: text}}
	for role, own := range keys {
		roles[role] = Config{TokenKey: WriteTokenKeys(own), TokenKeys: text}
	}
	return roles
}

func newKeys(t *testing.T) map[string][]TokenKey {
	t.Helper()
	keys := map[string][]TokenKey{}
	for _, role := range TokenKeepers() {
		key, err := NewTokenKey(role, noon)
		require.NoError(t, err)
		keys[role] = []TokenKey{key}
	}
	return keys
}

var noon = time.Date(2026, 12, 24, 5, 0, 0, 0, time.UTC)

func TestATokenSpeaksForItsServiceToOneListenerForFiveMinutes(t *testing.T) {
	roles := of(t, newKeys(t))
	token, err := roles["portal"].Speaker("portal").Sign("units", "CB-AN", noon)
	require.NoError(t, err)
	units := roles["units"].Listener("units")
	for at, good := range map[time.Duration]bool{0: true, 5 * time.Minute: true, 5*time.Minute + 29*time.Second: true, 5*time.Minute + 31*time.Second: false, -29 * time.Second: true, -31 * time.Second: false} {
		id, err := units.Read(token, noon.Add(at))
		require.Equal(t, good, err == nil, "%s: %v", at, err)
		if good {
			require.Equal(t, Identity{Service: "portal", OfficialID: "CB-AN"}, id)
		}
	}
	_, err = roles["reports"].Listener("reports").Read(token, noon)
	require.ErrorContains(t, err, "audience", "a token for units is nothing to reports")
}

func TestARoleSpeaksForItselfOnly(t *testing.T) {
	roles := of(t, newKeys(t))
	units := roles["units"].Listener("units")
	token, err := roles["worker"].Speaker("portal").Sign("units", "CB-AN", noon) // the worker's key, the portal's name
	require.NoError(t, err)
	_, err = units.Read(token, noon)
	require.ErrorContains(t, err, `is one of worker, not of "portal"`)
	token, err = roles["portal"].Speaker("gateway").Sign("units", "CB-AN", noon) // the gateway is a part of the portal
	require.NoError(t, err)
	id, err := units.Read(token, noon)
	require.NoError(t, err)
	require.Equal(t, "gateway", id.Service)
	token, err = roles["worker"].Speaker("worker").Sign("units", "CB-AN", noon)
	require.NoError(t, err)
	_, err = units.Read(token, noon)
	require.ErrorIs(t, err, ErrMayNotCall)
	_, err = roles["units"].Speaker("units").Sign("reports", "", noon)
	require.ErrorContains(t, err, "NENEP_SERVICE_KEY", "units has no key, and calls nobody")
}

func TestKeysThatComeOfTheServiceKeyAreOfNoUseWhereRolesHaveTheirOwn(t *testing.T) {
	roles := of(t, newKeys(t))
	token, err := Config{ServiceKey: strings.Repeat("k", 32)}.Speaker("portal").Sign("units", "", noon)
	require.NoError(t, err)
	_, err = roles["units"].Listener("units").Read(token, noon)
	require.ErrorContains(t, err, "no service has a key")
}

func TestAnErrorNeverShowsTheToken(t *testing.T) {
	units := of(t, newKeys(t))["units"].Listener("units")
	stale, err := Config{ServiceKey: strings.Repeat("k", 32)}.Speaker("portal").Sign("units", "CB-AN", noon)
	require.NoError(t, err)
	for _, token := range []string{stale, "a secret that is no token", stale[:40], stale + "x", strings.Repeat("secret.", 3)} {
		_, err := units.Read(token, noon.Add(time.Hour))
		require.Error(t, err)
		for _, part := range strings.Split(token, ".") {
			if len(part) > 5 {
				require.NotContains(t, err.Error(), part)
			}
		}
	}
}

func TestWhatIsWrongWithTheKeysIsSaidAtStart(t *testing.T) {
	keys := newKeys(t)
	roles := of(t, keys)
	portal, others := roles["portal"], of(t, newKeys(t))
	private, err := WritePublicTokenKeys([]PublicTokenKey{keys["portal"][0].Public("portal")})
	require.NoError(t, err)
	secret := strings.Replace(private, `"kid"`, `"d":"AAAA","kid"`, 1)
	for name, wrong := range map[string]struct {
		role string
		cfg  Config
		says string
	}{
		"nothing at all":            {"worker", Config{}, "NENEP_SERVICE_KEY: must have at least 32 characters"},
		"no public keys":            {"portal", Config{TokenKey: portal.TokenKey}, "NENEP_TOKEN_KEYS: must be set"},
		"no own key":                {"portal", Config{TokenKeys: portal.TokenKeys, ServiceKey: strings.Repeat("k", 32)}, "NENEP_TOKEN_KEY: must be set for portal"},
		"another role's key":        {"portal", Config{TokenKey: roles["worker"].TokenKey, TokenKeys: portal.TokenKeys}, "does not stand in NENEP_TOKEN_KEYS as one of portal"},
		"a key the others know not": {"portal", Config{TokenKey: portal.TokenKey, TokenKeys: others["portal"].TokenKeys}, "give every role the new NENEP_TOKEN_KEYS first"},
		"a seed cut short":          {"portal", Config{TokenKey: "p1:" + base64.StdEncoding.EncodeToString([]byte("short")), TokenKeys: portal.TokenKeys}, "the seed of p1 is not 32 bytes"},
		"a key without a name":      {"portal", Config{TokenKey: ":AAAA", TokenKeys: portal.TokenKeys}, "entry 1 is not of the form kid:seed"},
		"a private key for all":     {"units", Config{TokenKeys: secret}, "everybody reads this text"},
		"no key set":                {"units", Config{TokenKeys: "{}"}, "holds no key"},
		"a file that is away":       {"units", Config{TokenKeys: "/away/keys.json"}, "neither a JSON Web Key Set nor a file"},
		"a key of no service":       {"units", Config{TokenKeys: strings.ReplaceAll(portal.TokenKeys, `"iss": "portal"`, `"iss": "postman"`)}, `says iss "postman"`},
		"one name twice":            {"units", Config{TokenKeys: strings.ReplaceAll(portal.TokenKeys, keys["portal"][0].ID, keys["worker"][0].ID)}, "two keys named"},
	} {
		err := wrong.cfg.VerifyTokens(wrong.role)
		require.ErrorContains(t, err, wrong.says, name)
		require.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString(keys["portal"][0].Private.Seed()), name)
	}
	for role, cfg := range roles {
		require.NoError(t, cfg.VerifyTokens(role))
	}
	file := filepath.Join(t.TempDir(), "public.json")
	require.NoError(t, os.WriteFile(file, []byte(portal.TokenKeys), 0o600))
	require.NoError(t, Config{TokenKey: portal.TokenKey, TokenKeys: file}.VerifyTokens("portal"), "a file does as well as the text")
	require.NoError(t, Config{ServiceKey: strings.Repeat("k", 32)}.VerifyTokens("worker"), "on one machine the service key is enough")
}

// Settings that are wrong let nobody in and nothing out.
func TestWithoutKeysNobodySpeaksAndNobodyIsHeard(t *testing.T) {
	_, err := Config{}.Speaker("portal").Sign("units", "", noon)
	require.Error(t, err)
	good, err := Config{ServiceKey: strings.Repeat("k", 32)}.Speaker("portal").Sign("units", "", noon)
	require.NoError(t, err)
	_, err = Config{}.Listener("units").Read(good, noon)
	require.Error(t, err)
}
