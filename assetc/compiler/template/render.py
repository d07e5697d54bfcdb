"""`render` gives the text of a template, whatever the moment; `call_macro` does what dbt leaves to a macro."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from assetc.compiler.template.asking import Act, Ask, NoWarehouse
from assetc.compiler.template.literal_text import LiteralText, read_literal_text, run_literal
from assetc.compiler.template.literals import Arguments
from assetc.compiler.template.members import naming, settings
from assetc.compiler.template.reads import NOT_THERE
from assetc.compiler.template.rendered import Called, Rendered, Segment
from assetc.compiler.template.rendering import Rendering
from assetc.compiler.template.surroundings import Surroundings, Template
from assetc.compiler.template.tags import Tag, has_tags
from assetc.compiler.template.writer import Writer

_CALLED: Mapping[str, Callable[[Rendering], Callable[..., object]]] = {
    "ref": naming.ref,
    "source": naming.source,
    "var": settings.Variables,
    "config": settings.Config,
}
"""The members that templates call most; none takes Jinja."""


MacroArguments: TypeAlias = Mapping[str, object] | tuple[object, ...]


def render(template: Template, surroundings: Surroundings, ask: Ask | None = None) -> Rendered:
    """The text of a template, where it came from, and all that it named, read and did wrong. Never raises.

    Templates that only call a few members with literals take a direct path; only the others import Jinja.
    """
    body = template.body
    if not has_tags(body):
        return Rendered(body, (Segment(0, template.start, 0),) if template.start else ())
    literal = read_literal_text(template.path, template.text, template.start, template.end)
    if literal is not None and all(_is_direct(tag, surroundings) for tag in literal.tags):
        try:
            return _render_directly(literal, surroundings)
        except Exception:  # noqa: S110  Jinja does it again, and reports what is wrong with it
            pass
    from assetc.compiler.template.jinja import render_by_jinja

    return render_by_jinja(template, surroundings, ask or NoWarehouse())


def call_macro(name: str, arguments: MacroArguments, around: Surroundings, ask: Ask | Act) -> Called:
    """Call the macro that the name is dispatched to, which is given values, by name or by position. Never raises."""
    from assetc.compiler.template.jinja import call_by_jinja

    return call_by_jinja(name, arguments, around, ask)


def _is_direct(tag: Tag, surroundings: Surroundings) -> bool:
    """Whether a tag is `this`, or a call that means what dbt means by its name."""
    if tag.name in surroundings.library.called or tag.name in surroundings.members:
        return False
    return tag.name == "this" if tag.arguments is None else tag.name in _CALLED


def _render_directly(literal: LiteralText, surroundings: Surroundings) -> Rendered:
    rendering = Rendering(literal.unit, surroundings, NoWarehouse(), _render_directly.__code__)
    writer = Writer(literal.unit)

    def value_of(name: str) -> object:
        rendering.findings.reads["macro", name] = NOT_THERE
        return _CALLED[name](rendering) if name in _CALLED else naming.this(rendering)

    writer.write_all(run_literal(literal.unit, literal.pieces, value_of, _call))
    return rendering.rendered(writer)


def _call(member: Callable[..., object], arguments: Arguments) -> object:
    return member(*arguments.positional, **arguments.named)
