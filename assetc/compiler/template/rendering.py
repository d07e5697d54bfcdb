"""One render by Jinja: where its names come from, and where it is when something happens."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType
from typing import Any, Literal

from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro as JinjaMacro
from jinja2.utils import missing

from assetc.compiler.diagnostic import Annotation, diagnostic, did_you_mean
from assetc.compiler.place import Span, file_span
from assetc.compiler.template.absent import Absent
from assetc.compiler.template.environment import ENVIRONMENT, Scope
from assetc.compiler.template.findings import Findings
from assetc.compiler.template.macros import Macro
from assetc.compiler.template.members.naming import check
from assetc.compiler.template.members.scopes import PackageNames, bare_order, dispatch
from assetc.compiler.template.members.settings import Watched
from assetc.compiler.template.members.table import MEMBERS
from assetc.compiler.template.position import Position, positions_now
from assetc.compiler.template.refusal import Returned
from assetc.compiler.template.rendered import TemplateReference
from assetc.compiler.template.surroundings import Ask, Surroundings
from assetc.compiler.template.unit import LIBRARY_PREFIX, Unit, compile_macro, compile_unit


class Rendering:
    """What the members of one render share."""

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
        if name in self.surroundings.library.packages or name == self.surroundings.project_name:
            return PackageNames(self, name)
        if self.macro_in(None, f"test_{name}") is not None:
            return check(name)(self)
        return self.environment.globals.get(name, missing)

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

    def dispatch(self, macro_name: str, macro_namespace: object = None, **_: object) -> LibraryMacro:
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
        return Absent(self.report_absent, hint, missing, None)

    def undefined(
        self, hint: str | None = None, obj: object = missing, name: str | None = None, exc: object = None
    ) -> Absent:
        """Jinja's way to ask for what stands for an absent thing."""
        if exc is SecurityError:
            raise SecurityError(hint)
        return Absent(self.report_absent, hint, obj, name)

    def report_absent(self, absent: Absent, is_print: bool) -> bool:  # noqa: FBT001
        """Whether a use of an absent thing may pass."""
        name, owner = absent.wanted
        execute = self.surroundings.flags.execute
        if absent.hint is not None or name is None:
            return not execute or is_print
        if owner is not missing:
            if is_print and owner is not None and not isinstance(owner, Absent):
                near = did_you_mean(name, owner) if isinstance(owner, Watched) else ""
                self.warn("W232", f"{_named(owner)} has no {name}: nothing is printed", near)
            return not execute or is_print
        if (is_print or not execute) and not any(name in unit.assigned for unit in self.running_units()):
            self.report_unknown_name(name, is_print=is_print)
        return not execute or is_print

    def running_units(self) -> set[Unit]:
        """The pieces of text that are being executed."""
        return {position.unit for position in self.positions()}

    def report_unknown_name(self, name: str, *, is_print: bool) -> None:
        """A name that nothing gives a value; printed in a dbt project, it is nothing, as in dbt."""
        is_error = self.surroundings.unknown_names == "error" or not is_print
        hint = did_you_mean(name, self.known_names()) or "No macro, variable of the template or member has this name"
        positions = self.positions()
        span = positions[0].name_span(name) if positions else file_span(self.unit.path)
        related = [Annotation(position.tag_span(), "called here") for position in positions[1:]]
        code = "E112" if is_error else "W231"
        self.findings.report(diagnostic(code, f"{name} is undefined", span, hint=hint, related=related))

    # Text inside of values

    def render_text(self, text: str) -> str:
        """A text that may itself be a template: the value of a variable."""
        if "{{" not in text and "{%" not in text and "{#" not in text:
            return text
        unit = compile_unit("", text, 0, None)
        scope = Scope(self.environment, {}, None, {})
        join = self.environment.joiner(unit)
        return str.__str__(join(unit.template.root_render_func(scope, environment=self.environment)))  # type: ignore[call-arg]


def _named(owner: object) -> str:
    return f"the {owner.kind}" if isinstance(owner, Watched) else f"this {type(owner).__name__}"


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
        for _ in unit.template.root_render_func(scope, environment=rendering.environment):  # type: ignore[call-arg]
            pass
        made: JinjaMacro = scope.vars[LIBRARY_PREFIX + self._macro.name]
        made.name = self._macro.name
        return made

    def __str__(self) -> str:
        return f"<macro {self.name}>"
