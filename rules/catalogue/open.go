package catalogue

import (
	"fmt"
	"os"
	"strings"
)

// BuiltIn is the word that names the catalogue inside the program where folders are listed.
const BuiltIn = "built-in"

// Open reads the catalogues that NENEP_CATALOGUE lists, separated by commas: folders, or [BuiltIn]. Nothing listed is the one inside the
// program.
func Open(listed string) (*Catalogue, error) {
	if strings.TrimSpace(listed) == "" || strings.TrimSpace(listed) == BuiltIn {
		return HungYen()
	}
	if strings.Contains(listed, ",") {
		return nil, fmt.Errorf("catalogues %q: only one can be read", listed)
	}
	return Load(os.DirFS(strings.TrimSpace(listed)))
}
