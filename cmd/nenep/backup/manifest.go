// Package backup takes backups of what the house keeps and puts them back: PostgreSQL databases (ours, and Temporal's two) by PostgreSQL's
// own pg_dump and pg_restore, stores of files by copying what is missing. A backup is a folder that appears under its name only when it is
// whole, with a manifest by which it is judged before anything is touched.
package backup

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"nenep/proto/contract"
	"nenep/proto/wire"
)

const (
	// manifestFormat is the form of the manifest; a program reads its own and those before.
	manifestFormat = 1
	manifestFile   = "manifest.json"
)

// What a backup is of.
const (
	KindDatabase = "database"
	KindTemporal = "temporal"
)

// Manifest says what a backup holds.
type Manifest struct {
	Format     int       `json:"format"`
	Kind       string    `json:"kind"`
	Program    string    `json:"program"`
	TakenAt    time.Time `json:"taken_at"` // nothing that was written before is missing
	FinishedAt time.Time `json:"finished_at"`
	Dumps      []Dump    `json:"dumps"`
}

// Dump is one database as it was at one instant.
type Dump struct {
	File     string             `json:"file"`
	Database string             `json:"database"`
	TakenAt  time.Time          `json:"taken_at"`
	Server   int                `json:"server_major"`
	Tool     int                `json:"tool_major"`
	Size     int64              `json:"size"`
	Sha256   string             `json:"sha256"`
	Rows     map[string]int64   `json:"rows"`                 // by schema.table
	Applied  map[string][]int64 `json:"migrations,omitempty"` // by schema
}

// RowsInAll is how many rows the dump holds.
func (d Dump) RowsInAll() (n int64) {
	for _, rows := range d.Rows {
		n += rows
	}
	return n
}

// Read reads the manifest of a backup of that kind (empty: of any) and compares every dump with it, size and hash. It answers a refusal that names what is not as it was
// written.
func Read(folder, kind string) (Manifest, error) {
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Manifest{}, refuse(
			fmt.Sprintf("“%s” không phải là bản sao lưu: không có tệp %s. Chọn thư mục do `nenep backup` tạo ra.", folder, manifestFile),
			fmt.Sprintf("%s is not a backup: it has no %s. Name a folder that `nenep backup` made.", folder, manifestFile))
	}
	if err != nil {
		return Manifest{}, explainDisk(err, folder)
	}
	var m Manifest
	if err := json.Unmarshal(text, &m); err != nil {
		return m, refuse(fmt.Sprintf("Tệp %s của bản sao lưu “%s” bị hỏng. Chọn bản sao lưu khác.", manifestFile, folder),
			fmt.Sprintf("The %s of the backup %s is damaged. Choose another backup.", manifestFile, folder))
	}
	if m.Format < 1 || m.Format > manifestFormat {
		return m, refuse(fmt.Sprintf("Bản sao lưu “%s” có định dạng %d, chương trình này đọc được định dạng %d. Dùng phiên bản chương trình đã tạo ra nó (%s).", folder, m.Format, manifestFormat, m.Program),
			fmt.Sprintf("The backup %s has the format %d and this program reads %d. Use the release that made it (%s).", folder, m.Format, manifestFormat, m.Program))
	}
	if kind != "" && m.Kind != kind {
		return m, refuse(fmt.Sprintf("“%s” là bản sao lưu của %s, không phải của %s. Dùng `nenep restore %s`.", folder, m.Kind, kind, m.Kind),
			fmt.Sprintf("%s is a backup of %s, not of %s. Use `nenep restore %s`.", folder, m.Kind, kind, m.Kind))
	}
	for _, dump := range m.Dumps {
		if err := dump.judge(folder); err != nil {
			return m, err
		}
	}
	return m, nil
}

// judge compares the file with what the manifest says of it.
func (d Dump) judge(folder string) error {
	path := filepath.Join(folder, filepath.Base(d.File))
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return refuse(fmt.Sprintf("Bản sao lưu “%s” thiếu tệp %s. Chọn bản sao lưu khác.", folder, d.File),
			fmt.Sprintf("The backup %s lacks its file %s. Choose another backup.", folder, d.File))
	}
	if err != nil {
		return explainDisk(err, path)
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	if err != nil {
		return explainDisk(err, path)
	}
	if size != d.Size {
		return refuse(fmt.Sprintf("Tệp “%s” có %d byte, lúc sao lưu có %d byte: tệp không đầy đủ. Chọn bản sao lưu khác.", path, size, d.Size),
			fmt.Sprintf("%s has %d bytes and had %d when it was written: it is not whole. Choose another backup.", path, size, d.Size))
	}
	if hex.EncodeToString(sum.Sum(nil)) != d.Sha256 {
		return refuse(fmt.Sprintf("Nội dung tệp “%s” đã thay đổi sau khi sao lưu (mã băm không khớp). Chọn bản sao lưu khác.", path),
			fmt.Sprintf("The content of %s is not what was written (its hash differs). Choose another backup.", path))
	}
	return nil
}

// write puts the manifest beside the dumps, as the last of them.
func (m Manifest) write(folder string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	path := filepath.Join(folder, manifestFile)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return explainDisk(err, path)
	}
	_, err = file.Write(append(text, '\n'))
	return explainDisk(errors.Join(err, file.Sync(), file.Close()), path)
}

// unfinished begins the name of a folder that is not a backup yet.
const unfinished = ".unfinished-"

// newFolder makes a folder for a backup that is being taken. finish gives it its name, which it has only when everything in it is on the
// disk; abandon removes it.
func newFolder(into, kind string) (folder string, finish func(Manifest) (string, error), abandon func(), err error) {
	if err := os.MkdirAll(into, 0o700); err != nil {
		return "", nil, nil, explainDisk(err, into)
	}
	folder, err = os.MkdirTemp(into, unfinished+kind+"-")
	if err != nil {
		return "", nil, nil, explainDisk(err, into)
	}
	finish = func(m Manifest) (string, error) {
		if err := m.write(folder); err != nil {
			return "", err
		}
		named := filepath.Join(into, kind+"-"+m.TakenAt.UTC().Format("20060102T150405.000Z"))
		if err := errors.Join(syncFolder(folder), os.Rename(folder, named), syncFolder(into)); err != nil {
			return "", explainDisk(err, named)
		}
		return named, nil
	}
	return folder, finish, func() { _ = os.RemoveAll(folder) }, nil
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func refuse(vi, en string) error { return wire.Refuse(contract.CodeInvalid, vi, en) }

// explainDisk says what the disk refused, in a sentence; other errors pass.
func explainDisk(err error, path string) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("the disk of %s is full: make room, or name a folder on another disk; what was half done has been removed (%w)", path, err)
	case errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s may not be read or written by this user: name another folder, or give the user its rights (%w)", path, err)
	default:
		return fmt.Errorf("%s: %w", path, err)
	}
}
