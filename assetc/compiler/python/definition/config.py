"""The configuration in the decorator and the body of an asset, as far as it is known from the text."""

from __future__ import annotations

from collections.abc import Iterator

from assetc.compiler.configuration.keys import without_effect
from assetc.compiler.diagnostic import Diagnostic
from assetc.compiler.project import Entry
from assetc.compiler.python.body.notes import BodyNotes
from assetc.compiler.python.definition.decorator_arguments import NO_CONFIGURATION, STRUCTURE, as_words
from assetc.compiler.python.definition.definition import Definition, argument_span
from assetc.compiler.python.definition.literals import NOT_LITERAL, literal_of
from assetc.compiler.python.follow.values import Entries, Value
from assetc.definitions.options import AssetOptions, MultiAssetOptions
from assetc.definitions.spec import DEFAULT_IO_MANAGER_KEY

NOT_BUILT = frozenset((
    "auto_materialize_policy", "automation_condition", "backfill_policy", "freshness_policy", "hooks", "io_manager_def",
    "io_manager_key", "partitions_def", "required_resource_keys", "resource_defs", "retry_policy",
))  # fmt: skip
"""Arguments that should change a run, but do not yet in a run of a project."""

NEEDED = frozenset((
    "group_name", "group", "tags", "schema", "alias", "database", "materialized", "enabled", "unique_key",
    "incremental_strategy", "config",
))  # fmt: skip
"""Configuration that is needed to compile."""

ARGUMENTS = AssetOptions.__annotations__.keys() | MultiAssetOptions.__annotations__.keys()


def read_config(definition: Definition, notes: BodyNotes) -> Iterator[Entry]:
    """The literal configuration: arguments of the decorator, those in its `config={...}`, and `dbt.config(...)`."""
    for name, value, argument in _written(definition):
        literal = literal_of(value)
        if literal is not NOT_LITERAL:
            yield Entry(name, as_words(literal) if name == "tags" else literal, argument_span(definition, argument))
    for keyword, value, scope in notes.config:
        literal = literal_of(value)
        if keyword.arg is not None and literal is not NOT_LITERAL:
            yield Entry(keyword.arg, literal, scope.source.span(keyword))


def lacks_config(definition: Definition) -> bool:
    """Whether configuration that is needed to compile is computed, so that it is known only by an import."""
    return any(name in NEEDED and literal_of(value) is NOT_LITERAL for name, value, _ in _written(definition))


def _written(definition: Definition) -> Iterator[tuple[str, Value, str]]:
    """Each key of the configuration with its value and its argument."""
    given = definition.decorator.arguments.values
    nested = given.get("config")
    inner = nested.values if isinstance(nested, Entries) else {}
    for name, value in {**inner, **given}.items():
        is_structure = name in STRUCTURE | NO_CONFIGURATION or (name == "config" and isinstance(value, Entries))
        is_unknown = name in given and name not in ARGUMENTS  # which is reported as such
        if not is_structure and not is_unknown:
            yield name, value, name if name in given else "config"


def arguments_without_effect(definition: Definition) -> Iterator[Diagnostic]:
    """W223 for each argument that is accepted for code written for Dagster, and has no effect yet."""
    for name, value in definition.decorator.arguments.values.items():
        literal = literal_of(value)
        if name in NOT_BUILT and (literal is NOT_LITERAL or literal not in (None, (), [], {}, DEFAULT_IO_MANAGER_KEY)):
            hint = "Set retries=2 instead" if name == "retry_policy" else ""
            yield without_effect(name, argument_span(definition, name), hint)
