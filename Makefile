# Every target installs what it needs into .venv first, once; nothing outside of this folder is changed.
# PYTHON=/path/to/python3.12 chooses the interpreter, VENV=folder another environment.

VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --disable-pip-version-check
CONSTRAINTS := requirements/constraints.txt
COVERED := pre-vote,check-quorum,read-index,transfer,monotonic,persistent-commit

.DEFAULT_GOAL := help

help: ## Show this list
	@echo "Targets (each installs what it needs into $(VENV) by itself):"
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 20

demo: $(INSTALLED) ## Three real stores and a careless one under faults, judged clause by clause (a minute)
	@$(BIN)/lawful demo

test: $(INSTALLED) ## Run the quick tests (a few minutes on two cores)
	$(BIN)/python -m pytest -m "not slow"

test-slow: $(INSTALLED) ## Run the slow tests, and only those
	$(BIN)/python -m pytest -m slow

agreement: $(INSTALLED) ## Ask all checkers about 20,000 random histories per model (ARGUMENTS=--help: what else)
	@$(BIN)/python -m tests.agreement $(ARGUMENTS)

fuzz: $(INSTALLED) ## Read a million mutilated history files and configurations (ARGUMENTS=--help: what else)
	@$(BIN)/python -m tests.fuzz $(ARGUMENTS)

mutants: $(INSTALLED) ## Hunt a broken twin of every clause of the task store (two minutes; ARGUMENTS=--help: what else)
	@$(BIN)/lawful mutants task-store $(ARGUMENTS)

refine: $(INSTALLED) ## Compare six million steps of the model of Raft with its proof (ten minutes; ARGUMENTS=--help: what else)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 $(ARGUMENTS)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 --with read-index $(ARGUMENTS)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 --with snapshots $(ARGUMENTS)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 --with membership $(ARGUMENTS)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 --with sessions --values 2 $(ARGUMENTS)
	@$(BIN)/lawful refine raft --budget-s 1000 --steps 1000000 --with $(COVERED) $(ARGUMENTS)

controls: $(INSTALLED) ## Stores that must come out differently (a quarter of an hour; ARGUMENTS=--help: what else)
	@$(BIN)/lawful controls $(ARGUMENTS)

endurance: $(INSTALLED) ## Four stores under all faults, half an hour together, and what that leaves
	@$(BIN)/python -m tests.endurance $(ARGUMENTS)

stops: $(INSTALLED) ## Stop 200 runs at random moments (half an hour; ARGUMENTS=--help: what else)
	@$(BIN)/python -m tests.stops $(ARGUMENTS)

lint: $(INSTALLED) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: $(INSTALLED) ## Format the code and mend what can be mended by itself
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

types: $(INSTALLED) ## Check types, strictly
	$(BIN)/mypy

bench: bench-checkers bench-explorer ## Run all benchmarks

bench-checkers: $(INSTALLED) ## Measure the checkers side by side with Porcupine (ten minutes; ARGUMENTS=--quick: one)
	@$(BIN)/python -m benchmarks.checkers $(ARGUMENTS)

bench-explorer: $(INSTALLED) ## Measure the search of Raft beside TLC, where TLC_JAR names it (ARGUMENTS=--quick: few states)
	@$(BIN)/python -m benchmarks.exploration $(ARGUMENTS)

lock: ## Resolve all versions anew into requirements/constraints.txt
	requirements/lock "$(VENV)-lock" $(CONSTRAINTS)

clean: ## Remove the virtual environment, caches and build results
	rm -rf $(VENV) $(VENV)-lock build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(INSTALLED) ## Only make the virtual environment

# The stamp is newer than what it was made from, so a second run installs nothing and needs no network. What builds
# this package (hatchling) and PySyncObj (setuptools; it comes as source only) is installed first and from the same
# list: isolated builds would fetch whatever is newest.
$(INSTALLED): pyproject.toml $(CONSTRAINTS)
	@python=$$(requirements/find-python) && \
		{ test -x $(BIN)/python || { echo "Making $(VENV) with $$python"; "$$python" -m venv $(VENV); }; }
	@echo "Installing into $(VENV) (about a minute, once)"
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) hatchling editables setuptools
	@$(PIP) install --quiet --constraint $(CONSTRAINTS) --no-build-isolation --use-pep517 --editable '.[dev]'
	@touch $@

.PHONY: help demo test test-slow agreement fuzz mutants controls refine lint format types bench bench-checkers bench-explorer lock clean install stops endurance
