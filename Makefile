# `make` lists the targets. `make test` needs Go and nothing else.

SHELL := bash
.DEFAULT_GOAL := help

VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
# nomsgpack leaves out of gin a codec that nothing here uses.
BUILD := CGO_ENABLED=0 go build -trimpath -tags nomsgpack -ldflags "-s -w -X main.buildVersion=$(VERSION)"
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
FUZZTIME ?= 30s
TOOLS := bin/tools

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/mlbench
	$(BUILD) -o bin/mlbench ./cmd/mlbench

.PHONY: test
test: ## vet and test everything, a package at a time: several tests measure
	go vet ./... && go test -p 1 ./...

.PHONY: race
race: ## test everything under the race detector (needs a C compiler)
	CGO_ENABLED=1 go test -race ./...

.PHONY: lint
lint: $(TOOLS)/.built ## gofumpt and staticcheck, at the versions of tools/go.mod, and the table of exported names
	@set -euo pipefail; \
	unformatted=$$($(TOOLS)/gofumpt -l .); \
	if [ -n "$$unformatted" ]; then printf 'not formatted, run make fmt:\n%s\n' "$$unformatted" >&2; exit 1; fi
	$(TOOLS)/staticcheck ./...
	go test -count=1 -v -run TestExportedNames ./cmd/mlbench

.PHONY: fmt
fmt: $(TOOLS)/.built ## format all Go files
	$(TOOLS)/gofumpt -w .

# The tools have a module of their own, so that what they need is not ours.
$(TOOLS)/.built: tools/go.mod tools/go.sum
	go -C tools build -o ../$(TOOLS)/ tool
	@touch $@

.PHONY: fuzz
fuzz: ## run every fuzz target for FUZZTIME (30s), and the importers' random tests on new draws
	@set -euo pipefail; \
	packages=$$(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./...); \
	for package in $$packages; do \
	  names=$$(go test -list '^Fuzz' $$package); \
	  for name in $$(grep '^Fuzz' <<<"$$names" || true); do \
	    echo "$$package $$name"; \
	    go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x $$package; \
	  done; \
	done; \
	go test ./scenarios/importer/plan ./scenarios/importer/program -run '^TestRandom|^TestMangled' -rapid.seed $$RANDOM -rapid.checks 1000

.PHONY: bench
bench: ## run every benchmark
	go test -run '^$$' -bench . -benchmem ./...

# ARGS: -rounds N, -length 5s, -long, -only closed,open,wire,stall,selftest,memory,think (prints only).
.PHONY: bench-peers
bench-peers: ## measure beside wrk, vegeta and k6, 20 minutes, into docs/performance.md (ARGS=-help)
	go -C bench/peers run . $(ARGS)

.PHONY: bench-live
bench-live: build ## what the live view costs, four minutes on a quiet machine (wants util-linux's script; ARGS=-help)
	go run ./bench/live $(ARGS)

# ARGS: -list, -for 90m, -first NAME,NAME, -only NAME,NAME, -document; it goes on where it was stopped.
# FastAPI, one of its conditions, comes by apt-get install -y python3-fastapi python3-uvicorn.
.PHONY: acceptance
acceptance: ## count false alarms and misses, hours in all, into docs/acceptance.md (ARGS=-help)
	go run ./bench/acceptance $(ARGS)

RUNS ?= 400

.PHONY: simulate
simulate: ## print how often verdicts err, by simulation: RUNS of each condition, 400 take a quarter of an hour
	@set -o pipefail; go test -count=1 -v -timeout 0 -run '^TestSimulationTable$$' ./results/verdict -simulate.runs $(RUNS) | grep --line-buffered '^|'

.PHONY: simulate-looks
simulate-looks: ## error rates of looks and launches, 20,000 simulated comparisons of each kind
	go test -v -count=1 -timeout 0 -run '^TestSimulatedL' ./results/stats -simulations 20

.PHONY: e2e
e2e: ## run the user stories (scripts) and nothing else, uncached
	go test -count=1 -v -run '^TestScript' ./cmd/mlbench

.PHONY: demo
demo: ## compare both bundled servers, about a minute
	go run ./cmd/mlbench demo

# A quiet machine, as what it shows is what it found. script is of util-linux.
.PHONY: pictures
pictures: build ## draw docs/pictures anew, from a demo (a minute and a half)
	@set -euo pipefail; mkdir -p docs/pictures; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	go build -o bin/pictures ./docs/pictures; cd "$$folder"; export TERM=xterm-256color LANG=C.UTF-8 NO_COLOR=; \
	show() { script -qec "stty cols 100; $(CURDIR)/bin/mlbench $$1" /dev/null; }; \
	show 'demo -q' >demo; \
	$(CURDIR)/bin/pictures -from SUMMARY -command 'mlbench demo' -title 'The last page of mlbench demo: verdicts, changes with intervals, who is ahead' <demo >$(CURDIR)/docs/pictures/summary.svg; \
	show 'report mlbench-results/*-sequential-*.jsonl' | $(CURDIR)/bin/pictures -until 'in detail' -title 'A comparison: verdict, side by side, distributions' >$(CURDIR)/docs/pictures/comparison.svg

.PHONY: check
check: lint test ## what must pass before a change goes in
	go mod tidy -diff
	go mod verify

.PHONY: dist
dist: ## build for all platforms into dist/, with man pages, completions, licences and checksums
	@rm -rf dist && mkdir -p dist/completions
	@set -euo pipefail; \
	for platform in $(PLATFORMS); do \
	  os=$${platform%/*}; arch=$${platform#*/}; suffix=; \
	  if [ $$os = windows ]; then suffix=.exe; fi; \
	  echo "dist/mlbench_$${os}_$$arch$$suffix"; \
	  GOOS=$$os GOARCH=$$arch $(BUILD) -o dist/mlbench_$${os}_$$arch$$suffix ./cmd/mlbench; \
	done
	@echo dist/man dist/completions dist/LICENCES.txt dist/SHA256SUMS
	@SOURCE_DATE_EPOCH=$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct 2>/dev/null || echo 0)} \
	  go test -count=1 -run '^TestManPages$$' ./cmd/mlbench -man $(CURDIR)/dist/man >/dev/null
	@for shell in bash zsh fish powershell; do go run -tags nomsgpack ./cmd/mlbench completion $$shell >dist/completions/mlbench.$$shell; done
	@tools/licences.sh >dist/LICENCES.txt
	@cp LICENSE dist/
	@set -euo pipefail; \
	cd dist; files=$$(find . -type f ! -name SHA256SUMS | sed 's#^\./##' | LC_ALL=C sort); \
	if command -v sha256sum >/dev/null; then sha256sum $$files; else shasum -a 256 $$files; fi >SHA256SUMS

.PHONY: vendor-ui
vendor-ui: ## fetch the API documentation bundles again (needs npm)
	servers/modern/docs/vendor.sh

.PHONY: clean
clean: ## remove bin/, dist/ and test leftovers
	rm -rf bin dist coverage.out
	find . -name '*.test' -type f -not -path './.git/*' -delete
