# From nothing, with Python 3.11 to 3.13 and make:
#   make rehearse   install, then walk a practice key through its whole life
#   make test       install, then run every test

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN    := $(VENV)/.installed
DEV    := $(VENV)/.installed-dev
# every write is fsynced, and a disk answers slowly: tests write to memory where there is room
MEMORY := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 >= 2048 { print "/dev/shm" }')
# two more than there are cores: a test at a terminal waits more than it works
WORKERS := $(shell echo $$(($$(nproc) + 2)))
PYTEST := TMPDIR=$(or $(MEMORY),$(TMPDIR),/tmp) $(BIN)/python -m pytest

.PHONY: rehearse test lint bench soak peers lock clean

rehearse: $(RUN)
	@$(BIN)/python -m custody_cli.rehearse

test: $(DEV)
	$(PYTEST) -m "not soak" -n $(WORKERS)

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(DEV)
	$(BIN)/python -m pytest tests/benchmarks --benchmark-enable --benchmark-only -s

soak: $(DEV)
	$(PYTEST) -m soak -n $(WORKERS)

# Other implementations of UR and BBQr, and coordinators' own libraries, for the tests that compare; they are
# skipped without. Of Specter Desktop the importer alone is run, so what the rest of it needs is left out.
peers: WALLETS := tests/wallets/peers
peers: $(DEV)
	npm install --prefix tests/exchange/peers --ignore-scripts --no-package-lock --no-audit --no-fund
	npm install --prefix $(WALLETS) --ignore-scripts --no-package-lock --no-audit --no-fund
	$(PYTHON) -m venv $(WALLETS)/.venv
	$(WALLETS)/.venv/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --require-hashes \
		-r $(WALLETS)/requirements.txt

# Two lock files, every package pinned by hash: what a signing machine needs, and what a developer adds.
lock: $(DEV)
	$(BIN)/pip-compile $(LOCK) --extra build -o requirements.lock pyproject.toml
	$(BIN)/pip-compile $(LOCK) --extra build --extra dev -c requirements.lock -o requirements-dev.lock pyproject.toml

LOCK := --quiet --upgrade --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-annotate

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(RUN): $(VENV)/bin/python requirements.lock pyproject.toml
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) --quiet install --no-deps --no-build-isolation --no-index --config-settings editable_mode=compat -e .
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks *.egg-info
