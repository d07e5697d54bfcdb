"""Projects for tests of what goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from folder import Folder

Make = Callable[[Mapping[str, str | bytes]], Folder]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """`make({"models/a.sql": "select 1 as x"})`: a project in a folder of its own."""

    def project(files: Mapping[str, str | bytes]) -> Folder:
        root = tmp_path / "shop"
        root.mkdir(exist_ok=True)
        return Folder(root).write({"assetc.toml": 'name = "shop"\n', **files})

    return project
