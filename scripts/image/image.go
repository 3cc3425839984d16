// Command image writes a container image out of one static binary, or out of a folder: no base
// image, no container engine. The file it writes is an OCI layout and a docker archive in one, and
// the same bytes whenever the input is the same.
package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"
)

// user is nobody in particular, and not root: what the chart's security context names.
const user = "65532"

const (
	mediaManifest = "application/vnd.oci.image.manifest.v1+json"
	mediaConfig   = "application/vnd.oci.image.config.v1+json"
	mediaLayer    = "application/vnd.oci.image.layer.v1.tar"
	mediaIndex    = "application/vnd.oci.image.index.v1+json"
)

// file is an entry of a tar; a name that ends in a slash is a folder, one with a link is a symbolic link.
type file struct {
	name    string
	mode    int64
	content []byte
	link    string
}

// input is all an image is made of.
type input struct {
	repository, version, revision, architecture string
	title, command, stopSignal                  string
	created                                     time.Time
	binary, roots                               []byte
	tree                                        []file
}

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Annotations map[string]string `json:"annotations,omitempty"`
	Platform    map[string]string `json:"platform,omitempty"`
}

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "image: "+err.Error())
		os.Exit(1)
	}
}

func run(arguments []string, out io.Writer) error {
	var in input
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	target := flags.String("out", "dist/nenep.tar", "file to write")
	binary := flags.String("binary", "", "static binary, becomes /nenep; empty: the folder of -tree holds the program")
	tree := flags.String("tree", "", "folder whose files and symbolic links are in the image as well")
	roots := flags.String("roots", "", "PEM file of the authorities the program trusts")
	epoch := flags.String("epoch", "0", "when the image says it was made, in seconds since 1970")
	flags.StringVar(&in.repository, "repository", "nenep", "name of the image")
	flags.StringVar(&in.version, "version", "dev", "tag of the image")
	flags.StringVar(&in.revision, "revision", "", "commit it was built from")
	flags.StringVar(&in.architecture, "architecture", "amd64", "amd64 or arm64")
	flags.StringVar(&in.title, "title", "Nề Nếp", "what the image says it is")
	flags.StringVar(&in.stopSignal, "stop-signal", "", "signal that ends the program in order; empty: SIGTERM")
	flags.StringVar(&in.command, "command", "/nenep", "program that a container starts")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	seconds, err := strconv.ParseInt(*epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("-epoch: %w", err)
	}
	in.created = time.Unix(seconds, 0).UTC()
	if err := in.read(*binary, *roots, *tree); err != nil {
		return err
	}
	archive, digest, err := build(in)
	if err != nil {
		return err
	}
	if err := os.WriteFile(*target, archive, 0o644); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s:%s\n%s\n%s (%d MB)\n", in.repository, in.version, digest, *target, len(archive)>>20)
	return err
}

// read fills in what the files named hold.
func (in *input) read(binary, roots, tree string) (err error) {
	if binary != "" {
		if in.binary, err = os.ReadFile(binary); err != nil {
			return err
		}
	}
	if in.roots, err = os.ReadFile(roots); err != nil {
		return fmt.Errorf("without authorities the program could trust no server: install Debian's package ca-certificates (%w)", err)
	}
	if tree != "" {
		in.tree, err = walk(tree)
	}
	return err
}

// walk answers what a folder holds, always in the same order and with the same modes: whoever may
// run a file may read it, and nobody may change it.
func walk(folder string) (found []file, err error) {
	err = filepath.WalkDir(folder, func(place string, entry fs.DirEntry, err error) error {
		if err != nil || place == folder {
			return err
		}
		name, err := filepath.Rel(folder, place)
		if err != nil {
			return err
		}
		one, err := entryOf(place, filepath.ToSlash(name), entry)
		found = append(found, one)
		return err
	})
	return found, err
}

func entryOf(place, name string, entry fs.DirEntry) (file, error) {
	switch {
	case entry.IsDir():
		return file{name: name + "/", mode: 0o755}, nil
	case entry.Type() == fs.ModeSymlink:
		link, err := os.Readlink(place)
		return file{name: name, mode: 0o777, link: link}, err
	}
	info, err := entry.Info()
	if err != nil {
		return file{}, err
	}
	mode := int64(0o644)
	if info.Mode().Perm()&0o111 != 0 {
		mode = 0o755
	}
	content, err := os.ReadFile(place)
	return file{name: name, mode: mode, content: content}, err
}

// build answers the archive and the digest a registry will know the image by.
func build(in input) (archive []byte, digest string, err error) {
	layer, err := pack(contents(in), in.created)
	if err != nil {
		return nil, "", err
	}
	config, err := json.Marshal(configOf(in, digestOf(layer)))
	if err != nil {
		return nil, "", err
	}
	manifest, err := json.Marshal(map[string]any{
		"schemaVersion": 2, "mediaType": mediaManifest,
		"config": describe(mediaConfig, config),
		"layers": []descriptor{describe(mediaLayer, layer)},
	})
	if err != nil {
		return nil, "", err
	}
	files, err := layout(in, layer, config, manifest)
	if err != nil {
		return nil, "", err
	}
	archive, err = pack(files, in.created)
	return archive, digestOf(manifest), err
}

