"""Adapters are found by name, without their driver."""

from __future__ import annotations

import subprocess
import sys

import pytest

from assetc.adapters.registry import UnknownAdapter, adapter_names, find_adapter


def test_an_adapter_is_found_by_the_type_of_an_output() -> None:
    assert "duckdb" in adapter_names()
    assert find_adapter("duckdb").name == "duckdb"


def test_a_misspelt_type_names_the_nearest() -> None:
    with pytest.raises(UnknownAdapter, match="`duckbd`") as unknown:
        find_adapter("duckbd")
    assert unknown.value.hint == "Did you mean duckdb?"
    with pytest.raises(UnknownAdapter) as unknown:
        find_adapter("oracle")
    assert unknown.value.hint.startswith("Installed are duckdb")


def test_rendering_needs_no_driver() -> None:
    program = (
        "import sys; from assetc.adapters.registry import find_adapter; import assetc.adapters.perform;"
        "find_adapter('duckdb').parse({'path': 'w.duckdb'}, '.').identity; print('duckdb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
