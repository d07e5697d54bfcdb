"""A function that is an asset, as found in a file."""

from __future__ import annotations

import ast

from msgspec import Struct, field

from assetc.compiler.place import Span
from assetc.compiler.python.follow.values import AssetDecorator, AssetFunction, Closure, Value
from assetc.compiler.python.library.keys import own_key


class Definition(Struct, frozen=True, eq=False):
    """A function that is an asset, as found. `guessed`: in a loop whose items are not known."""

    decorator: AssetDecorator
    closure: Closure
    guessed: bool
    is_dbt_model: bool = False

    @property
    def node(self) -> ast.FunctionDef | ast.AsyncFunctionDef:
        """The function."""
        assert not isinstance(self.closure.node, ast.Lambda)  # noqa: S101  a lambda is never defined as an asset
        return self.closure.node


class FileDefinitions(Struct, eq=False):
    """The definitions of one file, in the order of the text."""

    found: list[Definition] = field(default_factory=list)

    def __call__(self, decorator: AssetDecorator, closure: Closure, *, guessed: bool) -> Value:
        """Add a definition."""
        self.found.append(Definition(decorator, closure, guessed))
        return AssetFunction(closure, own_key(decorator, closure))


def argument_span(definition: Definition, name: str) -> Span:
    """The place of an argument of the decorator, or of the function."""
    call = definition.decorator.call
    for keyword in call.keywords if call is not None else ():
        if keyword.arg == name or (name == "**" and keyword.arg is None):
            return definition.decorator.source.span(keyword.value)
    return definition.closure.scope.source.span_at(*name_place(definition))


def name_place(definition: Definition) -> tuple[int, int]:
    """The start and end of the function's name."""
    node, source = definition.node, definition.closure.scope.source
    start, end = source.offsets(node)
    found = source.text.find(node.name, start + len("def"), end)
    return (found, found + len(node.name)) if found >= 0 else (start, start)
