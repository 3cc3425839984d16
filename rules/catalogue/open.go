package catalogue

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// BuiltIn is the word that names the catalogue inside the program where folders are listed.
const BuiltIn = "built-in"

// Open reads the catalogues that NENEP_CATALOGUE lists, separated by commas: folders, or [BuiltIn]. Nothing listed is the one inside the
// program. Several are joined by [Join]. Errors are [Faults] of a catalogue's files, each with its folder, or of the folder itself.
func Open(listed string) (*Catalogue, error) {
	var names []string
	for name := range strings.SplitSeq(listed, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return HungYen()
	}
	var all []*Catalogue
	for _, name := range names {
		cat, err := openOne(name)
		if err != nil {
			return nil, err
		}
		all = append(all, cat)
	}
	return Join(names, all)
}

func openOne(name string) (*Catalogue, error) {
	if name == BuiltIn {
		return HungYen()
	}
	if info, err := os.Stat(name); err != nil || !info.IsDir() {
		return nil, Faults{{File: name, VI: "Không có thư mục danh mục “" + name + "”. Kiểm tra đường dẫn trong NENEP_CATALOGUE.",
			EN: fmt.Sprintf("There is no catalogue folder “%s”. Check the path in NENEP_CATALOGUE.", name)}}
	}
	return Load(os.DirFS(contentOf(name)))
}

// contentOf is where the files of the folder lie. A ConfigMap in a pod is a folder of links, to folders too, which nobody would walk; what
// it holds lies behind ..data.
func contentOf(name string) string {
	behind := filepath.Join(name, "..data")
	if info, err := os.Stat(behind); err == nil && info.IsDir() {
		return behind
	}
	return name
}
