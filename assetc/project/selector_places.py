"""Where in the file that defines the selectors a value stands: asked for only to show a fault."""

from __future__ import annotations

from collections.abc import Iterable

from assetc.compiler.place import Span, file_span
from assetc.compiler.rules import DBT
from assetc.project.documents.read_text import shown_text
from assetc.project.documents.toml_positions import read_toml
from assetc.project.documents.written import place_at
from assetc.project.documents.yaml_positions import read_yaml


def place_in_selectors(root: str, path: str, steps: Iterable[str | int]) -> Span:
    """The place of a value of `selectors.yml`, or of `selectors` in a native project file, to which steps lead."""
    text = shown_text(root, path) or ""
    if path.endswith(".toml"):
        content = read_toml(path, text).content
        steps = (*(("tool", "assetc") if path == "pyproject.toml" else ()), *steps)
    else:
        content = read_yaml(path, text, DBT).content
    return file_span(path) if content is None else place_at(content, steps)
