# `make demo` and `make test` need Python 3.11 or newer and a package index, nothing else.
# The virtual environment is made once, and again only when pyproject.toml changes.

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.pyproject-installed

# The first Python on the path that is new enough; override with `make PYTHON=...`.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo "$$python"; break; }; done)

# More workers than cores only costs start-up time: each compiles and imports for itself.
WORKERS ?= 2
TESTS ?= tests

.PHONY: help setup demo test lint bench oracle clean
.DEFAULT_GOAL := help

help: ## list the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(STAMP) ## make .venv with everything that demo, test and lint need

$(STAMP): pyproject.toml
	@test -n "$(PYTHON)" || { echo "Dryfit needs Python 3.11 or newer; none found." \
		"Name one: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@echo "setup: installing into $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[run,dev]"
	@touch $@

test: $(STAMP) ## run the test suite (WORKERS=2 TESTS=tests)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

lint: $(STAMP) ## ruff and pyright
	$(BIN)/ruff check .
	$(BIN)/pyright

clean: ## remove .venv and the caches
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .dryfit_cache
