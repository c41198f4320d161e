# The commands of the project. `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
DISTS := shared/kernel shared/contracts services/auth-service services/task-service services/notify-service services/log-projector deploy/embedded deploy/demo deploy/local
KIT := tests/kit
WEB := web/index.html web/vite.config.ts web/package-lock.json $(shell find web/src web/public -type f 2>/dev/null)
# Compiled at once: a first start should not pay for it, nor one where Python may not write.
UV := $(BIN)/uv pip install -q --compile-bytecode --python $(BIN)/python

QUICK := not mysql and not emulator and not browser and not process and not crash and not slow and not long and not docker

.DEFAULT_GOAL := help
.PHONY: help setup run stack test quick coverage mutants thorough smoke panels probe fuzz check check-code check-site check-deployed bench clean lock openapi

help: ## list these commands
	@grep -hE '^[a-z]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(BIN)/uv:
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --disable-pip-version-check "$$(grep -oE '^uv==[0-9.]+' requirements-tools.lock)"

# What the product runs with; development adds to it in the same environment.
.venv/.run: requirements.lock requirements-tools.lock $(DISTS:%=%/pyproject.toml) | $(BIN)/uv
	$(UV) --require-hashes -r requirements.lock -r requirements-tools.lock
	$(UV) --no-deps --no-build-isolation $(DISTS:%=-e ./%)
	@touch $@

.venv/.dev: requirements-dev.lock $(KIT)/pyproject.toml .venv/.run
	$(UV) --require-hashes -r requirements-dev.lock
	$(UV) --no-deps --no-build-isolation -e ./$(KIT)
	@touch $@

# The emulator of AWS that tests and `make stack` use stands in an environment of its own: it pins what we pin otherwise.
.venv/emulator/.installed: requirements-emulator.lock | $(BIN)/uv
	$(PYTHON) -m venv --without-pip .venv/emulator
	$(BIN)/uv pip install -q --compile-bytecode --python .venv/emulator/bin/python --require-hashes -r requirements-emulator.lock
	@touch $@

# So does the CDK app that deploys to AWS: nothing that runs needs it.
.venv/aws/.installed: requirements-aws.lock | $(BIN)/uv
	$(PYTHON) -m venv --without-pip .venv/aws
	$(BIN)/uv pip install -q --python .venv/aws/bin/python --require-hashes -r requirements-aws.lock
	@touch $@

deploy/aws/node_modules/.installed: deploy/aws/package-lock.json | $(BIN)/uv
	cd deploy/aws && ../../tools/with-node npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/node_modules/.installed: web/package-lock.json | $(BIN)/uv
	# Not `npm ci`: it wants every platform's build of a tool in the lock, and not every registry has them all.
	cd web && ../tools/with-node npm install --no-save --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.installed $(WEB)
	cd web && ../tools/with-node npm run build --silent
	@touch $@

setup: .venv/.dev .venv/emulator/.installed web/node_modules/.installed ## install what development needs

run: .venv/.run web/dist/index.html ## build what is needed and serve the board on http://127.0.0.1:8000
	@exec $(BIN)/taskledger up

stack: .venv/.run .venv/emulator/.installed web/dist/index.html ## serve the board in the AWS shape, from processes of its own
	@exec $(BIN)/python -m taskledger_local.stack

test: .venv/.dev .venv/emulator/.installed .venv/aws/.installed web/dist/index.html ## install what is needed and run every test
	tools/need-chromium
	tools/need-faketime
	cd web && ../tools/with-node npm test --silent
	# A file's tests stay together, as they share its servers; the slow files come first, so that none is waited for alone.
	$(BIN)/pytest -q --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

quick: .venv/.dev ## what needs no server, no browser and no other program: for every change while working
	$(BIN)/pytest -q -m "$(QUICK)" --timeout 30 --numprocesses 2 --dist loadfile

