"""A macro of the library as a template calls it."""

from __future__ import annotations

from typing import Any

from jinja2.runtime import Macro as JinjaMacro

from assetc.compiler.template.compile_unit import LIBRARY_PREFIX, compile_macro
from assetc.compiler.template.environment import Scope
from assetc.compiler.template.macros import Macro
from assetc.compiler.template.refusal import Returned
from assetc.compiler.template.rendering import Rendering


class LibraryMacro:
    """A macro of the library, compiled when it is first called."""

    __slots__ = ("_call", "_macro", "_rendering", "name")

    def __init__(self, rendering: Rendering, macro: Macro) -> None:
        self._rendering = rendering
        self._macro = macro
        self._call: JinjaMacro | None = None
        self.name = macro.name

    def __call__(self, *arguments: Any, **options: Any) -> Any:
        """What the macro gives: what it writes, or the value of its `return()`."""
        if self._call is None:
            self._call = self._made()
        try:
            return self._call(*arguments, **options)
        except Returned as returned:
            return returned.value

    def _made(self) -> JinjaMacro:
        rendering = self._rendering
        unit = compile_macro(self._macro)
        positions = rendering.positions()
        if positions:
            rendering.units.setdefault(unit, positions[-1].tag_span())
        scope = Scope(rendering.environment, {}, unit.path, {})
        for _ in unit.run(scope, environment=rendering.environment):
            pass
        made: JinjaMacro = scope.vars[LIBRARY_PREFIX + self._macro.name]
        made.name = self._macro.name
        return made

    def __str__(self) -> str:
        return f"<macro {self.name}>"
