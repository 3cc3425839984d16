// Package archive writes what a sealed period left behind into a folder that can be read in twenty years without this program: pages, tables,
// JSON, files as they were handed in, and a list of the hashes of all of it. It reads such a folder back and names whatever is not as written.
package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Format is told by every manifest; another number is another layout.
const Format = "nenep-archive-1"

const (
	manifestName = "manifest.json"
	sumsName     = "SHA256SUMS"
)

// Manifest is what an archive holds.
type Manifest struct {
	Format     string    `json:"format"`
	Obligation string    `json:"obligation"`
	Title      string    `json:"title"`
	Period     string    `json:"period"`
	MadeAt     string    `json:"made_at"` // RFC 3339
	Program    string    `json:"program"` // version
	Audit      AuditHead `json:"audit"`
	Cases      []string  `json:"cases"`
	LeftOut    []string  `json:"left_out"` // cases of the period that are not closed
	Deleted    []Deleted `json:"deleted"`  // files whose content was deleted by decision before
	Files      []File    `json:"files"`
}

// AuditHead is the audit trail as it stood when the archive was made.
type AuditHead struct {
	Entries int64  `json:"entries"`
	Hash    string `json:"hash"` // of the last entry
	Whole   bool   `json:"whole"`
}

// Deleted is a file of which only this is left.
type Deleted struct {
	Case   string `json:"case"`
	Name   string `json:"name"`
	SHA256 string `json:"sha256"`
	Why    string `json:"why"`
}

// File is one file of the archive.
type File struct {
	Path   string `json:"path"` // slashes
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Folder is an archive in the making: it has its name only once it is whole.
type Folder struct {
	to, at string
	files  []File
}

// Create begins an archive at a path where nothing is yet.
func Create(to string) (*Folder, error) {
	if _, err := os.Lstat(to); !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s is there already: name a folder that is not (an archive is never written over)", to)
	}
	at := strings.TrimSuffix(to, "/") + ".partial"
	if err := os.RemoveAll(at); err != nil {
		return nil, fmt.Errorf("what an earlier attempt left at %s cannot be removed: %w", at, err)
	}
	if err := os.MkdirAll(at, 0o750); err != nil {
		return nil, fmt.Errorf("folder %s cannot be made: %w", at, err)
	}
	return &Folder{to: to, at: at}, nil
}

// Put writes one file; its path has slashes.
func (f *Folder) Put(name string, content []byte) error {
	file := filepath.Join(f.at, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(file), 0o750); err != nil {
		return fmt.Errorf("folder of %s cannot be made: %w", name, err)
	}
	if err := writeThrough(file, content); err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	sum := sha256.Sum256(content)
	f.files = append(f.files, File{Path: name, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])})
	return nil
}

// PutJSON writes a value, indented, as people read it.
func (f *Folder) PutJSON(name string, value any) error {
	text, err := json.MarshalIndent(value, "", "  ")
	if err != nil {
		return fmt.Errorf("%s cannot be written: %w", name, err)
	}
	return f.Put(name, append(text, '\n'))
}

// writeThrough writes until the disk has it.
func writeThrough(name string, content []byte) error {
	file, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o640)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// Finish writes the manifest and the list of hashes, gives the folder its name, and answers the manifest's own hash: whoever keeps that
// elsewhere can tell the whole archive from a rewritten one.
func (f *Folder) Finish(manifest Manifest) (string, error) {
	slices.SortFunc(f.files, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	manifest.Format, manifest.Files = Format, slices.Clone(f.files)
	if err := f.PutJSON(manifestName, manifest); err != nil {
		return "", err
	}
	own := f.files[len(f.files)-1].SHA256
	var sums strings.Builder
	for _, file := range f.files {
		_, _ = fmt.Fprintf(&sums, "%s  %s\n", file.SHA256, file.Path)
	}
	if err := f.Put(sumsName, []byte(sums.String())); err != nil {
		return "", err
	}
	if err := os.Rename(f.at, f.to); err != nil {
		return "", fmt.Errorf("%s cannot be given its name: %w", f.at, err)
	}
	return own, nil
}

// Discard takes away what was begun.
func (f *Folder) Discard() { _ = os.RemoveAll(f.at) }

// SafeName makes a file's name one that every system takes, keeping its letters.
func SafeName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`/\:*?"<>|`, r) {
			return '_'
		}
		return r
	}, path.Base(strings.ReplaceAll(name, `\`, "/")))
	name = strings.Trim(name, ". ")
	for len(name) > 150 {
		_, cut := firstRune(name)
		name = name[cut:]
	}
	if name == "" {
		return "tep"
	}
	return name
}

func firstRune(text string) (rune, int) {
	for i, r := range text {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(text)
}
