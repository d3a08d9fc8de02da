# Everything a developer types. `make help` lists it.

VENV ?= .venv
PYTHON_IN = $(VENV)/bin/python
LOCAL = $(PYTHON_IN) -m portal.running
export GENKAN_VENV = $(VENV)
# Tests and checks never read the local installation.
TEST_ENVIRONMENT = DJANGO_SETTINGS_MODULE=tests.settings
# What `check --deploy` looks at: the settings of a production portal, with keys that open nothing.
PRODUCTION = GENKAN_URL=https://genkan.example GENKAN_ALLOWED_HOSTS=genkan.example GENKAN_STATE=/nonexistent \
	GENKAN_SECRET_KEY=only-for-make-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	GENKAN_ENCRYPTION_KEYS=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= GENKAN_INSTANCE_ID=genkan-check \
	GENKAN_DATABASE=postgresql://genkan@database/genkan GENKAN_BROKER_URL=redis://broker:6379/0 \
	GENKAN_AZURE_TENANT_ID=00000000-0000-0000-0000-000000000001 GENKAN_AZURE_CLIENT_ID=00000000-0000-0000-0000-000000000002 \
	GENKAN_ENTRA_CLIENT_ID=00000000-0000-0000-0000-000000000003 GENKAN_ENTRA_CLIENT_SECRET=only-for-make-check
WORKERS ?= 2

.PHONY: help corpus run reset seed doctor manage test test-sqlite test-postgres check format messages lock bench base dev

help:  ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: base  ## Start everything on this machine; Ctrl-C stops it
	@exec $(LOCAL) run

reset: base  ## Throw the local installation's data away
	@$(LOCAL) reset

seed: base  ## Bring the sample company's rows back (changes nothing that is there)
	@$(LOCAL) manage prepare

doctor: base  ## Check the invariants of the local installation
	@$(LOCAL) manage doctor

test: test-sqlite test-postgres  ## The whole suite, on SQLite and on PostgreSQL

test-sqlite: dev
	GENKAN_TEST_DATABASE=sqlite $(PYTHON_IN) -m pytest -n $(WORKERS) --dist loadfile $(PYTEST)

test-postgres: dev
	GENKAN_TEST_DATABASE=postgres $(PYTHON_IN) -m pytest -n $(WORKERS) --dist loadfile --ignore tests/arm --ignore tests/azure_emulator --ignore tests/browser $(PYTEST)

check: dev  ## What CI runs before the tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djade --check --target-version 5.2 $$(git ls-files 'templates/*.html')
	$(VENV)/bin/djlint templates --lint --quiet
	$(TEST_ENVIRONMENT) $(PYTHON_IN) manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(PYTHON_IN) manage.py check --deploy --fail-level WARNING

format: dev  ## Put Python and templates into their format
	$(VENV)/bin/ruff check --fix --quiet . ; $(VENV)/bin/ruff format .
	$(VENV)/bin/djade --target-version 5.2 $$(git ls-files 'templates/*.html')

messages: dev  ## Collect texts for translation (needs gettext)
	$(TEST_ENVIRONMENT) $(PYTHON_IN) manage.py makemessages --locale ja --no-wrap --no-location --ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*'

lock: dev  ## Resolve requirements/*.in again
	$(PYTHON_IN) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements/base.in -o requirements/base.lock
	$(PYTHON_IN) -m uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header requirements/dev.in -o requirements/dev.lock

bench: dev  ## A thousand environments at once, one worker process
	$(PYTHON_IN) -m tests.bench

corpus: dev  ## Expand every template of a folder and count: make corpus DIR=templates
	$(PYTHON_IN) -m arm corpus $(DIR)

base:
	@sh portal/running/bootstrap.sh base

dev:
	@sh portal/running/bootstrap.sh dev
