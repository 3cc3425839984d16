package catalogue

import (
	"embed"
	"io/fs"
)

//go:embed hung-yen
var hungYen embed.FS

// HungYen is the catalogue of Hưng Yên that travels inside the program.
func HungYen() (*Catalogue, error) {
	folder, err := fs.Sub(hungYen, "hung-yen")
	if err != nil {
		return nil, err
	}
	return Load(folder)
}
