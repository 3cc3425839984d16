package officeprint

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	"nenep/proto/wire"
	"nenep/rules/calendar"
	"nenep/rules/catalogue"
	"nenep/services/internal/letterpaper"
)

func aLetter(t *testing.T) []byte {
	t.Helper()
	declared, err := catalogue.HungYen()
	require.NoError(t, err)
	on := calendar.MustDate("2027-01-05")
	content, err := letterpaper.Reminder(letterpaper.Facts{Form: letterpaper.FormOf(declared, "department", on), Sender: "Sở Nội vụ", Place: "Hưng Yên", On: on, RecipientUnit: "UBND xã Khoái Châu",
		Obligation: "báo cáo", Due: on, AnswerBy: on})
	require.NoError(t, err)
	return content
}

func TestSeveralWhoPrintAtOnceEachGetTheirPDF(t *testing.T) {
	p := New()
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	require.True(t, p.Present())
	letter := aLetter(t)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			content, err := p.PDF(t.Context(), letter)
			if err != nil || len(content) < 5 || string(content[:5]) != "%PDF-" {
				t.Errorf("no PDF: %v", err)
			}
		})
	}
	all.Wait()
}

func TestWhoeverWaitsTooLongIsToldSo(t *testing.T) {
	p := New()
	p.turn <- struct{}{} // somebody prints
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := p.PDF(ctx, nil)
	require.Equal(t, contract.CodeUnavailable, wire.RefusalOf(err).GetCode())
	require.Contains(t, wire.RefusalOf(err).GetTextVi(), "Chưa xuất xong PDF")
}

func TestAProgramThatFailsIsAnErrorForTheLog(t *testing.T) {
	p := New()
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	p.program = "false"
	_, err := p.PDF(t.Context(), aLetter(t))
	require.ErrorContains(t, err, "LibreOffice made no PDF")
	require.Nil(t, wire.RefusalOf(err))
}