// contents is the file system a pod sees.
func contents(in input) []file {
	all := []file{
		{name: "etc/", mode: 0o755},
		{name: "etc/group", mode: 0o644, content: []byte("nenep:x:" + user + ":\n")},
		{name: "etc/passwd", mode: 0o644, content: []byte("nenep:x:" + user + ":" + user + "::/:/nenep\n")},
		{name: "etc/ssl/", mode: 0o755},
		{name: "etc/ssl/certs/", mode: 0o755},
		{name: "etc/ssl/certs/ca-certificates.crt", mode: 0o644, content: in.roots},
	}
	if in.binary != nil {
		all = append(all, file{name: "nenep", mode: 0o755, content: in.binary})
	}
	return append(append(all, file{name: "tmp/", mode: 0o1777}), in.tree...)
}

func configOf(in input, layer string) map[string]any {
	labels := map[string]string{
		"org.opencontainers.image.title": in.title, "org.opencontainers.image.version": in.version,
		"org.opencontainers.image.revision": in.revision,
	}
	config := map[string]any{"User": user + ":" + user, "Entrypoint": []string{in.command}, "WorkingDir": "/", "Labels": labels}
	if in.stopSignal != "" {
		config["StopSignal"] = in.stopSignal
	}
	return map[string]any{
		"created": in.created.Format(time.RFC3339), "architecture": in.architecture, "os": "linux", "config": config,
		"rootfs":  map[string]any{"type": "layers", "diff_ids": []string{layer}},
		"history": []map[string]any{{"created": in.created.Format(time.RFC3339), "created_by": in.command}},
	}
}

// layout places the blobs once, and both indexes over them.
func layout(in input, layer, config, manifest []byte) ([]file, error) {
	name := in.repository + ":" + in.version
	described := describe(mediaManifest, manifest)
	described.Annotations = map[string]string{"io.containerd.image.name": fullName(name), "org.opencontainers.image.ref.name": in.version}
	described.Platform = map[string]string{"architecture": in.architecture, "os": "linux"}
	index, errIndex := json.Marshal(map[string]any{"schemaVersion": 2, "mediaType": mediaIndex, "manifests": []descriptor{described}})
	docker, errDocker := json.Marshal([]map[string]any{{
		"Config": blobName(config), "RepoTags": []string{name}, "Layers": []string{blobName(layer)},
	}})
	return []file{
		{name: "blobs/", mode: 0o755},
		{name: "blobs/sha256/", mode: 0o755},
		{name: blobName(layer), mode: 0o644, content: layer},
		{name: blobName(config), mode: 0o644, content: config},
		{name: blobName(manifest), mode: 0o644, content: manifest},
		{name: "index.json", mode: 0o644, content: index},
		{name: "manifest.json", mode: 0o644, content: docker},
		{name: "oci-layout", mode: 0o644, content: []byte(`{"imageLayoutVersion":"1.0.0"}`)},
	}, errors.Join(errIndex, errDocker)
}

// fullName is how a kubelet spells a short name when it looks an image up.
func fullName(name string) string {
	first, rest, found := bytes.Cut([]byte(name), []byte("/"))
	switch {
	case !found:
		return path.Join("docker.io/library", name)
	case bytes.ContainsAny(first, ".:") || string(first) == "localhost":
		return name
	default:
		return path.Join("docker.io", string(first), string(rest))
	}
}

func pack(files []file, stamp time.Time) ([]byte, error) {
	var packed bytes.Buffer
	writer := tar.NewWriter(&packed)
	for _, f := range files {
		header := &tar.Header{Name: f.name, Mode: f.mode, Size: int64(len(f.content)), ModTime: stamp, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if f.name[len(f.name)-1] == '/' {
			header.Typeflag = tar.TypeDir
		}
		if f.link != "" {
			header.Typeflag, header.Linkname = tar.TypeSymlink, f.link
		}
		if err := writer.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := writer.Write(f.content); err != nil {
			return nil, err
		}
	}
	err := writer.Close()
	return packed.Bytes(), err
}

func sum(blob []byte) string {
	hash := sha256.Sum256(blob)
	return hex.EncodeToString(hash[:])
}

func digestOf(blob []byte) string { return "sha256:" + sum(blob) }

func blobName(blob []byte) string { return "blobs/sha256/" + sum(blob) }

func describe(mediaType string, blob []byte) descriptor {
	return descriptor{MediaType: mediaType, Digest: digestOf(blob), Size: len(blob)}
}
