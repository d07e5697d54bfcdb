"""One render by Jinja: where its names come from, and where it is when something happens."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any, Literal

from jinja2.exceptions import SecurityError
from jinja2.utils import missing

from assetc.compiler.diagnostic import Annotation, diagnostic
from assetc.compiler.place import Span, file_span
from assetc.compiler.template.absences import report_absent
from assetc.compiler.template.absent import Absent
from assetc.compiler.template.asking import Ask
from assetc.compiler.template.compile_unit import compile_unit
from assetc.compiler.template.environment import ENVIRONMENT, Scope
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.library_macro import LibraryMacro
from assetc.compiler.template.members.naming import check
from assetc.compiler.template.members.scopes import PackageNames, bare_order, dispatch
from assetc.compiler.template.members.table import MEMBERS
from assetc.compiler.template.position import Position, positions_now
from assetc.compiler.template.rendered import TemplateReference
from assetc.compiler.template.surroundings import Surroundings
from assetc.compiler.template.unit import Unit


class JinjaRendering:
    """What fulfils `Rendering`."""

    __slots__ = (
        "ask",
        "environment",
        "findings",
        "known",
        "results",
        "stop",
        "surroundings",
        "unit",
        "units",
    )

    def __init__(self, unit: Unit, surroundings: Surroundings, ask: Ask, stop: CodeType) -> None:
        self.unit = unit
        self.surroundings = surroundings
        self.ask = ask
        self.stop = stop
        self.findings = Findings(surroundings)
        self.environment = ENVIRONMENT.for_render(self)
        self.known: dict[str, object] = {}
        self.results: dict[str, object] = {}
        self.units: dict[Unit, Span] = {}

    # Names

    def look_up(self, name: str) -> object:
        """The value of a name: a macro, a member that the caller gave, a built-in one, Jinja's own."""
        if name not in self.known:
            self.known[name] = self.find(name)
        return self.known[name]

    def find(self, name: str) -> object:
        """The value of a name that is looked up for the first time."""
        macro = self.macro_in(None, name)
        if macro is not None:
            return macro
        if name in self.surroundings.members:
            self.findings.read("member", name)
            return self.surroundings.members[name]
        member = self.member(name)
        if member is not missing:
            return member
        if name in self.surroundings.packages:
            return PackageNames(self, name)
        if self.macro_in(None, f"test_{name}") is not None:
            return check(name)(self)
        found = self.environment.globals.get(name, missing)
        if found is missing:
            self.findings.read("package", name)
        return found

    def member(self, name: str) -> object:
        """The built-in member of a name, or `missing`."""
        factory = MEMBERS.get(name)
        return missing if factory is None else factory(self)

    def macro_in(self, package: str | None, name: str) -> LibraryMacro | None:
        """The macro of that name in a package, or where bare names are looked up."""
        self.findings.read("macro", name if package is None else f"{package}.{name}")
        order = bare_order(self) if package is None else (package,)
        macro = self.surroundings.library.find(name, order)
        return None if macro is None else LibraryMacro(self, macro)

    def dispatch(self, macro_name: str, macro_namespace: object = None, **_: object) -> Callable[..., Any]:
        """`adapter.dispatch`."""
        return dispatch(self, str(macro_name), macro_namespace)

    def known_names(self) -> tuple[str, ...]:
        """Every name that a template can look up."""
        surroundings = self.surroundings
        macros = (macro.name for macro in surroundings.library.macros.values())
        return tuple(sorted({*MEMBERS, *surroundings.members, *macros, *self.environment.globals}))

    # What members tell

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

    # What is not there

    def may_ask(self) -> bool:
        """Whether this moment asks the warehouse; remembers that the template wants to."""
        self.findings.needs_warehouse = True
        if self.surroundings.flags.execute:
            self.findings.read("warehouse", "")
            return True
        return False

    def is_unknown(self, values: tuple[object, ...]) -> bool:
        """Whether one of the values cannot be known at this moment."""
        return not self.surroundings.flags.execute and any(isinstance(value, Absent) for value in values)

    def unknown(self, hint: str) -> Absent:
        """A value that is not known yet."""
        return Absent(self.allows, hint, missing, None)

    def undefined(
        self, hint: str | None = None, obj: object = missing, name: str | None = None, exc: object = None
    ) -> Absent:
        """Jinja's way to ask for what stands for an absent thing."""
        if exc is SecurityError:
            raise SecurityError(hint)
        return Absent(self.allows, hint, obj, name)

    def allows(self, absent: Absent, is_print: bool) -> bool:  # noqa: FBT001
        """Whether a use of an absent thing may pass, and the report of it where that is due."""
        report_absent(self, absent, is_print=is_print)
        return is_print or not self.surroundings.flags.execute

    # Text inside of values

    def render_text(self, text: str) -> str:
        """A text that may itself be a template: the value of a variable."""
        if "{{" not in text and "{%" not in text and "{#" not in text:
            return text
        unit = compile_unit("", text, 0, None)
        scope = Scope(self.environment, {}, None, {})
        join = self.environment.joiner(unit)
        return str.__str__(join(unit.run(scope, environment=self.environment)))
