# SPDX-License-Identifier: Apache-2.0
# One entry for every routine task; continuous integration calls the same recipes.
.DEFAULT_GOAL := help
.PHONY: help demo up down test test-fast bench quality chaos check clean

# Where an environment forbids to keep bytecode, each of many processes would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

BIN := .venv/bin
SOURCES := $(wildcard libs/*/src services/*/src cli/src)

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

demo: ## install what is missing, start everything, process the samples, search
	@scripts/bootstrap.sh all
	@$(BIN)/ream demo

up: ## start broker, OpenSearch and all services on this machine
	@scripts/bootstrap.sh all
	@$(BIN)/ream up

down: ## end exactly what demo or up has started
	@scripts/bootstrap.sh python
	@$(BIN)/ream down

test: ## every test, on a real Kafka and a real OpenSearch
	@scripts/bootstrap.sh all
	@scripts/test.sh

test-fast: ## tests that need nothing but Python, in under half a minute
	@scripts/bootstrap.sh python
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not servers and not programs and not corpus and not slow" --cpu-budget 42

bench: ## measure speed and memory from end to end; BENCH=--quick takes two minutes
	@scripts/bootstrap.sh all
	$(BIN)/python benchmarks/bench.py $(BENCH)
	$(BIN)/python benchmarks/reading.py $(if $(findstring --quick,$(BENCH)),--rounds 1)
	$(BIN)/python benchmarks/search.py $(if $(findstring --quick,$(BENCH)),--passages 5000 --name search-quick)

quality: ## measure how well documents of known content are read and understood; CORPUS=DIR, else $$REAM_CORPUS; PEERS=1 beside others
	@scripts/bootstrap.sh all
	$(BIN)/python benchmarks/quality.py $(CORPUS) $(if $(ONLY),--only $(ONLY)) $(if $(PEERS),--peers) $(if $(RESULTS),--results $(RESULTS))

chaos: ## break everything on purpose, within 30 minutes; SEED=N repeats a run, LONG=1 takes an hour, PARTS="kills store"
	@scripts/bootstrap.sh all
	PYTHONPATH=benchmarks:tests/shared:tests/chaos:tests/hostile $(BIN)/python -m ream_chaos \
	  $(if $(SEED),--seed $(SEED)) $(if $(filter-out 0,$(LONG)),--long) $(if $(RESULTS),--results $(RESULTS)) $(PARTS)

check: ## style, types, import rules, licences, lock
	@scripts/bootstrap.sh python
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict $(SOURCES)
	$(BIN)/lint-imports
	$(BIN)/python scripts/licences.py --check
	@scripts/bootstrap.sh lock

clean: ## remove what was made in this checkout (not the data, not the cache)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
