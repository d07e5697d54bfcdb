"""A state that cannot be written in the middle of a run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from small_project import Model, SmallProject

from assetc.compiler.diagnostic import diagnostic
from assetc.runtime.state.connection import StateError
from assetc.runtime.state.records import RunFilter, StepEnd


def test_the_run_stops_and_says_so(tmp_path: Path) -> None:
    project = SmallProject(tmp_path, {"a": Model("select 1 as x"), "b": Model("select x from {a}")})

    def full(ends: Sequence[StepEnd]) -> None:
        raise StateError(diagnostic("E192", "disk full"))

    project.state.end_steps = full  # type: ignore[method-assign,assignment]
    with pytest.raises(StateError):
        project.run(project.plan())
    assert project.state.runs(RunFilter())[0].status in ("failed", "running")
    project.close()
