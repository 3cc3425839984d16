package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func example() input {
	return input{
		repository: "nenep", version: "v1", revision: "abc", architecture: "amd64",
		title: "Nề Nếp", command: "/nenep", created: time.Unix(1753956000, 0).UTC(), binary: []byte("program"), roots: []byte("authorities"),
	}
}

func unpack(t *testing.T, packed []byte) map[string]string {
	t.Helper()
	files := map[string]string{}
	for reader := tar.NewReader(bytes.NewReader(packed)); ; {
		header, err := reader.Next()
		if err == io.EOF {
			return files
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			t.Fatal(err)
		}
		files[header.Name] = string(content)
	}
}

func built(t *testing.T) (archive []byte, digest string) {
	t.Helper()
	archive, digest, err := build(example())
	if err != nil {
		t.Fatal(err)
	}
	return archive, digest
}

func parsed[T any](t *testing.T, text string) T {
	t.Helper()
	var value T
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

func TestTheSameInputIsTheSameBytes(t *testing.T) {
	first, digest := built(t)
	again, digestAgain := built(t)
	if !bytes.Equal(first, again) || digest != digestAgain {
		t.Fatal("two builds differ")
	}
}

func TestEveryBlobIsWhatItsNameSays(t *testing.T) {
	archive, digest := built(t)
	files := unpack(t, archive)
	for name, content := range files {
		if strings.HasPrefix(name, "blobs/sha256/") && !strings.HasSuffix(name, "/") && name != blobName([]byte(content)) {
			t.Errorf("%s holds something else", name)
		}
	}
	if _, found := files["blobs/sha256/"+strings.TrimPrefix(digest, "sha256:")]; !found {
		t.Errorf("no manifest of digest %s", digest)
	}
}

func TestBothIndexesLeadToOneImageThatIsNotRoot(t *testing.T) {
	archive, _ := built(t)
	files := unpack(t, archive)
	docker := parsed[[]struct {
		Config           string
		RepoTags, Layers []string
	}](t, files["manifest.json"])[0]
	index := parsed[struct{ Manifests []descriptor }](t, files["index.json"])
	blob := func(digest string) string { return files["blobs/sha256/"+strings.TrimPrefix(digest, "sha256:")] }
	manifest := parsed[struct {
		Config descriptor
		Layers []descriptor
	}](t, blob(index.Manifests[0].Digest))
	if blob(manifest.Config.Digest) != files[docker.Config] || blob(manifest.Layers[0].Digest) != files[docker.Layers[0]] {
		t.Error("the OCI layout and the docker archive are two images")
	}
	config := parsed[struct {
		Config struct {
			User       string
			Entrypoint []string
		}
	}](t, files[docker.Config])
	if config.Config.User != "65532:65532" || config.Config.Entrypoint[0] != "/nenep" || docker.RepoTags[0] != "nenep:v1" {
		t.Errorf("unexpected: %+v %v", config, docker.RepoTags)
	}
	layer := unpack(t, []byte(files[docker.Layers[0]]))
	if layer["nenep"] != "program" || layer["etc/ssl/certs/ca-certificates.crt"] != "authorities" {
		t.Error("the program or its authorities are missing")
	}
}

func TestAFolderIsInTheImageWithItsLinksAndWhatMayRun(t *testing.T) {
	folder := t.TempDir()
	for _, err := range []error{
		os.MkdirAll(filepath.Join(folder, "usr/bin"), 0o700), os.WriteFile(filepath.Join(folder, "usr/bin/run"), []byte("program"), 0o700),
		os.WriteFile(filepath.Join(folder, "usr/words"), []byte("words"), 0o600), os.Symlink("bin/run", filepath.Join(folder, "usr/run")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	tree, err := walk(folder)
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]int64{}
	for _, one := range tree {
		modes[one.name] = one.mode
	}
	if len(tree) != 5 || modes["usr/bin/"] != 0o755 || modes["usr/bin/run"] != 0o755 || modes["usr/words"] != 0o644 || tree[3].link != "bin/run" {
		t.Errorf("unexpected: %+v", tree)
	}
	in := example()
	in.binary, in.tree, in.command = nil, tree, "/usr/run"
	layer, err := pack(contents(in), in.created)
	if err != nil {
		t.Fatal(err)
	}
	files := unpack(t, layer)
	if _, found := files["nenep"]; found || files["usr/bin/run"] != "program" {
		t.Error("the image holds another program")
	}
}

func TestShortNamesAreSpelledOutAsAKubeletDoes(t *testing.T) {
	for name, full := range map[string]string{
		"nenep:v1": "docker.io/library/nenep:v1", "local/nenep:v1": "docker.io/local/nenep:v1",
		"r.example/nenep:v1": "r.example/nenep:v1", "localhost/nenep:v1": "localhost/nenep:v1", "host:5000/nenep:v1": "host:5000/nenep:v1",
	} {
		if fullName(name) != full {
			t.Errorf("%s: %s", name, fullName(name))
		}
	}
}
