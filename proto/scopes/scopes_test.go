package scopes

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	_ "nenep/proto/nenep/notifications/v1"
	_ "nenep/proto/nenep/reports/v1"
	_ "nenep/proto/nenep/units/v1"
)

func TestEveryMethodSaysWhoMayCallIt(t *testing.T) {
	t.Parallel()
	left := table()
	protoregistry.GlobalFiles.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		for i := range file.Services().Len() {
			service := file.Services().Get(i)
			for j := range service.Methods().Len() {
				procedure := "/" + string(service.FullName()) + "/" + string(service.Methods().Get(j).Name())
				if !strings.HasPrefix(procedure, "/nenep.") {
					continue
				}
				require.NotEmpty(t, Of(procedure), "say in proto/scopes which scope %s needs, or that it is internal", procedure)
				require.Equal(t, Of(procedure), Of(string(service.Methods().Get(j).FullName())))
				require.True(t, !Of(procedure).Public() || !service.Methods().Get(j).IsStreamingServer(), "%s streams: machines call one by one", procedure)
				delete(left, procedure)
			}
		}
		return true
	})
	require.Empty(t, left, "rows without a method")
}

func TestEveryScopeHasWordsAndAMethod(t *testing.T) {
	t.Parallel()
	used := map[Scope]bool{EvidenceRead: true, EvidenceWrite: true} // files travel over plain HTTP
	for _, scope := range methods {
		used[scope] = true
	}
	for _, one := range All {
		require.True(t, used[one.Scope], one.Scope)
		require.True(t, one.Scope.Public() && Known(string(one.Scope)) && one.VI != "" && one.EN != "", one.Scope)
		delete(used, one.Scope)
	}
	require.Equal(t, map[Scope]bool{Internal: true, Person: true}, used)
	require.False(t, Known("internal") || Known(""))
}
