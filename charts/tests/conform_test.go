package tests

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
)

// renderings are all manifests that any test rendered, each once.
var renderings = struct {
	sync.Mutex
	documents map[string]bool
}{documents: map[string]bool{}}

func collect(manifests string) {
	renderings.Lock()
	defer renderings.Unlock()
	for _, document := range separator.Split(manifests, -1) {
		if strings.Contains(document, "kind:") {
			renderings.documents[document] = true
		}
	}
}

// Whatever the tests rendered is judged by the schemas of the API at the end, all of it at once and without any network.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 {
		code = conform()
	}
	os.Exit(code)
}

func conform() int {
	var all bytes.Buffer
	for document := range renderings.documents {
		all.WriteString("---\n" + document + "\n")
	}
	process := exec.Command("../../bin/kubeconform", "-strict", "-schema-location", "schemas/{{.ResourceKind}}{{.KindSuffix}}.json", "-summary", "-")
	process.Stdin = &all
	out, err := process.CombinedOutput()
	if err != nil {
		fmt.Printf("kubeconform refuses what the chart makes (make chart-schemas writes the schemas anew): %v\n%s\n", err, out)
		return 1
	}
	fmt.Printf("%d different manifests: %s", len(renderings.documents), out)
	return 0
}
