"""A Python asset as its definition alone has it: nothing is known of the text of its body."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.place import Span
from assetc.compiler.project import Entry
from assetc.compiler.python.definition.decorator_arguments import as_words, is_configuration
from assetc.compiler.python.imported import ImportedAsset
from assetc.compiler.python.reading import DeclaredDependency, DeclaredInput, Parameter, PythonAsset


def bare_asset(imported: ImportedAsset, span: Span, version: str) -> PythonAsset:
    """The asset, with everything at one place."""
    *prefix, name = imported.key.split("/")
    return PythonAsset(
        name=name,
        function=imported.function,
        span=span,
        source_hash=version,
        key_prefix=tuple(prefix),
        parameters=tuple(
            Parameter(parameter, annotation, has_default, role, span)
            for parameter, annotation, role, has_default in imported.parameters
        ),
        inputs=tuple(DeclaredInput(parameter, key, span) for parameter, key in imported.inputs),
        declared_deps=tuple(DeclaredDependency(key, span) for key in imported.deps),
        ignore_deps=imported.ignore_deps,
        config=tuple(config_of(imported, span)),
        outs=imported.outs,
        description=imported.description,
    )


def config_of(imported: ImportedAsset, span: Span) -> Iterator[Entry]:
    """The configuration among the arguments of a decorator."""
    for name, value in imported.config:
        if is_configuration(name):
            yield Entry(name, as_words(value) if name == "tags" else value, span)
