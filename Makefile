# Everything a newcomer or CI runs. Needs python3 (3.11 or newer), pip and make; `make help` lists it.

PYTHON ?= python3
VENV ?= .venv
SIYU_HOME ?= $(CURDIR)/.siyu
WORKERS ?= 2

PY := $(VENV)/bin/python
PYTEST := PY=$(PY) build_tools/pytest.sh
NPM := $(shell command -v npm 2>/dev/null)
MESSAGES := $(shell find src -name '*.po' 2>/dev/null)
VENDOR := src/siyu/faces/static/vendor

export SIYU_HOME
export PIP_DISABLE_PIP_VERSION_CHECK = 1
export PIP_ROOT_USER_ACTION = ignore
unexport DJANGO_SETTINGS_MODULE

.DEFAULT_GOAL := help
.PHONY: help demo install assets test test-postgres test-spark test-journeys test-bars test-long check bench bench-million clean

help: ## List the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 24

demo: install assets ## Make the demo brand, run the nightly job, start the server
	$(VENV)/bin/siyu demo

install: $(VENV)/.with-runtime ## Build .venv

assets: $(VENDOR)/icons.svg $(VENV)/.messages ## Build style sheets, scripts, icons and translations

test: $(VENV)/.with-test assets ## Tests on SQLite and DuckDB
	$(PYTEST) -n $(WORKERS) -m "not spark and not journey and not postgres and not bar and not long" tests

test-bars: $(VENV)/.with-test assets ## Twenty kills of an import and of a night; real files, where they are
	$(PYTEST) -n $(WORKERS) -m "bar and not spark and not journey and not postgres" tests

test-long: $(VENV)/.with-test ## A hundred thousand lines by two hundred plans; twenty thousand histories of orders
	$(PYTEST) -n $(WORKERS) -m "long and not spark and not postgres" tests

test-postgres: $(VENV)/.with-test assets ## Tests of every room on a private PostgreSQL server
	PY=$(PY) build_tools/postgres.sh $(PYTEST) -n $(WORKERS) \
		-m "not spark and not journey and not long and (postgres or not bar)" \
		tests/foundation tests/rooms tests/adapters tests/faces

# Tests hold few rows: what Spark saves by compiling a plan is less than compiling it takes.
test-spark: $(VENV)/.with-test $(VENV)/.with-spark ## Every test of a result on Apache Spark
	PYSPARK_SUBMIT_ARGS="--conf spark.sql.codegen.factoryMode=NO_CODEGEN --conf spark.sql.codegen.wholeStage=false pyspark-shell" \
	SIYU_TEST_ENGINE=spark SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON=$(abspath $(PY)) \
		$(PYTEST) -m "not journey and not postgres and not long and (spark or not bar)" \
		tests/analytics tests/adapters/warehouse --ignore tests/analytics/models

test-journeys: $(VENV)/.with-test assets ## Whole stories in a headless Chromium
	$(PYTEST) tests/journeys

check: $(VENV)/.with-test $(VENV)/.with-check assets ## Style, types and architecture
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports --no-cache
	$(PYTEST) tests/house

bench: $(VENV)/.with-test $(VENV)/.with-bench $(VENV)/.with-spark ## Measure; the results stand in benchmarks/README.md
	$(PY) benchmarks/run.py

bench-million: $(VENV)/.with-test ## The night of a million customers beside hand-written SQL
	$(PY) benchmarks/run.py portraits --customers 1000000 --repeat 1 --no-report

clean: ## Remove what make built; the state in SIYU_HOME stays
	rm -rf $(VENV) node_modules $(VENDOR) .mypy_cache .pytest_cache .ruff_cache
	find src -name '*.mo' -delete

# Debian's python3 may lack ensurepip and refuses pip outside an environment, but not `--target`.
$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Siyu needs Python 3.11 or newer: make PYTHON=/path/to/python3" >&2; exit 1; }
	@if $(PYTHON) -c 'import ensurepip' 2>/dev/null; then \
		$(PYTHON) -m venv $(VENV); \
	else \
		$(PYTHON) -m venv --without-pip $(VENV) && \
		$(PYTHON) -m pip install --quiet pip --target \
			"$$($(PY) -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"; \
	fi || { rm -rf $(VENV); echo "Siyu needs pip: apt-get install python3-pip" >&2; exit 1; }

$(VENV)/.with-runtime: pyproject.toml | $(PY)
	@echo "Installing Siyu into $(VENV); the first time takes minutes"
	$(PY) -m pip install --quiet --editable .
	@touch $@

$(VENV)/.with-%: $(VENV)/.with-runtime
	$(PY) -m pip install --quiet --editable '.[$*]'
	@touch $@

$(VENDOR)/icons.svg: package-lock.json build_tools/assets.py build_tools/icons.txt \
		| $(if $(NPM),$(VENV)/.with-runtime,$(VENV)/.with-build)
	$(PY) build_tools/assets.py

$(VENV)/.messages: build_tools/messages.py $(MESSAGES) | $(VENV)/.with-runtime
	$(PY) build_tools/messages.py
	@touch $@
