# The project's commands. Nothing is needed but make, a C library and Python 3.11 or newer (PYTHON=… to choose one).

SHELL := /bin/sh
PORT ?= 5000
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
endif
BIN := .venv/bin
# Images of machines set this for what they start once; the tests start the portal some hundreds of times.
unexport PYTHONDONTWRITEBYTECODE
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input --root-user-action ignore --require-hashes

# A stamp is named for what it stands for: the locked file and the Python that was installed for.
stamp = .venv/$(1)-$(shell $(PYTHON) -c "import hashlib, sys; print(hashlib.sha256(open('$(2)', 'rb').read() + sys.version.encode()).hexdigest()[:16])")
RUN_STAMP := $(call stamp,run,requirements.txt)
DEV_STAMP := $(call stamp,dev,requirements-dev.txt)

.DELETE_ON_ERROR:
.PHONY: help run test check bench mutants attacks lock format

help:
	@echo "make run     serve the portal with invented partnerships on http://127.0.0.1:$(PORT)"
	@echo "make test    every check and every test"
	@echo "make bench   the benchmarks, into benchmarks/results.md"
	@echo "make mutants how many small faults in portal/access its tests find, of a sample"
	@echo "make attacks wapiti and sqlmap over a demonstration, as each role (hours)"
	@echo "make format  put code and templates into the shape that make test asks for"
	@echo "make lock    work the requirements out anew from requirements.in and requirements-dev.in"

run: $(RUN_STAMP)
	@test -f .env || printf 'PORTAL_MODE=demo\n' > .env
	@$(BIN)/flask db upgrade
	@test "$$($(BIN)/flask partnerships list --json)" != "[]" || $(BIN)/flask demo build
	@test -n "$$BASE_URL" || grep -qs '^BASE_URL=' .env || export BASE_URL=http://127.0.0.1:$(PORT); $(BIN)/flask serve --port $(PORT)

test: check
	@rm -f .coverage .coverage.*
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --cov --cov-report=
	$(BIN)/python -m tests.branch_coverage

check: $(DEV_STAMP)
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --quiet --check templates
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit --quiet --recursive --configfile pyproject.toml portal migrations app.py

bench: $(DEV_STAMP)
	$(BIN)/python -m benchmarks

mutants: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.mutants

attacks: $(DEV_STAMP)
	$(BIN)/python -m benchmarks.attacks

format: $(DEV_STAMP)
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format
	$(BIN)/djlint --quiet --reformat templates

# --no-annotate and --no-header keep addresses of registries and machines out of the files.
COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate
lock: $(DEV_STAMP)
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "make: Python 3.11 or newer is needed; say PYTHON=/path/to/it" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "make: this Python cannot make a virtual environment (on Debian: apt install python3-venv)" >&2; exit 1; }

$(RUN_STAMP): .venv/bin/python
	@echo "Installing what requirements.txt locks (about a minute, once)"
	@$(PIP) -r requirements.txt
	@touch $@

$(DEV_STAMP): .venv/bin/python
	@echo "Installing what requirements-dev.txt locks (about a minute, once)"
	@$(PIP) -r requirements-dev.txt
	@touch $@
