"""The one Jinja environment: sandboxed, with dbt's settings, extensions and filters."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from jinja2 import nodes
from jinja2.lexer import Lexer, get_lexer
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from assetc.compiler.template import limits
from assetc.compiler.template.generator import MarkingGenerator
from assetc.compiler.template.lexer import OffsetLexer
from assetc.compiler.template.parser import DbtBlocks, TypedParser
from assetc.compiler.template.refusal import Exhausted, Returned
from assetc.compiler.template.unit import Unit
from assetc.compiler.template.writer import Marked, join_marked


class Scope(Context):
    """Names come from the render."""

    def resolve_or_missing(self, key: str) -> object:
        """The value of a name that the template did not set itself."""
        return self.vars[key] if key in self.vars else self.environment.look_up(key)  # type: ignore[attr-defined]

    def value_of(self, name: str) -> object:
        """The value of a name, also of one that is not there."""
        value = self.resolve_or_missing(name)
        return self.environment.undefined(name=name) if value is missing else value


class Environment(SandboxedEnvironment):
    """Compiled templates are shared; each render runs them with a shallow copy of this, which knows the render."""

    code_generator_class = MarkingGenerator
    context_class = Scope
    intercepted_binops = frozenset({"+", "*", "**", "%"})
    own_lexer: Lexer | None = None
    look_up: Callable[[str], object]
    work = 0

    @property
    def lexer(self) -> Lexer:
        """The lexer of the text that is being compiled."""
        return self.own_lexer or get_lexer(self)

    def parse_part(
        self, path: str, file_text: str, start: int, end: int | None
    ) -> tuple[nodes.Template, list[tuple[int, int]]]:
        """The syntax tree of a part of a file, with offsets for lines, and the spans of its tags."""
        lexer = self.own_lexer = OffsetLexer(get_lexer(self), start)
        return self.parse(file_text[start:end], path, path), lexer.tags

    def for_render(self, look_up: Callable[[str], object], undefined: Callable[..., object]) -> Environment:
        """The environment of one render: where it finds names, and what it makes of those that it does not find."""
        environment = copy.copy(self)
        environment.look_up = look_up
        environment.undefined = undefined  # type: ignore[assignment]
        return environment

    def joiner(self, unit: Unit) -> Callable[[Iterable[object]], Marked]:
        """How a unit's outputs become one text."""

        def join(outputs: Iterable[object]) -> Marked:
            joined = join_marked(unit, outputs)
            limits.limit(joined)
            return joined

        return join

    def joined(self, parts: Sequence[object]) -> str:
        """What `~` gives."""
        joined = "".join(map(str, parts))
        limits.limit(joined)
        return joined

    @property
    def tick(self) -> None:
        """What generated code touches at each turn of a loop."""
        self.count_work(1)

    def count_work(self, amount: int) -> None:
        """Count a turn of a loop or a call, so that every template ends."""
        self.work += amount
        if self.work > limits.MAXIMUM_WORK:
            raise Exhausted(f"the template did not end after {limits.MAXIMUM_WORK:,} turns of loops")

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:
        """Call from a template; `return()` in a macro ends here."""
        self.count_work(limits.WORK_OF_CALL)
        if not isinstance(__obj, Macro) or __obj.name == "caller":
            limits.limit_method(__obj, args)
            result = super().call(__context, __obj, *args, **kwargs)
            limits.limit_receiver(__obj)
            return result
        try:
            return super().call(__context, __obj, *args, **kwargs)
        except Returned as returned:
            return returned.value

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic, limited where it can grow without end."""
        limits.limit_operation(operator, left, right)
        result = super().call_binop(context, operator, left, right)
        if isinstance(result, str | list | tuple):
            limits.limit(result)
        return result

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        return TypedParser(self, source, name, filename).parse()


def _make_environment() -> Environment:
    environment = Environment(extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols", DbtBlocks])
    environment.filters.update(dict.fromkeys(("as_text", "as_bool", "as_native", "as_number"), lambda value: value))
    for name in limits.WIDENING_FILTERS:
        environment.filters[name] = limits.limited_filter(environment.filters[name])
    environment.filters["is_list"] = lambda value: isinstance(value, list)
    return environment


ENVIRONMENT = _make_environment()
