"""The fault of SQL that reads what is no table: told at compile time where an annotation says so, else by the run."""

from __future__ import annotations

from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.names.names import is_written
from assetc.compiler.place import Span
from assetc.compiler.resolution.resolution import Resolution
from assetc.definitions.key import AssetKey


def not_readable(upstream: Asset, span: Span) -> Diagnostic:
    """SQL at `span` reads an asset whose value is a stored object."""
    message = f"{upstream.key} is stored as a Python value and cannot be read from SQL"
    hint = "Annotate what it returns with a table type (-> pd.DataFrame), or read it from a Python asset"
    related = (Annotation(upstream.span, "defined here"),)
    return diagnostic("E114", message, span, hint=hint, related=related)


def note_not_readable(resolution: Resolution, up: AssetKey, parts: tuple[str, ...], span: Span) -> None:
    """Report that SQL names an asset which is kept as an object, unless its body creates a table of that name."""
    upstream = resolution.assets.get(up)
    if upstream is None or upstream.kind != "python" or upstream.relation is not None:
        return
    if not is_written(resolution.names, parts, up):
        resolution.problems.append(not_readable(upstream, span))
