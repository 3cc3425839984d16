package workflows_test

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/reflect/protopath"
	"google.golang.org/protobuf/reflect/protorange"
	"google.golang.org/protobuf/reflect/protoreflect"

	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
	"nenep/workflows/casefile"
)

// attributeValues are what a search attribute holds; nothing when it was unset.
func attributeValues(t *testing.T, payload *commonpb.Payload) []string {
	t.Helper()
	var value any
	require.NoError(t, wire.DataConverter().FromPayload(payload, &value))
	switch value := value.(type) {
	case nil:
		return nil
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, one := range value {
			all = append(all, one.(string))
		}
		return all
	default:
		text, err := json.Marshal(value)
		require.NoError(t, err)
		return []string{string(text)}
	}
}

// Whatever a codec does not encrypt is read by name and value in every history there is: each value must have the form of an id, a date, a
// figure or a state.
func TestWhatNoCodecEncryptsHoldsIDsAndDatesOnly(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/histories/*.json")
	require.NoError(t, err)
	seen := map[string]int{}
	for _, file := range files {
		content, err := os.Open(file)
		require.NoError(t, err)
		history, err := client.HistoryFromJSON(content, client.HistoryJSONOptions{})
		require.NoError(t, err)
		require.NoError(t, content.Close())
		for _, event := range history.GetEvents() {
			require.NoError(t, protorange.Range(event.ProtoReflect(), func(at protopath.Values) error {
				switch found := messageAt(at).(type) {
				case *commonpb.SearchAttributes:
					for name, payload := range found.GetIndexedFields() {
						form := contract.AttributeForms[name]
						require.NotNil(t, form, "%s event %d: say in contract.AttributeForms what %s holds", file, event.GetEventId(), name)
						for _, value := range attributeValues(t, payload) {
							require.Regexp(t, form, value, "%s event %d: %s", file, event.GetEventId(), name)
							seen[name]++
						}
					}
				case *commonpb.Memo:
					require.Empty(t, found.GetFields(), "%s event %d: no memo is used; one would be encrypted, and this test is to say what it holds", file, event.GetEventId())
				case *commonpb.Header:
					require.Empty(t, found.GetFields(), "%s event %d: no header is used", file, event.GetEventId())
				}
				return nil
			}))
		}
	}
	require.NotZero(t, seen[contract.AttributeState.GetName()])
	require.NotZero(t, seen[contract.AttributeUnit.GetName()])
	require.NotZero(t, seen["TemporalChangeVersion"])
}

func messageAt(at protopath.Values) any {
	if message, is := at.Index(-1).Value.Interface().(protoreflect.Message); is {
		return message.Interface()
	}
	return nil
}

func TestFreeWordsHaveTheFormOfNoSearchAttribute(t *testing.T) {
	t.Parallel()
	for name, form := range contract.AttributeForms {
		for _, words := range []string{"Ủy ban nhân dân xã Khoái Châu", "Nguyễn Văn An", "nguyen van an", "Nguyen Van An", "chậm vì lũ", "an@hungyen.example", "0912 345 678", "{}", `"x"`, "a/b"} {
			require.NotRegexp(t, form, words, name)
		}
	}
	for number := range casefilev1.State_name {
		if state := casefilev1.State(number); state != casefilev1.State_STATE_UNSPECIFIED {
			require.Regexp(t, contract.AttributeForms[contract.AttributeState.GetName()], casefile.StateName(state))
		}
	}
}

// namedAttribute is a search attribute that code names, and unencrypted what code sets without a typed key or beside the payloads.
var (
	namedAttribute = regexp.MustCompile(`NewSearchAttributeKey\w+\(\s*"([^"]*)"`)
	unencrypted    = regexp.MustCompile(`\b(SearchAttributes|Memo|ContextPropagators):\s|UpsertSearchAttributes\(|UpsertMemo\(|SearchAttributeUpdate\w*\(`)
)

func TestEverySearchAttributeThatCodeNamesHasAForm(t *testing.T) {
	t.Parallel()
	named := map[string]bool{}
	for _, module := range []string{"proto", "workflows", "services", "cmd", "standalone", "rules"} {
		require.NoError(t, filepath.WalkDir(filepath.Join("..", module), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			content, err := os.ReadFile(path)
			require.NoError(t, err)
			for _, found := range namedAttribute.FindAllStringSubmatch(string(content), -1) {
				named[found[1]] = true
			}
			if !strings.HasSuffix(path, filepath.Join("app", "migrate.go")) { // which registers the names with Temporal
				require.Empty(t, unencrypted.FindAllString(string(content), -1), path)
			}
			return nil
		}))
	}
	require.Len(t, named, 6)
	for name := range named {
		require.NotNil(t, contract.AttributeForms[name], name)
	}
}
