"""The `{% docs %}` blocks of a project, which descriptions name by `doc()`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from assetc.compiler.project import ProjectFile
from assetc.compiler.template.blocks import find_blocks
from assetc.project.documents.read_text import read_text


def read_docs(root: str, files: Iterable[ProjectFile]) -> Mapping[str, str]:
    """The texts of all blocks by their names; a file that cannot be read has none."""
    texts = (text for text in (read_text(root, file.path) for file in files) if isinstance(text, str))
    blocks = ((text, block) for text in texts for block in find_blocks(text) if block.kind == "docs")
    return {block.name: text[block.body_start : block.body_end].strip() for text, block in blocks}
