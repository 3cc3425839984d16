// Package compose reads the Compose file as Compose does.
package compose

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/stretchr/testify/require"
)

// load reads the file with the Compose specification's own loader, in a folder with secrets as secrets.sh makes them.
func load(t *testing.T, variables ...string) (*types.Project, error) {
	t.Helper()
	folder := t.TempDir()
	text, err := os.ReadFile(filepath.Join("..", "..", "compose", "compose.yaml"))
	require.NoError(t, err)
	file := filepath.Join(folder, "compose.yaml")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "secrets"), 0o700))
	for name, content := range map[string]string{"nenep.env": "NENEP_SERVICE_KEY=0123456789abcdef\n", "temporal.env": "POSTGRES_PWD=a\n", "database-password": "a"} {
		require.NoError(t, os.WriteFile(filepath.Join(folder, "secrets", name), []byte(content), 0o600))
	}
	options, err := cli.NewProjectOptions([]string{file}, cli.WithEnv(variables), cli.WithWorkingDirectory(folder), cli.WithInterpolation(true))
	require.NoError(t, err)
	return cli.ProjectFromOptions(context.Background(), options)
}

var least = []string{"NENEP_VERSION=v1", "NENEP_PORTAL_URL=https://nenep.example", "NENEP_SMTP_ADDR=mail.example:587"}

func loaded(t *testing.T) *types.Project {
	t.Helper()
	project, err := load(t, least...)
	require.NoError(t, err)
	return project
}

func TestTheFileIsWhatComposeTakes(t *testing.T) {
	project := loaded(t)
	require.Equal(t, []string{"evidence-owner", "migrate", "notifications", "portal", "postgres", "reports", "temporal", "temporal-stores", "units", "worker"},
		slices.Sorted(slices.Values(project.ServiceNames())))
	require.NoError(t, project.CheckContainerNameUnicity())
	for name, service := range project.Services {
		_, tag, tagged := strings.Cut(service.Image, ":")
		require.True(t, tagged && tag != "latest", "%s: %s", name, service.Image)
		for other := range service.DependsOn {
			require.Contains(t, project.Services, other, name)
		}
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	for i, missing := range []string{"NENEP_VERSION", "NENEP_PORTAL_URL", "NENEP_SMTP_ADDR"} {
		_, err := load(t, slices.Delete(slices.Clone(least), i, i+1)...)
		require.ErrorContains(t, err, missing)
	}
}

// Our roles run as they do in a pod: no root, nothing to write to but what is theirs, a health check by the one program the image has.
func TestOurRolesAreRestrictedAndLookedAfter(t *testing.T) {
	project := loaded(t)
	for name, command := range map[string][]string{
		"units": {"serve", "units"}, "reports": {"serve", "reports"}, "notifications": {"serve", "notifications"}, "portal": {"serve", "portal"},
		"worker": {"work"}, "migrate": {"migrate", "--load"},
	} {
		service := project.Services[name]
		require.Equal(t, "nenep:v1", service.Image, name)
		require.Equal(t, command, []string(service.Command), name)
		require.True(t, service.ReadOnly, name)
		require.Equal(t, []string{"ALL"}, service.CapDrop, name)
		require.Contains(t, service.SecurityOpt, "no-new-privileges:true", name)
		if name == "migrate" {
			require.Equal(t, types.ServiceConditionHealthy, service.DependsOn["temporal"].Condition)
			continue
		}
		require.Equal(t, []string{"CMD", "/nenep", "ready", name}, []string(service.HealthCheck.Test), name)
		require.Equal(t, types.ServiceConditionCompletedSuccessfully, service.DependsOn["migrate"].Condition, name)
		require.NotZero(t, service.Deploy.Resources.Limits.MemoryBytes, name)
	}
}

// Secrets come from files; only the portal is reached from outside, and only from this machine.
func TestNoSecretStandsInTheFileAndOneDoorIsOpen(t *testing.T) {
	project := loaded(t)
	for name, service := range project.Services {
		for variable, value := range service.Environment {
			if variable == "NENEP_SERVICE_KEY" || variable == "POSTGRES_PWD" {
				require.NotNil(t, value)
				continue // read from the file
			}
			require.NotContains(t, strings.ToLower(variable), "key", name)
			require.False(t, strings.Contains(strings.ToLower(variable), "password") && !strings.HasSuffix(variable, "_FILE"), "%s of %s", variable, name)
		}
		if name != "portal" {
			require.Empty(t, service.Ports, name)
		}
	}
	require.Equal(t, "127.0.0.1", project.Services["portal"].Ports[0].HostIP)
}
