package endurance

import (
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/services/privatepostgres"
)

// From Friday to Tuesday no mail leaves; on each of those mornings something more falls to be told. On Saturday nothing was owed.
func TestARelayThatIsAwayForThreeWorkingDaysDelaysAndLosesNothing(t *testing.T) {
	const people = 200
	h := waiting(t, people)
	p := h.start()
	h.relay.stop()
	told := []string{"DT-01"}
	for _, on := range []struct{ day, falls string }{{"2026-12-18", ""}, {"2026-12-19", ""}, {"2026-12-21", "TD-01"}, {"2026-12-22", "HN-01"}} {
		h.setClock(on.day, 7, 30)
		if on.falls != "" {
			h.open(on.falls, people)
			h.remind(p, on.falls, people)
			told = append(told, on.falls)
		}
		for range 2 {
			err := p.digestOnce(on.day)
			if on.day == "2026-12-19" {
				require.NoError(t, err, "a Saturday")
				continue
			}
			require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode(), "the workflow calls again upon it")
			require.True(t, triedAgain(err))
		}
	}

	h.relay.start()
	h.setClock("2026-12-23", 7, 30)
	answer, err := p.digest("2026-12-23")
	require.NoError(t, err)
	require.EqualValues(t, people, answer.GetMessages())
	require.EqualValues(t, people*len(told), answer.GetLines())
	require.Empty(t, h.eachAtLeastOnce(people))
	for n := range people {
		mail := h.relay.byRecipient()[mailOf(n)][0]
		require.Equal(t, "[Nề Nếp] Sáng 23/12/2026: 03 đến hạn sau đó", mail.subject(t))
		for _, obligation := range told {
			require.Contains(t, mail.text(t), caseOf(obligation, n/team))
		}
	}
	h.allSent(people)
}

func TestAfterARestartOfPostgreSQLInTheMiddleTheNextCallFinishes(t *testing.T) {
	const people = 300
	server, err := privatepostgres.Start(t.Context(), t.TempDir(), privatepostgres.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, server.Stop()) })
	h := newHouse(t, prepare(t, server.URL("postgres"), people))
	p := h.start()
	held := h.holdFrom(people / 2)
	called := p.digestInBackground(morning)
	held.await(called, maxLines)
	require.NoError(t, server.Restart(t.Context()))
	doubtful := held.letGo()
	err = <-called
	require.Error(t, err)
	require.True(t, triedAgain(err), err)
	require.Len(t, h.relay.got(), people/2+maxLines-1, "nothing leaves that cannot be written down")

	answer := p.digestUntilDone(morning)
	require.EqualValues(t, people, answer.GetMessages())
	require.ElementsMatch(t, doubtful, h.eachAtLeastOnce(people))
	h.allSent(people)
}
