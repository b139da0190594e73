# The ways to run, check and build this project; the work is in Scripts/.
#
# ARGS go to the program that a target starts: make run ARGS="--port 9000", make test ARGS="--filter Amount".

ARGS =
# Timeouts of tests are multiplied by how slow the machine is.
PATIENT = ANALYTICSPRO_TEST_PATIENCE=$${ANALYTICSPRO_TEST_PATIENCE:-$$(Scripts/patience)}
SWIFT_FILES = Package.swift Sources Tests Benchmarks

.DEFAULT_GOAL := help
.PHONY: run test contract browser faults screenshots build lint format bench bench-peers bench-file clean help

run: ## Build what has changed and start the server on http://127.0.0.1:8080 (the first build: 5 to 20 minutes)
	@exec Scripts/run $(ARGS)

test: ## Lint, build without warnings and run every test
	@Scripts/test $(ARGS)

contract: ## Hold the API against its OpenAPI document: ARGS="--examples 500"
	@Scripts/packages test
	@Scripts/build debug
	@$(PATIENT) Tests/Contract/run $(ARGS)

browser: ## Use the dashboard as people do, in Chromium: ARGS="--only keyboard"
	@Scripts/packages test
	@Scripts/build debug
	@$(PATIENT) Tests/Browser/run $(ARGS)

faults: ## Do to the server what should never happen, and count what is lost: ARGS="--only kill"
	@Scripts/packages test
	@Scripts/build
	@$(PATIENT) Tests/Faults/run $(ARGS)

screenshots: ## Make the pictures of the dashboard in docs/screenshots/ anew
	@Scripts/packages test
	@Scripts/build debug
	@$(PATIENT) Scripts/screenshots $(ARGS)

build: ## Build the release program, .build/release/analyticspro
	@Scripts/build

lint: ## Check the format and the style of every Swift file
	@swift format lint --strict --parallel --recursive $(SWIFT_FILES)

format: ## Format every Swift file in place
	@swift format --in-place --parallel --recursive $(SWIFT_FILES)

bench: ## Measure the server under load: ARGS=--quick, ARGS="--only batches"
	@Scripts/packages bench
	@Benchmarks/run $(ARGS)

bench-peers: ## Install InfluxDB and PostgreSQL, and measure ingest beside them
	@Scripts/packages peers
	@Benchmarks/run --only singles,batches $(ARGS)

bench-file: ## Make the file of 10 million points for make bench ARGS=--large
	@Scripts/packages bench
	@Benchmarks/run --make-file $(ARGS)

clean: ## Remove what was built; downloaded dependencies and data/ stay
	@swift package clean
	@rm -rf .build/release-built .build/release-built.next .build/test.log .build/test-summary.txt .build/faults-failed .build/browser-failed Benchmarks/.build

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
