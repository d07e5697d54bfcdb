# Two commands to begin with: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench lock clean

demo: $(VENV)/demo
	$(BIN)/assetc run --select +orders
	$(BIN)/assetc build
	@printf '\nThe tables are in .assetc/warehouse.duckdb. Try next:\n'
	@printf '  %s\n' '$(BIN)/assetc show monthly_revenue' '$(BIN)/assetc lineage customer_value --up 2' \
	  '$(BIN)/assetc run --changed' '$(BIN)/assetc explain orders' '$(BIN)/assetc init shop'

test: $(VENV)/test
	$(BIN)/ruff check assetc tests benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: $(VENV)/test
	$(BIN)/ruff check assetc tests benchmarks
	$(BIN)/mypy

bench: $(VENV)/test
	$(BIN)/python -m benchmarks

# Exact versions, so that the demo and the tests do on any later day what they do today; `make lock` renews them.
# hatchling builds the checkout without a network of its own, hence the first line.
INSTALL := $(BIN)/python -m pip install --quiet --constraint requirements.lock

$(VENV)/demo: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) hatchling editables
	$(INSTALL) --no-build-isolation --editable '.[pandas]'
	@touch $@

$(VENV)/test: pyproject.toml requirements.lock
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) hatchling editables
	$(INSTALL) --no-build-isolation --editable '.[dev]'
	@touch $@ $(VENV)/demo

lock: $(VENV)/demo
	$(INSTALL) uv
	$(BIN)/uv pip compile --quiet --upgrade $(LOCK_OPTIONS) --output-file requirements.lock pyproject.toml

LOCK_OPTIONS := --universal --python-version 3.11 --extra dev --no-annotate --no-emit-index-url \
  --custom-compile-command 'make lock'

clean:
	rm -rf $(VENV) .venv-* build dist .assetc target
