package main

// workerControllersSource is where the two schemas below were read: the CRDs of release 1.11, temporal.io/v1alpha1. The Go module is not
// to be had everywhere, so they are written here.
const workerControllersSource = "github.com/temporalio/temporal-worker-controller 1.11, helm/temporal-worker-controller-crds"

func workerController(pods map[string]any) map[string]map[string]any {
	worker := standalone(pods, "io.k8s.api.core.v1.PodTemplateSpec")
	delete(worker, "$ref")
	for key, value := range object([]string{"spec"}, map[string]any{
		"apiVersion": text(""), "kind": text(""), "metadata": map[string]any{"type": "object"},
		"spec": object([]string{"rollout", "sunset", "template", "workerOptions"}, map[string]any{
			"replicas": whole(0, 0), "minReadySeconds": whole(0, 0), "progressDeadlineSeconds": whole(0, 0),
			"template": map[string]any{"$ref": "#/definitions/io.k8s.api.core.v1.PodTemplateSpec"},
			"rollout": object([]string{"strategy"}, map[string]any{
				"strategy": map[string]any{"enum": []string{"Manual", "AllAtOnce", "Progressive"}},
				"steps": map[string]any{"type": "array", "maxItems": 20, "items": object([]string{"pauseDuration", "rampPercentage"}, map[string]any{
					"pauseDuration": text(""), "rampPercentage": whole(1, 99)})},
			}),
			"sunset": object(nil, map[string]any{"scaledownDelay": text(""), "deleteDelay": text("")}),
			"workerOptions": object([]string{"connectionRef", "temporalNamespace"}, map[string]any{
				"connectionRef": reference(), "temporalNamespace": map[string]any{"type": "string", "minLength": 1},
			}),
		}),
	}) {
		worker[key] = value
	}
	return map[string]map[string]any{
		"workerdeployment-temporal-v1alpha1": worker,
		"connection-temporal-v1alpha1": object([]string{"spec"}, map[string]any{
			"apiVersion": text(""), "kind": text(""), "metadata": map[string]any{"type": "object"},
			"spec": object([]string{"hostPort"}, map[string]any{
				"hostPort": text(`^[a-zA-Z0-9.-]+:[0-9]+$`), "mutualTLSSecretRef": reference(),
				"tls":             object(nil, map[string]any{"serverName": text(`^[a-zA-Z0-9.-]+$`), "caCertSecretRef": reference()}),
				"apiKeySecretRef": object([]string{"key"}, map[string]any{"key": text(""), "name": text(""), "optional": map[string]any{"type": "boolean"}}),
			}),
		}),
	}
}

func object(required []string, properties map[string]any) map[string]any {
	schema := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		schema["required"] = required
	}
	return schema
}

func text(pattern string) map[string]any {
	if pattern == "" {
		return map[string]any{"type": "string"}
	}
	return map[string]any{"type": "string", "pattern": pattern}
}

// whole is a number between two; both 0: any that is not negative.
func whole(least, most int) map[string]any {
	if least == 0 && most == 0 {
		return map[string]any{"type": "integer", "minimum": 0}
	}
	return map[string]any{"type": "integer", "minimum": least, "maximum": most}
}

func reference() map[string]any {
	return object([]string{"name"}, map[string]any{"name": text(`^[a-z0-9]([-a-z0-9]*[a-z0-9])?$`)})
}
