"""Renders a template by Jinja, and calls macros."""

from __future__ import annotations

from collections.abc import Mapping

from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.template.asking import Ask
from assetc.compiler.template.compile_unit import compile_unit, syntax_error
from assetc.compiler.template.environment import Scope
from assetc.compiler.template.faults import fault_of, unreadable
from assetc.compiler.template.jinja_rendering import JinjaRendering, LibraryMacro
from assetc.compiler.template.macros import MacroFile, find_macros
from assetc.compiler.template.refusal import Refused, Unreadable
from assetc.compiler.template.rendered import Called, Rendered
from assetc.compiler.template.surroundings import Surroundings, Template
from assetc.compiler.template.unit import Unit
from assetc.compiler.template.writer import Marked, Writer


def render_by_jinja(template: Template, surroundings: Surroundings, ask: Ask) -> Rendered:
    """The rendered template; whatever goes wrong in it is one of its problems."""
    try:
        unit = compile_unit(template.path, template.text, template.start, template.end)
    except Unreadable as error:
        return Rendered("", problems=(unreadable(error),))
    rendering = JinjaRendering(unit, surroundings, ask, _run.__code__)
    writer = Writer(unit)
    try:
        _run(rendering, writer)
    except Exception as error:
        rendering.findings.report(fault_of(error, rendering))
    return rendering.rendered(writer)


_NOWHERE = Unit("", "", lambda *_, **__: iter(()), (), (), frozenset(), (), has_returns=False)
"""The text that a macro is called from when Python calls it."""


def call_by_jinja(
    name: str, arguments: Mapping[str, object] | tuple[object, ...], surroundings: Surroundings, ask: Ask
) -> Called:
    """What a macro gives and did; whatever goes wrong is one of its problems."""
    rendering = JinjaRendering(_NOWHERE, surroundings, ask, _call.__code__)
    try:
        given = _call(rendering, name, arguments)
    except Exception as error:
        given = None
        rendering.findings.report(fault_of(error, rendering))
    text = "" if given is None else str.__str__(str(given))
    value = None if isinstance(given, Marked) else given
    found = rendering.findings
    return Called(text, value, found.trace(), tuple(found.problems), tuple(found.logs))


def check_macros(file: MacroFile) -> tuple[Diagnostic, ...]:
    """E130 for each macro of a file that is no Jinja. The answer depends on the content of the file alone."""
    closed = (macro for macro in find_macros(file) if macro.block.closed)
    return tuple(unreadable(error) for error in map(syntax_error, closed) if error is not None)


def _call(rendering: JinjaRendering, name: str, arguments: Mapping[str, object] | tuple[object, ...]) -> object:
    macro = rendering.surroundings.macro_for(name)
    rendering.findings.read("macro", name)
    if macro is None:
        raise Refused("E138", f"there is no macro {name}")
    called = LibraryMacro(rendering, macro)
    return called(**arguments) if isinstance(arguments, Mapping) else called(*arguments)


def _run(rendering: JinjaRendering, writer: Writer) -> None:
    environment = rendering.environment
    scope = Scope(environment, {}, rendering.unit.path, {})
    writer.write_all(rendering.unit.run(scope, environment=environment))
