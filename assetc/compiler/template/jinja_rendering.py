"""One render by Jinja: names, macros, and what stands for what is not there."""

from __future__ import annotations

from types import CodeType
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.runtime import Macro as JinjaMacro
from jinja2.utils import missing

from assetc.compiler.template.absent import Absent, report_absent
from assetc.compiler.template.asking import Ask
from assetc.compiler.template.compile_unit import LIBRARY_PREFIX, compile_macro, compile_unit
from assetc.compiler.template.environment import ENVIRONMENT, Scope
from assetc.compiler.template.macros import Macro
from assetc.compiler.template.members.naming import check
from assetc.compiler.template.members.scopes import PackageNames
from assetc.compiler.template.members.table import MEMBERS
from assetc.compiler.template.refusal import Returned
from assetc.compiler.template.rendering import Rendering
from assetc.compiler.template.surroundings import Surroundings
from assetc.compiler.template.tags import has_tags
from assetc.compiler.template.unit import Unit


class JinjaRendering(Rendering):
    """Gives Jinja the values of names."""

    def __init__(self, unit: Unit, surroundings: Surroundings, ask: Ask, stop: CodeType) -> None:
        super().__init__(unit, surroundings, ask, stop)
        self.environment = ENVIRONMENT.for_render(self.look_up, self.undefined)
        self.known: dict[str, object] = {}

    def look_up(self, name: str) -> object:
        """The value of a name: a macro, a member that the caller gave, a built-in one, Jinja's own; or `missing`."""
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
        order = self.surroundings.search_order() if package is None else (package,)
        macro = self.surroundings.library.find(name, order)
        return None if macro is None else LibraryMacro(self, macro)

    def known_names(self) -> tuple[str, ...]:
        """Every name that a template can look up."""
        surroundings = self.surroundings
        macros = (macro.name for macro in surroundings.library.macros.values())
        return tuple(sorted({*MEMBERS, *surroundings.members, *macros, *self.environment.globals}))

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

    def render_text(self, text: str) -> str:
        """A text that may itself be a template: the value of a variable."""
        if not has_tags(text):
            return text
        unit = compile_unit("", text, 0, None)
        scope = Scope(self.environment, {}, None, {})
        join = self.environment.joiner(unit)
        return str.__str__(join(unit.run(scope, environment=self.environment)))


class LibraryMacro:
    """A macro of the library, compiled when it is first called."""

    __slots__ = ("_call", "_macro", "_rendering", "name")

    def __init__(self, rendering: JinjaRendering, macro: Macro) -> None:
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
