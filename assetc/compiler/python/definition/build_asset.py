"""From a function and its decorator to a `PythonAsset`."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from assetc.compiler.diagnostic import Diagnostic, diagnostic, did_you_mean
from assetc.compiler.place import Span, file_span
from assetc.compiler.python.body.follow_body import follow_body
from assetc.compiler.python.definition.annotation import return_kind
from assetc.compiler.python.definition.check_definition import check_definition
from assetc.compiler.python.definition.config import arguments_without_effect, lacks_config, read_config
from assetc.compiler.python.definition.definition import Definition, argument_span, name_place
from assetc.compiler.python.definition.parameters import (
    annotated_key,
    default_key,
    parameters_of,
    read_parameter,
)
from assetc.compiler.python.definition.source_hash import source_hash
from assetc.compiler.python.follow.items import items_of
from assetc.compiler.python.follow.known import only_text
from assetc.compiler.python.follow.machine import Machine
from assetc.compiler.python.follow.values import UNKNOWN, AssetFunction, Constant, Entries, Items, Key, Text, Value
from assetc.compiler.python.library.keys import key_parts, key_text, own_name
from assetc.compiler.python.reading import DeclaredDependency, DeclaredInput, PythonAsset
from assetc.compiler.sql.judged import SqlReader

DEPS = "name them in deps=[...] as constants"


class _Problems(Struct, eq=False):
    """The parts of one definition that could not be read."""

    definition: Definition
    found: list[Diagnostic] = field(default_factory=list)
    needs_import: bool = False

    def unknown(self, argument: str, what: str) -> None:
        """An argument of the decorator that is known only by importing the file."""
        self.needs_import = True
        span = argument_span(self.definition, argument)
        self.found.append(diagnostic("W201", what, span, hint=f"Import the file to complete it, or {DEPS}"))


class BuiltAsset(Struct, frozen=True):
    """An asset with the problems found."""

    asset: PythonAsset
    problems: tuple[Diagnostic, ...]
    needs_import: bool


def build_asset(machine: Machine, definition: Definition, reader: SqlReader, name: str | None) -> BuiltAsset:
    """Read the arguments of a definition and follow its body. `name`: its name if that is not in its text."""
    problems, given = _Problems(definition), definition.decorator.arguments.values
    node, source = definition.node, definition.closure.scope.source
    inputs = tuple(_inputs(machine, definition, problems))
    notes = follow_body(machine, definition, {each.parameter for each in inputs}, reader)
    deps = tuple(_dependencies(definition, problems))
    if not definition.decorator.arguments.complete:
        problems.unknown("**", "the arguments of the decorator are not all constants")
    *prefix, own = _name(definition, problems, name)
    asset = PythonAsset(
        name=own,
        function=node.name,
        span=_place_in(machine, source.span_at(*name_place(definition))),
        source_hash=source_hash(machine, definition.closure, notes.files),
        key_prefix=(*_prefix(definition, problems), *prefix),
        parameters=()
        if definition.is_dbt_model
        else tuple(read_parameter(machine, each, definition.closure.scope) for each in parameters_of(node)),
        inputs=inputs,
        references=tuple(notes.references.values()),
        writes=tuple(notes.writes.values()),
        declared_deps=deps,
        ignore_deps=tuple(_keys(given.get("ignore_deps"), "ignore_deps", problems)),
        local_frames=tuple(notes.local_frames),
        config=tuple(read_config(definition, notes)),
        outs=tuple(_outs(definition, problems)),
        returns=return_kind(machine, node.returns, definition.closure.scope),
        description=only_text(given.get("description", UNKNOWN)) or inspect.cleandoc(ast.get_docstring(node) or ""),
        sql=only_text(given.get("sql", UNKNOWN)),
        unresolved=notes.unresolved or bool(problems.found),
        is_dbt_model=definition.is_dbt_model,
        spec_deps=tuple(_spec_dependencies(definition, problems)),
    )
    errors = () if definition.is_dbt_model else tuple(_errors(definition, asset))
    open_ends = (problem for problem in notes.problems.values() if not (deps and problem.code == "W201"))
    needs_import = problems.needs_import or lacks_config(definition)
    return BuiltAsset(asset, (*problems.found, *errors, *open_ends), needs_import)


def _errors(definition: Definition, asset: PythonAsset) -> Iterable[Diagnostic]:
    """Errors: a name that no asset can have, an argument that no decorator has, an input without a parameter."""
    place = argument_span(definition, "name")
    yield from check_definition(
        definition.decorator, (*asset.key_prefix, asset.name), definition.decorator.source, place
    )
    known = {parameter.name for parameter in asset.parameters}
    for each in asset.inputs:
        if each.parameter not in known and definition.node.args.kwarg is None:
            message = f"ins names {each.parameter!r}, which is none of the arguments of {asset.function}"
            hint = did_you_mean(each.parameter, known) or f"Its arguments are {', '.join(sorted(known)) or 'none'}"
            yield diagnostic("E108", message, each.span, hint=hint)
    yield from arguments_without_effect(definition)


def _place_in(machine: Machine, span: Span) -> Span:
    """The place of a definition in the file that is read; for a factory of another module, the whole file."""
    return span if span.path == machine.path else file_span(machine.path)


def _name(definition: Definition, problems: _Problems, given: str | None) -> Sequence[str]:
    """The segments of `key="a/b"`, or `name=`, which is always one segment."""
    name = given or own_name(definition.decorator, definition.closure)
    written = "name" if "name" in definition.decorator.arguments.values else "key"
    if name is not None:
        return (name,) if written == "name" else name.split("/")
    problems.unknown(written, "the name of the asset is not a constant")
    return (definition.node.name,)


def _prefix(definition: Definition, problems: _Problems) -> tuple[str, ...]:
    given = definition.decorator.arguments.values.get("key_prefix")
    parts = () if given is None else key_parts(given)
    if parts is None:
        problems.unknown("key_prefix", "the prefix of the key is not a constant")
    return parts or ()


def _dependencies(definition: Definition, problems: _Problems) -> Iterable[DeclaredDependency]:
    given = definition.decorator.arguments.values
    for name in ("deps", "non_argument_deps"):
        span = argument_span(definition, name)
        for key, is_text in _entries(given.get(name), name, problems):
            yield DeclaredDependency(key, span, is_text)
    for _, dependencies in _spec_dependencies(definition, problems):
        yield from dependencies


def _spec_dependencies(
    definition: Definition, problems: _Problems
) -> Iterable[tuple[str, tuple[DeclaredDependency, ...]]]:
    """The dependencies of each of `specs=`."""
    span = argument_span(definition, "specs")
    for spec in items_of(definition.decorator.arguments.values.get("specs", UNKNOWN)) or ():
        key = key_text(spec)
        if isinstance(spec, Key) and key is not None and spec.deps is not None:
            found = _entries(spec.deps, "specs", problems)
            yield key, tuple(DeclaredDependency(each, span, is_text) for each, is_text in found)


def _keys(value: Value | None, argument: str, problems: _Problems) -> Iterable[str]:
    """The keys in a list of them."""
    return (key for key, _ in _entries(value, argument, problems))


def _entries(value: Value | None, argument: str, problems: _Problems) -> Iterable[tuple[str, bool]]:
    """The keys in a list of them, and whether each is a plain text."""
    if value is None or value == Constant(None):
        return
    items = [value] if isinstance(value, (Text, AssetFunction, Key)) else items_of(value)
    if items is None:
        problems.unknown(argument, f"{argument}= is not a constant")
        return
    for item in items:
        key = key_text(item)
        if key is None:
            problems.unknown(argument, f"an entry of {argument}= is not a constant")
        else:
            yield key, isinstance(item, Text)


def _inputs(machine: Machine, definition: Definition, problems: _Problems) -> Iterable[DeclaredInput]:
    ins = definition.decorator.arguments.values.get("ins", Entries({}))
    if not (isinstance(ins, Entries) and ins.complete):
        problems.unknown("ins", "ins= is not a constant")
    named: Mapping[str, Value] = ins.values if isinstance(ins, Entries) else {}
    for parameter, value in named.items():
        key = _key_of_input(parameter, value)
        if key is None:
            problems.unknown("ins", f"the input of {parameter} is not a constant")
        else:
            yield DeclaredInput(parameter, key, argument_span(definition, "ins"))
    source = definition.closure.scope.source
    for argument, default in parameters_of(definition.node):
        scope = definition.closure.scope
        found = annotated_key(machine, argument.annotation, scope) or default_key(machine, default, scope)
        if found is not None and argument.arg not in named:
            yield DeclaredInput(argument.arg, found, source.span(argument))


def _key_of_input(parameter: str, value: Value) -> str | None:
    if isinstance(value, Key):
        if not value.readable:
            return None
        return "/".join((*value.prefix, value.key or parameter))
    return key_text(value)


def _outs(definition: Definition, problems: _Problems) -> Iterable[str]:
    if definition.decorator.kind != "multi_asset":
        return
    given = definition.decorator.arguments.values
    outs, specs = given.get("outs"), given.get("specs")
    if isinstance(outs, Entries) and outs.complete:
        yield from (_key_of_out(name, out) for name, out in outs.values.items())
    elif isinstance(outs, Items):
        yield from _keys(outs, "outs", problems)
    elif specs is not None:
        yield from _keys(specs, "specs", problems)
    elif definition.decorator.arguments.complete:
        problems.unknown("outs", "the assets that this function makes are not constants")


def _key_of_out(name: str, out: Value) -> str:
    return "/".join((*out.prefix, out.key or name)) if isinstance(out, Key) else name
