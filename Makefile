# `make demo` starts the Atlas over real metadata; `make test` proves it. Both install what a bare Debian 12 lacks.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8080
DEMO_DIR ?= ./data/demo
SCALE ?= 10k
PARTS ?=

.PHONY: help demo build test lint fmt fmt-check deny compose-check check bench

help: ## Lists the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

demo: ## Builds the Atlas and starts it on http://127.0.0.1:8080/ with thirty simulated providers
	@scripts/prepare build
	@scripts/cargo run --quiet --bin atlas -- demo --port $(PORT) --dir $(DEMO_DIR)

build: ## Compiles the binary for development
	@scripts/prepare build
	@scripts/cargo build

test: ## Runs the whole suite: SQLite, PostgreSQL, without src/demo, independent programs, browser
	@scripts/prepare test
	@scripts/test

lint: ## Clippy over everything, warnings are errors
	@scripts/cargo clippy --all-targets -- -D warnings

fmt: ## Formats the Rust sources
	@cargo fmt

fmt-check: ## Fails when a Rust source is not formatted
	@cargo fmt --check

deny: ## Licences, bans and sources of all dependencies; advisories where their database can be had
	@scripts/check-licences

compose-check: ## Checks docker-compose.yml against the compose schema
	@scripts/check-compose

check: ## Everything CI checks before the tests
	@scripts/prepare checks
	@$(MAKE) --no-print-directory fmt-check lint compose-check deny

bench: ## Measures speed and size, release build, into benches/results (SCALE=10k|1m PARTS=search,hub,memory)
	@scripts/prepare test
	@scripts/cargo bench --bench figures -- --scale $(SCALE) --parts "$(PARTS)"
