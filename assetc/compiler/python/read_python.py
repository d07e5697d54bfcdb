"""Reads one Python model file without importing it."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import blake2b
from pathlib import PurePosixPath

from msgspec import Struct

from assetc.compiler.diagnostic import Diagnostic, diagnostic
from assetc.compiler.place import file_span
from assetc.compiler.python.check_imports import assets_of_dagster, missing_names
from assetc.compiler.python.definition.build_asset import build_asset
from assetc.compiler.python.definition.definition import Definition, FileDefinitions
from assetc.compiler.python.definition.parameters import parameters_of
from assetc.compiler.python.follow.expressions import EXPRESSIONS
from assetc.compiler.python.follow.imports import module_scope
from assetc.compiler.python.follow.machine import Machine, ReadFile
from assetc.compiler.python.follow.statements import STATEMENTS
from assetc.compiler.python.follow.values import AssetDecorator, Closure, Entries, Items, Key, Scope
from assetc.compiler.python.library.keys import key_text, own_key
from assetc.compiler.python.parse import BYTE_ORDER_MARK, parse
from assetc.compiler.python.python_text import PythonText
from assetc.compiler.python.reading import DeclaredDependency, PythonAsset, PythonReading
from assetc.compiler.sql.judged import SqlReader

OF_ONE_ASSET = frozenset({"name", "key", "sql", "outs", "specs"})
"""Arguments of a decorator for one function only."""


class Followed(Struct, frozen=True, eq=False):
    """A file whose module level has been followed to its end; the bodies of its assets have not."""

    machine: Machine
    definitions: FileDefinitions
    scope: Scope

    @property
    def content_hash(self) -> str:
        """A hash of the whole file."""
        return blake2b(self.scope.source.text.encode(errors="replace"), digest_size=16).hexdigest()


def read_python(path: str, text: str, read: ReadFile, reader: SqlReader) -> PythonReading:
    """The assets of a file, as far as they are known from its text.

    `read` gives the text of another file of the project by its path from the root, or None if there is none.
    """
    followed = follow_file(path, text, read)
    if isinstance(followed, PythonReading):
        return followed
    try:
        return _read_assets(followed, reader)
    except RecursionError:
        return _too_deep(path)


def follow_file(path: str, text: str, read: ReadFile) -> Followed | PythonReading:
    """Follow the module level of a file; a reading with the problem if that is not possible."""
    source = PythonText(path, text.removeprefix(BYTE_ORDER_MARK))
    tree = parse(source)
    if isinstance(tree, Diagnostic):
        return PythonReading(problems=(tree,))
    definitions = FileDefinitions()
    machine = Machine(EXPRESSIONS, STATEMENTS, read, definitions, path)
    machine.trees[path] = tree
    scope = module_scope(source)
    try:
        machine.run(tree.body, scope)
    except RecursionError:
        return _too_deep(path)
    machine.top_files = dict(machine.files)
    machine.problems += _without_function(definitions, scope)
    machine.problems += missing_names(tree, source)
    if not definitions.found:
        machine.problems += assets_of_dagster(tree, source)
    return Followed(machine, definitions, scope)


def _too_deep(path: str) -> PythonReading:
    problem = diagnostic("W251", "this file is nested too deeply to be read", file_span(path))
    return PythonReading(needs_import=True, problems=(problem,))


def _read_assets(followed: Followed, reader: SqlReader) -> PythonReading:
    machine, scope = followed.machine, followed.scope
    problems = list(machine.problems)
    assets: list[PythonAsset] = []
    needs_import = machine.is_opaque or machine.is_exhausted
    for definition in _with_dbt_model(followed.definitions, scope):
        if definition.guessed and own_key(definition.decorator, definition.closure) is None:
            needs_import = True
            continue
        name = PurePosixPath(scope.source.path).stem if definition.is_dbt_model else None
        built = build_asset(machine, definition, reader, name)
        assets.append(built.asset)
        problems += built.problems
        needs_import = needs_import or built.needs_import or definition.guessed
    files, missing, sources = tuple(machine.files), tuple(machine.missing), declared_sources(scope)
    return PythonReading(tuple(assets), needs_import, files, tuple(problems), missing, sources)


def declared_sources(scope: Scope) -> tuple[DeclaredDependency, ...]:
    """The keys of sources that variables of a module hold, also in lists."""
    values = [
        each for value in scope.names.values() for each in (value.values if isinstance(value, Items) else [value])
    ]
    keys = [each for each in values if isinstance(each, Key) and each.readable and each.declared is not None]
    found = {key: each.declared for each in keys if (key := key_text(each))}
    return tuple(DeclaredDependency(key, span) for key, span in found.items() if span is not None)


def _without_function(definitions: FileDefinitions, scope: Scope) -> Iterator[Diagnostic]:
    """`x = asset(name="x", sql=...)`: the decorator of one asset, which no function follows."""
    used = [each.decorator.arguments.values for each in definitions.found]
    for value in scope.names.values():
        for each in value.values if isinstance(value, Items) else [value]:
            if not isinstance(each, AssetDecorator) or each.call is None or each.source is not scope.source:
                continue
            own = each.arguments.values
            is_used = any(all(other.get(name) is given for name, given in own.items()) for other in used)
            if not OF_ONE_ASSET.isdisjoint(own) and not is_used:
                hint = "Write it as @asset(...) above a function; with sql= its body is never called"
                message = f"this {each.kind}(...) makes no asset: it is a decorator, and no function follows it"
                yield diagnostic("W252", message, each.source.span(each.call), hint=hint)


def _with_dbt_model(definitions: FileDefinitions, scope: Scope) -> list[Definition]:
    """The definitions of a file; a file without any may be a Python model of dbt: `def model(dbt, session)`."""
    model = scope.names.get("model")
    if definitions.found or not isinstance(model, Closure) or not _is_dbt_model(model):
        return definitions.found
    decorator = AssetDecorator("asset", Entries({}), None, scope.source)
    return [Definition(decorator, model, guessed=False, is_dbt_model=True)]


def _is_dbt_model(function: Closure) -> bool:
    if not hasattr(function.node, "body") or not hasattr(function.node, "decorator_list"):
        return False
    names = [argument.arg for argument, _ in parameters_of(function.node)]  # type: ignore[arg-type]
    return names[:1] == ["dbt"]
