# Two commands set everything up: `make demo` and `make test`. Needs Python 3.11 or later, make and git.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
PYTEST_ARGS ?= -n auto --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help demo test check format lint types imports bench bench-compare first-hour crash fuzz docs docs-test site audit lock clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(BIN)/python:
	$(PYTHON) .ci/make_venv.py $(VENV)

$(VENV)/.run: $(BIN)/python requirements/run.txt pyproject.toml
	$(BIN)/python -m pip install -q --require-hashes -r requirements/run.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(BIN)/python -m pip install -q --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.run ## A complete rehearsal: simulated DCC, reference client, scenarios, report
	$(BIN)/uept demo

test: $(VENV)/.dev ## Every test that needs no further system package; the rest is listed as skipped
	$(BIN)/python -m pytest $(PYTEST_ARGS)

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.dev
	$(BIN)/mypy .

imports: $(VENV)/.dev
	$(BIN)/lint-imports

check: lint types imports test ## What CI runs: format, lint, types, import contracts, tests

bench: $(VENV)/.dev ## Speed as ratios, all measured in one run, in about half an hour; some: make bench SECTIONS="a h"
	$(BIN)/python tests/bench/run.py --out build/bench.json $(SECTIONS)

bench-compare: $(VENV)/.dev ## Two revisions in turn on one machine: make bench-compare REV=main SECTIONS="a h"
	$(BIN)/python tests/bench/compare.py $(REV) $(SECTIONS)

crash: $(VENV)/.dev ## Kill the DCC at random points, at each step, on a full disk, without power; print what is lost
	$(BIN)/python tests/crash/run.py $(CRASH_ARGS)

fuzz: $(VENV)/.dev ## An hour of mutants of everything that comes from outside; what broke is kept in build/fuzz
	$(BIN)/python tests/fuzz/run.py $(FUZZ_ARGS)

.PHONY: fronts
fronts: $(VENV)/.dev ## The tests of the gateway once more, by a front process and a core
	UEPT_TEST_WORKERS=1 $(BIN)/python -m pytest -q tests/integration/gateway

docs: $(VENV)/.dev ## Write the generated pages again
	$(BIN)/python .ci/simulated.py
	$(BIN)/python .ci/gbcs_coverage.py
	$(BIN)/python .ci/settings_page.py
	$(BIN)/python .ci/defects_page.py

docs-test: $(VENV)/.dev ## Run every code block of README and docs and compare what they show
	$(BIN)/python .ci/docs_test.py

first-hour: $(VENV)/.dev ## The first hour with the wheel alone, in an empty folder with an empty home
	$(BIN)/python .ci/first_hour.py

site: $(VENV)/.dev ## The documentation as a site, in build/site
	$(BIN)/sphinx-build -q -W -b html docs build/site

.PHONY: defects habits mutation
defects: $(VENV)/.dev ## Run some hundred clients with made-up defects; print how many are caught, by kind
	$(BIN)/python .ci/defects.py

audit: $(VENV)/.dev ## Known vulnerabilities of what we depend on; skipped, and said so, where their data cannot be reached
	$(BIN)/python .ci/audit.py

mutation: $(VENV)/.dev ## Put small faults into checks and verdict rules; print by module how many the unit tests notice
	$(BIN)/python .ci/mutation.py $(MUTATION_ARGS)

habits: $(VENV)/.dev ## Run clients with combined harmless habits over whole roles; every one has to pass everything
	$(BIN)/python .ci/habits.py

lock: $(VENV)/.dev ## Renew the lock files from pyproject.toml
	$(BIN)/python .ci/lock.py

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
