"""Templates of configuration values that are more than a call, rendered by Jinja."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from datetime import UTC, datetime

from assetc.compiler.template.plain import plain
from assetc.compiler.template.render import render
from assetc.compiler.template.surroundings import Surroundings, Template

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
_AS_NATIVE = re.compile(r"\|\s*as_(?:bool|number|native)\s*$")


class NotRenderable(Exception):  # noqa: N818  it becomes a diagnostic with the place of the value
    """What is wrong with a template."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def render_in_full(
    text: str, expression: str | None, members: Mapping[str, object], target: Mapping[str, object]
) -> object:
    """What a template gives: a text, or the value of the one `expression` that it is, as in dbt."""
    kept: list[object] = []
    template = text if expression is None else f"{{% do keep_value({expression}) %}}"
    own = {**members, "keep_value": kept.append}
    rendered = render(Template("", template), Surroundings("", _NO_TIME, target=target, members=own))
    if rendered.needs_warehouse or any(read.kind == "clock" for read in rendered.reads):
        message = f"this template cannot be rendered: {text.strip()}"
        raise NotRenderable(message, "Here nobody asks the warehouse or the clock")
    if rendered.problems:
        raise NotRenderable(rendered.problems[0].message, rendered.problems[0].hint)
    if expression is None:
        return rendered.text
    value = plain(kept[0])
    return _as_native(value) if isinstance(value, str) and _AS_NATIVE.search(expression) else value


def _as_native(text: str) -> object:
    known = {"true": True, "false": False}
    try:
        return known[text.casefold()] if text.casefold() in known else ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
