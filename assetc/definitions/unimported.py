"""Names that a file imports for type checkers alone: known by where they would come from, and never imported."""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from typing import Union


class Unimported:
    """What an import under `if TYPE_CHECKING:` would bind; it can stand wherever a type can."""

    def __init__(self, dotted: str) -> None:
        self.dotted = dotted

    def __getattr__(self, name: str) -> Unimported:
        if name.startswith("__"):
            raise AttributeError(name)
        return Unimported(f"{self.dotted}.{name}")

    def __call__(self) -> None:
        """Types can be called; `typing` asks for that."""

    def __or__(self, other: object) -> object:
        return Union[self, other]  # noqa: UP007  what `|` of types is

    __ror__ = __or__


def imported_for_checkers(path: str) -> dict[str, object]:
    """The names that a file imports below `if TYPE_CHECKING:`."""
    try:
        tree = ast.parse("".join(linecache.getlines(path)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {name: Unimported(dotted) for name, dotted in _imports(tree)}


def _imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for block in tree.body:
        is_for_checkers = isinstance(block, ast.If) and ast.unparse(block.test).endswith("TYPE_CHECKING")
        for node in block.body if is_for_checkers and isinstance(block, ast.If) else ():
            if isinstance(node, ast.Import):
                yield from ((each.asname or each.name.partition(".")[0], each.name) for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield from ((each.asname or each.name, f"{node.module}.{each.name}") for each in node.names)
