# Two commands do all: `make run` and `make test`. `make help` lists the rest.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
ONCE   ?=
# Two processes, neither begun with what is long: what comes first in the files comes first.
TWO    := --numprocesses 2 --dist loadscope --no-loadscope-reorder
# Run once more in a process of another time zone: none of it may depend on where the machine stands.
ABOUT_TIME := tests/rules $(wildcard tests/models/test_holding*.py tests/models/test_calendars*.py tests/models/test_late_papers.py tests/models/test_why.py)

.PHONY: help run test lint soak bench requirements clean
help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check uv

$(VENV)/.ready: requirements.txt pyproject.toml | $(BIN)/uv
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.txt
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.txt
	@touch $@

run: $(VENV)/.ready  ## set up, start everything, run a night, stay up (ONCE=1: end after the night)
	@exec $(BIN)/wangge up $(if $(ONCE),--once)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint  ## set up and run all checks
	TZ=America/New_York $(BIN)/python -m pytest $(TWO)
	TZ=Asia/Shanghai $(BIN)/python -m pytest $(TWO) $(ABOUT_TIME)

soak: $(VENV)/.ready-dev  ## the kill tests, two hundred kills instead of twenty
	WANGGE_SOAK_KILLS=200 $(BIN)/python -m pytest tests/scenarios -k kill --timeout 3600

bench: $(VENV)/.ready-dev  ## measure against the floors and print the table
	$(BIN)/python -m tests.bench

requirements: | $(BIN)/uv  ## resolve the pins anew
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements.txt requirements.in
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate -o requirements-dev.txt requirements-dev.in

clean:  ## remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
