"""The names that code can see, and what is known of their values at one moment."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from assetc.compiler.python.follow.values import Argument, Handle, Unknown, Value, alternatives, choice
from assetc.compiler.python.source import Source


class Scope(Struct, eq=False):
    """The names of a module, a class or a function that is being followed.

    `returns` collects what the function gives back. `is_function`: names bound here are local variables, which some
    engines scan as tables.
    """

    source: Source
    parent: Scope | None = None
    names: dict[str, Value] = field(default_factory=dict)
    returns: list[Value] = field(default_factory=list)
    is_function: bool = False
    globals: set[str] = field(default_factory=set)

    def look_up(self, name: str) -> Value | None:
        """What `name` is here, or None where nothing binds it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value) -> None:
        """Let `name` be `value`."""
        owner = self.module() if name in self.globals else self
        owner.names[name] = value

    def rebind(self, name: str, value: Value) -> None:
        """Change the value of `name` where it is bound (a list that grew)."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.parent
        (scope or self).names[name] = value

    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope

    def inner(self) -> Scope:
        """A scope of the same kind inside this one: of a comprehension."""
        return Scope(self.source, self, returns=self.returns, is_function=self.is_function)

    def frame_name(self, name: str) -> bool:
        """Whether `name` is a variable here that could hold a table."""
        value = self.look_up(name)
        return value is not None and any(
            isinstance(each, (Unknown, Handle))
            or (isinstance(each, Argument) and (each.is_mapped or each.name != name))
            for each in alternatives(value)
        )


def merge(branches: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """The names after one of several branches was taken."""
    if len(branches) == 1:
        return branches[0]
    merged: dict[str, Value] = {}
    for name in dict.fromkeys(name for branch in branches for name in branch):
        values = [branch[name] for branch in branches if name in branch]
        first = values[0]
        merged[name] = first if all(value is first for value in values) else choice(values)
    return merged
