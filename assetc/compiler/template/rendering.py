"""One render, as the members of the template environment see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from assetc.compiler.place import Span
from assetc.compiler.template.asking import Act, Ask
from assetc.compiler.template.environment import Environment
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.position import Position
from assetc.compiler.template.surroundings import Surroundings
from assetc.compiler.template.unit import Unit


class Rendering(Protocol):
    """Where names come from, and where the render is when something happens."""

    unit: Unit
    units: dict[Unit, Span]
    surroundings: Surroundings
    ask: Ask | Act
    findings: Findings
    environment: Environment
    results: dict[str, object]

    def look_up(self, name: str) -> object:
        """The value of a name: a macro, a member that the caller gave, a built-in one, Jinja's own."""

    def member(self, name: str) -> object:
        """The built-in member of a name, or `missing`."""

    def macro_in(self, package: str | None, name: str) -> Callable[..., Any] | None:
        """The macro of that name in a package, or where bare names are looked up."""

    def dispatch(self, macro_name: str, macro_namespace: object = None, **_: object) -> Callable[..., Any]:
        """`adapter.dispatch`."""

    def known_names(self) -> tuple[str, ...]:
        """Every name that a template can look up."""

    def positions(self) -> list[Position]:
        """Where the render is, innermost first, in files of the user's."""

    def refer(self, kind: Literal["ref", "source"], arguments: tuple[str, ...], version: str | None) -> None:
        """Remember a reference that is being made."""

    def configure(self, options: Mapping[str, object]) -> None:
        """Remember configuration keys that are being set."""

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Report something at the place where the render is."""

    def may_ask(self) -> bool:
        """Whether this moment asks the warehouse; remembers that the template wants to."""

    def is_unknown(self, values: tuple[object, ...]) -> bool:
        """Whether one of the values cannot be known at this moment."""

    def unknown(self, hint: str) -> object:
        """A value that is not known yet."""

    def render_text(self, text: str) -> str:
        """A text that may itself be a template: the value of a variable."""
