# make run        the main job: one year of the mattress maker
# make test       style, types, room boundaries, tests and doctests
# make test-long  the slow cases
# make validation docs/validation.md: textbook worlds beside their right answers
# Each target makes its own environment (.venv) first; PYTHON chooses the interpreter (3.11 or later).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.PHONY: run test types suite test-long docs validation clean

run: $(VENV)/installed
	$(BIN)/e2esim run scenario=mattress_maker $(ARGS)

test: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(MAKE) --no-print-directory -j2 types suite

types: $(VENV)/installed-dev
	$(BIN)/mypy

suite: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist loadfile -m "not long" $(ARGS)

test-long: $(VENV)/installed-dev
	$(BIN)/pytest -n 2 --dist loadfile -m long $(ARGS)

docs: $(VENV)/installed
	$(BIN)/python -m e2esim.cli.docs docs/data.md
	$(BIN)/python -m e2esim.cli.plan_docs docs/plan_data.md
	$(BIN)/python -m e2esim.cli.coverage_docs docs/coverage.csv docs/coverage.md
	$(BIN)/python tests/listed_kernels.py

validation: $(VENV)/installed-dev
	$(BIN)/python tests/textbook_report.py docs/validation.md

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "e2esim needs Python 3.11 or later; try: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e .
	@touch $@

$(VENV)/installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[dev]"
	@touch $(VENV)/installed $@
