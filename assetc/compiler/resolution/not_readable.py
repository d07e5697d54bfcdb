"""The fault of SQL that reads what is no table: told at compile time where an annotation says so, else by the run."""

from __future__ import annotations

from assetc.compiler.asset import Asset
from assetc.compiler.diagnostic import Annotation, Diagnostic, diagnostic
from assetc.compiler.place import Span


def not_readable(upstream: Asset, span: Span) -> Diagnostic:
    """SQL at `span` reads an asset whose value is a stored object."""
    message = f"{upstream.key} is stored as a Python value and cannot be read from SQL"
    hint = "Annotate what it returns with a table type (-> pd.DataFrame), or read it from a Python asset."
    related = (Annotation(upstream.span, "defined here"),)
    return diagnostic("E114", message, span, hint=hint, related=related)
