package app

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/wire"
)

func TestAKeyIsMadeToBePutIntoTheVariable(t *testing.T) {
	var out, faults bytes.Buffer
	require.Zero(t, Main([]string{"keys", "payload", "2027-01"}, &out, &faults), faults.String())
	codec, err := wire.ReadPayloadKeys(out.String())
	require.NoError(t, err)
	require.Equal(t, []string{"2027-01"}, codec.IDs())
	require.Equal(t, 1, strings.Count(out.String(), "\n"), "a line and nothing else, for a pipe")
	require.Equal(t, exitFailed, Main([]string{"keys", "payload", "Khóa"}, &out, &faults))
	require.Contains(t, faults.String(), "1 to 32 of a-z")
}

func TestWhetherAKeyMayGo(t *testing.T) {
	var lists []string
	for _, id := range []string{"k3", "k2", "k1", "k0"} {
		entry, err := wire.NewPayloadKey(id)
		require.NoError(t, err)
		lists = append(lists, entry)
	}
	codec, err := wire.ReadPayloadKeys(strings.Join(lists, ","))
	require.NoError(t, err)
	counted := func() []keyUse {
		return []keyUse{{Running: 2}, {Key: "k3", Running: 7, Schedules: 1}, {Key: "k2", Running: 1}, {Key: "k1", Schedules: 3}, {Key: "gone", Closed: 1}}
	}
	verdicts := func(withClosed bool) map[string]string {
		uses, faults := judgeKeys(counted(), codec, withClosed)
		require.ErrorContains(t, faults, `the key "gone" is needed and NENEP_PAYLOAD_KEYS does not hold it`)
		require.Equal(t, "gone", uses[1].Key, "in the order of the ids")
		found := map[string]string{}
		for _, u := range uses {
			found[u.Key] = u.Listed + ": " + u.Verdict
		}
		return found
	}
	require.Equal(t, map[string]string{
		"": "no: was written before there were keys; stays readable", "k3": "first: encrypts", "k2": "yes: is needed", "k1": "yes: is needed by schedules: run nenep migrate",
		"k0": "yes: may go", "gone": "no: is missing: put it back",
	}, verdicts(true))
	require.Equal(t, "yes: no running case needs it; look with --closed", verdicts(false)["k0"])
}
