# The commands of the project. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench clean lock

help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' Makefile | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

$(BIN)/uv:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install -q "$$(grep -oE '^uv==[0-9.]+' requirements.lock)"

DISTS := shared services/auth-service services/task-service services/notify-service services/log-projector deploy/embedded

$(VENV)/.dev: requirements-dev.lock $(DISTS:%=%/pyproject.toml) | $(BIN)/uv
	$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements-dev.lock
	$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation $(DISTS:%=-e ./%)
	@touch $@

setup: $(VENV)/.dev ## install what development needs

lock: $(BIN)/uv ## pin the dependencies anew
	$(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	$(BIN)/uv pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock
