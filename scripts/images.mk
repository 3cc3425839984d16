# The image, the chart, the cluster to try both on.
images: ## The image of nenep without a container engine: dist/nenep.tar
	@VERSION='$(VERSION)' scripts/image.sh

chart-test: bin/helm ## The chart: linted, rendered with every option, decoded as a cluster would
	GOWORK=off go test -count=1 scripts/image/image.go scripts/image/image_test.go
	cd charts/tests && GOWORK=off go vet ./... && GOWORK=off go test -count=1 ./...

test-cluster: bin/helm images ## A real one-node Kubernetes (as root; compiled at first use, some 10 minutes): the chart installed, cases opened
	scripts/cluster.sh test

bin/helm: tools/chart/go.mod
	cd tools/chart && GOWORK=off go build -o ../../bin/ tool

.PHONY: images chart-test test-cluster