coverage: .venv/.dev ## how much of the services, the contracts and the kernel the quick tests reach
	$(BIN)/pytest -q -m "$(QUICK)" --numprocesses 2 --dist loadfile --cov --cov-report=term:skip-covered

mutants: .venv/.dev ## change the domains in small ways, and list the changes that no test notices; takes an hour
	$(BIN)/mutmut run && $(BIN)/mutmut results

thorough: .venv/.dev .venv/emulator/.installed web/dist/index.html ## every journey on both shapes, every fault, with the database away for 30 s
	tools/need-chromium
	TASKLEDGER_AWAY_SECONDS=30 $(BIN)/pytest -q -m "" --numprocesses auto --maxprocesses 4 --dist loadfile tests/e2e tests/faults

fuzz: .venv/.dev ## made-up files, texts and mails for SECONDS (1200) to whatever reads them
	$(BIN)/python -m testkit.fuzzing --seconds $(or $(SECONDS),1200)

smoke: .venv/.dev ## docker compose up, a journey, down, up again: wherever Docker runs
	$(BIN)/pytest -q --override-ini addopts=--import-mode=importlib tests/compose

panels: .venv/.dev .venv/emulator/.installed web/dist/index.html ## every query of the dashboard and the rules, asked of a real Prometheus
	$(BIN)/pytest -q --override-ini addopts=--import-mode=importlib tests/observe/panels

rehearse: .venv/.dev .venv/emulator/.installed web/dist/index.html ## lose a board on an emulator of AWS, and bring it back from its backups
	$(BIN)/pytest -q -m "" tests/test_restore.py

probe: .venv/.dev ## a person's way through the board at TASKLEDGER_URL, such as one that was just deployed
	$(BIN)/pytest -q --override-ini addopts=--import-mode=importlib tests/deployed

check: .venv/.dev .venv/emulator/.installed .venv/aws/.installed deploy/aws/node_modules/.installed web/node_modules/.installed ## formatting, lint, types, import rules, the site's sizes, what is deployed to AWS
	@$(MAKE) --no-print-directory --jobs 2 --output-sync=target check-deployed check-site check-code

check-code:
	$(BIN)/ruff format --check -q .
	$(BIN)/ruff check -q .
	$(BIN)/lint-imports --no-logo 2>/dev/null | tail -4
	$(BIN)/lint-imports > /dev/null
	$(BIN)/mypy $(DISTS:%=%/src) $(KIT)/src bench
	$(BIN)/python -m taskledger.openapi --check web/openapi.json
	$(BIN)/zizmor --offline --quiet .
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
	$(BIN)/pytest -q tests/test_workflows.py tests/test_begin.py tests/test_release.py

check-site:
	cd web && ../tools/with-node npm run check --silent

check-deployed:
	cd deploy/aws && ../../tools/with-node ../../.venv/aws/bin/python -m pytest -q -c pytest.ini tests

openapi: .venv/.dev web/node_modules/.installed ## write the site's client types anew from the services
	$(BIN)/python -m taskledger.openapi web/openapi.json
	cd web && ../tools/with-node npm run types --silent

bench: .venv/.dev .venv/emulator/.installed ## measure, as ratios to what this machine allows
	$(BIN)/python bench/bench_log.py
	$(BIN)/python bench/bench_read_side.py
	$(BIN)/python bench/bench_http.py
	$(BIN)/python bench/bench_dynamodb.py
	$(BIN)/python bench/bench_bus.py
	$(BIN)/python bench/bench_mysql.py
	$(BIN)/python bench/bench_stack.py
	$(BIN)/python bench/bench_import.py

lock: $(BIN)/uv ## pin the dependencies anew
	for name in requirements requirements-tools requirements-dev requirements-node requirements-emulator requirements-aws; do \
	  $(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header $$name.in -o $$name.lock || exit 1; \
	done

clean: ## remove what was installed and built; the data folder stays
	rm -rf .venv web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
