package reports

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"nenep/proto/contract"
	casefilev1 "nenep/proto/nenep/casefile/v1"
	"nenep/proto/wire"
)

// volume is a file system of its own, of a size that a test fills: mounted where nobody but one process sees it, and reached through that
// process. Who is not root mounts it in a user namespace of his own.
type volume struct {
	path string
	t    *testing.T
	in   io.Writer
	out  *bufio.Scanner
}

func newVolume(t *testing.T, kilobytes int) volume {
	t.Helper()
	at := t.TempDir()
	command := exec.Command("sh", "-c", "while read -r line; do eval \"$line\" && echo done || echo failed; done")
	command.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS}
	if os.Geteuid() != 0 {
		command.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		command.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		command.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	in, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	command.Stderr = os.Stderr
	require.NoError(t, command.Start(), "a mount namespace is needed: run as root, or where user namespaces are allowed")
	t.Cleanup(func() { _ = in.Close(); _ = command.Wait() })
	v := volume{path: fmt.Sprintf("/proc/%d/root%s", command.Process.Pid, at), t: t, in: in, out: bufio.NewScanner(out)}
	v.do(fmt.Sprintf("mount -t tmpfs -o size=%dk,mode=0777 tmpfs %s", kilobytes, at))
	return v
}

func (v volume) do(line string) {
	v.t.Helper()
	_, err := io.WriteString(v.in, line+"\n")
	require.NoError(v.t, err)
	require.True(v.t, v.out.Scan())
	require.Equal(v.t, "done", v.out.Text(), line)
}

// inside is the volume's path as its own process has it.
func (v volume) inside() string { _, path, _ := strings.Cut(v.path, "/root"); return path }

// fill leaves no byte.
func (v volume) fill() {
	v.t.Helper()
	file, err := os.Create(filepath.Join(v.path, "filler"))
	require.NoError(v.t, err)
	for err == nil {
		_, err = file.Write(make([]byte, 4096))
	}
	require.ErrorIs(v.t, err, syscall.ENOSPC)
	require.NoError(v.t, file.Close())
}

func (v volume) empty() { require.NoError(v.t, os.Remove(filepath.Join(v.path, "filler"))) }

// contents are the files of the volume, without the sidecars that hold their kinds.
func (v volume) contents() []string {
	v.t.Helper()
	var found []string
	require.NoError(v.t, filepath.WalkDir(v.path, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && entry.Name() != "filler" && !strings.HasSuffix(path, ".attrs") {
			found = append(found, entry.Name())
		}
		return err
	}))
	return found
}

func (h *house) readyz() (int, string) {
	answer, err := http.Get(h.server.URL + "/readyz")
	require.NoError(h.t, err)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(h.t, err)
	return answer.StatusCode, string(text)
}

// notTaken checks what an official reads whose file was not taken.
func (h *house) notTaken(official, name string, content []byte) {
	h.t.Helper()
	status, text := h.upload(official, dialogue, "hold", name, content)
	require.Equal(h.t, http.StatusServiceUnavailable, status, string(text))
	refusal := &casefilev1.Refusal{}
	require.NoError(h.t, json.Unmarshal(text, refusal))
	require.Equal(h.t, contract.CodeUnavailable, refusal.GetCode())
	require.Equal(h.t, "Kho minh chứng tạm thời không nhận tệp nên tệp “"+name+"” chưa được lưu. Nội dung đã nhập vẫn còn. "+
		"Tải lên lại sau ít phút; nếu vẫn chưa được, báo quản trị hệ thống của tỉnh, điện thoại 0221 000 000.", refusal.GetTextVi())
	require.Contains(h.t, refusal.GetTextEn(), "Upload it again in a few minutes; if it still fails, tell")
}

func paper(size int) []byte { return append(bytes.Clone(pdf), bytes.Repeat([]byte("%\n"), size/2)...) }

