package app

import (
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"gopkg.in/yaml.v3"
	"nenep/proto/contract"
	"nenep/proto/wire"
)

// publicKeysFile is the part of the Secret that every pod may read.
const publicKeysFile = "public.json"

// tokenSet is what a Secret of token keys holds: of each role its keys, the first of which signs.
type tokenSet struct {
	Name, Namespace string
	Keys            map[string][]wire.TokenKey
}

// newTokenSet has one new key for each role. Where a service key is given, the keys that come of it stay in first place, so that an
// installation without keys of its own goes over to them without a refused call.
func newTokenSet(name, namespace, serviceKey string, now time.Time) (tokenSet, error) {
	set := tokenSet{name, namespace, map[string][]wire.TokenKey{}}
	for _, role := range wire.TokenKeepers() {
		if serviceKey == "" {
			continue
		}
		derived, err := wire.DerivedTokenKey(serviceKey, role)
		if err != nil {
			return set, err
		}
		set.Keys[role] = []wire.TokenKey{derived}
	}
	return set.withSecond(now)
}

// withSecond adds a new key to each role, behind the one that signs.
func (s tokenSet) withSecond(now time.Time) (tokenSet, error) {
	next := tokenSet{s.Name, s.Namespace, map[string][]wire.TokenKey{}}
	for _, role := range wire.TokenKeepers() {
		if len(s.Keys[role]) > 1 {
			return s, wire.Refuse(contract.CodeWrongState, "Đang đổi khóa dở dang: "+role+" đã có hai khóa. Chạy --promote rồi --retire trước.",
				"A rotation is under way: "+role+" has two keys. Finish it by --promote and --retire.")
		}
		made, err := wire.NewTokenKey(role, now)
		if err != nil {
			return s, err
		}
		next.Keys[role] = append(slices.Clone(s.Keys[role]), made)
	}
	return next, nil
}

// promoted lets the newest key of each role sign.
func (s tokenSet) promoted() (tokenSet, error) {
	next := tokenSet{s.Name, s.Namespace, map[string][]wire.TokenKey{}}
	for _, role := range wire.TokenKeepers() {
		keys := slices.Clone(s.Keys[role])
		if len(keys) < 2 {
			return s, wire.Refuse(contract.CodeWrongState, "Vai "+role+" chỉ có một khóa. Chạy --rotate trước.", "The role "+role+" has one key only. Add another by --rotate first.")
		}
		slices.Reverse(keys)
		next.Keys[role] = keys
	}
	return next, nil
}

// retired leaves each role the key that signs.
func (s tokenSet) retired() (tokenSet, error) {
	next := tokenSet{s.Name, s.Namespace, map[string][]wire.TokenKey{}}
	for _, role := range wire.TokenKeepers() {
		if len(s.Keys[role]) < 2 {
			return s, wire.Refuse(contract.CodeWrongState, "Vai "+role+" không có khóa cũ để bỏ.", "The role "+role+" has no old key to retire.")
		}
		next.Keys[role] = s.Keys[role][:1]
	}
	return next, nil
}

// public are the keys that all others know.
func (s tokenSet) public() []wire.PublicTokenKey {
	var keys []wire.PublicTokenKey
	for _, role := range wire.TokenKeepers() {
		for _, key := range s.Keys[role] {
			keys = append(keys, key.Public(role))
		}
	}
	return keys
}

// secretManifest is a Secret of Kubernetes, as it is written here and as kubectl gives it back.
type secretManifest struct {
	APIVersion string `yaml:"apiVersion"`
	Kind       string `yaml:"kind"`
	Metadata   struct {
		Name      string `yaml:"name"`
		Namespace string `yaml:"namespace,omitempty"`
	} `yaml:"metadata"`
	Type       string            `yaml:"type,omitempty"`
	StringData map[string]string `yaml:"stringData,omitempty"`
	Data       map[string]string `yaml:"data,omitempty"`
}

func (s tokenSet) manifest() ([]byte, error) {
	secret := secretManifest{APIVersion: "v1", Kind: "Secret", Type: "Opaque", StringData: map[string]string{}}
	secret.Metadata.Name, secret.Metadata.Namespace = s.Name, s.Namespace
	for role, keys := range s.Keys {
		secret.StringData[role] = wire.WriteTokenKeys(keys)
	}
	public, err := wire.WritePublicTokenKeys(s.public())
	if err != nil {
		return nil, err
	}
	secret.StringData[publicKeysFile] = public
	return yaml.Marshal(secret)
}

func tokenSetOf(manifest []byte) (tokenSet, error) {
	var secret secretManifest
	if err := yaml.Unmarshal(manifest, &secret); err != nil || secret.Kind != "Secret" {
		return tokenSet{}, errors.New("is no manifest of a Secret")
	}
	set := tokenSet{secret.Metadata.Name, secret.Metadata.Namespace, map[string][]wire.TokenKey{}}
	for _, role := range wire.TokenKeepers() {
		text := secret.StringData[role]
		if encoded, there := secret.Data[role]; there && text == "" {
			decoded, err := base64.StdEncoding.DecodeString(encoded)
			if err != nil {
				return set, fmt.Errorf("its key %s is not Base64", role)
			}
			text = string(decoded)
		}
		keys, err := wire.ReadTokenKeys(text)
		if err != nil {
			return set, fmt.Errorf("its key %s: %w", role, err)
		}
		if len(keys) == 0 {
			return set, fmt.Errorf("it has no key for %s", role)
		}
		set.Keys[role] = keys
	}
	return set, nil
}

func tokenKeysCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "tokens FILE", Short: "Make or rotate the keys by which services prove themselves to each other", Args: exactly(1),
		Long: `Makes FILE, the manifest of a Secret with a key for each role that calls others, and the public keys of all; nobody but you may read it.
A FILE that is there is shown, and with a flag taken one step on. Three steps replace all keys without a refused call:

  --rotate    adds a new key to each role; the old one still signs      then apply, restart, wait until every pod is new
  --promote   lets the new one sign; the old one is still known         then apply, restart, wait until every pod is new, and six minutes
  --retire    takes the old one out                                     then apply, restart

apply:    kubectl -n nenep apply -f FILE
restart:  kubectl -n nenep rollout restart deployment
FILE may come from the cluster: kubectl -n nenep get secret nenep-tokens -o yaml. Keys already in use are never changed or shown.`,
	}
	name := command.Flags().String("secret", "nenep-tokens", "name of a new Secret")
	namespace := command.Flags().String("namespace", "", "namespace of a new Secret; empty: the one kubectl applies it in")
	derived := command.Flags().Bool("from-service-key", false, "a new FILE begins with the keys that come of NENEP_SERVICE_KEY, as after --rotate, for an installation that goes over to keys of its own")
	rotate := command.Flags().Bool("rotate", false, "add a new key to each role")
	promote := command.Flags().Bool("promote", false, "let the new key of each role sign")
	retire := command.Flags().Bool("retire", false, "take the old key of each role out")
	asJSON := command.Flags().Bool("json", false, "print JSON")
	command.MarkFlagsMutuallyExclusive("rotate", "promote", "retire", "from-service-key")
	command.RunE = func(c *cobra.Command, arguments []string) error {
		file := arguments[0]
		set, made, err := openTokenSet(file, *name, *namespace, *derived)
		if err != nil {
			return err
		}
		var step func() (tokenSet, error)
		switch {
		case *rotate:
			step = func() (tokenSet, error) { return set.withSecond(time.Now()) }
		case *promote:
			step = set.promoted
		case *retire:
			step = set.retired
		}
		if made && step != nil {
			return wire.Refuse(contract.CodeNotFound, "Không có tệp “"+file+"” để đổi khóa.", "There is no file "+file+" whose keys could be rotated.")
		}
		if step != nil {
			if set, err = step(); err != nil {
				return err
			}
		}
		if made || step != nil {
			if err := writeTokenSet(file, set); err != nil {
				return err
			}
		}
		return showTokenSet(c, set, *asJSON)
	}
	return command
}

// openTokenSet reads the file, or makes a set where there is none.
func openTokenSet(file, name, namespace string, derived bool) (set tokenSet, made bool, err error) {
	text, err := os.ReadFile(file)
	switch {
	case err == nil && derived:
		return set, false, wire.Refuse(contract.CodeConflict, "Tệp “"+file+"” đã có. --from-service-key chỉ dùng khi lập tệp mới.", "The file "+file+" is there already; --from-service-key makes a new one only.")
	case err == nil:
		set, err = tokenSetOf(text)
		if err != nil {
			return set, false, fmt.Errorf("%s cannot be used: %w", file, err)
		}
		return set, false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return set, false, err
	}
	serviceKey := ""
	if derived {
		cfg, err := wire.Load()
		if err != nil {
			return set, false, err
		}
		if serviceKey = cfg.ServiceKey; serviceKey == "" {
			return set, false, errors.New("--from-service-key needs NENEP_SERVICE_KEY, the one that the services have now")
		}
	}
	set, err = newTokenSet(name, namespace, serviceKey, time.Now())
	return set, true, err
}

// writeTokenSet replaces the file in one step: a half-written one would be keys lost.
func writeTokenSet(file string, set tokenSet) error {
	text, err := set.manifest()
	if err != nil {
		return err
	}
	beside, err := os.CreateTemp(filepath.Dir(file), ".tokens-*") // made for its owner alone
	if err != nil {
		return err
	}
	_, err = beside.Write(text)
	if err = errors.Join(err, beside.Sync(), beside.Close()); err == nil {
		err = os.Rename(beside.Name(), file)
	}
	if err != nil {
		return errors.Join(err, os.Remove(beside.Name()))
	}
	return nil
}

// shownTokenKey is a key as it may be shown.
type shownTokenKey struct {
	Role  string `json:"role"`
	ID    string `json:"kid"`
	Signs bool   `json:"signs"`
}

func showTokenSet(c *cobra.Command, set tokenSet, asJSON bool) error {
	var shown []shownTokenKey
	for _, role := range wire.TokenKeepers() {
		for i, key := range set.Keys[role] {
			shown = append(shown, shownTokenKey{role, key.ID, i == 0})
		}
	}
	if asJSON {
		return encodeJSON(c.OutOrStdout(), shown)
	}
	table := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "VAI\tMÃ KHÓA\tDÙNG ĐỂ")
	for _, key := range shown {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\n", key.Role, key.ID, map[bool]string{true: "ký", false: "nhận"}[key.Signs])
	}
	return table.Flush()
}
