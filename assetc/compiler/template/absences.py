"""Says what is wrong where a template uses a name or an attribute that is not there."""

from __future__ import annotations

from jinja2.utils import missing

from assetc.compiler.diagnostic import Annotation, diagnostic, did_you_mean
from assetc.compiler.place import file_span
from assetc.compiler.template.absent import Absent, described
from assetc.compiler.template.members.scopes import PackageNames
from assetc.compiler.template.members.settings import Watched
from assetc.compiler.template.rendering import Rendering


def report_absent(rendering: Rendering, absent: Absent, *, is_print: bool) -> None:
    """Report the use of an absent thing, unless it ends the render or is no fault."""
    name, owner = absent.wanted
    if absent.hint is not None or name is None:
        return
    if owner is missing:
        passes = is_print or not rendering.surroundings.flags.execute
        if passes and not _is_assigned(rendering, name):
            _report_unknown_name(rendering, name, is_print=is_print)
    elif isinstance(owner, PackageNames):
        if is_print or not rendering.surroundings.flags.execute:
            _report_no_macro(rendering, name, owner)
    elif is_print and owner is not None and not isinstance(owner, Absent):
        near = did_you_mean(name, owner) if isinstance(owner, Watched) else ""
        rendering.warn("W232", f"{described(owner)} has no {name}: nothing is printed", near)


def _is_assigned(rendering: Rendering, name: str) -> bool:
    """Whether a text that is being executed gives the name a value somewhere, as in a branch that was not taken."""
    return any(name in position.unit.assigned for position in rendering.positions())


def _report_unknown_name(rendering: Rendering, name: str, *, is_print: bool) -> None:
    """A name that nothing gives a value; printed in a dbt project, it is nothing, as in dbt."""
    is_error = rendering.surroundings.unknown_names == "error" or not is_print
    hint = did_you_mean(name, rendering.known_names())
    positions = rendering.positions()
    span = positions[0].name_span(name) if positions else file_span(rendering.unit.path)
    related = [Annotation(position.tag_span(), "called here") for position in positions[1:]]
    code = "E112" if is_error else "W231"
    rendering.findings.report(
        diagnostic(code, f"{name} is undefined", span, hint=hint or no_such_name(rendering), related=related)
    )


def _report_no_macro(rendering: Rendering, name: str, package: PackageNames) -> None:
    """A macro that a package lacks; printed or called, it can only be a mistake."""
    positions = rendering.positions()
    span = positions[0].tag_span() if positions else file_span(rendering.unit.path)
    related = [Annotation(position.tag_span(), "called here") for position in positions[1:]]
    hint = did_you_mean(name, rendering.known_names()) or no_such_name(rendering)
    rendering.findings.report(diagnostic("E112", f"{package} has no {name}", span, hint=hint, related=related))


def no_such_name(rendering: Rendering) -> str:
    """What to think of where no name is near; in a dbt project it may be the namespace of a package."""
    hint = "No macro, variable of the template or member has this name"
    is_dbt = rendering.surroundings.unknown_names != "error"
    return f"{hint}; packages and dbt's global macros are not built yet" if is_dbt else hint
