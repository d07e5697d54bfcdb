"""The target of every case of the contract: one for each adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_target import IMPOSSIBLE, TARGETS, Target, open_target
from postgres_server import emptied_fields


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "target" in metafunc.fixturenames:
        metafunc.parametrize("target", sorted(TARGETS), indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is impossible is left out, not skipped: test_completeness.py holds it against what there is."""
    items[:] = [item for item in items if not is_impossible(item)]


def is_impossible(item: pytest.Item) -> bool:
    name = getattr(item, "callspec", None) and item.callspec.params.get("target")  # type: ignore[attr-defined]
    return bool(name) and case_of(item.name, name) in IMPOSSIBLE[name]


def case_of(test: str, target: str) -> str:
    """The name of a case: that of its test without its target."""
    return test.replace(f"[{target}]", "").replace(f"[{target}-", "[").replace(f"-{target}]", "]")


@pytest.fixture
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    fields = emptied_fields() if request.param == "postgres" else None
    with open_target(request.param, tmp_path, fields) as opened:
        yield opened
