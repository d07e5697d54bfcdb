"""One thread imports a library while another one begins or ends to execute code of the project."""

from __future__ import annotations

import sys
from pathlib import Path

from assetc.project.model_module import project_imports


def test_the_list_that_another_thread_walks_along_stays_as_it_is(tmp_path: Path) -> None:
    before = sys.path
    folders = list(before)
    with project_imports(tmp_path):
        during = sys.path
        assert during == [str(tmp_path), *folders] and before == folders
    assert sys.path == folders
    assert during == [str(tmp_path), *folders]
