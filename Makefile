# make demo      the whole job over the made-up sample movement, then the web tool on :8000
# make test      everything, on a fresh machine; installs what it needs
# make check     format, lint, types, imports
# make wiki      a real local MediaWiki with our pages and the sample movement
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SERVE ?= 1
WORKERS ?= 2

.PHONY: demo test check wiki format lock bench clean

# Debian packages: only what is missing, and only as root.
WIKI_PACKAGES := mediawiki php-cli php-sqlite3 php-mbstring php-xml php-intl php-curl lua5.1
TEST_PACKAGES := $(WIKI_PACKAGES) mariadb-server chromium fonts-noto-core fonts-noto-cjk wrk default-jre-headless

$(VENV)/bin/python:
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || ./config/debian python3-venv
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.txt | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements-spark.txt $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-dev.txt -r requirements-spark.txt
	@touch $@

demo: export CXC_WIKI = archive:config/sample/movement.xml.gz
demo: export CXC_WIKI_OUT = var/demo/wiki
demo: export CXC_DATABASE = sqlite:///var/demo/exchange.db
# The sample movement lives in November 2026, whenever the demo is run.
demo: export CXC_NOW = 2026-11-23T08:00:00Z
demo: $(VENV)/.installed
	@$(BIN)/python -m bot install
	@$(BIN)/python -m bot run
	@if [ "$(SERVE)" != 0 ]; then $(BIN)/python -m webtool; fi

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q tests/test_architecture.py

test: $(VENV)/.installed-dev
	./config/debian $(TEST_PACKAGES)
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

wiki: $(VENV)/.installed-dev
	./config/debian $(WIKI_PACKAGES)
	$(BIN)/python -m tests.wiki

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet uv
	for name in requirements requirements-dev requirements-spark; do \
	  $(BIN)/uv pip compile --quiet --python-version 3.11 --no-emit-index-url --no-header $$name.in -o $$name.txt; done

clean:
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis
