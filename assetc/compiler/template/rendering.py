"""One render, as the members of the template environment see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Literal

from assetc.compiler.diagnostic import Annotation, diagnostic
from assetc.compiler.place import Span, file_span, span_of
from assetc.compiler.reference import Certainty
from assetc.compiler.template.asking import Act, Ask
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.position import Position, positions_now
from assetc.compiler.template.rendered import Rendered, TemplateReference
from assetc.compiler.template.surroundings import Surroundings
from assetc.compiler.template.tags import has_tags
from assetc.compiler.template.unit import Unit
from assetc.compiler.template.writer import Writer

_KINDS: Mapping[tuple[str, int], Literal["ref", "source", "this"]] = {
    ("ref", 1): "ref",
    ("ref", 2): "ref",
    ("source", 2): "source",
    ("this", 0): "this",
}


class NeedsJinja(Exception):  # noqa: N818  no fault: what this render leaves to another
    """A render without Jinja came to something that only Jinja can do."""


class Rendering:
    """Where the render is when something happens, and what it found. JinjaRendering adds what takes Jinja."""

    def __init__(self, unit: Unit, surroundings: Surroundings, ask: Ask | Act, stop: CodeType) -> None:
        self.unit = unit
        self.surroundings = surroundings
        self.ask = ask
        self.stop = stop
        self.findings = Findings(surroundings)
        self.results: dict[str, object] = {}
        self.units: dict[Unit, Span] = {}

    def look_up(self, name: str) -> object:
        """The value of a name: a macro, a member that the caller gave, a built-in one, Jinja's own; or `missing`."""
        raise NeedsJinja

    def member(self, name: str) -> object:
        """The built-in member of a name, or `missing`."""
        raise NeedsJinja

    def macro_in(self, package: str | None, name: str) -> Callable[..., Any] | None:
        """The macro of that name in a package, or where bare names are looked up."""
        raise NeedsJinja

    def known_names(self) -> tuple[str, ...]:
        """Every name that a template can look up."""
        raise NeedsJinja

    def unknown(self, hint: str) -> object:
        """A value that is not known yet."""
        raise NeedsJinja

    def is_unknown(self, values: tuple[object, ...]) -> bool:
        """Whether one of the values cannot be known at this moment."""
        return False

    def render_text(self, text: str) -> str:
        """A text that may itself be a template: the value of a variable."""
        if has_tags(text):
            raise NeedsJinja
        return text

    def positions(self) -> list[Position]:
        """Where the render is, innermost first, in files of the user's."""
        return positions_now(self.stop)

    def span(self, name: str, arguments: tuple[str, ...] | None = None) -> tuple[Span, Span | None]:
        """The place of a call in the template, and that in the macro file which it went through."""
        positions = self.positions()
        if not positions:
            return file_span(self.unit.path), None
        inner, outer = positions[0], positions[-1]
        if inner.unit is self.unit:
            return inner.call_span(name, arguments), None
        return outer.tag_span(), inner.call_span(name, arguments)

    def refer(self, kind: Literal["ref", "source"], arguments: tuple[str, ...], version: str | None) -> None:
        """Remember a reference that is being made."""
        span, through = self.span(kind, arguments)
        self.findings.refer(TemplateReference(kind, arguments, "certain", span, version, through))

    def configure(self, options: Mapping[str, object]) -> None:
        """Remember configuration keys that are being set."""
        positions = self.positions()
        span, _ = self.span("config")
        own = positions and positions[0].unit is self.unit
        places = positions[0].keyword_spans("config") if own else {}
        for key, value in options.items():
            self.findings.configure(key, value, places.get(key, span))

    def warn(self, code: str, message: str, hint: str = "") -> None:
        """Report something at the place where the render is."""
        positions = self.positions()
        if not positions:
            return
        related = [Annotation(position.tag_span(), "in this macro") for position in positions[:-1]]
        span = positions[-1].tag_span()
        self.findings.report(diagnostic(code, message, span, hint=hint, related=related))

    def may_ask(self) -> bool:
        """Whether this moment asks the warehouse; remembers that the template wants to."""
        self.findings.needs_warehouse = True
        if self.surroundings.flags.execute:
            self.findings.read("warehouse", "")
            return True
        return False

    def rendered(self, writer: Writer) -> Rendered:
        """All that was found, with what stands in branches that were not taken, here and in macros that were called."""
        made = {(each.kind, each.arguments, each.version) for each in self.findings.references}
        for unit, called_at in ((self.unit, None), *self.units.items()):
            for call in unit.calls:
                kind = _KINDS.get((call.name, len(call.arguments or ())))
                if kind is None or call.arguments is None or (kind, call.arguments, call.version) in made:
                    continue
                span = span_of(unit.path, unit.file_text, call.start, call.end)
                certainty: Certainty = "certain" if kind == "this" else "likely"
                through = span if called_at else None
                found = TemplateReference(kind, call.arguments, certainty, called_at or span, call.version, through)
                self.findings.refer(found)
        return self.findings.rendered(writer.text, tuple(writer.segments), tuple(writer.macro_segments))


class Member:
    """A member that has methods, or members, of its own."""

    __slots__ = ("_rendering",)

    def __init__(self, rendering: Rendering) -> None:
        self._rendering = rendering
