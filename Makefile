# Two commands to begin with: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint bench clean

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

# The compiled sqlglot is taken where a wheel exists; everything works without it.
$(VENV)/demo: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[pandas,fast]' || $(BIN)/python -m pip install --quiet --editable '.[pandas]'
	@touch $@

$(VENV)/test: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable '.[dev,fast]' || $(BIN)/python -m pip install --quiet --editable '.[dev]'
	@touch $@ $(VENV)/demo

clean:
	rm -rf $(VENV) build dist .assetc target
