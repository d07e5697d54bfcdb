"""Errors of a definition that are known without importing the file: those that `@asset` itself raises."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import Span
from assetc.compiler.python.follow.values import AssetDecorator
from assetc.compiler.python.python_text import PythonText
from assetc.definitions.errors import InvalidDefinitionError
from assetc.definitions.names import check_asset_name, check_step_name
from assetc.definitions.options import AssetOptions, MultiAssetOptions, check_options


def check_definition(
    decorator: AssetDecorator, key: tuple[str, ...], source: PythonText, place: Span
) -> Iterator[Diagnostic]:
    """E108 for a name that no asset can have, E181 for an argument that the decorator does not have."""
    try:
        check_asset_name(key[-1])
        check_step_name("__".join(key))
    except InvalidDefinitionError as error:
        yield diagnostic(error.code, str(error), place)
    known = AssetOptions if decorator.kind == "asset" else MultiAssetOptions
    keywords = {word.arg: word for word in decorator.call.keywords} if decorator.call else {}
    for name in decorator.arguments.values.keys() - {"sql"}:
        try:
            check_options(decorator.kind, {name: None}, known)
        except InvalidDefinitionError as error:
            yield diagnostic(error.code, str(error), source.span(keywords[name]) if name in keywords else place)
