"""The node of a file that is read for the first time, when only its path and the configuration of its folder count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath

from assetc.compiler.define_assets import WrittenAsset, draft_of
from assetc.compiler.define_checks import check_of, draft_of_file
from assetc.compiler.facts import Discovered, SqlFacts
from assetc.compiler.nodes.nodes import Nodes
from assetc.compiler.place import TextId, file_span
from assetc.compiler.project import ProjectFile


class FirstNode(Mapping[str, object]):
    """Made when a template asks for it."""

    def __init__(self, nodes: Nodes, file: ProjectFile) -> None:
        self._nodes = nodes
        self._file = file

    @cached_property
    def _node(self) -> Mapping[str, object]:
        path, project = self._file.path, self._nodes.project
        if self._file.kind == "check":
            facts = SqlFacts(TextId(path), "", Discovered((), (), (), (), uses_incremental=False))
            return self._nodes.of(check_of(project, draft_of_file(facts), ()))
        written = WrittenAsset(PurePosixPath(path).stem, "model", TextId(path), file_span(path), (), "")
        draft, _ = draft_of(project, written, None)
        return self._nodes.of(draft.asset) if draft else {}

    def __getitem__(self, name: str) -> object:
        return self._node[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._node)

    def __len__(self) -> int:
        return len(self._node)
