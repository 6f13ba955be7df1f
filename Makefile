# make demo      the whole job over the made-up sample movement, then the web tool on :8000
# make test      everything, on a fresh machine; installs what it needs
# make test-fast what needs no server, without the long computations (marked slow)
# make explore   the property tests with new random examples, ROUNDS times over
# make check     format, lint, types, imports
# make wiki      a real local MediaWiki with our pages and the sample movement; BARE=1 with neither
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
BARE ?=
WORKERS ?= 3

.PHONY: demo test test-fast explore check wiki format lock bench clean docs

# Debian packages: only what is missing, and only as root.
# MediaWiki itself is fetched by tests/support/wiki/releases.py.
WIKI_PACKAGES := php-cli php-sqlite3 php-mbstring php-xml php-intl php-curl lua5.1
TEST_PACKAGES := $(WIKI_PACKAGES) mariadb-server chromium-headless-shell fonts-noto-core fonts-noto-cjk wrk default-jre-headless

$(VENV)/bin/python:
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || ./config/debian python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-spark.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt -r requirements-dev.txt -r requirements-spark.txt
	@touch $@

demo: export CXC_WIKI = archive:config/sample/movement.xml.gz
demo: export CXC_WIKI_OUT = var/demo/wiki
demo: export CXC_DATABASE = sqlite:///var/demo/exchange.db
# The sample movement lives in November 2026, whenever the demo is run.
demo: export CXC_NOW = 2026-11-23T08:00:00Z
demo: $(VENV)/.installed
	@$(BIN)/python -m bot install
	@$(BIN)/python -m bot harvest
	@$(BIN)/python -m config.sample.weeks
	@$(BIN)/python -m bot run
	@if [ "$(SERVE)" != 0 ]; then $(BIN)/python -m webtool; fi

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_names.py tests/test_walks.py tests/unit/model/test_keys.py

# Tests start programs; where nothing may be kept, each would compile all its modules again.
test test-fast explore: export PYTHONDONTWRITEBYTECODE =

test: $(VENV)/.installed-dev
	./config/debian $(TEST_PACKAGES)
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

# A quarter of the random examples: those of a property that a change breaks are found by few.
test-fast: export HYPOTHESIS_PROFILE = fast

FAST := not wiki and not mariadb and not browser and not server and not spark and not slow

test-fast: $(VENV)/.installed-dev
	./config/debian default-jre-headless
	$(BIN)/python -m pytest -n $(WORKERS) -p no:playwright --ignore=tests/e2e -m "$(FAST)" $(TESTS)

# The tests of test-fast that draw examples; what fails here becomes an @example.
ROUNDS ?= 5
explore: $(VENV)/.installed-dev
	for round in $$(seq $(ROUNDS)); do \
	  HYPOTHESIS_PROFILE=explore $(BIN)/python -m pytest -n $(WORKERS) -m "$(FAST)" $$(grep -rl "hypothesis import" tests --include=test_*.py) || exit 1; done

wiki: $(VENV)/.installed-dev
	./config/debian $(WIKI_PACKAGES)
	$(BIN)/python -m tests.support.wiki $(if $(BARE),--bare)

# The table of packages in docs/architecture.md, from the imports.
docs: $(VENV)/.installed-dev
	$(BIN)/python -m tests.support.architecture

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet uv
	for name in requirements requirements-dev requirements-spark; do \
	  $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $$name.in -o $$name.txt; done

clean:
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis
