"""Completes the reading of a file by the result of importing it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.python.bare_asset import bare_asset, config_of
from assetc.compiler.python.definition.build_asset import BuiltAsset, build_asset
from assetc.compiler.python.definition.definition import Definition
from assetc.compiler.python.follow.imports import find_module, module_name
from assetc.compiler.python.follow.known import known_text, plain
from assetc.compiler.python.follow.values import AssetDecorator, Closure, Constant, Entries, Items, Scope, Text, Value
from assetc.compiler.python.imported import ImportedAsset, ImportedFile
from assetc.compiler.python.library.keys import own_key
from assetc.compiler.python.read_python import Followed, declared_sources, follow_file, read_python
from assetc.compiler.python.reading import DeclaredDependency, DeclaredInput, PythonAsset, PythonReading
from assetc.compiler.sql.judged import SqlReader

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef


def complete_python(
    path: str, text: str, read: Callable[[str], str | None], reader: SqlReader, imported: ImportedFile
) -> PythonReading:
    """The reading of a file that was imported; if the import failed, that problem and what the text says."""
    if imported.problem is not None:
        reading = read_python(path, text, read, reader)
        is_known = any(each.code == imported.problem.code for each in reading.problems)
        of_text = tuple(each for each in reading.problems if each.code != "W201")  # the import would have told
        problems = of_text if is_known else (*of_text, imported.problem)
        return replace(reading, problems=problems, files=_files(reading.files, imported))
    followed = follow_file(path, text, read)
    if isinstance(followed, PythonReading):
        return replace(followed, files=_files(followed.files, imported))
    _add_values(followed.scope, imported.values)
    built = [_complete(followed, asset, reader) for asset in imported.assets]
    found = (*followed.machine.problems, *(problem for each in built for problem in each.problems))
    files = _files(tuple(followed.machine.files), imported)
    assets, missing = tuple(each.asset for each in built), tuple(followed.machine.missing)
    sources = declared_sources(followed.scope)
    return PythonReading(assets, needs_import=False, files=files, problems=found, missing=missing, sources=sources)


def value_of(literal: object) -> Value:
    """The value of plain data."""
    match literal:
        case str():
            return known_text(literal)
        case list() | tuple():
            return Items(tuple(value_of(each) for each in literal))
        case dict():
            return Entries({str(key): value_of(each) for key, each in literal.items()})
        case _:
            return Constant(literal)


def _files(read: Sequence[str], imported: ImportedFile) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*read, *(file for file in imported.files if file != imported.path))))


def _add_values(scope: Scope, values: Sequence[tuple[str, object]]) -> None:
    """Add the values of names that are known from the import only."""
    for name, literal in values:
        if not _is_known(scope.names.get(name)):
            scope.names[name] = value_of(literal)


def _is_known(value: Value | None) -> bool:
    match value:
        case Text(lines):
            return len(lines) == 1 and plain(lines[0]) is not None
        case Constant():
            return True
        case Items(values):
            return all(_is_known(each) for each in values)
        case _:
            return False


def _complete(followed: Followed, asset: ImportedAsset, reader: SqlReader) -> BuiltAsset:
    definition = _definition(followed, asset)
    if definition is None:
        return _without_source(followed, asset)
    built = build_asset(followed.machine, definition, reader, asset.key.rpartition("/")[2])
    kept = tuple(problem for problem in built.problems if not _is_answered(problem, definition))
    unresolved = any(problem.code == "W201" for problem in kept)
    return BuiltAsset(_merge(built.asset, asset, unresolved=unresolved), kept, needs_import=False)


def _definition(followed: Followed, asset: ImportedAsset) -> Definition | None:
    """The definition that was found in the text, else one made from the source of the imported function."""
    for definition in followed.definitions.found:
        if own_key(definition.decorator, definition.closure) == asset.key and not asset.outs:
            return definition
    path = followed.scope.source.path
    if asset.file not in (path, "") and find_module(followed.machine, module_name(asset.file)) is None:
        return None
    tree = followed.machine.trees.get(asset.file)
    node = None if tree is None else _find_function(tree, asset)
    if node is None:
        return None
    outer = followed.scope if asset.file == path else _scope_of(followed, asset.file)
    inner = Scope(outer.source, outer, is_function=True)
    inner.names.update({name: value_of(literal) for name, literal in asset.values})
    decorator = next(
        (each.decorator for each in followed.definitions.found if each.closure.node is node),
        AssetDecorator("asset", Entries({}), None, outer.source),
    )
    return Definition(decorator, Closure(node, inner), guessed=False)


def _scope_of(followed: Followed, path: str) -> Scope:
    module = find_module(followed.machine, module_name(path))
    return followed.scope if module is None else module.scope


def _find_function(tree: ast.Module, asset: ImportedAsset) -> AnyFunction | None:
    """The function with this name and first line, which is the line of its first decorator."""
    named = [each for each in ast.walk(tree) if isinstance(each, AnyFunction) and each.name == asset.function]
    for node in named:
        if asset.line in {node.lineno, *(decorator.lineno for decorator in node.decorator_list)}:
            return node
    return named[0] if len(named) == 1 else None


def _is_answered(problem: Diagnostic, definition: Definition) -> bool:
    """Whether a problem is about an argument of the decorator, which the import has answered."""
    call, span = definition.decorator.call, problem.span
    if problem.code != "W201" or call is None or span is None:
        return problem.code == "W201" and problem.hint.startswith("Import the file")
    start, end = definition.decorator.source.offsets(call)
    return span.path == definition.decorator.source.path and start <= span.start <= end


def _merge(asset: PythonAsset, imported: ImportedAsset, *, unresolved: bool) -> PythonAsset:
    """The body as read, with the key, the dependencies and the configuration as imported."""
    *prefix, name = imported.key.split("/")
    known = {entry.key: entry for entry in asset.config}
    config = {entry.key: known.get(entry.key, entry) for entry in config_of(imported, asset.span)}
    return replace(
        asset,
        name=name,
        key_prefix=tuple(prefix),
        declared_deps=tuple(_declared(asset.declared_deps, imported.deps, asset)),
        inputs=tuple(_declared_inputs(asset, imported)),
        ignore_deps=imported.ignore_deps or asset.ignore_deps,
        outs=imported.outs,
        config=tuple((known | config).values()),
        description=asset.description or imported.description,
        unresolved=unresolved,
    )


def _declared(
    read: Sequence[DeclaredDependency], imported: Sequence[str], asset: PythonAsset
) -> Iterator[DeclaredDependency]:
    spans: Mapping[str, DeclaredDependency] = {each.key: each for each in read}
    yield from (spans.get(key, DeclaredDependency(key, asset.span)) for key in dict.fromkeys((*spans, *imported)))


def _declared_inputs(asset: PythonAsset, imported: ImportedAsset) -> Iterator[DeclaredInput]:
    spans = {each.parameter: each for each in asset.inputs}
    for parameter, key in dict(imported.inputs).items():
        yield spans.get(parameter) or DeclaredInput(parameter, key, asset.span)


def _without_source(followed: Followed, asset: ImportedAsset) -> BuiltAsset:
    """An asset whose function is in no file: nothing can be inferred from its body."""
    span = file_span(followed.scope.source.path)
    hint = "Name what it reads in deps=[...]"
    message = f"the source of {asset.function} is not available: nothing is inferred from its body"
    bare = bare_asset(asset, span, followed.content_hash)
    return BuiltAsset(bare, (diagnostic("W207", message, span, hint=hint),), needs_import=False)
