package archive

import (
	"encoding/csv"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// written is an archive of one case with two files.
func written(t *testing.T) (folder, hash string) {
	t.Helper()
	folder = filepath.Join(t.TempDir(), "DT-01-2026")
	making, err := Create(folder)
	require.NoError(t, err)
	one := Case{ID: "DT-01/UBND-12205-2507/2026", Folder: "ho-so/UBND-12205-2507", Unit: "=cmd|'/c calc'!A1", State: "hoàn thành",
		Answers: []Answer{{"Hội nghị", "Ý kiến", "<script>alert(1)</script>"}}, Told: []Told{{"09:00 ngày 01/12/2026", "Ông Nguyễn Văn A nộp."}},
		Files: []Kept{{Name: "biên bản.pdf", Path: "tep/001-biên bản.pdf", Size: "3", SHA256: strings.Repeat("a", 64)}}}
	require.NoError(t, making.Put("ho-so/UBND-12205-2507/tep/001-biên bản.pdf", []byte("pdf")))
	require.NoError(t, making.PutJSON("ho-so/UBND-12205-2507/ho-so.json", map[string]string{"id": one.ID}))
	require.NoError(t, making.PutCase(one))
	require.NoError(t, making.PutPeriod(Period{Title: "Đối thoại", Obligation: "DT-01", Period: "2026", Cases: []Case{one}, LeftOut: []string{"DT-01/MTTQ-12205-2507/2026"}}))
	_, err = os.Stat(folder)
	require.ErrorIs(t, err, os.ErrNotExist, "it has its name only when it is whole")
	hash, err = making.Finish(Manifest{Obligation: "DT-01", Period: "2026", Cases: []string{one.ID}})
	require.NoError(t, err)
	return folder, hash
}

func faultsOf(t *testing.T, folder, hash string) []string {
	t.Helper()
	_, faults, err := Verify(folder, hash)
	require.NoError(t, err)
	said := make([]string, len(faults))
	for i, fault := range faults {
		said[i] = fault.String()
	}
	return said
}

func TestAnArchiveIsVerifiedWholeWithAndWithoutThisProgram(t *testing.T) {
	folder, hash := written(t)
	require.Empty(t, faultsOf(t, folder, hash))
	command := exec.Command("sha256sum", "--check", "--quiet", sumsName)
	command.Dir = folder
	said, err := command.CombinedOutput()
	require.NoError(t, err, string(said))
	_, err = Create(folder)
	require.ErrorContains(t, err, "is there already", "an archive is never written over")
}

func TestOneChangedByteAMissingAndAnExtraFileAreNamed(t *testing.T) {
	const file = "ho-so/UBND-12205-2507/tep/001-biên bản.pdf"
	for name, of := range map[string]struct {
		do   func(string) error
		says []string
	}{
		"changed": {func(folder string) error { return os.WriteFile(filepath.Join(folder, file), []byte("pdg"), 0o600) }, []string{file + " was changed: it does not have its hash"}},
		"missing": {func(folder string) error { return os.Remove(filepath.Join(folder, file)) }, []string{file + " is missing"}},
		"extra": {func(folder string) error { return os.WriteFile(filepath.Join(folder, "ho-so/thêm.txt"), nil, 0o600) },
			[]string{"ho-so/thêm.txt is one too many: the manifest does not name it"}},
		"no list of hashes": {func(folder string) error { return os.Remove(filepath.Join(folder, sumsName)) }, []string{sumsName + " is missing"}},
	} {
		t.Run(name, func(t *testing.T) {
			folder, hash := written(t)
			require.NoError(t, of.do(folder))
			require.Equal(t, of.says, faultsOf(t, folder, hash))
		})
	}
}

func TestAnArchiveRewrittenWithItsManifestIsToldByTheHashKeptElsewhere(t *testing.T) {
	folder, hash := written(t)
	text, err := os.ReadFile(filepath.Join(folder, manifestName))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, manifestName), []byte(strings.Replace(string(text), `"period": "2026"`, `"period": "2025"`, 1)), 0o600))
	require.Equal(t, []string{"SHA256SUMS was changed: it does not have its hash"}, faultsOf(t, folder, ""))
	require.Len(t, faultsOf(t, folder, hash), 2)
	require.NoError(t, os.WriteFile(filepath.Join(folder, manifestName), []byte("{}"), 0o600))
	_, _, err = Verify(folder, "")
	require.ErrorContains(t, err, "is no archive")
}

func TestThePagesCarryNothingThatRunsAndTheTableNothingThatIsReckoned(t *testing.T) {
	folder, _ := written(t)
	page, err := os.ReadFile(filepath.Join(folder, "ho-so/UBND-12205-2507/index.html"))
	require.NoError(t, err)
	require.NotContains(t, string(page), "<script")
	require.Contains(t, string(page), `href="tep/001-bi%c3%aan%20b%e1%ba%a3n.pdf"`)
	require.Contains(t, string(page), "Ông Nguyễn Văn A nộp.")
	first, err := os.ReadFile(filepath.Join(folder, "index.html"))
	require.NoError(t, err)
	require.Contains(t, string(first), `href="ho-so/UBND-12205-2507/index.html"`)
	require.Contains(t, string(first), "DT-01/MTTQ-12205-2507/2026")
	table, err := os.ReadFile(filepath.Join(folder, "danh-sach.csv"))
	require.NoError(t, err)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(table), "\ufeff"))).ReadAll()
	require.NoError(t, err)
	require.Equal(t, "'=cmd|'/c calc'!A1", rows[1][1])
}

func TestNamesOfFilesStayInsideTheArchive(t *testing.T) {
	for name, safe := range map[string]string{
		"../../etc/passwd": "passwd", `C:\Users\a\biên bản.pdf`: "biên bản.pdf", "a:b?.pdf": "a_b_.pdf", "..": "tep", "": "tep", ".ẩn.pdf": "ẩn.pdf",
	} {
		require.Equal(t, safe, SafeName(name))
	}
	require.LessOrEqual(t, len(SafeName(strings.Repeat("ế", 100)+".pdf")), 150)
}
