# The images, the chart, the cluster to try them on.
images: ## The images without a container engine: dist/nenep.tar, and dist/standalone.tar for evaluation
	@VERSION='$(VERSION)' scripts/image.sh nenep
	@VERSION='$(VERSION)' scripts/image.sh standalone

postgres-image: ## Debian's PostgreSQL of this machine as an image: dist/postgres.tar
	@scripts/image/postgres.sh

chart-test: bin/helm ## The chart: linted, rendered with every option, decoded as a cluster would; the Compose file
	GOWORK=off go test -count=1 scripts/image/image.go scripts/image/image_test.go
	cd charts/tests && GOWORK=off go vet ./... && GOWORK=off go test -count=1 ./...
	cd tools/compose && GOWORK=off go vet ./... && GOWORK=off go test -count=1 ./...

chart-readme: ## What values.yaml says of each value into the README of the chart and into its schema
	cd charts/tests && GOWORK=off go run ./readme ../nenep

chart-schemas: ## The schemas by which the chart's manifests are checked, from the Go modules of Kubernetes and of the CRDs
	cd charts/tests && GOWORK=off go run ./schemas/from schemas

test-cluster: bin/helm images postgres-image ## A real one-node Kubernetes (as root; compiled at first use, some 10 minutes): the chart installed, used, upgraded, drained, removed
	scripts/cluster.sh test

bin/helm: tools/chart/go.mod
	cd tools/chart && GOWORK=off go build -o ../../bin/ tool

.PHONY: images postgres-image chart-test test-cluster