func TestAFullEvidenceVolumeTakesNoFileHalfAndRecoversByItself(t *testing.T) {
	volume := newVolume(t, 1200)
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.EvidenceURL, cfg.MaxFileBytes = "file://"+volume.path, 512<<10 })
	h.openCase()
	before := h.handedIn(contact, "hold", "bien-ban.pdf", paper(100<<10))
	_, said := h.readyz()
	require.Equal(t, "ready\n", said)

	volume.fill()
	h.notTaken(contact, "ket-luan.pdf", paper(200<<10))
	require.Equal(t, []string{before.GetSha256()}, volume.contents(), "no half of the file lies anywhere")
	status, said := h.readyz()
	require.Equal(t, http.StatusOK, status, "what needs no file goes on")
	require.Contains(t, said, "the volume of the evidence store has 0 MB left, less than one file may have: give it more room")

	volume.empty()
	after := h.handedIn(contact, "hold", "ket-luan.pdf", paper(200<<10))
	require.ElementsMatch(t, []string{before.GetSha256(), after.GetSha256()}, volume.contents())
	_, said = h.readyz()
	require.Equal(t, "ready\n", said)
	files, faults := h.checked()
	require.EqualValues(t, []int32{2, 0}, []int32{files, faults}, "all are whole")
}

func TestAVolumeThatFillsUpUnderAFileTakesNothingOfIt(t *testing.T) {
	volume := newVolume(t, 300)
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.EvidenceURL = "file://" + volume.path })
	h.openCase()
	h.notTaken(contact, "ket-luan.pdf", paper(900<<10))
	require.Empty(t, volume.contents())
	h.handedIn(contact, "hold", "bien-ban.pdf", paper(100<<10))
}

func TestAReadOnlyEvidenceVolumeIsToldAsThat(t *testing.T) {
	volume := newVolume(t, 4096)
	h := newHouse(t, func(cfg *wire.Config, _ *Options) { cfg.EvidenceURL = "file://" + volume.path })
	h.openCase()
	kept := h.handedIn(contact, "hold", "bien-ban.pdf", pdf)
	volume.do("mount -o remount,ro " + volume.inside())
	h.notTaken(contact, "ket-luan.pdf", paper(10<<10))
	_, said := h.readyz()
	require.Contains(t, said, "the volume of the evidence store is mounted read-only (NENEP_EVIDENCE_URL); no file is taken")
	volume.do("mount -o remount,rw " + volume.inside())
	h.handedIn(contact, "hold", "ket-luan.pdf", paper(10<<10))
	require.Len(t, volume.contents(), 2)

	require.NoError(t, os.RemoveAll(filepath.Join(volume.path, "sha256")))
	request, err := http.NewRequestWithContext(h.as(contact), http.MethodGet, h.server.URL+"/files/"+kept.GetId(), nil)
	require.NoError(t, err)
	status, text := h.send(request)
	require.Equal(t, http.StatusServiceUnavailable, status)
	require.Contains(t, string(text), "Chưa lấy được tệp “bien-ban.pdf” từ kho minh chứng.")
}

func TestAFullFolderForArrivingFilesIsNotTakenForABrokenLine(t *testing.T) {
	volume := newVolume(t, 100)
	h := newHouse(t)
	h.openCase()
	t.Setenv("TMPDIR", volume.path)
	h.notTaken(contact, "ket-luan.pdf", paper(400<<10))
	require.Empty(t, volume.contents())
}

func TestWhyTheEvidenceStoreTakesNothing(t *testing.T) {
	for says, err := range map[string]error{
		"is full":                        fmt.Errorf("write: %w", syscall.EDQUOT),
		"does not let this program":      fs.ErrPermission,
		"is not there":                   fs.ErrNotExist,
		"evidence store does not answer": errors.New("dial tcp: i/o timeout"),
	} {
		require.Contains(t, storeFault(err), says)
	}
	watch := newStoreWatch("file:///nowhere/evidence", nil, 1)
	require.ErrorContains(t, watch.Check(t.Context()), "the evidence store is not there: the volume is not mounted")
}
