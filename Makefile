# Nề Nếp. `make help` lists what a person may type.
SHELL := /bin/bash
export GOTOOLCHAIN := local
MODULES := proto rules services workflows cmd/nenep standalone
VERSION ?= $(shell git describe --always --dirty 2>/dev/null || echo dev)
STAMP := -X nenep/cmd/nenep/app.Version=$(VERSION)
.DEFAULT_GOAL := help

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: ## The whole system on this machine: portal http://127.0.0.1:8080
	@scripts/need.sh postgres
	@echo "Building (the first time the embedded Temporal compiles for some minutes)…"
	@go build -o bin/nenep ./cmd/nenep && go build -ldflags '$(STAMP)' -o bin/standalone ./standalone
	@exec bin/standalone

build: ## bin/nenep and bin/standalone
	go build -ldflags '$(STAMP)' -o bin/nenep ./cmd/nenep
	go build -ldflags '$(STAMP)' -o bin/standalone ./standalone

generate: ## Go code from the contracts
	scripts/contracts.sh

test: ## Everything: formatting, contracts, lint, determinism, unit, replay, integration, browser, chart
	scripts/test.sh

lint: ## golangci-lint over every module
	scripts/lint.sh

determinism: ## workflowcheck over the workflow code
	scripts/determinism.sh

licences: ## LICENCES.tsv: what is built in, and under which licence
	scripts/licences.sh

vulnerabilities: ## Known vulnerabilities in what is built in, where their database can be reached
	scripts/vulnerabilities.sh

tidy: ## go.mod and go.sum of every module
	@for m in $(MODULES); do (cd $$m && GOWORK=off go mod tidy) || exit 1; done; go work sync

histories: ## Record the histories of every case type anew, beside those that are kept
	cd standalone && NENEP_RECORD_HISTORIES=1 go test ./journey -run 'TestHistories|TestJourney|TestACaseOfEvery' -count=1

replay: ## Replay the histories kept by the release RELEASE=tag with the code that is here
	@kept=$$(mktemp -d) && trap 'rm -rf "$$kept"' EXIT && git archive $(RELEASE) workflows/testdata/histories | tar -x -C "$$kept" && \
	go run ./cmd/nenep histories replay --from "$$kept/workflows/testdata/histories"

pictures: ## Take the pictures of the documents anew
	cd services && NENEP_PICTURES=1 go test ./portal -run TestPicturesOfTheMainPages -count=1

clean: ## What was built (not the data of make run)
	rm -rf bin dist

include scripts/images.mk

.PHONY: help run build generate test lint determinism tidy histories replay pictures licences vulnerabilities clean
