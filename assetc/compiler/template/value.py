"""The value of a text that is one expression, and not only its letters: what dbt calls native rendering."""

from __future__ import annotations

import ast
import re

from msgspec.structs import replace

from assetc.compiler.place import Span, span_of
from assetc.compiler.template.asking import Ask
from assetc.compiler.template.render import render
from assetc.compiler.template.rendered import Rendered
from assetc.compiler.template.surroundings import Surroundings, Template

_EXPRESSION = re.compile(r"\s*\{\{[-+]?(?P<expression>(?:(?!\}\}).)*?)[-+]?\}\}\s*", re.DOTALL)
_AS_NATIVE = re.compile(r"\|\s*as_(?:bool|number|native)\s*$")
_KEEP = "keep_value"


def render_to_value(template: Template, around: Surroundings, ask: Ask | None = None) -> tuple[object, Rendered]:
    """What the one expression of a text gives, of any other text what it is rendered to; and all that was found."""
    whole = _EXPRESSION.fullmatch(template.text)
    if whole is None:
        rendered = render(template, around, ask)
        return rendered.text, rendered
    before, expression = f"{{% do {_KEEP}(", whole["expression"]
    kept: list[object] = []

    def keep_value(*values: object) -> None:
        kept.append(values[0] if len(values) == 1 else values)
        str(kept[0])  # a name that is not there is told when it is printed

    members = {**around.members, _KEEP: keep_value}
    keeping = Template(template.path, f"{before}{expression}) %}}")
    rendered = render(keeping, replace(around, members=members), ask)
    rendered = _as_if_of(template, rendered, len(before) - whole.start("expression"))
    value = kept[0] if kept else rendered.text
    return _native(value) if isinstance(value, str) and _AS_NATIVE.search(expression) else value, rendered


def as_expression(text: str) -> str | None:
    """The expression that is the whole of a text."""
    whole = _EXPRESSION.fullmatch(text)
    return None if whole is None else whole["expression"].strip()


def _native(text: str) -> object:
    known = {"true": True, "false": False}
    if text.casefold() in known:
        return known[text.casefold()]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def _as_if_of(template: Template, rendered: Rendered, shift: int) -> Rendered:
    """What was found, at the places of the text that the author wrote."""

    def moved(span: Span) -> Span:
        if span.path != template.path:
            return span
        start, end = (min(max(offset - shift, 0), len(template.text)) for offset in (span.start, span.end))
        return span_of(span.path, template.text, start, end)

    return replace(
        rendered,
        reads=tuple(read for read in rendered.reads if read.name != _KEEP),
        references=tuple(replace(each, span=moved(each.span)) for each in rendered.references),
        problems=tuple(
            replace(
                each,
                span=each.span and moved(each.span),
                related=tuple(replace(note, span=moved(note.span)) for note in each.related),
            )
            for each in rendered.problems
        ),
    )
