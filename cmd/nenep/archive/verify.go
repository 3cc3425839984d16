package archive

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
	"slices"
	"strings"
)

// Fault is one thing in which a folder is not the archive that was written.
type Fault struct {
	Kind string `json:"kind"` // changed | missing | extra | manifest
	Path string `json:"path"`
}

// String says which.
func (f Fault) String() string {
	switch f.Kind {
	case "changed":
		return f.Path + " was changed: it does not have its hash"
	case "missing":
		return f.Path + " is missing"
	case "extra":
		return f.Path + " is one too many: the manifest does not name it"
	default:
		return f.Path + " is not the manifest that was written: it does not have the hash it should have"
	}
}

// Verify reads a whole archive and names every file that is changed, missing or one too many. manifest is the hash that the manifest should
// have, as it was kept elsewhere; empty: the one that the archive's own list of hashes has.
func Verify(folder, manifest string) (Manifest, []Fault, error) {
	var written Manifest
	text, err := os.ReadFile(filepath.Join(folder, manifestName))
	if err != nil {
		return written, nil, fmt.Errorf("%s is no archive: its %s cannot be read: %w", folder, manifestName, err)
	}
	if err := json.Unmarshal(text, &written); err != nil || written.Format != Format {
		return written, nil, fmt.Errorf("%s is no archive of the form %s: its %s says otherwise, or was changed", folder, Format, manifestName)
	}
	sums, err := os.ReadFile(filepath.Join(folder, sumsName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return written, []Fault{{"missing", sumsName}}, nil
	case err != nil:
		return written, nil, fmt.Errorf("%s cannot be read: %w", sumsName, err)
	}
	var faults []Fault
	sum := sha256.Sum256(text)
	own := hex.EncodeToString(sum[:])
	if manifest != "" && own != manifest {
		faults = append(faults, Fault{"manifest", manifestName})
	}
	if string(sums) != sumsOf(written, own) {
		faults = append(faults, Fault{"changed", sumsName})
	}
	found, err := compare(folder, written)
	return written, append(faults, found...), err
}

func sumsOf(manifest Manifest, own string) string {
	var lines strings.Builder
	for _, file := range append(slices.Clone(manifest.Files), File{Path: manifestName, SHA256: own}) {
		_, _ = fmt.Fprintf(&lines, "%s  %s\n", file.SHA256, file.Path)
	}
	return lines.String()
}

func compare(folder string, written Manifest) ([]Fault, error) {
	wanted := map[string]File{}
	for _, file := range written.Files {
		wanted[file.Path] = file
	}
	var faults []Fault
	err := filepath.WalkDir(folder, func(at string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		relative, err := filepath.Rel(folder, at)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(relative)
		file, named := wanted[name]
		delete(wanted, name)
		switch {
		case name == manifestName || name == sumsName:
			return nil
		case !named:
			faults = append(faults, Fault{"extra", name})
			return nil
		}
		same, err := hasHash(at, file)
		if err == nil && !same {
			faults = append(faults, Fault{"changed", name})
		}
		return err
	})
	for name := range wanted {
		faults = append(faults, Fault{"missing", name})
	}
	slices.SortFunc(faults, func(a, b Fault) int { return strings.Compare(a.Path, b.Path) })
	if err != nil {
		return faults, fmt.Errorf("read the archive: %w", err)
	}
	return faults, nil
}

func hasHash(name string, written File) (bool, error) {
	file, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	sum := sha256.New()
	size, err := io.Copy(sum, file)
	return size == written.Size && hex.EncodeToString(sum.Sum(nil)) == written.SHA256, err
}
