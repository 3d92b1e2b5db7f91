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

# Real Keras, for `peers` and `oracle`: an interpreter each, made under .peers/ unless named.
TF_PYTHON ?= .peers/tf/bin/python
JAX_PYTHON ?= .peers/jax/bin/python
TORCH_PYTHON ?= .peers/torch/bin/python

.PHONY: help setup demo test lint bench peers oracle clean
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

# What each command is there for, on handwritten digits; a script runs, a model trains.
DEMO := build/demo
demo: $(STAMP) ## check, report, run, train and predict, on real data
	@echo "== A model that does not fit: dryfit check"
	$(BIN)/dryfit check --format rich fixtures/seed/bug_my_model.py || test $$? -eq 1
	@echo "== Models in three styles that do: dryfit check, dryfit report"
	$(BIN)/dryfit check fixtures/demo
	$(BIN)/dryfit report fixtures/demo/digits_sequential.py
	$(BIN)/dryfit report --format text fixtures/demo/digits_functional.py
	$(BIN)/dryfit report fixtures/demo/digits_subclass.py
	@echo "== The scripts themselves: dryfit run (the first run compiles kernels)"
	$(BIN)/dryfit warmup
	$(BIN)/dryfit run fixtures/demo/digits_sequential.py
	$(BIN)/dryfit run fixtures/demo/digits_functional.py
	$(BIN)/dryfit run fixtures/demo/digits_subclass.py
	@echo "== Data from a file: dryfit train, dryfit predict"
	@$(BIN)/python fixtures/demo/digits_data.py $(DEMO)
	$(BIN)/dryfit train fixtures/demo/digits_functional.py:model --data $(DEMO)/train.npz \
		--epochs 5 --batch-size 64 --validation-split 0.1 --seed 1 \
		--out $(DEMO)/digits.weights.h5 --curve $(DEMO)/loss.png
	$(BIN)/dryfit predict fixtures/demo/digits_functional.py:model --data $(DEMO)/new.npz \
		--weights $(DEMO)/digits.weights.h5 --out $(DEMO)/digits.npy

test: $(STAMP) ## run the test suite (WORKERS=2 TESTS=tests)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(TESTS)

lint: $(STAMP) ## ruff and pyright
	$(BIN)/ruff check .
	$(BIN)/pyright

bench: $(STAMP) ## the workloads on Dryfit alone
	$(BIN)/python benchmarks/compare.py

peers: $(STAMP) $(TF_PYTHON) $(JAX_PYTHON) $(TORCH_PYTHON) ## the workloads beside Keras on three backends
	$(BIN)/python benchmarks/compare.py \
		tf=$(TF_PYTHON) jax=$(JAX_PYTHON) torch=$(TORCH_PYTHON) --write

oracle: $(STAMP) $(TF_PYTHON) ## ask real Keras again, and compare with what is recorded
	KERAS_BACKEND=tensorflow $(TF_PYTHON) tests/oracle/record_catalog.py keras3
	$(TF_PYTHON) tests/oracle/record_catalog.py keras2
	KERAS_BACKEND=tensorflow $(TF_PYTHON) tests/oracle/record_ops.py keras3
	$(TF_PYTHON) tests/oracle/record_ops.py keras2
	ORACLE_K3=$(TF_PYTHON) $(BIN)/python -m tests.oracle.record_layers all
	KERAS_BACKEND=tensorflow $(TF_PYTHON) tests/oracle/record_programs.py
	git diff --stat --exit-code -- tests/data

.peers/tf/bin/python:
	$(PYTHON) -m venv .peers/tf
	.peers/tf/bin/pip install --quiet "keras==3.15.*" "tensorflow==2.21.*" "tf_keras==2.21.*"

.peers/jax/bin/python:
	$(PYTHON) -m venv .peers/jax
	.peers/jax/bin/pip install --quiet "keras==3.15.*" "jax==0.12.*"

.peers/torch/bin/python:
	$(PYTHON) -m venv .peers/torch
	.peers/torch/bin/pip install --quiet "keras==3.15.*" "torch==2.13.*"

clean: ## remove what make made: environments, caches, builds
	rm -rf $(VENV) .peers build dist *.egg-info .pytest_cache .ruff_cache .hypothesis .dryfit_cache
