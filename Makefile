# `make` lists what there is. Everything CI runs is `make test`.
.DEFAULT_GOAL := help
SHELL := /bin/sh
STEP := scripts/step
PORTICO := cargo run --quiet --
# What scripts/need builds itself lies here, outside target/.
export TEST_TOOLS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/portico-tools
export PATH := $(TEST_TOOLS)/bin:$(PATH)

# No other linker is configured: the toolchain links with its own lld, and flags that differ from a bare
# cargo's would build everything twice.
.PHONY: help demo test quick pages rule bench timing fmt lint deny shots need unit walks browser check

help: ## list what there is
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | awk -F@ '{ printf "%-16s %s\n", $$1, $$2 }'

demo: ## a practice world to try, with nothing but this binary
	@# Not quiet: the first build takes minutes, and a newcomer should see that something happens.
	cargo run -- demo

test: ## everything CI runs
	@start=$$(date +%s); \
	$(MAKE) --no-print-directory need fmt lint deny unit walks check browser || exit 1; \
	echo "All checks passed in $$(( $$(date +%s) - start )) s: format, lints, dependencies, unit tests, map, walks on SQLite and PostgreSQL, crashes, commands, pages, browser."

quick: ## format, lints, unit tests and walks on SQLite
	@$(STEP) "format" cargo fmt --check
	@$(STEP) "lints" cargo clippy --quiet --all-targets -- -D warnings
	@$(STEP) "tests on SQLite" env -u TEST_POSTGRES cargo test --quiet

pages: ## every page with sample data, into target/pages
	$(PORTICO) check --pages target/pages

rule: ## print the table that decides who gets in
	@$(PORTICO) rule

bench: ## speed and memory beside their limits, release build, SQLite and PostgreSQL
	cargo build --quiet --release --example bench
	scripts/postgres durable cargo run --quiet --release --example bench

timing: ## known and unknown addresses must cost the same
	cargo build --quiet --release --example timing
	scripts/postgres durable cargo run --quiet --release --example timing

shots: tests/browser/node_modules ## pictures of the pages, into target/shots
	cargo build --quiet
	cd tests/browser && PORTICO_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/portico node shots.js

need: ## install what the tests need
	@$(STEP) "what must be installed" scripts/need

fmt: ## check the format
	@$(STEP) "format" cargo fmt --check

lint: ## clippy, warnings are errors
	@$(STEP) "lints" cargo clippy --quiet --all-targets -- -D warnings

deny: ## licences, sources, banned crates, known weaknesses
	@# It looks at every system's crates, and a build brings only this one's.
	@$(STEP) "crates of every system" cargo fetch --quiet --locked
	@$(STEP) "dependencies" cargo deny --offline --log-level error check bans licenses sources
	@$(STEP) "advisories" scripts/advisories

unit:
	@$(STEP) "unit tests" cargo test --quiet --lib --bins

walks:
	@$(STEP) "map, walks, crashes and commands, on SQLite and PostgreSQL" scripts/postgres run cargo test --quiet --test '*'

check:
	@$(STEP) "catalogues and pages" $(PORTICO) check

browser: tests/browser/node_modules
	@$(STEP) "build for the browser" cargo build --quiet
	@$(STEP) "browser" sh -c 'cd tests/browser && PORTICO_BIN=$(abspath $(or $(CARGO_TARGET_DIR),target))/debug/portico node --test --test-concurrency=2'

tests/browser/node_modules: tests/browser/package-lock.json
	@$(STEP) "browser test tools" sh -c 'cd tests/browser && npm ci --no-audit --no-fund --loglevel=error'
	@touch $@
