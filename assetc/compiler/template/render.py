"""Renders a template: `render` is the one function, whatever the moment."""

from __future__ import annotations

from assetc.compiler.template.asking import Ask, NoWarehouse
from assetc.compiler.template.direct import render_directly
from assetc.compiler.template.rendered import Rendered
from assetc.compiler.template.surroundings import Surroundings, Template


def render(template: Template, surroundings: Surroundings, ask: Ask | None = None) -> Rendered:
    """The text of a template, where it came from, and all that it named, read and did wrong. Never raises.

    Templates of literal tags take a direct path; only the others import Jinja.
    """
    direct = render_directly(template, surroundings)
    if direct is not None:
        return direct
    from assetc.compiler.template.jinja import render_by_jinja

    return render_by_jinja(template, surroundings, ask or NoWarehouse())
