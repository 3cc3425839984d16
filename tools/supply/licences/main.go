// Command licences lists the licence of every module that is built into the programs, from the texts the modules bring along, and refuses
// one that is not allowed.
//
//	licences -allowed allowed.txt -stated stated.tsv -list LICENCES.tsv [-check] MODULE_FOLDER...
//
// stated.tsv names modules that bring no text along: module, licence, where it is said.
package main

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

type module struct{ path, version, folder string }

func main() {
	allowed, list := flag.String("allowed", "", "file of the licences that are allowed, one a line"), flag.String("list", "", "the list")
	stated := flag.String("stated", "", "file of the modules whose licence was read elsewhere")
	check := flag.Bool("check", false, "compare the list instead of writing it")
	flag.Parse()
	if err := run(*allowed, *stated, *list, *check, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(allowedFile, statedFile, list string, check bool, folders []string) error {
	text, err := os.ReadFile(allowedFile)
	if err != nil {
		return err
	}
	stated, err := os.ReadFile(statedFile)
	if err != nil {
		return err
	}
	var modules []module
	for _, folder := range folders {
		built, err := builtIn(folder)
		if err != nil {
			return err
		}
		modules = append(modules, built...)
	}
	slices.SortFunc(modules, func(a, b module) int { return strings.Compare(a.path+"@"+a.version, b.path+"@"+b.version) })
	modules = slices.CompactFunc(modules, func(a, b module) bool { return a.path == b.path && a.version == b.version })
	lines, faults := judge(modules, strings.Fields(string(text)), elsewhere(string(stated)))
	if len(faults) > 0 {
		return fmt.Errorf("licences that are not allowed, or not found:\n  %s", strings.Join(faults, "\n  "))
	}
	wanted := "module\tversion\tlicence\n" + strings.Join(lines, "\n") + "\n"
	if !check {
		return os.WriteFile(list, []byte(wanted), 0o644)
	}
	if have, err := os.ReadFile(list); err != nil || string(have) != wanted {
		return fmt.Errorf("%s is not up to date: make licences", list)
	}
	return nil
}

// builtIn are the modules from which packages go into the program of a folder, without the project's own.
func builtIn(folder string) ([]module, error) {
	command := exec.Command("go", "list", "-deps", "-f", "{{with .Module}}{{.Path}}\t{{with .Replace}}replaced{{end}}{{.Version}}\t{{.Dir}}{{end}}", ".")
	command.Dir, command.Stderr = folder, os.Stderr
	out, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("list what %s is built from: %w", folder, err)
	}
	found := map[string]module{}
	for line := range strings.Lines(string(out)) {
		if parts := strings.Split(strings.TrimSpace(line), "\t"); len(parts) == 3 && !strings.HasPrefix(parts[0], "nenep/") {
			found[parts[0]] = module{parts[0], parts[1], parts[2]}
		}
	}
	return slices.Collect(maps.Values(found)), nil
}

// elsewhere are the modules whose licence was read elsewhere, with what stands in the list.
func elsewhere(text string) map[string]string {
	read := map[string]string{}
	for line := range strings.Lines(text) {
		if parts := strings.Split(strings.TrimSpace(line), "\t"); len(parts) == 3 {
			read[parts[0]] = parts[1] + " (" + parts[2] + ")"
		}
	}
	return read
}

func judge(modules []module, allowed []string, stated map[string]string) (lines, faults []string) {
	for _, m := range modules {
		licences := licencesIn(m.folder)
		switch {
		case len(licences) == 0 && stated[m.path] != "":
			licences = []string{stated[m.path]}
		case len(licences) == 0:
			faults = append(faults, m.path+" "+m.version+": no licence found")
		case !slices.ContainsFunc(licences, func(licence string) bool { return slices.Contains(allowed, licence) }):
			faults = append(faults, m.path+" "+m.version+": "+strings.Join(licences, ", "))
		}
		lines = append(lines, m.path+"\t"+m.version+"\t"+strings.Join(licences, ", "))
	}
	return lines, faults
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-._].*)?$`)

// licencesIn are the licences whose texts stand in the folder of a module, by their SPDX names, in order.
func licencesIn(folder string) []string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil
	}
	found := map[string]bool{}
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			continue
		}
		for _, match := range licensecheck.Scan(text).Match {
			found[match.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(found))
}
