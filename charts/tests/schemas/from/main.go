// Program from writes the schemas by which the chart's manifests are checked: each kind that the chart makes, as the API of the pinned
// Kubernetes has it (k8s.io/kubernetes, api/openapi-spec/v3), and as the CRDs of KEDA, Gateway API and the Prometheus Operator have it
// (their Go modules). Those of Temporal's worker controller are written by hand beside (workercontroller.go names their source). It reads
// Go modules; the tests read the files it wrote and no network.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

const (
	kubernetes = "k8s.io/kubernetes@v1.35.4"
	keda       = "github.com/kedacore/keda/v2@v2.18.0"
	gateway    = "sigs.k8s.io/gateway-api@v1.4.0"
	prometheus = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
)

// Where each kind of Kubernetes itself is declared.
var kinds = []struct{ file, definition, name string }{
	{"api__v1", "io.k8s.api.core.v1.Service", "service-v1"},
	{"api__v1", "io.k8s.api.core.v1.ConfigMap", "configmap-v1"},
	{"api__v1", "io.k8s.api.core.v1.Secret", "secret-v1"},
	{"api__v1", "io.k8s.api.core.v1.Pod", "pod-v1"},
	{"api__v1", "io.k8s.api.core.v1.PersistentVolumeClaim", "persistentvolumeclaim-v1"},
	{"apis__apps__v1", "io.k8s.api.apps.v1.Deployment", "deployment-apps-v1"},
	{"apis__apps__v1", "io.k8s.api.apps.v1.StatefulSet", "statefulset-apps-v1"},
	{"apis__batch__v1", "io.k8s.api.batch.v1.Job", "job-batch-v1"},
	{"apis__networking.k8s.io__v1", "io.k8s.api.networking.v1.Ingress", "ingress-networking-v1"},
	{"apis__networking.k8s.io__v1", "io.k8s.api.networking.v1.NetworkPolicy", "networkpolicy-networking-v1"},
	{"apis__policy__v1", "io.k8s.api.policy.v1.PodDisruptionBudget", "poddisruptionbudget-policy-v1"},
	{"apis__autoscaling__v2", "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler", "horizontalpodautoscaler-autoscaling-v2"},
}

var customs = []struct{ module, file, version, name string }{
	{keda, "config/crd/bases/keda.sh_scaledobjects.yaml", "v1alpha1", "scaledobject-keda-v1alpha1"},
	{gateway, "config/crd/standard/gateway.networking.k8s.io_httproutes.yaml", "v1", "httproute-gateway-v1"},
	{prometheus, "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml", "v1", "servicemonitor-monitoring-v1"},
	{prometheus, "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml", "v1", "prometheusrule-monitoring-v1"},
}

func main() {
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(folder string) error {
	home, err := moduleOf(kubernetes)
	if err != nil {
		return err
	}
	for _, kind := range kinds {
		all, err := definitions(filepath.Join(home, "api/openapi-spec/v3", kind.file+"_openapi.json"))
		if err != nil {
			return err
		}
		if err := keep(folder, kind.name, kubernetes, standalone(all, kind.definition)); err != nil {
			return err
		}
	}
	pods, err := definitions(filepath.Join(home, "api/openapi-spec/v3/apis__apps__v1_openapi.json"))
	if err != nil {
		return err
	}
	for name, schema := range workerController(pods) {
		if err := keep(folder, name, workerControllersSource, schema); err != nil {
			return err
		}
	}
	for _, custom := range customs {
		schema, err := declared(custom.module, custom.file, custom.version)
		if err != nil {
			return err
		}
		if err := keep(folder, custom.name, custom.module, schema); err != nil {
			return err
		}
	}
	return nil
}

func moduleOf(module string) (string, error) {
	command := exec.Command("go", "mod", "download", "-json", module)
	command.Stderr = os.Stderr
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("download %s: %w", module, err)
	}
	var answer struct{ Dir string }
	return answer.Dir, json.Unmarshal(out, &answer)
}

func definitions(file string) (map[string]any, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var document struct {
		Components struct{ Schemas map[string]any }
	}
	return document.Components.Schemas, json.Unmarshal(text, &document)
}

// standalone is the definition with all it leads to.
func standalone(all map[string]any, definition string) map[string]any {
	reached := map[string]any{}
	reach(all, definition, reached)
	return map[string]any{"$ref": "#/definitions/" + definition, "definitions": reached}
}

func reach(all map[string]any, definition string, reached map[string]any) {
	if reached[definition] != nil {
		return
	}
	reached[definition] = map[string]any{}
	reached[definition] = strict(all[definition], func(next string) { reach(all, next, reached) })
}

// strict is the schema without prose, with references within the file, and with nothing allowed that it does not name.
func strict(schema any, refers func(string)) any {
	switch schema := schema.(type) {
	case map[string]any:
		if reference, is := schema["$ref"].(string); is {
			name := strings.TrimPrefix(reference, "#/components/schemas/")
			refers(name)
			return map[string]any{"$ref": "#/definitions/" + name}
		}
		out := map[string]any{}
		for key, value := range schema {
			if key == "properties" {
				out[key] = named(value.(map[string]any), refers)
				continue
			}
			if key == "description" || key == "default" || key == "format" || key == "example" || key == "nullable" || strings.HasPrefix(key, "x-") {
				continue
			}
			out[key] = strict(value, refers)
		}
		_, closed := out["additionalProperties"]
		if out["properties"] != nil && !closed && schema["x-kubernetes-preserve-unknown-fields"] != true {
			out["additionalProperties"] = false
		}
		return out
	case []any:
		out := make([]any, len(schema))
		for i, one := range schema {
			out[i] = strict(one, refers)
		}
		return out
	default:
		return schema
	}
}

// named keeps properties whatever they are called: one may well be called description.
func named(properties map[string]any, refers func(string)) map[string]any {
	out := map[string]any{}
	for name, property := range properties {
		out[name] = strict(property, refers)
	}
	return out
}

// declared is the schema of a CRD's version.
func declared(module, file, version string) (map[string]any, error) {
	home, err := moduleOf(module)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(home, file))
	if err != nil {
		return nil, err
	}
	var crd struct {
		Spec struct {
			Versions []struct {
				Name   string
				Schema struct{ OpenAPIV3Schema map[string]any }
			}
		}
	}
	if err := yaml.Unmarshal(text, &crd); err != nil {
		return nil, err
	}
	for _, one := range crd.Spec.Versions {
		if one.Name == version {
			schema := strict(one.Schema.OpenAPIV3Schema, func(string) {}).(map[string]any)
			schema["properties"].(map[string]any)["metadata"] = map[string]any{"type": "object"}
			return schema, nil
		}
	}
	return nil, fmt.Errorf("%s has no version %s", file, version)
}

// keep writes the schema with the source it was taken from.
func keep(folder, name, source string, schema map[string]any) error {
	schema["$comment"] = source
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(schema); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, name+".json"), out.Bytes(), 0o644)
}
