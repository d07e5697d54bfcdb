"""The target of every case of the contract: one for each adapter."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from contract_target import TARGETS, Target, open_target


@pytest.fixture(params=sorted(TARGETS))
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    with open_target(request.param, tmp_path) as opened:
        yield opened
