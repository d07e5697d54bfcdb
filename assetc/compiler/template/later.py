"""Relations while a file is read for the first time, when nobody knows yet where anything lives.

Their texts are templates that give the relation later: a hook `'grant select on ' ~ this` becomes
`grant select on {{ this }}`. So what a file configures depends on the file alone and can be remembered.
"""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

_PARTS = frozenset({"database", "schema", "identifier", "name", "table"})
_CHANGES = frozenset({"include", "quote", "incorporate", "replace_path", "without_identifier", "render"})


class LaterText(str):
    """A text that an expression gives later; its methods are then called on that."""

    __slots__ = ("expression",)
    expression: str

    @staticmethod
    def of(expression: str, as_text: str = "") -> LaterText:
        """The text of an expression, which is `as_text` where its own methods are not those of a text."""
        text = LaterText(f"{{{{ {expression} }}}}")
        text.expression = as_text or expression
        return text

    def _method(name: str) -> Callable[..., LaterText]:  # noqa: N805  used in this body alone
        def call(self: LaterText, *arguments: object) -> LaterText:
            return LaterText.of(_call(f"{self.expression}.{name}", arguments, {}))

        return call

    upper, lower, title, capitalize = map(_method, ("upper", "lower", "title", "capitalize"))
    strip, replace = map(_method, ("strip", "replace"))


class LaterRelation(Struct, frozen=True):
    """What an expression such as `ref('orders')` gives later, with the members of a relation."""

    expression: str
    type: str | None = None
    is_table: bool = False
    is_view: bool = False
    is_cte: bool = False

    def __str__(self) -> str:
        return LaterText.of(self.expression, f"({self.expression} | string)")

    def __getattr__(self, name: str) -> object:
        expression = f"{self.expression}.{name}"
        if name in _PARTS:
            return LaterText.of(expression)
        if name in _CHANGES:
            return lambda *given, **named: LaterRelation(_call(expression, given, named))
        raise AttributeError(name)


class LaterNames(Struct, frozen=True):
    """What `ref()`, `source()` and `this` give then."""

    this: object = LaterRelation("this")

    def ref(self, package: str | None, name: str, version: str | None) -> object:
        """A relation that is known later."""
        names = (name,) if package is None else (package, name)
        return LaterRelation(_call("ref", names, {} if version is None else {"version": version}))

    def source(self, source: str, table: str) -> object:
        """A relation that is known later."""
        return LaterRelation(_call("source", (source, table), {}))


def _call(function: str, given: tuple[object, ...], named: dict[str, object]) -> str:
    arguments = (*map(_written, given), *(f"{name}={_written(value)}" for name, value in named.items()))
    return f"{function}({', '.join(arguments)})"


def _written(value: object) -> str:
    return value.expression if isinstance(value, LaterText | LaterRelation) else repr(value)
