# `make demo` and `make test` are the two commands that a newcomer needs; both first check the machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
FEATURES := prebuilt-rocksdb
PORT ?= 8080

.PHONY: help demo test test-rust test-postgres test-without-demo test-browser lint format deny compose

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 22

demo: ## Build, start the demonstration federation and answer on port 8080
	@scripts/prepare build
	@source scripts/environment && cargo build --locked --features $(FEATURES)
	@source scripts/environment && exec cargo run --quiet --locked --features $(FEATURES) -- demo --port $(PORT)

test: ## Everything: unit, property, integration on both databases, without the demo, browser
	@scripts/prepare test
	$(MAKE) --no-print-directory test-rust test-postgres test-without-demo test-browser

test-rust: ## Unit, property and integration tests on SQLite
	source scripts/environment && cargo test --locked --features $(FEATURES)

test-postgres: ## The integration suite again on PostgreSQL
	source scripts/environment && ATLAS_TEST_BACKEND=postgres cargo test --locked --features $(FEATURES) --test it

test-without-demo: ## The integration suite with src/demo left out of the build
	source scripts/environment && cargo test --locked --no-default-features --features $(FEATURES) --test it

test-browser: ## Chromium over every page of the demonstration federation
	scripts/test-browser

lint: ## Format and lint checks, warnings are errors
	cargo fmt --check
	source scripts/environment && cargo clippy --locked --all-targets --features $(FEATURES) -- -D warnings

format: ## Format the code
	cargo fmt

deny: ## Licences, bans and sources of every dependency
	scripts/deny

compose: ## Check docker-compose.yml against the compose schema
	scripts/check-compose
