# The commands of this project. `make help` lists them.
.DEFAULT_GOAL := help
export HANZHI_DEMO ?= true

.PHONY: help
help: ## this list
	@grep -hE '^[a-z0-9%-]+:.*## ' Makefile | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.PHONY: run
run: build ## set up this machine, build everything and start it with the demo courses
	@exec ./bin/hanzhi

.PHONY: build
build: ## bin/hanzhi, the whole platform in one file
	@scripts/setup run
	@scripts/lexicon
	@scripts/frontend
	@scripts/server

.PHONY: test
test: ## everything: front end, Go with -race, browser journeys
	@scripts/test

.PHONY: check
check: ## formatters and linters
	@scripts/check

.PHONY: e2e
e2e: build ## the browser journeys alone
	@scripts/setup test
	@scripts/e2e

.PHONY: bench
bench: ## all measurements beside their peers: a table and bench.json
	@scripts/bench

bench-%: ## one part of them: make bench-media
	@scripts/bench $*

.PHONY: setup
setup: ## install what this machine lacks
	@scripts/setup test

.PHONY: api
api: ## the OpenAPI document and the front end's types, after a change of the API
	@scripts/lexicon
	@go test ./server/httpapi -run "^TestDocument$$" -update
	@cd frontend && PATH="$$PWD/node_modules/.bin:$$PATH" npm run --silent api

.PHONY: clean
clean: ## remove what was built; data stays
	@rm -rf bin frontend/build/* frontend/node_modules/.hanzhi-build
	@rm -f courses/language/lexicon/table/* courses/language/strokes/table/* courses/language/typeface/table/*
	@touch frontend/build/.gitkeep courses/language/lexicon/table/.gitkeep courses/language/strokes/table/.gitkeep courses/language/typeface/table/.gitkeep
