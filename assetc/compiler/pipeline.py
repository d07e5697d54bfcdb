"""The passes of the compiler, in order. Read this first.

    read_files        files      -> facts: configuration and names as written
    define            facts      -> assets, sources and checks with their relations
    locate_by_macros  assets     -> where the macros of a dbt project put them
    index_names       assets     -> names
    understand_files  templates  -> SQL for the target, and what it reads
    understand_hooks  hooks      -> what runs before and after an asset reads too
    resolve           references -> edges and implicit sources
    connect           edges      -> graph, cycles
    resolve_checks    checks     -> the assets that they read
    find_columns      graph      -> columns, upstream first

Each pass is a function in a file of its name: values in, values and faults out. Facts about files that did not
change come from the memory that the compilation is given; nothing is parsed for them. After an edit of a model that
concerns nobody else `recompile_model.py` does without most of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from assetc.compiler.asset import Asset, Source
from assetc.compiler.clashes import find_clashes
from assetc.compiler.code_version import code_version, python_version
from assetc.compiler.compilation import Compilation, Counts, Written
from assetc.compiler.define import Definitions, define
from assetc.compiler.define_assets import Draft
from assetc.compiler.define_checks import CheckDraft, draft_of_file
from assetc.compiler.diagnostic import in_order
from assetc.compiler.facts import SqlFacts, outside_reads
from assetc.compiler.find_columns import find_columns
from assetc.compiler.given import Given
from assetc.compiler.graph import connect, order
from assetc.compiler.names.index_names import Placed, index_names
from assetc.compiler.names.locate_by_macros import locate_by_macros
from assetc.compiler.names.target_names import TargetNames
from assetc.compiler.python.reading import owns
from assetc.compiler.reading.read_files import FileFacts, read_files
from assetc.compiler.reading.understand_files import Owner, understand_files
from assetc.compiler.reading.understand_hooks import understand_hooks
from assetc.compiler.resolution.resolve import Resolved, resolve
from assetc.compiler.resolution.resolve_checks import NOBODY, resolve_checks
from assetc.compiler.text_id import TextId
from assetc.definitions.relation import Relation


def compile_project(given: Given) -> tuple[Compilation, Counts]:
    """All passes, in order. Nothing that a user wrote raises; faults are in the compilation's diagnostics."""
    facts = read_files(given)
    defined = define(given.project, facts.sql, facts.python, facts.seeds)
    located = locate_by_macros(given.project, given.surroundings, defined.drafts)
    definitions = replace(defined, drafts=located.drafts)
    checks = (*definitions.checks, *_file_checks(given, facts))
    placed = Placed(tuple((draft.asset, draft.place) for draft in definitions.drafts), definitions.sources)
    written = tuple(_written(definitions.drafts))
    names = index_names(given.project.target, placed, written)
    assets = {draft.asset.key: draft.asset for draft in definitions.drafts}
    owners = (*_model_owners(definitions), *_check_owners(checks))
    sql, parsed = understand_files(given, owners, assets, facts.sql, names)
    pattern = TargetNames(names, NOBODY, Relation(None, None, "this"), assets, given.surroundings.warehouse.quote)
    hooks = understand_hooks(given, assets.values(), pattern)
    resolved = resolve(given.project, names, definitions.drafts, sql, hooks)
    tests = (macro.name for macro in given.surroundings.library.tests())
    ready, check_faults = resolve_checks(given.project, checks, sql, names, tests)
    versioned = {draft.asset.key: _versioned(draft, facts, sql) for draft in definitions.drafts}
    sources = {source.key: source for source in _all_sources(definitions, resolved)}
    graph, cycles = connect(versioned, sources, ready, resolved.edges, given.project.rules)
    columns, derived = find_columns(graph, order(graph, graph.assets), sql, facts.seeds, names)
    for changed in sql.values():
        if changed is not given.memory.sql(changed.text):
            given.memory.keep(changed)
    problems = in_order(
        (
            *facts.problems,
            *definitions.problems,
            *located.problems,
            *(problem for found in sql.values() if found.understood for problem in found.understood.problems),
            *find_clashes(definitions.drafts, names),
            *resolved.problems,
            *check_faults,
            *cycles,
        )
    )
    reads = outside_reads(sql.values(), located.reads)
    return Compilation(graph, problems, columns, written, reads, _outside(facts)), Counts(facts.read, parsed, derived)


def _written(drafts: Iterable[Draft]) -> Iterator[Written]:
    """What Python bodies create; of the assets of one body the first stands for all."""
    told: set[tuple[str, str, tuple[str, ...]]] = set()
    for draft in drafts:
        for write in draft.python.writes if draft.python else ():
            body = (draft.asset.path, draft.asset.step_name or str(draft.asset.key), write.reference.parts)
            if owns(write) and write.reference.kind == "write" and body not in told:
                told.add(body)
                yield draft.asset.key, write.reference.parts


def _model_owners(definitions: Definitions) -> Iterator[Owner]:
    for draft in definitions.drafts:
        if draft.asset.kind in ("model", "snapshot"):
            asset = draft.asset
            yield asset.text, asset.key, asset.relation or Relation(None, None, asset.key.name)


def _check_owners(checks: Iterable[CheckDraft]) -> Iterator[Owner]:
    for check in checks:
        if check.path is not None:
            yield TextId(check.path), NOBODY, Relation(None, None, check.name)


def _file_checks(given: Given, facts: FileFacts) -> Iterator[CheckDraft]:
    for file in given.project.files:
        if file.kind == "check":
            yield draft_of_file(facts.sql[TextId(file.path)])


def _versioned(draft: Draft, facts: FileFacts, sql: dict[TextId, SqlFacts]) -> Asset:
    asset = draft.asset
    version = asset.code_version
    if asset.text in sql and (understood := sql[asset.text].understood) is not None:
        version = understood.version
    elif draft.python is not None:
        version = python_version(facts.python[asset.path], draft.python.source_hash)
    return replace(asset, code_version=code_version(asset, version))


def _all_sources(definitions: Definitions, resolved: Resolved) -> Iterator[Source]:
    yield from (source for source, _ in definitions.sources)
    yield from resolved.implicit_sources


def _outside(facts: FileFacts) -> tuple[tuple[str, str], ...]:
    return tuple(sorted({file for python in facts.python.values() for file in python.files}))
